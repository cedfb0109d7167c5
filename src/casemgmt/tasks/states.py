"""What may be done to a task. Its state is worked out from its moments: there is no column that could disagree."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from casemgmt.access.actor import Actor
from casemgmt.access.permissions import Permission as P
from casemgmt.states import Machine, Refusal, Transition
from casemgmt.tasks.labels import MANUAL

BY_HAND = frozenset(
    {
        MANUAL,
        "answer_failed",
        "coming_of_age",
        "conflict_take_over",
        "contact_abandoned",
        "contact_correction",
        "contact_source_silent",
        "contact_after_transfer",
        "death_review",
        "first_contact_with_child",
        "known_child_contact",
        "mandatory_notice_guardianship",
        "mandatory_notice_police",
        "no_show_call",
        "no_show_signal",
        "no_show_visit",
        "repeated_no_show",
        "responsibility_review",
        "stay_after_transfer",
        "mention",
        "staff_take_over",
        "service_referral_return",
        "conference_return",
    }
)
"""Kinds that a person completes by saying so. Every other clock is stopped by the act that it waits for."""

NOTICES = frozenset({"mandatory_notice_guardianship", "mandatory_notice_police"})
"""Kinds that end with the record of a notice and its proof, never by a word alone."""

ASSIGNED_BY_ACT = frozenset(
    {
        "break_glass_review",
        "conference_answer",
        "conference_attendance",
        "conference_decision",
        "handover_acceptance",
        "service_referral_acceptance",
        "transfer_acceptance",
    }
)
"""Kinds whose assignee the act itself names."""


NEVER_HELD = frozenset(
    {
        "absence_uncovered",
        "role_ending",
        "break_glass_review",
        "conference_answer",
        "conference_attendance",
        "conflict_take_over",
        "emergency_acknowledgement",
        "escalation_head",
        "escalation_region",
        "escalation_supervisor",
        "handover_acceptance",
        "high_severity_no_action_review",
        "mandatory_notice_guardianship",
        "mandatory_notice_police",
        "redirect_acknowledgement_emergency",
        "referral_acceptance_emergency",
        "session_without_specialist",
        "staff_take_over",
        "service_referral_acceptance",
        "triage_emergency",
        "visit_emergency",
    }
)
"""Kinds whose clock nobody stops: danger, duty to tell, or somebody else who waits."""


class TaskState(StrEnum):
    """Whether a task is still to be done."""

    OPEN = "open"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class TaskFacts:
    """What the guards need to know."""

    kind: str
    assignee_id: UUID | None
    stands_in: bool = False
    """The actor stands in for who has it."""
    held: bool = False
    overdue: bool = False


def _by_hand(_: Actor, facts: TaskFacts) -> Refusal | None:
    if facts.kind in BY_HAND:
        return None
    return Refusal("closed-by-its-act", "This clock is stopped by the act that it waits for, not by hand.")


def _needs_no_proof(_: Actor, facts: TaskFacts) -> Refusal | None:
    if facts.kind not in NOTICES:
        return None
    return Refusal("notice-needs-proof", "Record to whom the notice went, how, and by what that is proved.")


def _is_notice(_: Actor, facts: TaskFacts) -> Refusal | None:
    if facts.kind in NOTICES:
        return None
    return Refusal("no-notice", "This task is no mandatory notice.")


def _not_of_another(actor: Actor, facts: TaskFacts) -> Refusal | None:
    if facts.assignee_id in (None, actor.user_id) or facts.stands_in or actor.may(P.TASKS_SUPERVISE):
        return None
    return Refusal("task-of-another", "Somebody else has this task: they or a supervisor may pass it on.")


def _assignable(_: Actor, facts: TaskFacts) -> Refusal | None:
    if facts.kind not in ASSIGNED_BY_ACT:
        return None
    return Refusal("assigned-by-its-act", "The act that this clock waits for says who has to take it.")


def _holdable(_: Actor, facts: TaskFacts) -> Refusal | None:
    if facts.kind in NEVER_HELD:
        return Refusal("never-held", "A child may be in danger, or others wait for their turn: this clock never stops.")
    if facts.overdue:
        return Refusal("already-overdue", "The term is over: there is nothing left to stop.")
    return Refusal("on-hold-already", "It is on hold: end that hold first.") if facts.held else None


def _held(_: Actor, facts: TaskFacts) -> Refusal | None:
    return None if facts.held else Refusal("not-on-hold", "It is not on hold.")


def _own_or_supervised(actor: Actor, facts: TaskFacts) -> Refusal | None:
    if facts.assignee_id == actor.user_id or facts.stands_in or actor.may(P.TASKS_SUPERVISE):
        return None
    return Refusal("hold-of-another", "Who has the task, or a supervisor, stops its clock.")


_S = TaskState

TASK: Machine[TaskFacts] = Machine(
    "task",
    TaskState,
    _S.OPEN,
    (
        Transition("assign", (_S.OPEN,), _S.OPEN, P.TASKS_WRITE, guards=(_assignable, _not_of_another)),
        Transition(
            "complete", (_S.OPEN,), _S.COMPLETED, P.TASKS_WRITE, guards=(_by_hand, _needs_no_proof, _not_of_another)
        ),
        Transition("give_notice", (_S.OPEN,), _S.COMPLETED, P.TASKS_WRITE, guards=(_is_notice, _not_of_another)),
        Transition("hold", (_S.OPEN,), _S.OPEN, P.TASKS_WRITE, guards=(_own_or_supervised, _holdable)),
        Transition("end_hold", (_S.OPEN,), _S.OPEN, P.TASKS_WRITE, guards=(_own_or_supervised, _held)),
        Transition("cancel", (_S.OPEN,), _S.CANCELLED, P.TASKS_SUPERVISE, guards=(_by_hand,)),
    ),
)
