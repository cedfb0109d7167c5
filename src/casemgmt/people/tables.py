"""Persons, their identifiers, contacts and addresses, families and relationships."""

from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from casemgmt.db.base import Row, Scoped, Stamped, Versioned, code, long_text, moment, ref


class Person(Scoped, Stamped, Versioned, table=True):
    """A child or an adult. Names are kept as written; the keys beside them make other spellings findable."""

    __tablename__ = "person"
    __table_args__ = (
        CheckConstraint("birth_date is null or birth_year = extract(year from birth_date)", name="birth_year_agrees"),
        CheckConstraint("birth_precision = 'unknown' or birth_year is not null", name="birth_year_known"),
        Index("ix_person_match", "match_key", "birth_year"),
    )

    id: UUID = Field(primary_key=True)
    family_name: str | None = None
    given_name: str | None = None
    patronymic: str | None = None
    match_key: str
    """Normalised names without order (see `names.name_key`)."""
    sort_key: str
    name_key_version: int
    sort_key_version: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    sex: str = code("sex", default="unknown")
    birth_date: date | None = None
    """With precision `month` or `year` the first day of it; with `approximate` the best estimate."""
    birth_precision: str = code("birth_date_precision", default="unknown")
    birth_year: int | None = None
    died_on: date | None = None
    citizenship_status: str = code("citizenship_status", default="unknown")
    languages: list[str] = Field(sa_type=ARRAY(Text), sa_column_kwargs={"server_default": "{}"})
    disability_category: str | None = code("disability_category", nullable=True)
    iin_mask: str | None = Field(default=None, max_length=12)
    """The IIN with all but its last two digits hidden; the number itself is in `person_iin`."""


class PersonIin(Row, table=True):
    """The individual identification number. Written by a function that answers nothing about hidden duplicates."""

    __tablename__ = "person_iin"

    person_id: UUID = ref("person.id", primary=True)
    iin: str = Field(max_length=12, unique=True)
    recorded_at: datetime = moment()
    recorded_by_id: UUID = ref("app_user.id", index=False)


class EarlierName(Row):
    """A name that a person bore and bears no more. What was only ever written wrongly is not one."""

    id: UUID = Field(primary_key=True)
    person_id: UUID = ref("person.id")
    family_name: str | None = None
    given_name: str | None = None
    patronymic: str | None = None
    match_key: str = Field(index=True)
    """As that of a person."""
    since: date | None = None
    """None where it is the first that is known."""
    until: date
    """The day from which the next one holds."""
    document: str = Field(max_length=500)
    """The paper that ended it."""
    recorded_at: datetime = moment()
    recorded_by_id: UUID = ref("app_user.id", index=False)


class FormerName(EarlierName, table=True):
    """An earlier name, seen and found by whoever sees the person."""

    __tablename__ = "former_name"

    ground: str = code("identity_change_ground")
    """Never `adoption`: such names are sealed."""


class SealedName(EarlierName, table=True):
    """A name from before an adoption. Seen and found by those alone who may know of the adoption."""

    __tablename__ = "sealed_name"

    ground: str = code("identity_change_ground")


class FormerIin(Row, table=True):
    """A number that was a person's before another one. Reached through functions alone; it is nobody else's."""

    __tablename__ = "former_iin"

    id: UUID = Field(primary_key=True)
    person_id: UUID = ref("person.id")
    number: str = Field(max_length=12, index=True)
    mask: str = Field(max_length=12)
    sealed: bool = False
    """From before an adoption."""
    until: date
    ground: str = code("identity_change_ground")
    document: str = Field(max_length=500)
    recorded_at: datetime = moment()
    recorded_by_id: UUID = ref("app_user.id", index=False)


class PersonContact(Row, table=True):
    """How to reach a person, and when it is safe to."""

    __tablename__ = "person_contact"

    id: UUID = Field(primary_key=True)
    person_id: UUID = ref("person.id")
    kind: str = code("contact_kind")
    value: str = Field(max_length=254)
    phone_hash: str | None = Field(default=None, max_length=64, index=True)
    safe_to_call: bool = False
    safe_from: time | None = None
    safe_until: time | None = None
    note: str | None = long_text(nullable=True)
    ended_at: datetime | None = moment(nullable=True)
    recorded_at: datetime = moment()
    recorded_by_id: UUID = ref("app_user.id", index=False)


