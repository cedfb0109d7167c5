"""The audit log, the tree over it, and what the service keeps to answer a repeated request with the same answer."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, LargeBinary, PrimaryKeyConstraint, SmallInteger, Text
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
        Index("ix_audit_event_xid", "xid"),  # the order in which the sealer takes events
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
    on_behalf_of: UUID | None = None
    """The person or body for whom the actor acted, where it was not for itself."""
    session_id: UUID | None = None
    request_id: str = Field(max_length=64)
    purpose: str | None = Field(default=None, max_length=64)
    """Code of the purpose or legal basis that the actor gave."""
    reason: str | None = Field(default=None, max_length=64)
    """Code of a refusal, or of the reason the actor gave."""
    record_type: str = Field(max_length=32)
    record_ids: list[UUID] = Field(sa_type=ARRAY(PG_UUID(as_uuid=True)))
    case_id: UUID | None = None
    signal_id: UUID | None = None
    fields: list[str] = Field(sa_type=ARRAY(Text))
    changes: list[dict[str, str | None]] | None = document(nullable=True)
    """Commitments to what the changed fields held before and hold after (`audit/commitments.py`)."""


class AuditSalt(Row, table=True):
    """What opens the commitments of one event. Apart from the event, so that it can be erased and the proof stays."""

    __tablename__ = "audit_salt"

    event_id: UUID = Field(primary_key=True)
    salt: bytes = Field(sa_type=LargeBinary)


class AuditKey(Row, table=True):
    """A public key that heads of the tree are signed with."""

    __tablename__ = "audit_key"

    id: str = Field(primary_key=True, max_length=16)
    """The first 16 hexadecimal digits of the SHA-256 of the public key."""
    public_key: bytes = Field(sa_type=LargeBinary)
    valid_from: datetime = moment()
    valid_until: datetime | None = moment(nullable=True)
    """The head at this moment, and every later one, is signed with the next key."""
    endorsed_by: str | None = Field(default=None, max_length=16)
    endorsement: bytes | None = Field(default=None, sa_type=LargeBinary)
    """The signature of the key before on this one."""


class AuditHead(Row, table=True):
    """A signed head of the tree: how large it was at a moment, and its root."""

    __tablename__ = "audit_head"
    __table_args__ = (Index("ix_audit_head_sealed_at", "sealed_at"),)

    size: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    root: bytes = Field(sa_type=LargeBinary)
    sealed_at: datetime = moment()
    horizon: int = Field(sa_type=Xid8)
    """Every event of a transaction before this one is in the tree."""
    generation: int
    """Raised when the database moved to another cluster, where transactions are counted anew."""
    cluster: str = Field(max_length=24)
    key_id: str = ref("audit_key.id", index=False)
    signature: bytes = Field(sa_type=LargeBinary)


class AuditLeaf(Row, table=True):
    """The place of an event in the tree."""

    __tablename__ = "audit_leaf"

    position: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    event_id: UUID = Field(unique=True)
    event_at: datetime = moment()
    format: int = Field(sa_type=SmallInteger)
    """How the event was written down when it was hashed (`audit/leaf.py`)."""
    hash: bytes = Field(sa_type=LargeBinary)
    seal: bytes = Field(sa_type=LargeBinary)
    """Signature on place and hash: names a changed event, where a root says only that there is one."""


class AuditNode(Row, table=True):
    """The root of a complete subtree of 256, 65 536, … leaves: no proof reads more than a few hundred rows."""

    __tablename__ = "audit_node"
    __table_args__ = (PrimaryKeyConstraint("level", "index"),)

    level: int = Field(sa_type=SmallInteger)
    index: int = Field(sa_type=BigInteger)
    hash: bytes = Field(sa_type=LargeBinary)


class AuditWitness(Row, table=True):
    """How far an outside witness has been told of the heads."""

    __tablename__ = "audit_witness"
    __table_args__ = (CheckConstraint("size >= 0", name="size"),)

    name: str = Field(primary_key=True, max_length=16)
    size: int = Field(sa_type=BigInteger)
    told_at: datetime = moment()
    failing_since: datetime | None = moment(nullable=True)


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
