"""What readers get of transfers."""

from datetime import date, datetime
from uuid import UUID

from casemgmt.models import AllowedActionView, View


class TransferView(View):
    """An act of transfer: all that the receiving body learns before it accepts."""

    id: UUID
    case_id: UUID
    case_number: str
    stage: str
    risk_level: str | None
    children: int
    from_organisation_id: UUID
    to_organisation_id: UUID
    offered_by_id: UUID
    reason: str
    moved_on: date | None
    note: str | None
    state: str
    offered_at: datetime
    decided_at: datetime | None
    decided_by_id: UUID | None
    decline_reason: str | None
    manager_id: UUID | None
    ended_sessions: int
    ended_members: int
    ended_waiting: int
    ended_courses: int
    version: int
    allowed_actions: list[AllowedActionView]