class PersonAddress(Row, table=True):
    """Where a person lives or is registered. A shelter's address never stands here (see `ProtectedAddress`)."""

    __tablename__ = "person_address"

    id: UUID = Field(primary_key=True)
    person_id: UUID = ref("person.id")
    kind: str = code("address_kind")
    kato: str | None = Field(default=None, max_length=9)
    line: str | None = long_text(nullable=True)
    since: date
    until: date | None = None
    recorded_at: datetime = moment()
    recorded_by_id: UUID = ref("app_user.id", index=False)


class ProtectedAddress(Row, table=True):
    """An address that nobody outside the team of the person's case may learn."""

    __tablename__ = "protected_address"

    id: UUID = Field(primary_key=True)
    person_id: UUID = ref("person.id")
    kato: str | None = Field(default=None, max_length=9)
    line: str = long_text()
    reason: str = long_text()
    since: date
    until: date | None = None
    recorded_at: datetime = moment()
    recorded_by_id: UUID = ref("app_user.id", index=False)


class Family(Scoped, Stamped, Versioned, table=True):
    """A family as a household: who lives together, and since when."""

    __tablename__ = "family"

    id: UUID = Field(primary_key=True)
    label: str
    """What workers call it, usually the family name."""
    changed_at: datetime = moment()
    """When the household last changed: who joins or leaves raises the version of the family with it."""


class FamilyMember(Row, table=True):
    """Membership of a household, with its dates."""

    __tablename__ = "family_member"
    __table_args__ = (CheckConstraint("until is null or until >= since", name="dates_in_order"),)

    id: UUID = Field(primary_key=True)
    family_id: UUID = ref("family.id")
    person_id: UUID = ref("person.id")
    since: date
    until: date | None = None
    recorded_at: datetime = moment()
    recorded_by_id: UUID = ref("app_user.id", index=False)


class Relationship(Row, table=True):
    """What one person is to another (`person_id` is the `kind` of `other_id`), with dates.

    `parental_responsibility` is the adult's of the two, from whichever side the relationship was recorded.
    """

    __tablename__ = "relationship"
    __table_args__ = (
        CheckConstraint("person_id <> other_id", name="two_persons"),
        CheckConstraint("until is null or until >= since", name="dates_in_order"),
    )

    id: UUID = Field(primary_key=True)
    person_id: UUID = ref("person.id")
    other_id: UUID = ref("person.id")
    kind: str = code("relationship_kind")
    parental_responsibility: bool = False
    since: date | None = None
    until: date | None = None
    recorded_at: datetime = moment()
    recorded_by_id: UUID = ref("app_user.id", index=False)


class HealthNote(Row, table=True):
    """What was seen or learnt of a person's health. Read by the medical side of the team, and by its author."""

    __tablename__ = "health_note"

    id: UUID = Field(primary_key=True)
    person_id: UUID = ref("person.id")
    visit_act_id: UUID | None = ref("visit_act.id", nullable=True)
    """The visit at which it was seen."""
    assessment_id: UUID | None = ref("assessment.id", nullable=True)
    """The assessment to which it belongs."""
    observed_on: date
    body: str = long_text()
    recorded_at: datetime = moment()
    recorded_by_id: UUID = ref("app_user.id", index=False)


class AdoptionFact(Row, table=True):
    """An adoption: the decision, and what it changed. Read by the guardianship body's member of the team alone."""

    __tablename__ = "adoption_fact"
    __table_args__ = (
        CheckConstraint("in_force_on is null or in_force_on >= decided_on", name="dates_in_order"),
        CheckConstraint("(withdrawn_at is null) = (withdraw_reason is null)", name="withdrawn_with_reason"),
    )

    id: UUID = Field(primary_key=True)
    person_id: UUID = ref("person.id")
    """Who was adopted."""
    court: str = long_text()
    decision_number: str | None = Field(default=None, max_length=80)
    decided_on: date
    in_force_on: date | None = None
    former_family_name: str | None = None
    """With the other former names and the former birth date and place: only what the adoption changed."""
    former_given_name: str | None = None
    former_patronymic: str | None = None
    former_birth_date: date | None = None
    former_birth_place: str | None = long_text(nullable=True)
    known_to: str | None = long_text(nullable=True)
    """Who in the family and around it knows."""
    child_knows: bool | None = None
    recorded_at: datetime = moment()
    recorded_by_id: UUID = ref("app_user.id", index=False)
    withdrawn_at: datetime | None = moment(nullable=True)
    """Recorded by mistake: kept, and marked."""
    withdrawn_by_id: UUID | None = ref("app_user.id", nullable=True, index=False)
    withdraw_reason: str | None = long_text(nullable=True)
