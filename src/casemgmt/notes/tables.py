"""Notes and flags of a case. Its warnings stand with those of signals (`outreach/tables.py`): visitors read both."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy import text as sql
from sqlmodel import Field

from casemgmt.db.base import CaseScoped, Versioned, code, document, long_text, marked_in_error, moment, ref

_SET = sql("lifted_at is null")


class CaseNote(CaseScoped, table=True):
    """A note of the work. It is not edited: what turned out otherwise is another note."""

    __tablename__ = "case_note"
    __table_args__ = (Index("ix_case_note_case_written", "case_id", "written_at", "id"),)

    id: UUID = Field(primary_key=True)
    body: str = long_text()
    mentions: list[Any] = document()
    """Ids of the members of staff whom it gave a task."""
    written_at: datetime = moment()
    written_by_id: UUID = ref("app_user.id", index=False)
    entered_in_error: bool = marked_in_error()


class CaseFlag(CaseScoped, Versioned, table=True):
    """A flag on a case. One of each kind is set at a time; who sets and who lifts it says why."""

    __tablename__ = "case_flag"
    __table_args__ = (
        CheckConstraint("(lifted_at is null) = (lift_reason is null)", name="lifted_whole"),
        Index("uq_case_flag_set", "case_id", "kind", unique=True, postgresql_where=_SET),
        Index("ix_case_flag_region_set", "region_code", "set_at", "id", postgresql_where=_SET),
        Index("ix_case_flag_organisation_set", "organisation_id", "set_at", "id", postgresql_where=_SET),
        Index("ix_case_flag_set", "set_at", "id", postgresql_where=_SET),
    )

    id: UUID = Field(primary_key=True)
    kind: str = code("case_flag")
    reason: str = long_text()
    set_at: datetime = moment()
    set_by_id: UUID = ref("app_user.id", index=False)
    lifted_at: datetime | None = moment(nullable=True)
    lifted_by_id: UUID | None = ref("app_user.id", nullable=True, index=False)
    lift_reason: str | None = long_text(nullable=True)
