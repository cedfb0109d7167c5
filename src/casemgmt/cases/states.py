"""The route of a case: its stages, the guards between them, and the acts within a stage."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from casemgmt.access.actor import Actor
from casemgmt.access.permissions import Permission as P
from casemgmt.states import Guard, Machine, Refusal, Transition


class CaseState(StrEnum):
    """Where it stands."""

    OPENED = "opened"
    ASSESSMENT = "assessment"
    PLANNING = "planning"
    SUPPORT = "support"
    REHABILITATION = "rehabilitation"
    CLOSURE_PROPOSED = "closure_proposed"
    CLOSED = "closed"


@dataclass(frozen=True)
class CaseFacts:
    """What the guards need to know."""

    manager_id: UUID
    restricted: bool
    restricted_by_id: UUID | None
    child_contacted: bool
    """Somebody of the case, or a mobile group on one of its signals, met the child."""
    children_assessed: bool
    """Every child of the case has a completed assessment, made since the case was last reopened."""
    plan_approved: bool
    """There is an approved plan, approved since the case was last reopened."""
    missing_help_kinds: tuple[str, ...]
    """Kinds of help of the case's package that the approved plan neither gives nor argues away."""
    goals_without_outcome: int
    open_tasks: int
    """Open tasks that block a closure, without the clocks of the route."""
    open_route_clocks: int
    """Open clocks of the route that block a closure: they end where the route is cut short.

    While a closure is proposed, those alone that began after the proposal: a new signal came in.
    """
    open_handover: bool
    open_commitments: tuple[str, ...]
    """What somebody still does, holds or answers for the case, by its kind (`commitments_of`, 53_cases.sql)."""
    closure_proposed_by_id: UUID | None
    closure_from_state: str | None


CaseGuard = Guard[CaseFacts]


def _refuse_unless(met: Callable[[CaseFacts], bool], code: str, detail: str) -> CaseGuard:
    def guard(_: Actor, facts: CaseFacts) -> Refusal | None:
        return None if met(facts) else Refusal(code, detail)

    guard.__name__, guard.__doc__ = code.replace("-", "_"), f"{code}: {detail}"  # for docs/states.md and docs/matrix.md
    return guard


def _second_person(actor: Actor, facts: CaseFacts) -> Refusal | None:
    if actor.user_id in {facts.closure_proposed_by_id, facts.manager_id}:
        return Refusal(
            "closure-second-person-needed", "Neither the proposer nor the case manager decides on a closure."
        )
    return None


def _not_who_restricted(actor: Actor, facts: CaseFacts) -> Refusal | None:
    if actor.user_id == facts.restricted_by_id:
        return Refusal("restriction-second-person-needed", "Somebody else lifts the restriction that you set.")
    return None


def _manager_or_supervisor(actor: Actor, facts: CaseFacts) -> Refusal | None:
    if actor.user_id == facts.manager_id or actor.may(P.TASKS_SUPERVISE):
        return None
    return Refusal("passed-on-by-manager-only", "Only the case manager or a supervisor passes the case on.")


def _came_from(state: CaseState) -> CaseGuard:
    return _refuse_unless(
        lambda f: f.closure_from_state == state, "other-stage", "The closure was proposed in another stage."
    )


_contact = _refuse_unless(lambda f: f.child_contacted, "no-child-contact", "Nobody has met the child yet.")
_assessed = _refuse_unless(
    lambda f: f.children_assessed, "child-not-assessed", "Every child of the case needs a completed assessment."
)
_plan = _refuse_unless(lambda f: f.plan_approved, "no-approved-plan", "The case has no approved plan.")
_help = _refuse_unless(
    lambda f: not f.missing_help_kinds,
    "help-kinds-missing",
    "The plan lacks a kind of help of the package, and the argument for its absence.",
)
_no_tasks = _refuse_unless(lambda f: not f.open_tasks, "open-tasks", "The case has open tasks.")
_no_clocks = _refuse_unless(lambda f: not f.open_route_clocks, "open-tasks", "The case has open tasks.")
_goals = _refuse_unless(
    lambda f: not f.goals_without_outcome, "goals-without-outcome", "A goal of the plan has no outcome yet."
)
_no_handover = _refuse_unless(lambda f: not f.open_handover, "open-handover", "A hand-over of the case is open.")

# Nobody goes on working for a closed case, or waits in its name: who closes it ends that first, with its own reason.
_NO_COMMITMENTS = (
    _refuse_unless(
        lambda f: not {"session", "programme"} & set(f.open_commitments),
        "open-commitments",
        "A session is booked or a rehabilitation programme runs: hold or cancel, complete or stop it first.",
    ),
    _refuse_unless(
        lambda f: "service_referral" not in f.open_commitments,
        "open-service-referral",
        "Another body works for a child of the case: withdraw what it was asked, or wait for its note.",
    ),
    _refuse_unless(
        lambda f: "waiting_entry" not in f.open_commitments,
        "waiting-for-service",
        "A person of the case waits for a service: take the person off the list first.",
    ),
    _refuse_unless(
        lambda f: "conference" not in f.open_commitments,
        "open-conference",
        "A conference is called, its minutes are unsigned, or a decision of it is open: end that first.",
    ),
    _refuse_unless(
        lambda f: "transfer" not in f.open_commitments,
        "open-transfer",
        "The case is on offer to another body: withdraw the offer, or wait for the answer.",
    ),
)
_not_restricted = _refuse_unless(
    lambda f: not f.restricted, "already-restricted", "The case is restricted to its team already."
)
_is_restricted = _refuse_unless(lambda f: f.restricted, "not-restricted", "The case is not restricted.")

