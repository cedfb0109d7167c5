"""What readers of tasks get."""

from datetime import datetime
from uuid import UUID

from casemgmt.models import AllowedActionView, View
from casemgmt.tasks.policy import ClockState


class DeadlineView(View):
    """How well the term is grounded: `is_law` false is shown as 'not law' wherever the task appears."""

    status: str
    is_law: bool
    provisional: bool


class TaskSummary(View):
    """A task in a queue: what, for which record, until when."""

    id: UUID
    kind: str
    label: str
    """Of the kind, in the reader's language; of a task set by hand its title."""
    record_type: str
    record_id: UUID
    case_id: UUID | None
    signal_id: UUID | None
    mobile_group_id: UUID | None
    assignee_id: UUID | None
    started_at: datetime
    warn_at: datetime
    due_at: datetime
    clock: ClockState
    time_left_seconds: int | None
    """Negative when overdue; null when there is nothing more to do."""
    deadline: DeadlineView
    held_until: datetime | None
    """Its time stands still until then; `due_at` is reckoned for that end."""
    breached_at: datetime | None
    """The due moment that passed undone. It stays for ever."""
    about_kind: str | None
    """Of an escalation: the kind of the clock that is overdue; `record_id` is its task."""
    on_behalf_of_id: UUID | None
    """Who is away and has the task, where the reader stands in; null of every other task."""


class HoldView(View):
    """A stop of a clock: why, by whom, until when, and what it did to the due moment."""

    id: UUID
    reason: str
    note: str | None
    authority: str
    """`own_task` or `supervision`."""
    ground: str | None
    placed_by_id: UUID
    placed_by_roles: str
    from_at: datetime
    until_at: datetime
    due_before: datetime
    due_after: datetime
    ended_at: datetime | None
    """Null while it lasts."""
    ended_by_id: UUID | None
    """Null where it ended by itself."""
    end_note: str | None
    due_ended: datetime | None
    """Of a hold that was ended early: the due moment from then on."""


class NoticeView(View):
    """A mandatory notice as it was given."""

    task_id: UUID
    to_body: str
    delivery: str
    delivered_at: datetime
    number: str | None
    taken_by: str | None
    document_id: UUID | None
    recorded_at: datetime
    recorded_by_id: UUID
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    acknowledged_number: str | None


class CaseNoticeView(View):
    """A mandatory notice of a case: what is due by when, and how it was given; null while nobody has given it."""

    task_id: UUID
    kind: str
    due_at: datetime
    completed_at: datetime | None
    cancelled_at: datetime | None
    notice: NoticeView | None


class CaseNoticesView(View):
    """The mandatory notices of a case, in the order in which they fell due."""

    items: list[CaseNoticeView]


class TaskView(TaskSummary):
    """A task in full, with what the reader may do on it now."""

    version: int
    organisation_id: UUID
    region_code: str | None
    title: str | None
    note: str | None
    requested_by_id: UUID | None
    blocks_closure: bool
    completed_at: datetime | None
    completed_by_id: UUID | None
    result: str | None
    cancelled_at: datetime | None
    cancel_reason: str | None
    holds: list[HoldView]
    """All of them, the newest first."""
    notice: NoticeView | None
    """Of a mandatory notice that was given."""
    allowed_actions: list[AllowedActionView]


class QueueCounts(View):
    """How many open tasks stand where."""

    running: int
    warning: int
    on_hold: int
    breached: int
    total: int


class BreachCounts(View):
    """How many due moments passed undone since a moment: those that the list shows unless it is asked for more."""

    since: datetime
    undone: int
    """Of how many the task is still neither done nor cancelled."""
    total: int


class TaskCounts(View):
    """The numbers of my queue and, for supervisors, of the body's queues; null for others."""

    mine: QueueCounts
    team: QueueCounts | None
    unassigned: QueueCounts | None
    holds: QueueCounts | None
    breaches: BreachCounts | None


class RecalculationView(View):
    """A change of the due moment by a change of risk."""

    id: UUID
    from_at: datetime
    risk_before: str | None
    risk_after: str
    term: str
    """The deadline by which it was counted from then on."""
    by_id: UUID
    due_before: datetime
    due_after: datetime


class AlertView(View):
    """A warning, a breach, or a step of an escalation: a fact for ever."""

    kind: str
    level: str | None
    """Of an escalation: `supervisor`, `head` or `region`."""
    at: datetime
    found_at: datetime
    """When the service noticed; `at` is when it came true."""
    owner_id: UUID | None
    """Who had the task when it was noticed."""
    told_id: UUID | None


class TaskClockView(View):
    """Where a clock stood at a moment, worked out from what happened to it until then."""

    at: datetime
    clock: ClockState
    started_at: datetime
    warn_at: datetime
    due_at: datetime
    held_until: datetime | None
    holds: list[HoldView]
    recalculations: list[RecalculationView]
    alerts: list[AlertView]


class WorkerLoad(View):
    """The open cases of one case manager. The reader's lists hold `cases` less `hidden` of them.

    `high_risk` counts among those that the reader sees: of a hidden case not even its risk is told.
    """

    user_id: UUID
    name: str
    cases: int
    hidden: int
    high_risk: int
    over_ceiling: bool


class CaseloadView(View):
    """Who accompanies how many; no act gives the ceiling: it is the house's."""

    ceiling: int
    ceiling_status: str
    ceiling_is_law: bool
    workers: list[WorkerLoad]
