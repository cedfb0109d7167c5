"""What may be asked of documents."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from casemgmt.documents.media import MEDIA_TYPES
from casemgmt.models import Command
from casemgmt.reference.fields import DocumentKind, DocumentRemovalReason, DocumentSecrecy, LongText, ShortText

RecordType = Literal["case", "signal", "visit_act", "person", "plan", "session", "benefit_appeal"]
MediaTypeName = Literal[tuple(MEDIA_TYPES)]  # type: ignore[valid-type]  # the names are the keys of the table


class AnnounceDocument(Command):
    """A file that is about to be sent. What is said here is checked before a byte of it travels."""

    id: UUID | None = None
    record_type: RecordType
    record_id: UUID
    kind: DocumentKind
    secrecy: DocumentSecrecy
    media_type: MediaTypeName  # type: ignore[valid-type]  # see above
    size_bytes: Annotated[int, Field(gt=0, lt=2**40)]
    file_name: ShortText


class ProposeRemoval(Command):
    """A kept document that does not belong where it is."""

    reason: DocumentRemovalReason
    note: LongText | None = None
