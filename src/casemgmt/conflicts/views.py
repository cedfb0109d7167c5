"""What readers of staff conflicts get."""

from datetime import datetime
from uuid import UUID

from casemgmt.models import AllowedActionView, View


class OwnConflict(View):
    """What you declared, as you declared it: nothing here tells whether there is such a record."""

    id: UUID
    kind: str
    record_type: str | None
    record_id: UUID | None
    case_number: str | None
    named: str | None
    birth_year: int | None
    note: str | None
    state: str
    declared_at: datetime
    ended_at: datetime | None


class ConflictView(OwnConflict):
    """A conflict of a member of staff, for those who supervise the body."""

    user_id: UUID
    declared_by_id: UUID
    ended_by_id: UUID | None
    end_note: str | None
    version: int
    allowed_actions: list[AllowedActionView]
