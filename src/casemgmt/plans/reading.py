"""Plans as readers see them: drafts from their document, approved versions from their records."""

from uuid import UUID

from casemgmt.audit.events import Event
from casemgmt.cases.repository import get_case
from casemgmt.cases.tables import CaseRecord
from casemgmt.consents.requiring import consent_holds
from casemgmt.db import paging
from casemgmt.db.work import Work
from casemgmt.models import AllowedActionView
from casemgmt.plans import policy, repository
from casemgmt.plans.content import GoalDraft, MeasureDraft, PlanContent
from casemgmt.plans.measure_states import PLAN_MEASURE, MeasureFacts
from casemgmt.plans.states import PLAN, PlanFacts, PlanState
from casemgmt.plans.tables import Plan, PlanGoal, PlanMeasure
from casemgmt.plans.views import GoalView, MeasureView, MissingHelpView, PlanSummary, PlanView
from casemgmt.states import AllowedAction

_SUMMARY = set(PlanSummary.model_fields)
_FULL = set(PlanView.model_fields)
_RECORDED = (PlanState.APPROVED, PlanState.SUPERSEDED)
"""The states in which goals and measures are records of their own."""


async def read_plan(work: Work, plan_id: UUID) -> PlanView:
    """Return a version of the plan in full, and record that the actor read it."""
    plan = await repository.get_plan(work, plan_id)
    work.record(Event("plan.read", "plan", (plan_id,), case_id=plan.case_id))
    return await view_of(work, await get_case(work, plan.case_id), plan)


async def list_plans(work: Work, case_id: UUID, limit: int, cursor: str | None) -> paging.Page[PlanSummary]:
    """Return a page of the versions of a case's plan, newest first; one event names all that were shown."""
    await get_case(work, case_id)
    rows = await repository.list_plans(work, case_id, limit + 1, paging.decode("plans", cursor))
    summaries = [PlanSummary(**row.model_dump(include=_SUMMARY)) for row in rows]
    page = paging.page("plans", summaries, limit, lambda s: paging.Position(s.created_at, s.id))
    work.record(Event("plan.listed", "plan", tuple(s.id for s in page.items), case_id=case_id))
    return page


async def facts_of(work: Work, case: CaseRecord, plan: Plan) -> PlanFacts:
    """Return what the guards of the plan's route need."""
    content = PlanContent.model_validate(plan.content)
    open_version = await repository.version_in(work, case.id, PlanState.DRAFT, PlanState.SIGNED)
    package = case.help_package if plan.state == PlanState.DRAFT else plan.help_package
    return PlanFacts(
        case_state=case.state,
        manager_id=case.manager_id,
        signed_by_id=plan.signed_by_id,
        missing_kinds=policy.missing_kinds(package, content),
        has_measure=bool(content.measures),
        dates_in_order=not policy.date_faults(plan.starts_on, plan.review_on, content),
        has_open_version=open_version is not None,
        consent_holds=await consent_holds(work, plan.consent_id),
    )


async def view_of(work: Work, case: CaseRecord, plan: Plan) -> PlanView:
    """Return the plan as this actor sees it, with the actions that are allowed now."""
    facts = await facts_of(work, case, plan)
    content = PlanContent.model_validate(plan.content)
    return PlanView(
        **plan.model_dump(include=_FULL),
        goals=await _goals(work, case, plan, content),
        missing_help=[MissingHelpView(**each.model_dump()) for each in content.missing_help],
        help_kinds_unanswered=list(facts.missing_kinds),
        allowed_actions=_allowed(PLAN.allowed_actions(work.actor, plan.state, facts)),
    )


async def _goals(work: Work, case: CaseRecord, plan: Plan, content: PlanContent) -> list[GoalView]:
    facts = MeasureFacts(case.state, plan.state)
    if plan.state not in _RECORDED:
        return [_drafted_goal(work, facts, goal) for goal in content.goals]
    measures = await repository.measures_of(work, plan.id)
    return [goal_view(work, facts, goal, measures) for goal in await repository.goals_of(work, plan.id)]


def goal_view(work: Work, facts: MeasureFacts, goal: PlanGoal, measures: list[PlanMeasure]) -> GoalView:
    """Return a recorded goal with those of the measures that are its own."""
    return GoalView(
        **goal.model_dump(include=set(GoalView.model_fields)),
        measures=[measure_view(work, facts, m) for m in measures if m.goal_id == goal.id],
    )


def measure_view(work: Work, facts: MeasureFacts, measure: PlanMeasure) -> MeasureView:
    """Return a recorded measure with the actions that are allowed on it now."""
    return MeasureView(
        **measure.model_dump(include=set(MeasureView.model_fields)),
        allowed_actions=_allowed(PLAN_MEASURE.allowed_actions(work.actor, measure.state, facts)),
    )


def _drafted_goal(work: Work, facts: MeasureFacts, goal: GoalDraft) -> GoalView:
    return GoalView(
        **goal.model_dump(exclude={"measures"}),
        outcome=None,
        outcome_note=None,
        outcome_at=None,
        version=1,
        measures=[_drafted_measure(work, facts, goal.id, measure) for measure in goal.measures],
    )


def _drafted_measure(work: Work, facts: MeasureFacts, goal_id: UUID, measure: MeasureDraft) -> MeasureView:
    return MeasureView(
        **measure.model_dump(),
        goal_id=goal_id,
        state=PLAN_MEASURE.initial,
        evidence=None,
        drop_reason=None,
        done_at=None,
        version=1,
        allowed_actions=_allowed(PLAN_MEASURE.allowed_actions(work.actor, PLAN_MEASURE.initial, facts)),
    )


def _allowed(actions: list[AllowedAction]) -> list[AllowedActionView]:
    return [AllowedActionView.model_validate(each) for each in actions]
