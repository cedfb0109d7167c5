"""Persons: record, find, read."""

from uuid import UUID

from fastapi import Response

from api.etags import ExpectedVersion, RequiredVersion, set_etag
from api.routing import CurrentServices, CurrentWork, Router
from casemgmt.access.permissions import Permission
from casemgmt.people import (
    addresses,
    adoptions,
    contacts,
    health_notes,
    identifiers,
    known,
    relationships,
    renaming,
    service,
)
from casemgmt.people.commands import (
    ChangeName,
    ChangePerson,
    EndPeriod,
    MatchPersons,
    RecordAddress,
    RecordAdoption,
    RecordContact,
    RecordIin,
    RecordPerson,
    RecordRelationship,
    WithdrawAdoption,
    WriteHealthNote,
)
from casemgmt.people.views import (
    AddressesView,
    AddressView,
    AdoptionsView,
    AdoptionView,
    ContactsView,
    ContactView,
    FormerNamesView,
    HealthNotesView,
    HealthNoteView,
    IinRecorded,
    IinView,
    MatchView,
    PersonView,
    ProtectedAddressesView,
    RelationshipsView,
    RelationshipView,
)

router = Router("/persons", "persons")


@router.post("", Permission.PERSONS_WRITE, status_code=201)
async def create_person(command: RecordPerson, response: Response, work: CurrentWork) -> PersonView:
    """Record a person. The same `id` with the same content once more gives the same answer."""
    person = _shown(response, await service.record_person(work, command))
    response.headers["Location"] = f"/v1/persons/{person.id}"
    return person


@router.post("/match", Permission.PERSONS_MATCH, rate_class="searches", repeatable=True)
async def match_persons(command: MatchPersons, work: CurrentWork, services: CurrentServices) -> MatchView:
    """Ask whether somebody is known. Of those whom you may not see you learn that a contact was requested."""
    return await known.match_persons(work, command, services.settings.lookup_key)


@router.get("/{person_id}", Permission.PERSONS_READ)
async def get_person(person_id: UUID, response: Response, work: CurrentWork) -> PersonView:
    """Read a person."""
    return _shown(response, await service.read_person(work, person_id))


@router.patch("/{person_id}", Permission.PERSONS_WRITE)
async def change_person(
    person_id: UUID, command: ChangePerson, response: Response, work: CurrentWork, expected: RequiredVersion
) -> PersonView:
    """Change what is given, and leave the rest."""
    return _shown(response, await service.change_person(work, person_id, command, expected))


