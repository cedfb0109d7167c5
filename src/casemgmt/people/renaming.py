"""Names that change by law: the earlier one is kept with its days, and finds the person.

What was before an adoption is sealed. To everybody who may not know of the adoption such a change looks like a
corrected record: the same story, the same event, nothing in the list of earlier names, nobody found by the old one.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from casemgmt.access.permissions import Permission
from casemgmt.audit.events import Event
from casemgmt.db.work import Work, check_version
from casemgmt.errors import Forbidden, invalid_field
from casemgmt.ids import new_id
from casemgmt.people import policy, repository, service
from casemgmt.people.commands import ChangeGiven, ChangeName
from casemgmt.people.tables import EarlierName, FormerName, Person, SealedName
from casemgmt.people.views import (
    EarlierNameView,
    FormerIinView,
    FormerNamesView,
    FormerNameView,
    PersonView,
    SealedNameView,
)

NAMES = ("family_name", "given_name", "patronymic")
_ADOPTION = "adoption"


async def change_name(work: Work, person_id: UUID, command: ChangeName, expected: int | None) -> PersonView:
    """Change a name by law and keep the earlier one with its days."""
    person = await repository.get_person(work, person_id, for_change=True)
    check_version(person, expected)
    sealed = await check_ground(work, person_id, command)
    earlier = [*await former_names(work, person_id), *await _sealed_names(work, person_id)]
    row = _kept(work, person, command, max((e.until for e in earlier), default=None), sealed=sealed)
    before = {name: getattr(person, name) for name in NAMES}
    for name in command.model_fields_set & set(NAMES):
        setattr(person, name, getattr(command, name))
    changed = sorted(name for name in NAMES if getattr(person, name) != before[name])
    if not changed:
        raise invalid_field("/family_name", "name-unchanged", "This is the name that is on record.")
    service.set_keys(person)
    if sealed:
        told = await service.stories(work, [person_id], "person.changed", {"fields": changed})
        await work.save(Event("person.changed", "person", (person_id,)), person, *told)
        await work.save(Event("sealed_name.recorded", "sealed_name", (row.id,)), row)
        await seal(work, person_id)
    else:
        data = {"ground": command.ground, "changed_on": command.changed_on.isoformat()}
        told = await service.stories(work, [person_id], "person.renamed", data)
        await work.save(Event("person.renamed", "person", (person_id,), reason=command.ground), person, row, *told)
    return await service.view_of(work, person)


async def check_ground(work: Work, person_id: UUID, given: ChangeGiven, pointer: str = "") -> bool:
    """Return whether what was before is sealed; refuse a day to come, and an adoption from who may not know of it."""
    if given.changed_on > policy.local_day(work.now):
        raise invalid_field(f"{pointer}/changed_on", "change-in-future", "The change lies in the future.")
    if given.ground != _ADOPTION:
        return False
    if not (
        work.actor.may(Permission.ADOPTIONS_WRITE)
        and await repository.is_on_team_of(work, [person_id], sector="guardianship")
    ):
        raise Forbidden("Only the guardianship body's member of the team records this.", code="guardianship-team-only")
    return True


async def seal(work: Work, person_id: UUID) -> None:
    """Seal every earlier name and number of a person: each of them leads to who the child was before."""
    async with work.own_event(Event("sealed_name.sealed", "sealed_name")):
        await work.call("SELECT seal_names(:person)", person=person_id)


def _kept(work: Work, person: Person, command: ChangeName, since: date | None, *, sealed: bool) -> EarlierName:
    if since is not None and command.changed_on < since:
        raise invalid_field("/changed_on", "dates-out-of-order", "The name holds since a later day.")
    return (SealedName if sealed else FormerName)(
        id=new_id(),
        person_id=person.id,
        match_key=person.match_key,
        since=since,
        until=command.changed_on,
        ground=command.ground,
        document=command.document,
        recorded_at=work.now,
        recorded_by_id=work.actor.user_id,
        **{name: getattr(person, name) for name in NAMES},
    )


async def former_names(work: Work, *person_ids: UUID) -> list[FormerName]:
    """Return the earlier names of persons that everybody who sees them may know, the newest first."""
    query = select(FormerName).where(col(FormerName.person_id).in_(person_ids))
    return list(await work.session.scalars(query.order_by(col(FormerName.until).desc(), col(FormerName.id).desc())))


async def _sealed_names(work: Work, person_id: UUID) -> list[SealedName]:
    query = select(SealedName).where(SealedName.person_id == person_id)
    return list(await work.session.scalars(query.order_by(col(SealedName.until).desc(), col(SealedName.id).desc())))


async def sealed_views(work: Work, person_id: UUID) -> list[SealedNameView]:
    """Return what a person was called before an adoption that the actor may know of, the newest first."""
    return [SealedNameView.model_validate(row) for row in await _sealed_names(work, person_id)]


def shown(rows: Iterable[FormerName]) -> list[EarlierNameView]:
    """Return earlier names as a search shows them."""
    return [EarlierNameView(**row.model_dump(include=set(EarlierNameView.model_fields))) for row in rows]


async def list_former_names(work: Work, person_id: UUID) -> FormerNamesView:
    """Return what a person was called earlier, and the ends of earlier numbers; one event, whatever there is."""
    await repository.get_person(work, person_id)
    names = [FormerNameView.model_validate(row) for row in await former_names(work, person_id)]
    numbers: list[dict[str, Any]] = await work.rows("SELECT * FROM former_iins(:person)", person=person_id)
    work.record(Event("person.former_names_read", "person", (person_id,)))
    return FormerNamesView(names=names, numbers=[FormerIinView(**row) for row in numbers])
