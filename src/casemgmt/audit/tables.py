"""The audit log, and what the service keeps to answer a repeated request with the same answer."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, PrimaryKeyConstraint, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlmodel import Field

from casemgmt.db.base import Row, Xid8, document, moment, ref


class AuditEvent(Row, table=True):
    """One event. Inserted by one function only, which sets the time; never changed, never deleted.

    Holds ids and names of fields, no personal content. Partitioned by month.
    """

    __tablename__ = "audit_event"
    __table_args__ = (
        PrimaryKeyConstraint("at", "id"),
        Index("ix_audit_event_actor", "actor_id", "at"),
        Index("ix_audit_event_case", "case_id", "at"),
        Index(
            "ix_audit_event_records",
            "record_ids",
            postgresql_using="gin",
            # Kilobytes: a longer list of pending entries is merged in half a second of one unlucky request.
            postgresql_with={"gin_pending_list_limit": 64},
        ),
        {"postgresql_partition_by": "RANGE (at)"},
    )

    at: datetime = moment()
    id: UUID
    xid: int = Field(sa_type=Xid8)
    kind: str = Field(max_length=64)
    outcome: str = Field(max_length=12)
    """`done` or `refused`."""
    actor_id: UUID | None = None
    session_id: UUID | None = None
    request_id: str = Field(max_length=64)
    reason: str | None = Field(default=None, max_length=64)
    """Code of a refusal, or of the reason the actor gave."""
    record_type: str = Field(max_length=32)
    record_ids: list[UUID] = Field(sa_type=ARRAY(PG_UUID(as_uuid=True)))
    case_id: UUID | None = None
    signal_id: UUID | None = None
    fields: list[str] = Field(sa_type=ARRAY(Text))


class IdempotencyKey(Row, table=True):
    """A key that a client sent with a creating or acting POST, and the answer it got."""

    __tablename__ = "idempotency_key"

    user_id: UUID = ref("app_user.id", primary=True)
    key: str = Field(primary_key=True, max_length=255)
    fingerprint: str = Field(max_length=64)
    status: int
    headers: dict[str, Any] = document()
    body: str
    created_at: datetime = moment(index=True)
