"""What auditors get: who did or saw what, and when. Ids and names of fields, never the content."""

from datetime import datetime
from uuid import UUID

from casemgmt.models import View


class AuditEventView(View):
    """One event."""

    id: UUID
    at: datetime
    kind: str
    outcome: str
    actor_id: UUID | None
    session_id: UUID | None
    request_id: str
    reason: str | None
    record_type: str
    record_ids: list[UUID]
    case_id: UUID | None
    signal_id: UUID | None
    fields: list[str]
