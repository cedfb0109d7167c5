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
