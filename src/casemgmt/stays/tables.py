"""Shelters and their places, and who stays there. A stay names no centre: where it is stands in secret tables alone."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy import text as sql
from sqlmodel import Field

from casemgmt.db.base import CaseScoped, Row, Stamped, Versioned, code, long_text, moment, ref


class Shelter(Stamped, Versioned, table=True):
    """A house in which a centre takes people in. That it is there is as secret as its address."""

    __tablename__ = "shelter"

    id: UUID = Field(primary_key=True)
    organisation_id: UUID = ref("organisation.id")
    kato: str | None = Field(default=None, max_length=9)
    line: str = long_text()
    active: bool = True


class ShelterPlace(Versioned, table=True):
    """A bed. One person at a time: an index refuses the second."""

    __tablename__ = "shelter_place"
    __table_args__ = (Index("uq_shelter_place_label", "shelter_id", "label", unique=True),)

    id: UUID = Field(primary_key=True)
    organisation_id: UUID = ref("organisation.id", index=False)
    shelter_id: UUID = ref("shelter.id", index=False)
    label: str
    active: bool = True
    """False: nobody new is admitted; who is there stays until leaving."""


class TemporaryStay(CaseScoped, Stamped, Versioned, table=True):
    """A family's temporary stay: since when, until when at the latest, and how it ended."""

    __tablename__ = "temporary_stay"
    __table_args__ = (
        CheckConstraint("(state = 'left') = (left_at is not null)", name="left_when_left"),
        CheckConstraint("(left_at is null) = (leave_reason is null)", name="reason_when_left"),
        CheckConstraint("counted_from <= admitted_at and until_at > counted_from", name="moments_in_order"),
    )

    id: UUID = Field(primary_key=True)
    state: str = Field(max_length=16)
    ground: str = code("violence_kind")
    persons: int
    admitted_at: datetime = moment()
    counted_from: datetime = moment()
    """From when the term runs: an earlier admission where the stay before ended just now."""
    until_at: datetime = moment()
    term_status: str = Field(max_length=16)
    """Whether the term is law (`rules/law/kz/deadlines/centre.yaml`)."""
    left_at: datetime | None = moment(nullable=True)
    leave_reason: str | None = code("stay_leave_reason", nullable=True)


class StayPerson(CaseScoped, Row, table=True):
    """Who stays, in which bed, and the protected address that follows from it. Seen by the team alone."""

    __tablename__ = "stay_person"
    __table_args__ = (
        Index("uq_stay_person_place", "place_id", unique=True, postgresql_where=sql("left_at is null")),
        Index("uq_stay_person_person", "person_id", unique=True, postgresql_where=sql("left_at is null")),
    )

    stay_id: UUID = ref("temporary_stay.id", primary=True)
    person_id: UUID = ref("person.id", primary=True)
    place_id: UUID = ref("shelter_place.id", index=False)
    address_id: UUID = ref("protected_address.id", index=False)
    left_at: datetime | None = moment(nullable=True)
