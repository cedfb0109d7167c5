"""What was entered in error."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy import text as sql
from sqlmodel import Field

from casemgmt.db.base import CaseScoped, Versioned, code, long_text, moment, ref


class RecordError(CaseScoped, Versioned, table=True):
    """A record of a case that was entered in error: said by one person, confirmed by another. It stays."""

    __tablename__ = "record_error"
    __table_args__ = (
        CheckConstraint("decided_by_id is null or decided_by_id <> proposed_by_id", name="second_person"),
        CheckConstraint("(state in ('confirmed', 'declined')) = (decided_by_id is not null)", name="decided_whole"),
        Index("uq_record_error_open", "record_id", unique=True, postgresql_where=sql("state = 'proposed'")),
        Index("ix_record_error_case_proposed", "case_id", "proposed_at", "id"),
    )

    id: UUID = Field(primary_key=True)
    record_type: str = Field(max_length=24)
    record_id: UUID
    reason: str = code("error_reason")
    note: str = long_text()
    state: str = Field(max_length=16)
    proposed_at: datetime = moment()
    proposed_by_id: UUID = ref("app_user.id", index=False)
    decided_at: datetime | None = moment(nullable=True)
    decided_by_id: UUID | None = ref("app_user.id", nullable=True, index=False)
    decision_note: str | None = long_text(nullable=True)
