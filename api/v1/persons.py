"""Persons: record, find, read."""

from uuid import UUID

from fastapi import Response

from api.etags import RequiredVersion, set_etag
from api.routing import CurrentServices, CurrentWork, Router
from casemgmt.access.permissions import Permission
from casemgmt.people import addresses, contacts, identifiers, known, relationships, service
from casemgmt.people.commands import (
    ChangePerson,
    EndPeriod,
    MatchPersons,
    RecordAddress,
    RecordContact,
    RecordIin,
    RecordPerson,
    RecordRelationship,
)
from casemgmt.people.views import (
    AddressesView,
    AddressView,
    ContactsView,
    ContactView,
    IinRecorded,
    IinView,
    MatchView,
    PersonView,
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


@router.post("/match", Permission.PERSONS_MATCH)
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


@router.get("/{person_id}/contacts", Permission.PERSONS_READ)
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
    """List the addresses of a person that you may see, the newest first."""
    return await addresses.list_addresses(work, person_id)


@router.post("/{person_id}/addresses/{address_id}/end", Permission.PERSONS_WRITE)
async def end_person_address(person_id: UUID, address_id: UUID, command: EndPeriod, work: CurrentWork) -> AddressView:
    """End an address on a day."""
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


def _shown(response: Response, view: PersonView) -> PersonView:
    set_etag(response, view.version)
    return view
