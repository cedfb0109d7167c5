"""Use cases of signature and approval: two persons, and the older version gives way in the same act."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlmodel import SQLModel

from casemgmt.cases.tables import CaseRecord
from casemgmt.db.work import Work, check_version
from casemgmt.plans import repository
from casemgmt.plans.asking import ask, ask_no_longer
from casemgmt.plans.commands import ReturnPlan
from casemgmt.plans.content import IndicatorDraft, PlanContent
from casemgmt.plans.measure_states import PLAN_MEASURE
from casemgmt.plans.reading import facts_of, view_of
from casemgmt.plans.service import event_of, owe_draft, refuse_not_free, story_of
from casemgmt.plans.states import PLAN, PlanState
from casemgmt.plans.tables import Plan, PlanGoal, PlanMeasure, PlanMissingHelp
from casemgmt.plans.views import PlanView
from casemgmt.tasks import clocks
from casemgmt.tasks.recalculating import term_for
from casemgmt.tasks.tables import Task


async def sign_plan(work: Work, plan_id: UUID, expected: int | None) -> PlanView:
    """Sign a draft as the case's manager. From here on its content can't change unless it is returned."""
    case, plan = await repository.lock_plan(work, plan_id)
    check_version(plan, expected)
    plan.state = PLAN.check(work.actor, "sign", plan.state, await facts_of(work, case, plan)).target
    await refuse_not_free(work, case, plan)
    plan.help_package = case.help_package
    plan.signed_by_id = work.actor.user_id
    plan.signed_at = work.now
    plan.return_reason = None
    stopped = await clocks.stop(work, case.id, ("plan_draft",), "signed")
    clock = clocks.start(work, "plan_approval", "plan", plan.id, organisation_id=case.organisation_id, case_id=case.id)
    await work.save(event_of("plan.signed", plan), plan, *stopped, clock, story_of(work, "plan.signed", plan))
    return await view_of(work, case, plan)


async def return_plan(work: Work, plan_id: UUID, command: ReturnPlan, expected: int | None) -> PlanView:
    """Give a signed plan back to the manager, whose clock to draft it starts anew."""
    case, plan = await repository.lock_plan(work, plan_id)
    check_version(plan, expected)
    plan.state = PLAN.check(work.actor, "return", plan.state, await facts_of(work, case, plan)).target
    plan.return_reason = command.reason
    plan.signed_by_id = None
    plan.signed_at = None
    stopped = await clocks.stop(work, plan.id, ("plan_approval",), "returned")
    clock = owe_draft(work, case)
    await work.save(event_of("plan.returned", plan), plan, *stopped, clock, story_of(work, "plan.returned", plan))
    return await view_of(work, case, plan)


async def approve_plan(work: Work, plan_id: UUID, expected: int | None) -> PlanView:
    """Approve a signed plan as the second person. Goals and measures become records, the older version gives way."""
    case, plan = await repository.lock_plan(work, plan_id)
    check_version(plan, expected)
    target = PLAN.check(work.actor, "approve", plan.state, await facts_of(work, case, plan)).target
    await refuse_not_free(work, case, plan)
    # Written first and apart: two approved versions at once are refused by an index, even within one statement.
    older = await _supersede(work, case)
    plan.state = target
    plan.approved_by_id = work.actor.user_id
    plan.approved_at = work.now
    plan.supersedes_id = None if older is None else older.id
    stopped = await clocks.stop(work, plan.id, ("plan_approval",), "approved")
    story = story_of(work, "plan.approved", plan)
    await work.save(
        event_of("plan.approved", plan),
        plan,
        *await _records(work, case, plan),
        *stopped,
        review_clock(work, case, plan, plan.review_on),
        story,
    )
    return await view_of(work, case, plan)


async def _supersede(work: Work, case: CaseRecord) -> Plan | None:
    older = await repository.version_in(work, case.id, PlanState.APPROVED)
    if older is None:
        return None
    facts = replace(await facts_of(work, case, older), successor_approved=True)
    older.state = PLAN.check(work.actor, "supersede", older.state, facts).target
    older.superseded_at = work.now
    stopped = await clocks.stop(work, older.id, ("plan_review",), "superseded")
    stopped += await ask_no_longer(work, older.id, "superseded")
    await work.save(event_of("plan.superseded", older), older, *stopped, story_of(work, "plan.superseded", older))
    return older


def review_clock(work: Work, case: CaseRecord, plan: Plan, review_on: date, *, since: datetime | None = None) -> Task:
    """Return the clock of the review, counted from now or `since`; due by the day that was chosen where it is earlier.

    It doesn't stand in the way of a closure: there is always a next review.
    """
    clock = clocks.start(
        work,
        "plan_review",
        "plan",
        plan.id,
        term=term_for("plan_review", case.risk_level),
        organisation_id=case.organisation_id,
        case_id=case.id,
        assignee_id=case.manager_id,
        blocks_closure=False,
        since=since,
    )
    clocks.bring_forward(clock, review_on)
    return clock


async def _records(work: Work, case: CaseRecord, plan: Plan) -> list[SQLModel]:
    """Return the records that an approved document is made into."""
    content = PlanContent.model_validate(plan.content)
    scope: dict[str, Any] = {"plan_id": plan.id, "case_id": plan.case_id, "organisation_id": plan.organisation_id}
    goals: list[SQLModel] = [
        PlanGoal(
            **goal.model_dump(exclude={"measures", "indicator"}), **_indicator(goal.indicator), **scope, position=i
        )
        for i, goal in enumerate(content.goals)
    ]
    pairs = [(goal.id, measure) for goal in content.goals for measure in goal.measures]
    measures: list[SQLModel] = [
        PlanMeasure(**measure.model_dump(), **scope, goal_id=goal_id, position=i, state=PLAN_MEASURE.initial)
        for i, (goal_id, measure) in enumerate(pairs)
    ]
    missing: list[SQLModel] = [PlanMissingHelp(**each.model_dump(), **scope) for each in content.missing_help]
    asked = await ask(work, case, plan, [measure for _, measure in pairs])
    return [*goals, *measures, *missing, *asked]


def _indicator(indicator: IndicatorDraft | None) -> dict[str, Any]:
    if indicator is None:
        return {}
    values = indicator.model_dump()
    return values | {"indicator": values.pop("name")}
