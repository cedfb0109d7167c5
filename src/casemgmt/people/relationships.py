"""What one person is to another, dated, read from both sides."""

from uuid import UUID

from sqlmodel import col, or_, select

from casemgmt.audit.events import Event
from casemgmt.db.work import Work
from casemgmt.errors import Conflict, Forbidden, NotFound, WrongState, invalid_field
from casemgmt.ids import new_id
from casemgmt.people import life, policy, repository
from casemgmt.people.commands import EndPeriod, RecordRelationship
from casemgmt.people.service import require_visible_persons, stories
from casemgmt.people.tables import Relationship
from casemgmt.people.views import RelationshipsView, RelationshipView


async def record_relationship(work: Work, person_id: UUID, command: RecordRelationship) -> RelationshipView:
    """Record that the person is the `kind` of another. Adoption is recorded by the team of a case alone."""
    await repository.get_person(work, person_id)
    pair = [person_id, command.other_id]
    if person_id == command.other_id:
        raise invalid_field("/other_id", "same-person", "Nobody is related to oneself.")
    policy.check_dates(command.since, command.until)
    policy.check_relationship(command.kind, parental_responsibility=command.parental_responsibility)
    # Both are locked, so that the same relationship can't be recorded from both sides at once.
    await require_visible_persons(work, pair, "/other_id", for_change=True)
    secret = command.kind in policy.SECRET_KINDS
    if secret and not await repository.is_on_team_of(work, pair):
        raise Forbidden("Only the team of the person's case records this.", code="team-only")
    await _refuse_known(work, person_id, command)
    relationship = Relationship(
        id=new_id(),
        person_id=person_id,
        recorded_at=work.now,
        recorded_by_id=work.actor.user_id,
        **command.model_dump(),
    )
    told = [] if secret else await stories(work, pair, "person.relationship_recorded", {"kind": command.kind})
    event = Event("relationship.recorded", "relationship", (relationship.id, *pair))
    await work.save(event, relationship, *told)
    return view_from(relationship, person_id)


async def _refuse_known(work: Work, person_id: UUID, command: RecordRelationship) -> None:
    for known in await repository.relationships_among(work, [person_id, command.other_id]):
        same_side = known.person_id == person_id
        repeats = known.kind == command.kind if same_side else policy.is_same_relationship(known.kind, command.kind)
        if repeats and known.until is None:
            raise Conflict("This relationship is recorded already.", code="relationship-known")


async def list_relationships(work: Work, person_id: UUID) -> RelationshipsView:
    """Return the relationships of a person, read from that person's side, and record that the actor read them."""
    await repository.get_person(work, person_id)
    rows = await repository.relationships_of(work, person_id)
    views = [view_from(r, person_id) for r in rows]
    work.record(Event("relationship.listed", "relationship", (person_id, *(r.id for r in rows))))
    return RelationshipsView(items=views)


async def end_relationship(work: Work, person_id: UUID, relationship_id: UUID, command: EndPeriod) -> RelationshipView:
    """End a relationship on a day; either side may be named."""
    query = (
        select(Relationship)
        .where(
            Relationship.id == relationship_id,
            or_(col(Relationship.person_id) == person_id, col(Relationship.other_id) == person_id),
        )
        .with_for_update()
    )
    relationship = (await work.session.scalars(query)).one_or_none()
    if relationship is None:
        raise NotFound("There is no such relationship.")
    if relationship.until is not None:
        raise WrongState("The relationship has ended already.", code="record-ended")
    policy.check_dates(relationship.since, command.until)
    relationship.until = command.until
    pair = [relationship.person_id, relationship.other_id]
    secret = relationship.kind in policy.SECRET_KINDS
    told = [] if secret else await stories(work, pair, "person.relationship_ended", {"kind": relationship.kind})
    await work.save(Event("relationship.ended", "relationship", (relationship_id, *pair)), relationship, *told)
    if relationship.parental_responsibility:  # whose consent holds now, who has to be told: the manager thinks of it
        for person in pair:
            await life.note(work, person, "responsibility_review")
    return view_from(relationship, person_id)


def view_from(relationship: Relationship, person_id: UUID) -> RelationshipView:
    """Return a relationship as one of its two persons has it."""
    kept = {"id", "parental_responsibility", "since", "until", "recorded_at", "recorded_by_id"}
    inverse = policy.inverse_of(relationship.kind)
    ends = (relationship.other_id, relationship.kind, inverse)
    if relationship.person_id != person_id:
        ends = (relationship.person_id, inverse, relationship.kind)
    other_id, kind, other_kind = ends
    return RelationshipView(
        person_id=person_id,
        other_id=other_id,
        kind=kind,
        other_kind=other_kind,
        **relationship.model_dump(include=kept),
    )
