"""What somebody gets who asks what today demands. Every item is what the list of its kind shows, and no more."""

import datetime as dt
from typing import Generic, Literal, TypeVar
from uuid import UUID

from casemgmt.centers.views import SessionSummary
from casemgmt.drafts.views import DraftSummary
from casemgmt.models import View
from casemgmt.organisations.views import AccountNoticeView
from casemgmt.staff.views import AbsenceSummary
from casemgmt.tasks.views import QueueCounts, TaskSummary, WorkerLoad

ItemT = TypeVar("ItemT")

WaitingKind = Literal[
    "own_shift",
    "shift_offer",
    "visit_under_way",
    "measure_request",
    "break_glass_review",
    "alert",
    "account_change",
    "factor_removal",
    "import_sign_off",
    "research_project",
    "erasure_request",
    "hold_to_lift",
    "destruction_plan",
    "subject_copy",
]


class Part(View, Generic[ItemT]):
    """How many there are, and the first of them, the most urgent first."""

    count: int
    items: list[ItemT]


class WaitingItem(View):
    """Something that waits for me and has no clock of its own."""

    record_type: str
    record_id: UUID
    code: str
    """What it is, in the words of its kind: of an account change its kind, of a visit its state."""
    at: dt.datetime
    """Since when it waits; of a shift, when it begins."""


class Waiting(View):
    """What of one kind waits for me: what waits longest first."""

    kind: WaitingKind
    count: int
    items: list[WaitingItem]


class BodyToday(View):
    """What will break today in the body that I head or supervise."""

    clocks: QueueCounts
    """The numbers of the body's queue, as in `GET /v1/tasks/summary`."""
    breached: Part[TaskSummary]
    due_today: Part[TaskSummary]
    """What will break today unless somebody does it."""
    holds_ending: Part[TaskSummary]
    """Clocks that go on before midnight."""
    unassigned: Part[TaskSummary]
    """What nobody has taken, the oldest first."""
    sessions_today: Part[SessionSummary] | None
    """Of the centre, still booked; null, as the next, for who heads no centre."""
    sessions_without_outcome: Part[SessionSummary] | None
    """Of the centre, still booked though their day is over."""
    away: Part[AbsenceSummary]
    """Who is away now, and who stands in."""
    over_ceiling: Part[WorkerLoad]
    """Managers who accompany more families than the ceiling of the house."""


class TodayView(View):
    """What today demands of me, by what my account may do: null where it may not ask for that at all."""

    at: dt.datetime
    day: dt.date
    """In Kazakhstan; it ends at midnight there."""
    clocks: QueueCounts | None
    """The numbers of my queue, as in `GET /v1/tasks/summary`."""
    breached: Part[TaskSummary] | None
    due_today: Part[TaskSummary] | None
    warning: Part[TaskSummary] | None
    """Near their end, but not today."""
    answers: Part[TaskSummary] | None
    """Offers, hand-overs, transfers, referrals, invitations that wait for my yes or no."""
    decisions: Part[TaskSummary] | None
    """What waits for me as the second person."""
    mentions: Part[TaskSummary] | None
    sessions_today: Part[SessionSummary] | None
    """Mine, still booked."""
    sessions_without_outcome: Part[SessionSummary] | None
    """Mine, still booked though their day is over."""
    drafts: Part[DraftSummary] | None
    waiting: list[Waiting]
    """What else waits for me; kinds of which nothing waits are left out."""
    notices: Part[AccountNoticeView]
    """Unread, the newest first."""
    body: BodyToday | None
