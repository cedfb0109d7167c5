"""What readers get of corrections."""

from datetime import datetime
from uuid import UUID

from casemgmt.models import AllowedActionView, View


class CorrectionView(View):
    """A record that was, or may have been, entered in error."""

    id: UUID
    case_id: UUID
    record_type: str
    record_id: UUID
    reason: str
    note: str
    state: str
    proposed_at: datetime
    proposed_by_id: UUID
    decided_at: datetime | None
    decided_by_id: UUID | None
    decision_note: str | None
    version: int
    allowed_actions: list[AllowedActionView]


class CorrectionsView(View):
    """The corrections of a case, newest first."""

    items: list[CorrectionView]
