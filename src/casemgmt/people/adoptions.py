"""Adoption: the decision and what it changed, for the guardianship body's member of the team alone.

Nothing else tells of it. The story of the case is silent; the event of a write names the record and not the person; the
event of a read is the same whether there is anything or not, so that the log doesn't betray who was adopted either.
"""

from uuid import UUID

from sqlmodel import col, select

from casemgmt.audit.events import Event
from casemgmt.db.work import Work
from casemgmt.errors import Forbidden, NotFound, WrongState, invalid_field
from casemgmt.ids import new_id
from casemgmt.people import policy, renaming, repository
from casemgmt.people.commands import RecordAdoption, WithdrawAdoption
from casemgmt.people.tables import AdoptionFact
from casemgmt.people.views import AdoptionsView, AdoptionView

_SECTOR = "guardianship"


async def record_adoption(work: Work, person_id: UUID, command: RecordAdoption) -> AdoptionView:
    """Record an adoption."""
    await repository.get_person(work, person_id)
    if not await repository.is_on_team_of(work, [person_id], sector=_SECTOR):
        raise Forbidden("Only the guardianship body's member of the team records this.", code="guardianship-team-only")
    if command.decided_on > policy.local_day(work.now):
        raise invalid_field("/decided_on", "decision-in-future", "The decision lies in the future.")
    policy.check_dates(command.decided_on, command.in_force_on, "/in_force_on")
    fact = AdoptionFact(
        id=new_id(),
        person_id=person_id,
        recorded_at=work.now,
        recorded_by_id=work.actor.user_id,
        **command.model_dump(),
    )
    await work.save(Event("adoption_fact.recorded", "adoption_fact", (fact.id,)), fact)
    return _view(fact)


async def list_adoptions(work: Work, person_id: UUID) -> AdoptionsView:
    """Return the adoptions of a person that the actor may know of."""
    await repository.get_person(work, person_id)
    query = select(AdoptionFact).where(AdoptionFact.person_id == person_id).order_by(col(AdoptionFact.id).desc())
    found = [_view(fact) for fact in await work.session.scalars(query)]
    work.record(Event("person.adoptions_asked", "person", (person_id,)))
    return AdoptionsView(items=found, sealed_names=await renaming.sealed_views(work, person_id))


async def withdraw_adoption(work: Work, person_id: UUID, fact_id: UUID, command: WithdrawAdoption) -> AdoptionView:
    """Mark an adoption as recorded by mistake."""
    query = (
        select(AdoptionFact).where(AdoptionFact.id == fact_id, AdoptionFact.person_id == person_id).with_for_update()
    )
    fact = (await work.session.scalars(query)).one_or_none()
    if fact is None:
        raise NotFound("There is no such record.")
    if fact.withdrawn_at is not None:
        raise WrongState("The record was withdrawn already.", code="record-ended")
    fact.withdrawn_at, fact.withdrawn_by_id, fact.withdraw_reason = work.now, work.actor.user_id, command.reason
    await work.save(Event("adoption_fact.withdrawn", "adoption_fact", (fact.id,)), fact)
    return _view(fact)


def _view(fact: AdoptionFact) -> AdoptionView:
    return AdoptionView.model_validate(fact.model_dump(include=set(AdoptionView.model_fields)))
