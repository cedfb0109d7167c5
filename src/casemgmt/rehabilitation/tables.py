"""Rehabilitation programmes and follow-up checks."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy import text as sql
from sqlmodel import Field

from casemgmt.db.base import CaseScoped, Stamped, Versioned, code, document, long_text, moment, ref


class RehabilitationProgramme(CaseScoped, Stamped, Versioned, table=True):
    """A programme for one child, measured before and after with the same version of the same instrument."""

    __tablename__ = "rehabilitation_programme"
    __table_args__ = (
        CheckConstraint(
            "state <> 'completed' or (after_assessment_id is not null and change is not null)",
            name="completed_measured",
        ),
        CheckConstraint("after_assessment_id <> before_assessment_id", name="two_assessments"),
        Index(
            "uq_rehabilitation_active", "case_id", "person_id", unique=True, postgresql_where=sql("state = 'active'")
        ),
    )

    id: UUID = Field(primary_key=True)
    person_id: UUID = ref("person.id")
    state: str = Field(max_length=16)
    aim: str = long_text()
    starts_on: date
    ends_on: date | None = None
    before_assessment_id: UUID = ref("assessment.id", index=False)
    after_assessment_id: UUID | None = ref("assessment.id", nullable=True, index=False)
    change: dict[str, Any] | None = document(nullable=True)
    """`domains`: per domain the earlier and the later score and the change; worked out, not typed."""
    result_note: str | None = long_text(nullable=True)
    stop_reason: str | None = long_text(nullable=True)
    completed_at: datetime | None = moment(nullable=True)


class FollowUpCheck(CaseScoped, Stamped, Versioned, table=True):
    """A later look at how the child is. A relapse reopens the case."""

    __tablename__ = "follow_up_check"
    __table_args__ = (
        CheckConstraint("(state = 'done') = (result is not null)", name="result_when_done"),
        Index("uq_follow_up_check_due", "case_id", unique=True, postgresql_where=sql("state = 'due'")),
    )

    id: UUID = Field(primary_key=True)
    due_on: date
    state: str = Field(max_length=16)
    """`due` or `done`."""
    done_at: datetime | None = moment(nullable=True)
    done_by_id: UUID | None = ref("app_user.id", nullable=True, index=False)
    child_seen: bool | None = None
    result: str | None = code("follow_up_outcome", nullable=True)
    note: str | None = long_text(nullable=True)
