"""What readers of documents get."""

from datetime import datetime
from uuid import UUID

from casemgmt.models import AllowedActionView, View


class DocumentSummary(View):
    """A document in a list."""

    id: UUID
    record_type: str
    record_id: UUID
    case_id: UUID | None
    signal_id: UUID | None
    kind: str
    secrecy: str
    state: str
    media_type: str
    size_bytes: int
    file_name: str | None
    scan: str
    """`clean`: a scanner found nothing when it came. `not_scanned`: nobody has looked for malware in it."""
    created_at: datetime
    created_by_id: UUID
    kept_at: datetime | None


class DocumentView(DocumentSummary):
    """A document in full, with what the reader may do on it now."""

    version: int
    removal_reason: str | None
    removal_note: str | None
    removal_proposed_by_id: UUID | None
    removal_proposed_at: datetime | None
    removed_by_id: UUID | None
    removed_at: datetime | None
    erased_at: datetime | None
    allowed_actions: list[AllowedActionView]


class LinkView(View):
    """Where the content can be fetched, by the same session, until when."""

    url: str
    copy_kind: str
    expires_at: datetime
