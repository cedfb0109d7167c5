"""Assessments, and the instruments that they are made with."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy import text as sql
from sqlmodel import Field

from casemgmt.db.base import CaseScoped, Row, Stamped, Versioned, code, document, long_text, moment, ref


class Assessment(CaseScoped, Stamped, Versioned, table=True):
    """One assessment of one child with one version of one instrument. Completed ones are never edited."""

    __tablename__ = "assessment"
    __table_args__ = (
        CheckConstraint(
            "state <> 'completed' or (completed_at is not null and risk_level is not null)",
            name="completed_whole",
        ),
        Index("uq_assessment_draft", "case_id", "person_id", unique=True, postgresql_where=sql("state = 'draft'")),
    )

    id: UUID = Field(primary_key=True)
    person_id: UUID = ref("person.id")
    state: str = Field(max_length=16)
    instrument: str = Field(max_length=64)
    instrument_version: int
    language: str | None = code("language", nullable=True)
    """In which it was spoken; None for those of before it was asked."""
    occasion: str = Field(max_length=24)
    """`initial`, `review`, `before_rehabilitation`, `after_rehabilitation`, `follow_up`."""
    answers: dict[str, Any] = document()
    """Item code to the value chosen."""
    domain_scores: dict[str, Any] = document()
    total_score: int | None = None
    risk_level: str | None = code("risk_level", nullable=True)
    """The level that a person decided; the instrument suggests one."""
    suggested_risk_level: str | None = code("risk_level", nullable=True)
    risk_reason: str | None = long_text(nullable=True)
    """Required where the level differs from the suggested one."""
    review_on: date | None = None
    conclusion: str | None = long_text(nullable=True)
    discard_reason: str | None = long_text(nullable=True)
    completed_at: datetime | None = moment(nullable=True)
    completed_by_id: UUID | None = ref("app_user.id", nullable=True, index=False)


class AssessmentInstrument(Row, table=True):
    """One version of an instrument as it was loaded. A trigger lets nobody change or delete it: records point to it."""

    __tablename__ = "assessment_instrument"
    __table_args__ = (CheckConstraint("(withdrawn_at is null) = (withdraw_reason is null)", name="withdrawn_whole"),)

    code: str = Field(primary_key=True, max_length=64)
    version: int = Field(primary_key=True)
    digest: str = Field(max_length=64)
    """SHA-256 of the content: what an authority signed off."""
    content: dict[str, Any] = document()
    authority: str | None = None
    """Who signed it off for use here; None for what comes with the program."""
    signed_by: str | None = None
    signed_on: date | None = None
    loaded_at: datetime = moment()
    withdrawn_at: datetime | None = moment(nullable=True)
    """From then on nothing begins with it; what was begun is finished and read with it for ever."""
    withdraw_reason: str | None = long_text(nullable=True)
