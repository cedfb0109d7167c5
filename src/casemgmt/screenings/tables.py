"""The result of a screening stands with its signal; the answers in a table of their own."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Field

from casemgmt.db.base import Row, Scoped, code, document, moment, ref


class Screening(Scoped, table=True):
    """What a screening came to: whoever decides on the signal reads it."""

    __tablename__ = "screening"

    signal_id: UUID = ref("signal.id", primary=True)
    person_id: UUID = ref("person.id")
    instrument: str = Field(max_length=64)
    instrument_version: int
    language: str = code("language")
    total_score: int
    suggested_risk_level: str = code("risk_level")
    recorded_at: datetime = moment()
    recorded_by_id: UUID = ref("app_user.id", index=False)


class ScreeningAnswers(Row, table=True):
    """What the child answered. For psychologists: whoever asked, and those of the team who give psychological help."""

    __tablename__ = "screening_answers"

    signal_id: UUID = ref("signal.id", primary=True)
    person_id: UUID = ref("person.id")
    answers: dict[str, Any] = document()
    domain_scores: dict[str, Any] = document()
    recorded_at: datetime = moment()
    recorded_by_id: UUID = ref("app_user.id", index=False)
