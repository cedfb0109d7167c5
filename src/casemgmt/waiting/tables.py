"""Who waits for which service of which centre."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy import text as sql
from sqlmodel import Field

from casemgmt.db.base import CaseScoped, Stamped, Versioned, code, moment, ref


class WaitingEntry(CaseScoped, Stamped, Versioned, table=True):
    """A family's place in the queue for a service. The order follows from the risk of the case and the entry's age."""

    __tablename__ = "waiting_entry"
    __table_args__ = (
        CheckConstraint("(state = 'offered') = (offer_until is not null)", name="offer_has_an_end"),
        Index(
            "uq_waiting_entry_person",
            "centre_id",
            "service",
            "person_id",
            unique=True,
            postgresql_where=sql("state in ('waiting', 'offered')"),
        ),
        Index("ix_waiting_entry_place_free", "place_free_since", postgresql_where=sql("place_free_since is not null")),
    )

    id: UUID = Field(primary_key=True)
    centre_id: UUID = ref("organisation.id", index=False)
    service: str = code("centre_service")
    person_id: UUID = ref("person.id")
    state: str = Field(max_length=16)
    since: datetime = moment()
    """From when its age counts: also where an offer could not be taken."""
    offer_until: datetime | None = moment(nullable=True)
    ended_at: datetime | None = moment(nullable=True)
    end_reason: str | None = code("cancellation_reason", nullable=True)
    """Why it ended where no person of the team ended it: the family moved to another region."""
    place_free_since: datetime | None = moment(nullable=True)
    """Since when the place that was on offer is free by a move; None again when the worker has passed it on."""