_S = CaseState
WORKING = (_S.OPENED, _S.ASSESSMENT, _S.PLANNING, _S.SUPPORT, _S.REHABILITATION)
_ALIVE = (*WORKING, _S.CLOSURE_PROPOSED)
_EVERY = (*_ALIVE, _S.CLOSED)


def _step(
    action: str,
    source: CaseState,
    target: CaseState,
    *guards: CaseGuard,
    starts: tuple[str, ...] = (),
    stops: tuple[str, ...] = (),
) -> Transition[CaseFacts]:
    return Transition(action, (source,), target, P.CASES_WRITE, guards=guards, starts=starts, stops=stops)


def _within(
    action: str, states: tuple[CaseState, ...], permission: P, *guards: CaseGuard
) -> tuple[Transition[CaseFacts], ...]:
    """Return an act that leaves the stage as it is: one table guards the call and answers `allowed_actions`."""
    return tuple(Transition(action, (state,), state, permission, guards=guards) for state in states)


CASE: Machine[CaseFacts] = Machine(
    "case_record",
    CaseState,
    _S.OPENED,
    (
        _step("start_assessment", _S.OPENED, _S.ASSESSMENT, _contact, stops=("first_contact_with_child",)),
        _step(
            "start_planning",
            _S.ASSESSMENT,
            _S.PLANNING,
            _assessed,
            starts=("plan_draft",),
            stops=("first_contact_with_child", "assessment"),
        ),
        _step("start_support", _S.PLANNING, _S.SUPPORT, _plan, _help),
        _step("start_rehabilitation", _S.SUPPORT, _S.REHABILITATION),
        Transition(
            "propose_closure",
            WORKING,
            _S.CLOSURE_PROPOSED,
            P.CASES_CLOSE,
            guards=(_no_handover, _no_tasks, _no_clocks, *_NO_COMMITMENTS, _goals),
            starts=("closure_approval",),
        ),
        # The route can't be walked to its end: the clocks of the steps that are left end with the closure.
        Transition(
            "propose_early_closure",
            WORKING,
            _S.CLOSURE_PROPOSED,
            P.CASES_CLOSE,
            guards=(_no_handover, _no_tasks, *_NO_COMMITMENTS, _goals),
            starts=("closure_approval",),
        ),
        *(
            Transition(
                f"return_closure_to_{state}",
                (_S.CLOSURE_PROPOSED,),
                state,
                P.CASES_APPROVE_CLOSURE,
                guards=(_came_from(state), _second_person),
                stops=("closure_approval",),
            )
            for state in WORKING
        ),
        Transition(
            "approve_closure",
            (_S.CLOSURE_PROPOSED,),
            _S.CLOSED,
            P.CASES_APPROVE_CLOSURE,
            guards=(_second_person, _no_tasks, _no_clocks, *_NO_COMMITMENTS, _goals),
            starts=("follow_up_check",),
            stops=("closure_approval",),
        ),
        Transition(
            "reopen",
            (_S.CLOSED,),
            _S.ASSESSMENT,
            P.CASES_REOPEN,
            starts=("first_contact_with_child", "assessment"),
        ),
        *_within("change", _ALIVE, P.CASES_WRITE),
        *_within("add_person", _ALIVE, P.CASES_WRITE),
        *_within("record_child_contact", _ALIVE, P.CASES_WRITE),
        *_within("record_consent", _ALIVE, P.CONSENTS_WRITE),
        *_within("add_member", _ALIVE, P.CASES_TEAM),
        *_within("end_membership", _ALIVE, P.CASES_TEAM),
        *_within("offer_handover", (*WORKING, _S.CLOSED), P.CASES_HANDOVER, _manager_or_supervisor, _no_handover),
        *_within("propose_correction", _EVERY, P.CORRECTIONS_PROPOSE),
        *_within("offer_transfer", WORKING, P.TRANSFERS_OFFER, _manager_or_supervisor, _no_handover),
        *_within("call_conference", WORKING, P.CONFERENCES_CALL),
        *_within("offer_service_referral", WORKING, P.SERVICE_REFERRALS_OFFER, _no_handover),
        *_within("restrict", _EVERY, P.CASES_RESTRICT, _not_restricted),
        *_within("lift_restriction", _EVERY, P.CASES_RESTRICT, _is_restricted, _not_who_restricted),
    ),
)