@router.post("/{person_id}/name-changes", Permission.PERSONS_WRITE, status_code=201)
async def change_name(
    person_id: UUID, command: ChangeName, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> PersonView:
    """Change a name by law. The earlier one is kept with its days, and finds the person as well."""
    return _shown(response, await renaming.change_name(work, person_id, command, expected))


@router.get("/{person_id}/former-names", Permission.PERSONS_READ)
async def list_former_names(person_id: UUID, work: CurrentWork) -> FormerNamesView:
    """Read what a person was called earlier, and the ends of earlier numbers."""
    return await renaming.list_former_names(work, person_id)


@router.guarded("PUT", "/{person_id}/iin", Permission.PERSONS_WRITE)
async def record_iin(
    person_id: UUID, command: RecordIin, response: Response, work: CurrentWork, expected: RequiredVersion
) -> IinRecorded:
    """Record the identification number. `status` says whether it was, or whether somebody hidden is known by it."""
    answer = await identifiers.record_iin(work, person_id, command, expected)
    set_etag(response, answer.version)
    return answer


@router.get("/{person_id}/iin", Permission.IDENTIFIERS_READ)
async def get_iin(person_id: UUID, work: CurrentWork) -> IinView:
    """Read the identification number in full. It stands in the audit log as a read of its own."""
    return await identifiers.read_iin(work, person_id)


@router.post("/{person_id}/contacts", Permission.PERSONS_WRITE, status_code=201)
async def create_person_contact(
    person_id: UUID, command: RecordContact, work: CurrentWork, services: CurrentServices
) -> ContactView:
    """Record how to reach a person, and when it is safe to."""
    return await contacts.record_contact(work, person_id, command, services.settings.lookup_key)


@router.get("/{person_id}/contacts", Permission.CONTACTS_READ)
async def list_person_contacts(person_id: UUID, work: CurrentWork) -> ContactsView:
    """List the contacts of a person, the newest first."""
    return await contacts.list_contacts(work, person_id)


@router.post("/{person_id}/contacts/{contact_id}/end", Permission.PERSONS_WRITE)
async def end_person_contact(person_id: UUID, contact_id: UUID, work: CurrentWork) -> ContactView:
    """End a contact that no longer reaches the person."""
    return await contacts.end_contact(work, person_id, contact_id)


@router.post("/{person_id}/addresses", Permission.PERSONS_WRITE, status_code=201)
async def create_person_address(person_id: UUID, command: RecordAddress, work: CurrentWork) -> AddressView:
    """Record an address. One of the kind `protected` is seen by the team of the person's case only."""
    return await addresses.record_address(work, person_id, command)


@router.get("/{person_id}/addresses", Permission.PERSONS_READ)
async def list_person_addresses(person_id: UUID, work: CurrentWork) -> AddressesView:
    """List the addresses of a person, the newest first. Protected ones are counted: they have a call of their own."""
    return await addresses.list_addresses(work, person_id)


@router.get("/{person_id}/protected-addresses", Permission.PERSONS_READ, fresh_factor=True)
async def list_protected_addresses(person_id: UUID, work: CurrentWork) -> ProtectedAddressesView:
    """List where a person is in hiding, for the team of the case. It stands in the audit log as a read of its own."""
    return await addresses.list_protected(work, person_id)


@router.post("/{person_id}/addresses/{address_id}/end", Permission.PERSONS_WRITE)
async def end_person_address(person_id: UUID, address_id: UUID, command: EndPeriod, work: CurrentWork) -> AddressView:
    """End an address on a day. Of a protected one the answer leaves out the place."""
    return await addresses.end_address(work, person_id, address_id, command)


@router.post("/{person_id}/relationships", Permission.PERSONS_WRITE, status_code=201)
async def create_relationship(person_id: UUID, command: RecordRelationship, work: CurrentWork) -> RelationshipView:
    """Record that this person is the `kind` of another."""
    return await relationships.record_relationship(work, person_id, command)


@router.get("/{person_id}/relationships", Permission.PERSONS_READ)
async def list_relationships(person_id: UUID, work: CurrentWork) -> RelationshipsView:
    """List what this person is to others whom you may see, and they to this person."""
    return await relationships.list_relationships(work, person_id)


@router.post("/{person_id}/relationships/{relationship_id}/end", Permission.PERSONS_WRITE)
async def end_relationship(
    person_id: UUID, relationship_id: UUID, command: EndPeriod, work: CurrentWork
) -> RelationshipView:
    """End a relationship on a day."""
    return await relationships.end_relationship(work, person_id, relationship_id, command)


@router.post("/{person_id}/health-notes", Permission.HEALTH_NOTES_WRITE, drafted=True, status_code=201)
async def write_health_note(person_id: UUID, command: WriteHealthNote, work: CurrentWork) -> HealthNoteView:
    """Write down what was seen of a person's health: for the medical side of the team, and for nobody else."""
    return await health_notes.write_health_note(work, person_id, command)


@router.get("/{person_id}/health-notes", Permission.HEALTH_NOTES_READ)
async def list_health_notes(person_id: UUID, work: CurrentWork) -> HealthNotesView:
    """List the notes on a person's health that you may read, the newest first."""
    return await health_notes.list_health_notes(work, person_id)


@router.post("/{person_id}/adoption-facts", Permission.ADOPTIONS_WRITE, status_code=201)
async def record_adoption_fact(person_id: UUID, command: RecordAdoption, work: CurrentWork) -> AdoptionView:
    """Record an adoption as the guardianship body's member of the team. Nothing else in the service tells of it."""
    return await adoptions.record_adoption(work, person_id, command)


@router.get("/{person_id}/adoption-facts", Permission.ADOPTIONS_READ, fresh_factor=True)
async def list_adoption_facts(person_id: UUID, work: CurrentWork) -> AdoptionsView:
    """List the adoptions of a person. Whoever may not know of them gets the answer of a person without any."""
    return await adoptions.list_adoptions(work, person_id)


@router.post("/{person_id}/adoption-facts/{fact_id}/withdraw", Permission.ADOPTIONS_WRITE)
async def withdraw_adoption_fact(
    person_id: UUID, fact_id: UUID, command: WithdrawAdoption, work: CurrentWork
) -> AdoptionView:
    """Mark an adoption as recorded by mistake. It is kept, with the reason."""
    return await adoptions.withdraw_adoption(work, person_id, fact_id, command)


def _shown(response: Response, view: PersonView) -> PersonView:
    set_etag(response, view.version)
    return view
