"""Families as households: who lives together, and since when."""

from uuid import UUID

from casemgmt.audit.events import Event
from casemgmt.db.work import Work, check_version
from casemgmt.errors import Conflict, NotFound, WrongState
from casemgmt.ids import new_id
from casemgmt.people import policy, repository
from casemgmt.people.commands import AddMember, EndPeriod, MemberGiven, RecordFamily
from casemgmt.people.relationships import view_from
from casemgmt.people.service import require_visible_persons, stories
from casemgmt.people.tables import Family, FamilyMember
from casemgmt.people.views import FamilyView, MemberView


async def record_family(work: Work, command: RecordFamily) -> FamilyView:
    """Record a household with its first members. The same id with the same members once more answers as before."""
    members = [m.person_id for m in command.members]
    policy.refuse_repeated("/members", members)
    await require_visible_persons(work, members, "/members")
    if command.id is not None and (known := await repository.find_family(work, command.id)) is not None:
        return await _answer_again(work, known, command)
    family = Family(
        id=command.id or new_id(),
        label=command.label,
        region_code=work.actor.region_code,
        organisation_id=work.actor.organisation_id,
        created_at=work.now,
        created_by_id=work.actor.user_id,
        changed_at=work.now,
    )
    rows = [_member(work, family.id, m) for m in command.members]
    told = await stories(work, members, "person.joined_family")
    await work.save(Event("family.recorded", "family", (family.id, *members)), family, *rows, *told)
    return await _view(work, family)


async def _answer_again(work: Work, family: Family, command: RecordFamily) -> FamilyView:
    held = {(m.person_id, m.since) for m in await repository.members_of(work, family.id)}
    same = (
        family.label == command.label
        and family.organisation_id == work.actor.organisation_id
        and held == {(m.person_id, m.since) for m in command.members}
    )
    if not same:
        raise Conflict("A record with the same key exists already.", code="already-exists")
    return await read_family(work, family.id)


def _member(work: Work, family_id: UUID, given: MemberGiven) -> FamilyMember:
    return FamilyMember(
        id=new_id(),
        family_id=family_id,
        person_id=given.person_id,
        since=given.since,
        recorded_at=work.now,
        recorded_by_id=work.actor.user_id,
    )


async def read_family(work: Work, family_id: UUID) -> FamilyView:
    """Return a household with the members whom the actor sees, and record who was shown."""
    family = await repository.get_family(work, family_id)
    view = await _view(work, family)
    work.record(Event("family.read", "family", (family_id, *(m.person_id for m in view.members))))
    return view


async def add_member(work: Work, family_id: UUID, command: AddMember, expected: int | None) -> FamilyView:
    """Add a person to a household. Nobody is in one twice at a time; one may be in several households."""
    family = await repository.get_family(work, family_id, for_change=True)
    check_version(family, expected)
    await require_visible_persons(work, [command.person_id])
    for member in await repository.members_of(work, family_id):
        if member.person_id == command.person_id and member.until is None:
            raise Conflict("This person is a member of the family already.", code="member-known")
    row = _member(work, family_id, command)
    family.changed_at = work.now
    told = await stories(work, [command.person_id], "person.joined_family")
    await work.save(Event("family.member_added", "family", (family_id, command.person_id)), family, row, *told)
    return await _view(work, family)


async def end_membership(work: Work, family_id: UUID, member_id: UUID, command: EndPeriod, expected: int) -> FamilyView:
    """End a membership on a day: the person has left the household."""
    family = await repository.get_family(work, family_id, for_change=True)
    check_version(family, expected)
    members = {m.id: m for m in await repository.members_of(work, family_id)}
    member = members.get(member_id)
    if member is None:
        raise NotFound("There is no such member.")
    if member.until is not None:
        raise WrongState("The membership has ended already.", code="record-ended")
    policy.check_dates(member.since, command.until)
    member.until = command.until
    family.changed_at = work.now
    told = await stories(work, [member.person_id], "person.left_family")
    await work.save(Event("family.member_ended", "family", (family_id, member.person_id)), family, member, *told)
    return await _view(work, family)


async def _view(work: Work, family: Family) -> FamilyView:
    members = await repository.members_of(work, family.id)
    persons = list({m.person_id for m in members})
    relationships = await repository.relationships_among(work, persons)
    kept = FamilyView.model_fields.keys() - {"members", "relationships"}
    return FamilyView(
        **family.model_dump(include=set(kept)),
        members=[MemberView.model_validate(m) for m in members],
        relationships=[view_from(r, r.person_id) for r in relationships],
    )
