"""Queries on plans, goals and measures."""

from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, or_, select

from casemgmt.cases.repository import get_case
from casemgmt.cases.tables import CaseRecord
from casemgmt.db.paging import Position
from casemgmt.db.work import Work
from casemgmt.errors import NotFound
from casemgmt.organisations.tables import AppUser
from casemgmt.plans.states import PlanState
from casemgmt.plans.tables import Plan, PlanGoal, PlanMeasure, PlanMeasureRequest, PlanReview


async def get_plan(work: Work, plan_id: UUID) -> Plan:
    """Return a version of a plan that the actor sees; else `NotFound`."""
    plan = (await work.session.scalars(select(Plan).where(Plan.id == plan_id))).one_or_none()
    if plan is None:
        raise NotFound("There is no such plan.")
    return plan


async def lock_plan(work: Work, plan_id: UUID) -> tuple[CaseRecord, Plan]:
    """Return the case and then the plan, locked in this order like everywhere; else `NotFound`."""
    case_id = (await work.session.scalars(select(Plan.case_id).where(Plan.id == plan_id))).one_or_none()
    if case_id is None:
        raise NotFound("There is no such plan.")
    case = await get_case(work, case_id, for_change=True)
    return case, (await work.session.scalars(select(Plan).where(Plan.id == plan_id).with_for_update())).one()


async def lock_measure(work: Work, measure_id: UUID) -> tuple[CaseRecord, Plan, PlanMeasure]:
    """Return case, plan and measure, the case locked first and the measure last; else `NotFound`."""
    plan_id = (
        await work.session.scalars(select(PlanMeasure.plan_id).where(PlanMeasure.id == measure_id))
    ).one_or_none()
    if plan_id is None:
        raise NotFound("There is no such measure.")
    case, plan = await lock_plan(work, plan_id)
    query = select(PlanMeasure).where(PlanMeasure.id == measure_id).with_for_update()
    return case, plan, (await work.session.scalars(query)).one()


async def lock_goal(work: Work, goal_id: UUID) -> tuple[CaseRecord, Plan, PlanGoal]:
    """Return case, plan and goal, the case locked first and the goal last; else `NotFound`."""
    plan_id = (await work.session.scalars(select(PlanGoal.plan_id).where(PlanGoal.id == goal_id))).one_or_none()
    if plan_id is None:
        raise NotFound("There is no such goal.")
    case, plan = await lock_plan(work, plan_id)
    query = select(PlanGoal).where(PlanGoal.id == goal_id).with_for_update()
    return case, plan, (await work.session.scalars(query)).one()


async def version_in(work: Work, case_id: UUID, *states: PlanState) -> Plan | None:
    """Return the version of the case's plan that is in one of these states, of which there is one at most."""
    query = select(Plan).where(Plan.case_id == case_id, col(Plan.state).in_(states))
    return (await work.session.scalars(query)).one_or_none()


async def next_number(work: Work, case_id: UUID) -> int:
    """Return the number of the next version. The caller has locked the case."""
    highest = await work.session.scalar(select(func.max(Plan.number)).where(Plan.case_id == case_id))
    return (highest or 0) + 1


async def goals_of(work: Work, plan_id: UUID) -> list[PlanGoal]:
    """Return the goals of an approved or superseded version, in order."""
    query = select(PlanGoal).where(PlanGoal.plan_id == plan_id).order_by(col(PlanGoal.position))
    return list(await work.session.scalars(query))


async def measures_of(work: Work, plan_id: UUID) -> list[PlanMeasure]:
    """Return the measures of an approved or superseded version, in order."""
    query = select(PlanMeasure).where(PlanMeasure.plan_id == plan_id).order_by(col(PlanMeasure.position))
    return list(await work.session.scalars(query))


async def requests_of(work: Work, plan_id: UUID) -> dict[UUID, PlanMeasureRequest]:
    """Return what other bodies were asked and answered, by the measure."""
    rows = await work.session.scalars(select(PlanMeasureRequest).where(PlanMeasureRequest.plan_id == plan_id))
    return {row.measure_id: row for row in rows}


async def lock_request(work: Work, measure_id: UUID) -> PlanMeasureRequest | None:
    """Return the question about a measure, locked; None where nobody was asked."""
    query = select(PlanMeasureRequest).where(PlanMeasureRequest.measure_id == measure_id).with_for_update()
    return (await work.session.scalars(query)).one_or_none()


async def reviews_of(work: Work, plan_id: UUID) -> list[PlanReview]:
    """Return the reviews of a version, the oldest first."""
    query = select(PlanReview).where(PlanReview.plan_id == plan_id).order_by(col(PlanReview.number))
    return list(await work.session.scalars(query))


async def versions_of(work: Work, case_id: UUID) -> list[Plan]:
    """Return all versions of the plan of a case, the oldest first."""
    query = select(Plan).where(Plan.case_id == case_id).order_by(col(Plan.number))
    return list(await work.session.scalars(query))


async def recorded_ids(work: Work, case_id: UUID) -> tuple[set[UUID], set[UUID]]:
    """Return the ids of all goals and of all measures of the approved versions of a case's plan."""
    goals = await work.session.scalars(select(PlanGoal.id).where(PlanGoal.case_id == case_id))
    measures = await work.session.scalars(select(PlanMeasure.id).where(PlanMeasure.case_id == case_id))
    return set(goals), set(measures)


async def users_of(work: Work, user_ids: set[UUID]) -> dict[UUID, UUID]:
    """Return the body of each of these users who is active."""
    query = select(AppUser.id, AppUser.organisation_id).where(col(AppUser.id).in_(user_ids), col(AppUser.active))
    return {row.id: row.organisation_id for row in await work.session.execute(query)}


async def list_plans(work: Work, case_id: UUID, size: int, after: Position | None) -> list[Plan]:
    """Return up to `size` versions of the plan of a case, newest first."""
    query = select(Plan).where(Plan.case_id == case_id)
    if after is not None:
        at, row_id = col(Plan.created_at), col(Plan.id)
        query = query.where(or_(at < after.at, (at == after.at) & (row_id < after.id)))
    query = query.order_by(col(Plan.created_at).desc(), col(Plan.id).desc()).limit(size)
    return list(await work.session.scalars(query))
