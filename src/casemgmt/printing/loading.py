"""What a document needs of the record, with the rights of who prints: what is hidden from that person is not on it."""

from collections.abc import Iterable
from datetime import date
from typing import TypeVar
from uuid import UUID

from sqlmodel import SQLModel, col, select

from casemgmt.cases.repository import get_case, get_closure, persons_of
from casemgmt.cases.tables import CaseClosure
from casemgmt.conferences import repository as conferences
from casemgmt.conferences.tables import Conference
from casemgmt.db.work import Work
from casemgmt.errors import WrongState
from casemgmt.organisations.repository import members_of
from casemgmt.organisations.tables import AppUser, MobileGroup, Organisation
from casemgmt.outreach import repository as outreach
from casemgmt.people.repository import find_persons
from casemgmt.plans import reading
from casemgmt.plans.repository import get_plan
from casemgmt.plans.views import GoalView
from casemgmt.printing.closures import ClosureToPrint
from casemgmt.printing.conferences import ConferenceToPrint
from casemgmt.printing.people import Named
from casemgmt.printing.plans import PlanToPrint
from casemgmt.printing.visits import VisitToPrint
from casemgmt.rehabilitation.tables import FollowUpCheck
from casemgmt.signals.repository import subjects_of
from casemgmt.signatures.repository import signatures_of
from casemgmt.signatures.tables import ClosureSignature, ConferenceSignature, PlanSignature, VisitActSignature

RowT = TypeVar("RowT", bound=SQLModel)


async def load_plan(work: Work, plan_id: UUID) -> PlanToPrint:
    """Return a plan with everything that its document tells; `NotFound` where hidden."""
    plan = await get_plan(work, plan_id)
    case = await get_case(work, plan.case_id)
    goals = (await reading.view_of(work, case, plan)).goals
    children = [each.person_id for each in await persons_of(work, case.id) if each.role == "child"]
    users = {work.actor.user_id, case.manager_id, plan.signed_by_id, plan.approved_by_id, *_persons_responsible(goals)}
    bodies = {plan.organisation_id, *_bodies_responsible(goals)}
    named = await _named(work, users, bodies, children)
    return PlanToPrint(plan, case, goals, children, named, await signatures_of(work, PlanSignature, "plan_id", plan_id))


def _persons_responsible(goals: Iterable[GoalView]) -> set[UUID | None]:
    return {measure.responsible_user_id for goal in goals for measure in goal.measures}


def _bodies_responsible(goals: Iterable[GoalView]) -> set[UUID]:
    return {measure.responsible_organisation_id for goal in goals for measure in goal.measures}


async def load_visit(work: Work, act_id: UUID) -> VisitToPrint:
    """Return a visit act with everything that its document tells; `NotFound` where hidden."""
    act = await outreach.get_act(work, act_id)
    referral = await outreach.get_referral(work, act.referral_id)
    signal = await outreach.signal_of(work, referral)
    subjects = [] if signal is None else await subjects_of(work, signal.id)
    children = [each.person_id for each in subjects if each.role == "child"]
    present = [UUID(each["person_id"]) for each in act.present if each.get("person_id")]
    group = await _one(work, MobileGroup, referral.mobile_group_id)
    members = [(user.id, member.is_lead) for member, user in await members_of(work, [group.id])]
    users = {work.actor.user_id, *(user for user, _ in members)}
    named = await _named(work, users, {act.organisation_id}, [*children, *present])
    signatures = await signatures_of(work, VisitActSignature, "visit_act_id", act_id)
    editions = await outreach.editions_of(work, act_id)
    return VisitToPrint(act, referral, signal, group.name, members, children, named, signatures, editions)


async def load_closure(work: Work, closure_id: UUID) -> ClosureToPrint:
    """Return an act of closure with everything that its document tells; `NotFound` where hidden."""
    closure = await get_closure(work, closure_id)
    case = await get_case(work, closure.case_id)
    children = [each.person_id for each in await persons_of(work, case.id) if each.role == "child"]
    users = {work.actor.user_id, case.manager_id, closure.proposed_by_id, closure.decided_by_id}
    named = await _named(work, users, {closure.organisation_id}, children)
    signatures = await signatures_of(work, ClosureSignature, "closure_id", closure_id)
    return ClosureToPrint(closure, case, children, await _check_of(work, closure), named, signatures)


async def load_conference(work: Work, conference_id: UUID) -> ConferenceToPrint:
    """Return a conference with everything that its minutes tell; `NotFound` where its case is hidden.

    Errors: WrongState before it was held.
    """
    conference = await conferences.get(work, Conference, conference_id)
    case = await get_case(work, conference.case_id)
    if conference.held_at is None:
        raise WrongState("There are no minutes yet.", code="no-minutes-yet", data={"state": conference.state})
    participants = [p for p in await conferences.participants_of(work, conference_id) if p.came is not None]
    family = await conferences.family_of(work, conference_id)
    decisions = await conferences.decisions_of(work, conference_id)
    share = await conferences.share_of(work, conference_id)
    children = [] if share is None else share.person_ids
    users = {work.actor.user_id, conference.recorded_by_id, conference.signed_by_id}
    users |= {p.user_id for p in participants} | {d.responsible_id for d in decisions}
    bodies = {conference.organisation_id, *(p.body_id for p in participants if p.body_id is not None)}
    named = await _named(work, users, bodies, [*children, *(f.person_id for f in family if f.invited)])
    signatures = await signatures_of(work, ConferenceSignature, "conference_id", conference_id)
    return ConferenceToPrint(conference, case, children, participants, family, decisions, named, signatures)


async def _check_of(work: Work, closure: CaseClosure) -> date | None:
    """Return the day of the check that a closure set: made in the moment of its approval."""
    query = select(FollowUpCheck).where(
        FollowUpCheck.case_id == closure.case_id, FollowUpCheck.created_at == closure.decided_at
    )
    check = (await work.session.scalars(query)).one_or_none()
    return None if check is None else check.due_on


async def _named(work: Work, users: Iterable[UUID | None], bodies: Iterable[UUID], persons: Iterable[UUID]) -> Named:
    return Named(
        users=await _by_id(work, AppUser, users),
        bodies=await _by_id(work, Organisation, bodies),
        persons={person.id: person for person in await find_persons(work, list(set(persons)))},
    )


async def _one(work: Work, model: type[RowT], row_id: UUID) -> RowT:
    return (await _by_id(work, model, [row_id]))[row_id]


async def _by_id(work: Work, model: type[RowT], ids: Iterable[UUID | None]) -> dict[UUID, RowT]:
    key = model.__table__.c.id  # type: ignore[attr-defined]  # every table has it
    rows = await work.session.scalars(select(model).where(col(key).in_([i for i in ids if i is not None])))
    return {row.id: row for row in rows}  # type: ignore[attr-defined]  # as above
