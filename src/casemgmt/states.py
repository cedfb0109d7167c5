"""The one mechanism by which a status changes: a table of transitions.

Each feature declares a `Machine` in its `states.py`. The same table guards the call, answers `allowed_actions`,
is checked once more by a trigger in the database, and draws `docs/states.md`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, TypeVar

from casemgmt.access.actor import Actor
from casemgmt.access.permissions import Permission
from casemgmt.errors import Forbidden, WrongState

FactsT = TypeVar("FactsT")


@dataclass(frozen=True)
class Refusal:
    """Why an action is not allowed: a stable code, a sentence, and what it is about (codes and ids only)."""

    code: str
    detail: str
    data: Mapping[str, object] = field(default_factory=dict)


Guard = Callable[[Actor, FactsT], Refusal | None]
"""A pure check of actor and facts: None when met."""


@dataclass(frozen=True)
class Transition(Generic[FactsT]):
    """One permitted step.

    `starts` and `stops` name the deadlines (see `rules/law/kz/deadlines`) whose clocks it starts and stops.
    """

    action: str
    sources: tuple[StrEnum, ...]
    target: StrEnum
    permission: Permission
    guards: tuple[Guard[FactsT], ...] = ()
    starts: tuple[str, ...] = ()
    stops: tuple[str, ...] = ()
    through: str | None = None
    """The record whose act takes this step: nobody takes it by itself, and no screen offers it."""


@dataclass(frozen=True)
class AllowedAction:
    """An action on a record: may this actor take it now, and if not, why."""

    action: str
    allowed: bool
    reason_code: str | None = None
    reason: str | None = None


class Machine(Generic[FactsT]):
    """The transition table of one kind of record.

    An action may stand in several rows when its target depends on where it starts; (action, source) is unique.
    """

    def __init__(
        self, name: str, states: type[StrEnum], initial: StrEnum, transitions: tuple[Transition[FactsT], ...]
    ) -> None:
        self.name = name
        self.states = states
        self.initial = initial
        self.transitions = transitions
        self._by_key: dict[tuple[str, StrEnum], Transition[FactsT]] = {}
        for transition in transitions:
            for source in transition.sources:
                key = (transition.action, source)
                if key in self._by_key:
                    raise ValueError(f"{name}: two transitions for {transition.action} from {source}")
                self._by_key[key] = transition
        self._by_state = {
            state: tuple(t for t in transitions if state in t.sources and t.through is None) for state in states
        }

    @property
    def pairs(self) -> frozenset[tuple[str, str]]:
        """All (from, to) pairs: what the trigger in the database lets through."""
        return frozenset((str(s), str(t.target)) for t in self.transitions for s in t.sources)

    def find(self, action: str, state: str) -> Transition[FactsT] | None:
        """Return the transition of `action` from `state`, or None."""
        return self._by_key.get((action, self.states(state)))

    def actions_from(self, state: str) -> tuple[str, ...]:
        """Return the names of the actions that exist in `state`, in the order of the table."""
        return tuple(t.action for t in self._by_state[self.states(state)])

    def check(self, actor: Actor, action: str, state: str, facts: FactsT) -> Transition[FactsT]:
        """Return the transition, or raise `WrongState` or `Forbidden` with the reason.

        The state comes first: who may not act here still learns that the step doesn't exist (any more).
        """
        transition = self.find(action, state)
        if transition is None:
            raise WrongState(
                f"'{action}' is not a step from the state '{state}'.",
                data={"state": state, "allowed_transitions": list(self.actions_from(state))},
            )
        refusal = _refuse(transition, actor, facts)
        if refusal is None:
            return transition
        if refusal.code == Forbidden.code:
            raise Forbidden(refusal.detail)
        raise WrongState(
            refusal.detail,
            code=refusal.code,
            data={**refusal.data, "state": state, "allowed_transitions": list(self.actions_from(state))},
        )

    def allowed_actions(self, actor: Actor, state: str, facts: FactsT) -> list[AllowedAction]:
        """Return every action that exists in this state, with the verdict of the very code that guards the call."""
        answers: list[AllowedAction] = []
        for transition in self._by_state[self.states(state)]:
            refusal = _refuse(transition, actor, facts)
            answers.append(
                AllowedAction(transition.action, allowed=True)
                if refusal is None
                else AllowedAction(transition.action, allowed=False, reason_code=refusal.code, reason=refusal.detail)
            )
        return answers


def _refuse(transition: Transition[FactsT], actor: Actor, facts: FactsT) -> Refusal | None:
    if not actor.may(transition.permission):
        return Refusal(Forbidden.code, f"This step needs the permission '{transition.permission}'.")
    for guard in transition.guards:
        refusal = guard(actor, facts)
        if refusal is not None:
            return refusal
    return None


def machine_pairs(machines: Mapping[str, Machine[object]]) -> list[tuple[str, str, str]]:
    """Return (machine, from, to) rows for the table by which the database refuses any other change."""
    return sorted((name, a, b) for name, machine in machines.items() for a, b in machine.pairs)
