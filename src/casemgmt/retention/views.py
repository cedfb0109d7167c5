"""What the records officers read: papers, ids, codes and counts."""

import datetime as dt
from uuid import UUID

from casemgmt.models import AllowedActionView, View


class HoldView(View):
    """A hold, with the paper that orders it."""

    id: UUID
    version: int
    state: str
    kind: str
    target_type: str
    target_id: UUID
    authority: str
    number: str
    reason: str
    from_on: dt.date
    review_on: dt.date
    placed_by_id: UUID
    placed_at: dt.datetime
    reviewed_by_id: UUID | None
    reviewed_at: dt.datetime | None
    lift_reason: str | None
    lift_requested_by_id: UUID | None
    lift_requested_at: dt.datetime | None
    lifted_by_id: UUID | None
    lifted_at: dt.datetime | None
    allowed_actions: list[AllowedActionView]


class ErasureItemView(View):
    """One part of what is held about the person: it goes, or it stays for a reason."""

    item: str
    record_id: UUID
    erased: bool
    reason: str | None
    text: str
    """In words."""


class ErasureView(View):
    """A request for erasure. `items`: what was done; before that, what would be done now."""

    id: UUID
    version: int
    state: str
    person_id: UUID
    ground: str
    reference: str
    received_on: dt.date
    requested_by_id: UUID
    requested_at: dt.datetime
    decided_by_id: UUID | None
    decided_at: dt.datetime | None
    decline_reason: str | None
    executed_by_id: UUID | None
    executed_at: dt.datetime | None
    items: list[ErasureItemView]
    allowed_actions: list[AllowedActionView]


class PlanClassView(View):
    """What a plan does to one class of record: counts, and what stays although its term is over."""

    record_class: str
    label: str
    act: str
    term: str
    status: str
    """Of the term: `house_default` is not law."""
    status_text: str
    due: int
    """Records, or rows of a technical class, that the plan names."""
    due_since: dt.datetime | None
    """When the first of these terms was over."""
    destroyed: int
    left_out: dict[str, int]
    """By reason: what changed, or is held, since the plan was made."""
    held_back: dict[str, int]
    """By reason: what was not planned at all, although its term is over."""


class PlanView(View):
    """A plan of destruction: a dry run until a second person approves its digest."""

    id: UUID
    version: int
    state: str
    as_of: dt.datetime
    digest: str
    schedule_digest: str
    made_by_id: UUID
    made_at: dt.datetime
    approved_by_id: UUID | None
    approved_at: dt.datetime | None
    completed_at: dt.datetime | None
    remaining: int
    """Items still to be done."""
    classes: list[PlanClassView]
    allowed_actions: list[AllowedActionView]
