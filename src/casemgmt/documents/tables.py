"""Documents: what is known of each, and the key that opens it, in a table of its own."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index
from sqlmodel import Field

from casemgmt.db.base import Row, Scoped, Stamped, Versioned, code, long_text, moment, ref


class Document(Scoped, Stamped, Versioned, table=True):
    """A file that belongs to a record. Its content lies in the storage, sealed."""

    __tablename__ = "document"
    __table_args__ = (
        CheckConstraint(
            "case record_type when 'case' then case_id = record_id when 'signal' then signal_id = record_id"
            " when 'plan' then case_id is not null when 'session' then case_id is not null"
            " when 'visit_act' then signal_id is not null when 'benefit_appeal' then determination_id is not null"
            " else record_type = 'person' end",
            name="record",
        ),
        CheckConstraint("size_bytes > 0", name="size_positive"),
        CheckConstraint(
            "case state when 'awaited' then storage_name is null and digest is null"
            " when 'removed' then (storage_name is null) = (digest is null)"
            " when 'erased' then storage_name is null else storage_name is not null and digest is not null end",
            name="content_when_kept",
        ),
        CheckConstraint("state <> 'removal_proposed' or removal_reason is not null", name="reason_when_proposed"),
        CheckConstraint(
            "removed_by_id is null or removed_by_id is distinct from removal_proposed_by_id",
            name="second_person_removes",
        ),
        CheckConstraint("(file_name is null) = (state = 'erased')", name="name_until_erased"),
        Index("ix_document_record", "record_type", "record_id", "created_at", "id"),
        Index("ix_document_case_newest", "case_id", "created_at", "id"),
        Index("uq_document_storage_name", "storage_name", unique=True),
    )

    id: UUID = Field(primary_key=True)
    record_type: str = Field(max_length=16)
    record_id: UUID
    case_id: UUID | None = ref("case_record.id", nullable=True, index=False)
    signal_id: UUID | None = ref("signal.id", nullable=True)
    determination_id: UUID | None = ref("benefit_determination.id", nullable=True)
    kind: str = code("document_kind")
    secrecy: str = code("document_secrecy")
    state: str = Field(max_length=16)
    media_type: str = Field(max_length=80)
    size_bytes: int = Field(sa_type=BigInteger)
    file_name: str | None = Field(default=None, max_length=120)
    """Personal: it often names the child. Gone with the content when the document is erased."""
    storage_name: str | None = Field(default=None, max_length=32)
    digest: str | None = Field(default=None, max_length=64)
    """HMAC-SHA256 of the content under a key that comes from the document's own: see `sealing.content_digest`."""
    scan: str = Field(default="not_scanned", max_length=16)
    kept_at: datetime | None = moment(nullable=True)
    removal_reason: str | None = code("document_removal_reason", nullable=True)
    removal_note: str | None = long_text(nullable=True)
    removal_proposed_by_id: UUID | None = ref("app_user.id", nullable=True, index=False)
    removal_proposed_at: datetime | None = moment(nullable=True)
    removed_by_id: UUID | None = ref("app_user.id", nullable=True, index=False)
    removed_at: datetime | None = moment(nullable=True)
    erased_at: datetime | None = moment(nullable=True)


class DocumentKey(Row, table=True):
    """The key of a document's content, wrapped by a master key. Destroyed, the content is unreadable for ever."""

    __tablename__ = "document_key"
    __table_args__ = (CheckConstraint("(wrapped is null) = (destroyed_at is not null)", name="until_destroyed"),)
    committed: ClassVar[bool] = False

    document_id: UUID = ref("document.id", primary=True)
    master_key_id: str = Field(max_length=16, index=True)
    wrapped: str | None = Field(default=None, max_length=160)
    destroyed_at: datetime | None = moment(nullable=True)
