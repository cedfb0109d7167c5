"""Statements of what waits: each starts from an index; row security decides what is seen, and so what is counted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from casemgmt.access.permissions import Permission as P
from casemgmt.db.work import Work
from casemgmt.today.views import WaitingKind


@dataclass(frozen=True)
class Waits:
    """One kind of what waits: for whom it is, and where it is found."""

    permission: P
    record_type: str
    code: str
    at: str
    found: str
    """FROM and WHERE; `r` is the record."""

    @property
    def statement(self) -> str:
        """The first `:most` of them, the longest wait first, each with how many there are."""
        return (
            f"SELECT r.id AS record_id, {self.code} AS code, {self.at} AS at, count(*) OVER () AS count"  # noqa: S608 - constants
            f" FROM {self.found} ORDER BY {self.at}, r.id LIMIT :most"
        )


WAITING: Mapping[WaitingKind, Waits] = {
    "own_shift": Waits(
        P.TASKS_READ,
        "duty_shift",
        "CASE WHEN r.starts_at > :now THEN 'coming' ELSE 'running' END",
        "r.starts_at",
        "duty_shift r WHERE r.user_id = actor_user() AND r.cancelled_at IS NULL AND r.ends_at > :now"
        " AND r.starts_at < :midnight",
    ),
    "shift_offer": Waits(
        P.TASKS_READ,
        "duty_shift",
        "CASE WHEN r.in_return_id IS NULL THEN 'offer' ELSE 'swap' END",
        "r.starts_at",
        "duty_shift r WHERE r.offered_to_id = actor_user() AND r.cancelled_at IS NULL AND r.ends_at > :now",
    ),
    "visit_under_way": Waits(
        P.VISITS_WRITE,
        "referral",
        "r.state",
        "r.departed_at",
        "unnest(actor_groups()) AS mine (id) CROSS JOIN LATERAL (SELECT * FROM referral f"
        " WHERE f.mobile_group_id = mine.id AND f.state IN ('departed', 'visited')) AS r",
    ),
    "measure_request": Waits(
        P.PLANS_ANSWER,
        "plan_measure_request",
        "r.state",
        "r.asked_at",
        "plan_measure_request r WHERE r.body_id = actor_organisation() AND r.state = 'asked'"
        " AND r.asked_by_id <> actor_user()",
    ),
    "break_glass_review": Waits(
        P.BREAK_GLASS_REVIEW,
        "break_glass_grant",
        "r.reason",
        "r.opened_at",
        "break_glass_grant r WHERE r.review_body_id = actor_organisation() AND r.state = 'awaiting_review'"
        " AND r.user_id <> actor_user()",
    ),
    "alert": Waits(
        P.ALERTS_CLOSE, "security_alert", "r.kind", "r.raised_at", "security_alert r WHERE r.state = 'open'"
    ),
    "account_change": Waits(
        P.USERS_APPROVE,
        "account_change",
        "r.kind",
        "r.requested_at",
        "account_change r WHERE r.state = 'open' AND r.expires_at > :now AND r.requested_by_id <> actor_user()"
        " AND r.user_id <> actor_user()",
    ),
    "factor_removal": Waits(
        P.USERS_MANAGE,
        "factor_removal",
        "'second_factor'",
        "r.requested_at",
        "factor_removal r WHERE r.decided_at IS NULL AND r.requested_by_id <> actor_user()"
        " AND r.user_id <> actor_user()",
    ),
    "import_sign_off": Waits(
        P.IMPORTS_APPROVE,
        "import_run",
        "r.kind",
        "r.checked_at",
        "import_run r WHERE r.organisation_id = actor_organisation() AND r.state = 'checked' AND r.faults = 0"
        " AND r.created_by_id <> actor_user()",
    ),
    "research_project": Waits(
        P.RESEARCH_APPROVE,
        "research_project",
        "r.legal_basis",
        "r.proposed_at",
        "research_project r WHERE r.state = 'proposed' AND r.proposed_by_id <> actor_user()",
    ),
    "erasure_request": Waits(
        P.RECORDS_ERASE,
        "erasure_request",
        "r.ground",
        "r.requested_at",
        "erasure_request r WHERE r.state = 'requested' AND r.requested_by_id <> actor_user()",
    ),
    "hold_to_lift": Waits(
        P.RECORDS_HOLD,
        "legal_hold",
        "r.state",
        "r.lift_requested_at",
        "legal_hold r WHERE r.state = 'lift_requested' AND r.lift_requested_by_id <> actor_user()",
    ),
    "destruction_plan": Waits(
        P.RECORDS_PLAN,
        "retention_plan",
        "r.state",
        "r.made_at",
        "retention_plan r WHERE r.state = 'drafted' AND r.made_by_id <> actor_user()",
    ),
    "subject_copy": Waits(
        P.SUBJECT_COPIES_WRITE,
        "subject_copy",
        "r.requester",
        "r.prepared_at",
        "subject_copy r WHERE r.state = 'prepared' AND r.prepared_by_id <> actor_user()",
    ),
}
"""By kind, in the order in which they are told. What has a clock stands in the queue and not here."""


async def what_waits(work: Work, kind: WaitingKind, most: int, midnight: datetime) -> list[dict[str, Any]]:
    """Return the first of a kind, each with how many there are."""
    statement = WAITING[kind].statement
    given = {"most": most, "now": work.now, "midnight": midnight}
    return await work.rows(statement, **{name: value for name, value in given.items() if f":{name}" in statement})
