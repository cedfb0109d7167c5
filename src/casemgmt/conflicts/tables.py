"""Declared conflicts of members of staff."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy import text as sql
from sqlmodel import Field

from casemgmt.db.base import Versioned, code, long_text, moment, ref


class StaffConflict(Versioned, table=True):
    """A link between a member of staff and a person or a case. What it shuts out is worked out by the database.

    It names a record by id, a case by its number, or a person by names and year of birth. There is no foreign key: a
    declaration answers the same whether what it names exists or not, and holds for what is recorded later.
    """

    __tablename__ = "staff_conflict"
    __table_args__ = (
        CheckConstraint(
            "num_nonnulls(record_id, case_number, match_key) = 1 and (record_id is null) = (record_type is null)"
            " and (match_key is null) = (birth_year is null) and (match_key is null) = (named is null)",
            name="names_one_thing",
        ),
        CheckConstraint("record_type in ('person', 'case', 'signal')", name="record_type_known"),
        CheckConstraint("(state = 'ended') = (ended_at is not null)", name="ended_at_when_ended"),
        CheckConstraint("ended_by_id <> user_id and ended_by_id <> declared_by_id", name="second_person_ends"),
        Index("ix_staff_conflict_standing", "user_id", postgresql_where=sql("state = 'standing'")),
        Index("ix_staff_conflict_body", "organisation_id", "declared_at", "id"),
        Index("ix_staff_conflict_user", "user_id", "declared_at", "id"),
    )

    id: UUID = Field(primary_key=True)
    user_id: UUID = ref("app_user.id", index=False)
    organisation_id: UUID = ref("organisation.id", index=False)
    """The body in which the user works: those who supervise it keep its conflicts."""
    kind: str = code("staff_conflict_kind")
    record_type: str | None = Field(default=None, max_length=8)
    record_id: UUID | None = None
    case_number: str | None = Field(default=None, max_length=24)
    named: str | None = long_text(nullable=True)
    """The names as they were declared; `match_key` finds the person under other spellings."""
    match_key: str | None = None
    birth_year: int | None = None
    note: str | None = long_text(nullable=True)
    state: str = Field(max_length=16)
    declared_at: datetime = moment()
    declared_by_id: UUID = ref("app_user.id", index=False)
    ended_at: datetime | None = moment(nullable=True)
    ended_by_id: UUID | None = ref("app_user.id", nullable=True, index=False)
    end_note: str | None = long_text(nullable=True)
