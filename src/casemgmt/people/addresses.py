"""Where a person lives or is registered; and the protected address, which the team of the case alone may learn."""

from uuid import UUID

from sqlmodel import SQLModel, func, select

from casemgmt.audit.events import Event
from casemgmt.db.work import Work
from casemgmt.errors import Forbidden, NotFound, WrongState, invalid_field
from casemgmt.ids import new_id
from casemgmt.people import policy, repository
from casemgmt.people.commands import EndPeriod, RecordAddress
from casemgmt.people.service import stories
from casemgmt.people.tables import PersonAddress, ProtectedAddress
from casemgmt.people.views import AddressesView, AddressView, ProtectedAddressesView, ProtectedAddressView

_PROTECTED = "protected"


async def record_address(work: Work, person_id: UUID, command: RecordAddress) -> AddressView:
    """Record an address. A protected one leaves no trace in the story of the case, which more people read."""
    await repository.get_person(work, person_id)
    policy.check_dates(command.since, command.until)
    if command.kato is not None:
        policy.region_of(command.kato)
    if command.kind == _PROTECTED:
        return await _record_protected(work, person_id, command)
    if command.reason is not None:
        raise invalid_field("/reason", "reason-not-needed", "Only a protected address has a reason.")
    if command.kato is None and command.line is None:
        raise invalid_field("/line", "address-empty", "Give the place, the street, or both.")
    address = PersonAddress(
        id=new_id(),
        person_id=person_id,
        recorded_at=work.now,
        recorded_by_id=work.actor.user_id,
        **command.model_dump(exclude={"reason"}),
    )
    told = await stories(work, [person_id], "person.address_recorded", {"kind": command.kind})
    await work.save(Event("address.recorded", "address", (address.id, person_id)), address, *told)
    return _view(address)


async def _record_protected(work: Work, person_id: UUID, command: RecordAddress) -> AddressView:
    for name in ("line", "reason"):
        if getattr(command, name) is None:
            raise invalid_field(f"/{name}", "address-incomplete", "A protected address needs its line and a reason.")
    if not await repository.is_on_team_of(work, [person_id]):
        raise Forbidden("Only the team of the person's case records this.", code="team-only")
    address = ProtectedAddress(
        id=new_id(),
        person_id=person_id,
        recorded_at=work.now,
        recorded_by_id=work.actor.user_id,
        **command.model_dump(exclude={"kind"}),
    )
    await work.save(Event("protected_address.recorded", "protected_address", (address.id, person_id)), address)
    return _view(address)


async def list_addresses(work: Work, person_id: UUID) -> AddressesView:
    """Return the plain addresses of a person, and how many protected ones the actor may read elsewhere."""
    await repository.get_person(work, person_id)
    found = await work.session.scalars(select(PersonAddress).where(PersonAddress.person_id == person_id))
    plain = sorted(map(_view, found), key=lambda a: (a.since, a.id), reverse=True)
    protected = select(func.count()).select_from(ProtectedAddress).where(ProtectedAddress.person_id == person_id)
    work.record(Event("address.listed", "address", (person_id, *(a.id for a in plain))))
    return AddressesView(items=plain, protected=await work.session.scalar(protected))


async def list_protected(work: Work, person_id: UUID) -> ProtectedAddressesView:
    """Return the protected addresses of a person; of nobody whose team the actor is not on there are any."""
    await repository.get_person(work, person_id)
    found = await work.session.scalars(select(ProtectedAddress).where(ProtectedAddress.person_id == person_id))
    secret = sorted(found, key=lambda a: (a.since, a.id), reverse=True)
    work.record(Event("protected_address.read", "protected_address", (person_id, *(a.id for a in secret))))
    return ProtectedAddressesView(items=[ProtectedAddressView.model_validate(a) for a in secret])


async def end_address(work: Work, person_id: UUID, address_id: UUID, command: EndPeriod) -> AddressView:
    """End an address on a day. The answer tells no protected place: to read it is a step of its own."""
    address = await _get_address(work, person_id, address_id)
    if address.until is not None:
        raise WrongState("The address has ended already.", code="record-ended")
    policy.check_dates(address.since, command.until)
    address.until = command.until
    told: list[SQLModel] = []
    kind = "protected_address"
    if isinstance(address, PersonAddress):
        kind = "address"
        told.extend(await stories(work, [person_id], "person.address_ended", {"kind": address.kind}))
    await work.save(Event(f"{kind}.ended", kind, (address_id, person_id)), address, *told)
    view = _view(address)
    return view if view.kind != _PROTECTED else view.model_copy(update={"kato": None, "line": None, "reason": None})


async def _get_address(work: Work, person_id: UUID, address_id: UUID) -> PersonAddress | ProtectedAddress:
    plain = select(PersonAddress).where(PersonAddress.id == address_id, PersonAddress.person_id == person_id)
    found = (await work.session.scalars(plain.with_for_update())).one_or_none()
    if found is not None:
        return found
    secret = select(ProtectedAddress).where(ProtectedAddress.id == address_id, ProtectedAddress.person_id == person_id)
    protected = (await work.session.scalars(secret.with_for_update())).one_or_none()
    if protected is not None:
        return protected
    raise NotFound("There is no such address.")


def _view(address: PersonAddress | ProtectedAddress) -> AddressView:
    if isinstance(address, PersonAddress):
        return AddressView(**address.model_dump(), reason=None)
    return AddressView(**address.model_dump(), kind=_PROTECTED)
