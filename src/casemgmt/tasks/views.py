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
    allowed_actions: list[AllowedActionView]


class QueueCounts(View):
    """How many open tasks stand where."""

    running: int
    warning: int
    breached: int
    total: int


class TaskCounts(View):
    """The numbers of my queue and, for supervisors, of the body's; null for others."""

    mine: QueueCounts
    team: QueueCounts | None
