"""What readers of persons and families get."""

import datetime as dt
from typing import Literal
from uuid import UUID

from casemgmt.models import View
from casemgmt.reference.fields import LocalTime


class BirthView(View):
    """What is known of the birth, and how exactly."""

    precision: str
    date: dt.date | None
    year: int | None


class PersonView(View):
    """A person. The identification number itself is read by a call of its own."""

    id: UUID
    version: int
    family_name: str | None
    given_name: str | None
    patronymic: str | None
    sex: str
    birth: BirthView
    died_on: dt.date | None
    citizenship_status: str
    languages: list[str]
    disability_category: str | None
    iin_mask: str | None
    region_code: str | None
    organisation_id: UUID
    restricted: bool
    created_at: dt.datetime
    created_by_id: UUID
    family_ids: list[UUID]


class IinView(View):
    """An identification number in full."""

    person_id: UUID
    iin: str
    recorded_at: dt.datetime
    recorded_by_id: UUID


class IinRecorded(View):
    """What became of an identification number that was sent.

    `known_contact_requested`: somebody whom you may not see is known by it. Nothing was recorded; those who are
    responsible were asked to get in touch with you.
    """

    status: Literal["recorded", "known_contact_requested"]
    iin_mask: str | None
    version: int


class EarlierNameView(View):
    """A name that a person bore earlier."""

    family_name: str | None
    given_name: str | None
    patronymic: str | None
    since: dt.date | None
    """None where it is the first that is known."""
    until: dt.date
    """The day from which the next one holds."""


class FormerNameView(EarlierNameView):
    """A name that a person bore earlier, and what ended it."""

    id: UUID
    ground: str
    document: str
    recorded_at: dt.datetime
    recorded_by_id: UUID


class FormerIinView(View):
    """A number that was the person's earlier, but for its last two digits hidden."""

    id: UUID
    iin_mask: str
    until: dt.date
    ground: str
    document: str
    recorded_at: dt.datetime
    recorded_by_id: UUID


class FormerNamesView(View):
    """What a person was called earlier, the newest first; numbers, where you may read identification numbers."""

    names: list[FormerNameView]
    numbers: list[FormerIinView]


class SealedNameView(View):
    """A name from before an adoption."""

    id: UUID
    family_name: str | None
    given_name: str | None
    patronymic: str | None
    since: dt.date | None
    until: dt.date
    ground: str
    document: str
    recorded_at: dt.datetime
    recorded_by_id: UUID


class KnownPerson(View):
    """A person that you may see and that matches. A match proves nothing: compare before you decide."""

    person_id: UUID
    matched_by: list[str]
    """`iin`, `name_and_birth_year`, `phone`; `former_iin`, `former_name_and_birth_year`: by what it was earlier."""
    family_name: str | None
    given_name: str | None
    patronymic: str | None
    sex: str
    birth: BirthView
    has_open_case: bool
    case_id: UUID | None
    """The open case, where you may see it."""
    former_names: list[EarlierNameView]
    """The newest first."""


class MatchView(View):
    """Who is known. Of hidden persons only that there are some, and that a contact was requested."""

    visible: list[KnownPerson]
    hidden: bool
    contact_requested: bool


class ContactView(View):
    """How to reach a person, and when it is safe to."""

    id: UUID
    person_id: UUID
    kind: str
    value: str
    safe_to_call: bool
    safe_from: LocalTime | None
    safe_until: LocalTime | None
    note: str | None
    ended_at: dt.datetime | None
    recorded_at: dt.datetime
    recorded_by_id: UUID


class ContactsView(View):
    """All contacts of a person, the newest first; those that ended are marked."""

    items: list[ContactView]


class AddressView(View):
    """An address. `reason` says why a protected one is."""

    id: UUID
    person_id: UUID
    kind: str
    kato: str | None
    line: str | None
    reason: str | None
    since: dt.date
    until: dt.date | None
    recorded_at: dt.datetime
    recorded_by_id: UUID


class AddressesView(View):
    """The addresses of a person, the newest first."""

    items: list[AddressView]
    protected: int
    """How many protected addresses you may read besides, ended ones too, through `list_protected_addresses`."""


class ProtectedAddressView(View):
    """Where a person is in hiding, and from what."""

    id: UUID
    person_id: UUID
    kato: str | None
    line: str
    reason: str
    since: dt.date
    until: dt.date | None
    recorded_at: dt.datetime
    recorded_by_id: UUID


class ProtectedAddressesView(View):
    """The protected addresses of a person, the newest first."""

    items: list[ProtectedAddressView]


class RelationshipView(View):
    """A relationship, read from one side: `person_id` is the `kind` of `other_id`, and that one its `other_kind`."""

    id: UUID
    person_id: UUID
    kind: str
    other_id: UUID
    other_kind: str
    parental_responsibility: bool
    since: dt.date | None
    until: dt.date | None
    recorded_at: dt.datetime
    recorded_by_id: UUID


class RelationshipsView(View):
    """The relationships of a person with those whom you may see."""

    items: list[RelationshipView]


class MemberView(View):
    """A member of a household."""

    id: UUID
    person_id: UUID
    since: dt.date
    until: dt.date | None


class FamilyView(View):
    """A family: the members and the relationships among them that you may see."""

    id: UUID
    version: int
    label: str
    region_code: str | None
    organisation_id: UUID
    created_at: dt.datetime
    changed_at: dt.datetime
    members: list[MemberView]
    relationships: list[RelationshipView]


class HealthNoteView(View):
    """A note on a person's health."""

    id: UUID
    person_id: UUID
    visit_act_id: UUID | None
    assessment_id: UUID | None
    observed_on: dt.date
    body: str
    recorded_at: dt.datetime
    recorded_by_id: UUID


class HealthNotesView(View):
    """The notes on a person's health that you may read, the newest first; where you may read none, none."""

    items: list[HealthNoteView]


class AdoptionView(View):
    """An adoption, and what it changed."""

    id: UUID
    person_id: UUID
    court: str
    decision_number: str | None
    decided_on: dt.date
    in_force_on: dt.date | None
    former_family_name: str | None
    former_given_name: str | None
    former_patronymic: str | None
    former_birth_date: dt.date | None
    former_birth_place: str | None
    known_to: str | None
    child_knows: bool | None
    recorded_at: dt.datetime
    recorded_by_id: UUID
    withdrawn_at: dt.datetime | None
    withdraw_reason: str | None


class AdoptionsView(View):
    """The adoptions of a person that you may know of, the newest first; where you may know of none, none."""

    items: list[AdoptionView]
    sealed_names: list[SealedNameView]
    """What the person was called before an adoption, the newest first."""
