"""The timeline."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from casemgmt.db.base import Scoped, document, moment, ref


class TimelineEntry(Scoped, table=True):
    """One thing that happened, in the words of the field; the story of a signal and then of its case.

    `data` holds codes, ids and dates, never names or free text: what it points to is read under its own policy.
    """

    __tablename__ = "timeline_entry"
    committed: ClassVar[bool] = False  # it says again what the event says
    __table_args__ = (
        CheckConstraint("case_id is not null or signal_id is not null", name="belongs_somewhere"),
        Index("ix_timeline_entry_case", "case_id", "at", "id"),
        Index("ix_timeline_entry_signal", "signal_id", "at", "id"),
    )

    id: UUID = Field(primary_key=True)
    case_id: UUID | None = ref("case_record.id", nullable=True, index=False)
    signal_id: UUID | None = ref("signal.id", nullable=True, index=False)
    at: datetime = moment()
    kind: str = Field(max_length=48)
    actor_id: UUID = ref("app_user.id", index=False)
    record_type: str = Field(max_length=32)
    record_id: UUID
    data: dict[str, Any] = document()
