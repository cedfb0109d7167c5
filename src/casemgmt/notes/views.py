"""What readers of notes and flags get."""

from datetime import date, datetime
from uuid import UUID

from casemgmt.models import View


class CaseNoteView(View):
    """A note of the work."""

    id: UUID
    case_id: UUID
    body: str
    mentions: list[UUID]
    written_at: datetime
    written_by_id: UUID
    entered_in_error: bool


class FlagSummary(View):
    """A flag in a list: no reason, which is read with the case."""

    id: UUID
    case_id: UUID
    kind: str
    set_at: datetime
    set_by_id: UUID


class FlagView(FlagSummary):
    """A flag of a case, lifted or not."""

    version: int
    reason: str
    lifted_at: datetime | None
    lifted_by_id: UUID | None
    lift_reason: str | None


class FlagList(View):
    """The flags of a case, those that are set first."""

    items: list[FlagView]


class CaseWarningView(View):
    """A warning for those who meet the family."""

    id: UUID
    kind: str
    note: str
    person_id: UUID | None
    told: bool
    told_note: str | None
    review_on: date
    review_overdue: bool
    recorded_at: datetime
    recorded_by_id: UUID
    reviewed_at: datetime | None
    reviewed_by_id: UUID | None
    lifted_at: datetime | None
    lifted_by_id: UUID | None
    lift_note: str | None
    entered_in_error: bool


class CaseWarningList(View):
    """The warnings of a case, those that hold first, and of these the one whose review is due first."""

    items: list[CaseWarningView]
