"""What readers of programmes and of checks after closure get."""

from datetime import date, datetime
from uuid import UUID

from casemgmt.assessments.views import DomainChangeView
from casemgmt.models import AllowedActionView, View


class ProgrammeSummary(View):
    """A programme in a list: no free text."""

    id: UUID
    case_id: UUID
    person_id: UUID
    state: str
    starts_on: date
    ends_on: date | None
    before_assessment_id: UUID
    after_assessment_id: UUID | None
    created_at: datetime


class ProgrammeView(ProgrammeSummary):
    """A programme in full, with the change it brought and what the reader may do on it now."""

    version: int
    aim: str
    change: list[DomainChangeView] | None
    result_note: str | None
    stop_reason: str | None
    completed_at: datetime | None
    created_by_id: UUID
    allowed_actions: list[AllowedActionView]


class FollowUpView(View):
    """A check after closure."""

    id: UUID
    case_id: UUID
    version: int
    state: str
    due_on: date
    done_at: datetime | None
    done_by_id: UUID | None
    child_seen: bool | None
    result: str | None
    note: str | None
    created_at: datetime
    allowed_actions: list[AllowedActionView]


class FollowUpRecorded(View):
    """The recorded check, what comes next, and whether the case may be reopened now."""

    check: FollowUpView
    next_check: FollowUpView | None
    case_state: str
    case_actions: list[AllowedActionView]
    """`reopen`, where the case is closed."""
