"""What today demands, of all that stands in queues and lists: the parts, each with its order and its condition."""

from collections.abc import Mapping

from casemgmt.tasks.policy import ClockState
from casemgmt.tasks.repository import CLOCK_CONDITIONS

ANSWERS = frozenset(
    {
        "conference_answer",
        "emergency_acknowledgement",
        "handover_acceptance",
        "measure_request_answer",
        "redirect_acknowledgement",
        "redirect_acknowledgement_emergency",
        "redirect_acknowledgement_urgent",
        "referral_acceptance_emergency",
        "referral_acceptance_standard",
        "referral_acceptance_urgent",
        "service_referral_acceptance",
        "transfer_acceptance",
    }
)
"""Kinds of clocks that run until somebody says yes or no to what was offered."""
DECISIONS = frozenset(
    {
        "benefit_refusal_confirmation",
        "closure_approval",
        "conference_sign_off",
        "correction_decision",
        "high_severity_no_action_review",
        "plan_approval",
    }
)
"""Kinds of clocks that run until a second person has decided."""
MENTION = "mention"

_TICKS = "(held_until IS NULL OR held_until <= :now)"
_BREACHED = CLOCK_CONDITIONS[ClockState.BREACHED]
_DUE_TODAY = f"due_at >= :now AND due_at < :midnight AND {_TICKS}"


def _of(kinds: frozenset[str]) -> str:
    return f"kind IN ({', '.join(repr(kind) for kind in sorted(kinds))})"


MINE: Mapping[str, tuple[str, str]] = {
    "breached": ("due_at", _BREACHED),
    "due_today": ("due_at", _DUE_TODAY),
    "warning": ("due_at", f"warn_at <= :now AND due_at >= :midnight AND {_TICKS}"),
    "answers": ("due_at", _of(ANSWERS)),
    "decisions": ("due_at", _of(DECISIONS)),
    "mentions": ("due_at", f"kind = '{MENTION}'"),
}
"""Parts of my queue. By time a task stands in one of the first three at most; by kind once more in the others."""
BODY: Mapping[str, tuple[str, str]] = {
    "breached": ("due_at", _BREACHED),
    "due_today": ("due_at", _DUE_TODAY),
    "holds_ending": ("held_until", "held_until > :now AND held_until < :midnight"),
    "unassigned": ("started_at", "assignee_id IS NULL"),
}
"""Parts of the queue of the body that one heads or supervises."""
