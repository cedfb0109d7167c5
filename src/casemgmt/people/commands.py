"""What may be asked of persons, families and relationships."""

import datetime as dt
from typing import Annotated
from uuid import UUID

from pydantic import Field

from casemgmt.models import Command
from casemgmt.reference.fields import (
    AddressKind,
    BirthPrecision,
    CitizenshipStatus,
    ContactKind,
    DisabilityCategory,
    IdentityChangeGround,
    Kato,
    Language,
    LocalTime,
    LongText,
    Name,
    RelationshipKind,
    Sex,
    ShortText,
)

Languages = Annotated[list[Language], Field(max_length=10)]
Year = Annotated[int, Field(ge=1900, le=9999)]
GivenPhone = Annotated[str, Field(min_length=1, max_length=40)]
GivenIin = Annotated[str, Field(min_length=1, max_length=20, description="Twelve digits.")]


class BirthGiven(Command):
    """What is known of the birth. `exact` and `month` need a date, `year` and `approximate` a date or a year."""

    precision: BirthPrecision
    date: dt.date | None = Field(
        default=None, description="With `month` the first day of the month, with `year` the first day of the year."
    )
    year: Year | None = None


class RecordPerson(Command):
    """Record a person. Everything may be unknown at first."""

    id: UUID | None = Field(default=None, description="UUIDv7 of the client; made by the service where absent.")
    family_name: Name | None = None
    given_name: Name | None = None
    patronymic: Name | None = None
    sex: Sex = "unknown"
    birth: BirthGiven | None = None
    died_on: dt.date | None = None
    citizenship_status: CitizenshipStatus = "unknown"
    languages: Languages = Field(default_factory=list, description="Those the person speaks, the best one first.")
    disability_category: DisabilityCategory | None = None
    kato: Kato | None = Field(
        default=None,
        description="Where the person is: gives the region of the record. Absent: the region of your body.",
    )


class ChangePerson(Command):
    """Change what is given and leave the rest. `null` empties names, `birth`, `died_on` and `disability_category`."""

    family_name: Name | None = None
    given_name: Name | None = None
    patronymic: Name | None = None
    # A factory, because these three may be left out and yet can't be null; the value made is never looked at.
    sex: Sex = Field(default_factory=lambda: "unknown")
    birth: BirthGiven | None = None
    died_on: dt.date | None = None
    citizenship_status: CitizenshipStatus = Field(default_factory=lambda: "unknown")
    languages: Languages = Field(default_factory=list)
    disability_category: DisabilityCategory | None = None


class ChangeGiven(Command):
    """By what a name or a number changed: it was right until then, and is kept as what it was."""

    ground: IdentityChangeGround = Field(
        description="`adoption` is for the guardianship body's member of the team: what was before it is sealed."
    )
    changed_on: dt.date = Field(description="The day from which the new one holds.")
    document: ShortText = Field(description="The paper that says so: what it is, its number and day.")


class ChangeName(ChangeGiven):
    """Change a name by law. What is given is the new one, `null` says that there is none; what is left out stays.

    A slip of the pen is corrected by changing the person: it never was a name.
    """

    family_name: Name | None = None
    given_name: Name | None = None
    patronymic: Name | None = None


class RecordIin(Command):
    """Record the individual identification number. Without `replaces` what stood there before was a mistake."""

    iin: GivenIin
    replaces: ChangeGiven | None = Field(
        default=None, description="Where the number on record was the person's until it was replaced."
    )


class MatchPersons(Command):
    """Ask whether somebody is known. Searched by each key that is complete: IIN, names with birth year, phone."""

    iin: GivenIin | None = None
    family_name: Name | None = None
    given_name: Name | None = None
    patronymic: Name | None = None
    birth_year: Year | None = None
    phone: GivenPhone | None = None


class RecordContact(Command):
    """Record how to reach a person. `safe_from` and `safe_until` may span midnight."""

    kind: ContactKind
    value: Annotated[ShortText, Field(max_length=254)]
    safe_to_call: bool = Field(default=False, description="Whether a call or a message can't harm the person.")
    safe_from: LocalTime | None = Field(default=None, description="Local time from which it is safe.")
    safe_until: LocalTime | None = None
    note: LongText | None = None


class RecordAddress(Command):
    """Record an address. One of the kind `protected` is kept apart and seen by the team of the person's case only."""

    kind: AddressKind
    kato: Kato | None = None
    line: LongText | None = Field(default=None, description="Street, house, flat; needed where `protected`.")
    reason: LongText | None = Field(default=None, description="Why it is protected; belongs to `protected` only.")
    since: dt.date
    until: dt.date | None = None


class EndPeriod(Command):
    """End something dated on a day."""

    until: dt.date


class MemberGiven(Command):
    """Who lives in the household, since when."""

    person_id: UUID
    since: dt.date


class RecordFamily(Command):
    """Record a family as a household."""

    id: UUID | None = Field(default=None, description="UUIDv7 of the client; made by the service where absent.")
    label: Name = Field(description="What workers call it, usually the family name.")
    members: list[MemberGiven] = Field(default_factory=list, max_length=40)


class AddMember(MemberGiven):
    """Add a person to the household."""


class RecordRelationship(Command):
    """Say what the person is to another: the person of the address is the `kind` of `other_id`."""

    other_id: UUID
    kind: RelationshipKind
    parental_responsibility: bool = Field(
        default=False, description="The adult of the two is responsible for the child."
    )
    since: dt.date | None = None
    until: dt.date | None = None


class WriteHealthNote(Command):
    """Write down what was seen or learnt of a person's health."""

    id: UUID | None = Field(default=None, description="UUIDv7 of the client; made by the service where absent.")
    body: LongText
    observed_on: dt.date
    visit_act_id: UUID | None = Field(default=None, description="The visit at which it was seen.")
    assessment_id: UUID | None = Field(default=None, description="The assessment to which it belongs.")


class RecordAdoption(Command):
    """Record an adoption and what it changed. The former names, birth date and place: only what is different now."""

    court: LongText
    decision_number: Annotated[ShortText, Field(max_length=80)] | None = None
    decided_on: dt.date
    in_force_on: dt.date | None = None
    former_family_name: Name | None = None
    former_given_name: Name | None = None
    former_patronymic: Name | None = None
    former_birth_date: dt.date | None = None
    former_birth_place: LongText | None = None
    known_to: LongText | None = Field(default=None, description="Who in the family and around it knows.")
    child_knows: bool | None = Field(default=None, description="Whether the child knows; absent: not known.")


class WithdrawAdoption(Command):
    """Say that an adoption was recorded by mistake. It is kept, and marked."""

    reason: LongText
