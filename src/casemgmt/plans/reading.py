"""Plans as readers see them: drafts from their document, approved versions from their records."""

from collections.abc import Mapping
from uuid import UUID

from casemgmt.audit.events import Event
from casemgmt.cases.repository import get_case, persons_of
from casemgmt.cases.tables import CaseRecord
from casemgmt.consents.requiring import consent_holds
from casemgmt.db import paging
from casemgmt.db.work import Work
from casemgmt.models import AllowedActionView
from casemgmt.people.repository import find_persons
from casemgmt.plans import policy, repository
from casemgmt.plans.content import GoalDraft, IndicatorDraft, MeasureDraft, PlanContent
from casemgmt.plans.measure_states import OPEN_MEASURES, PLAN_MEASURE, MeasureFacts
from casemgmt.plans.request_states import PLAN_MEASURE_REQUEST, RequestFacts, RequestState
from casemgmt.plans.states import PLAN, PlanFacts, PlanState
from casemgmt.plans.tables import Plan, PlanGoal, PlanMeasure, PlanMeasureRequest
from casemgmt.plans.views import (
    GoalView,
    IndicatorView,
    MeasureView,
    MissingHelpView,
    PlanSummary,
    PlanView,
    RequestView,
)
from casemgmt.states import AllowedAction
from rules.zone import to_local

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
    is_draft = plan.state == PlanState.DRAFT
    return PlanFacts(
        case_state=case.state,
        manager_id=case.manager_id,
        signed_by_id=plan.signed_by_id,
        missing_kinds=policy.missing_kinds(case.help_package if is_draft else plan.help_package, content),
        has_measure=bool(content.measures),
        dates_in_order=not policy.date_faults(plan.starts_on, plan.review_on, content),
        has_open_version=open_version is not None,
        child_unheard=is_draft and await _child_unheard(work, case, plan),
        consent_holds=await consent_holds(work, plan.consent_id),
    )


async def _child_unheard(work: Work, case: CaseRecord, plan: Plan) -> bool:
    children = [each.person_id for each in await persons_of(work, case.id) if each.role == "child"]
    births = {person.id: person.birth_date for person in await find_persons(work, children)}
    today = to_local(work.now).date()
    return policy.child_unheard(plan.child_view, plan.child_view_absence, [births.get(c) for c in children], today)


async def view_of(work: Work, case: CaseRecord, plan: Plan) -> PlanView:
    """Return the plan as this actor sees it, with the actions that are allowed now."""
    facts = await facts_of(work, case, plan)
    content = PlanContent.model_validate(plan.content)
    return PlanView(
        **plan.model_dump(include=_FULL),
        goals=await goal_views(work, case, plan),
        missing_help=[MissingHelpView(**each.model_dump()) for each in content.missing_help],
        help_kinds_unanswered=list(facts.missing_kinds),
        allowed_actions=_allowed(PLAN.allowed_actions(work.actor, plan.state, facts)),
    )


async def goal_views(work: Work, case: CaseRecord, plan: Plan) -> list[GoalView]:
    """Return the goals of a version with their measures: of its document before approval, else of their records."""
    facts = MeasureFacts(case.state, plan.state)
    if plan.state not in _RECORDED:
        content = PlanContent.model_validate(plan.content)
        return [_drafted_goal(work, facts, goal) for goal in content.goals]
    measures = await repository.measures_of(work, plan.id)
    requests = await repository.requests_of(work, plan.id)
    goals = await repository.goals_of(work, plan.id)
    return [goal_view(work, case, plan, goal, measures, requests) for goal in goals]


def goal_view(
    work: Work,
    case: CaseRecord,
    plan: Plan,
    goal: PlanGoal,
    measures: list[PlanMeasure],
    asked: Mapping[UUID, PlanMeasureRequest],
) -> GoalView:
    """Return a recorded goal with those of the measures that are its own."""
    indicator = indicator_of(goal)
    return GoalView(
        **goal.model_dump(include=set(GoalView.model_fields) - {"indicator"}),
        indicator=None if indicator is None else IndicatorView.model_validate(indicator),
        measures=[
            measure_view(work, case, plan, measure, asked.get(measure.id))
            for measure in measures
            if measure.goal_id == goal.id
        ],
    )


def indicator_of(goal: PlanGoal) -> IndicatorDraft | None:
    """Return the indicator of a recorded goal."""
    if goal.indicator is None:
        return None
    values = {"name": goal.indicator, **goal.model_dump(include={"unit", "baseline", "target", "reach_by"})}
    return IndicatorDraft.model_validate(values)


async def measure_facts(work: Work, case: CaseRecord, plan: Plan, measure: PlanMeasure) -> MeasureFacts:
    """Return what the guards of a measure's route need."""
    return _measure_facts(case, plan, (await repository.requests_of(work, plan.id)).get(measure.id))


async def one_measure_view(work: Work, case: CaseRecord, plan: Plan, measure: PlanMeasure) -> MeasureView:
    """Return one recorded measure with what its body answered."""
    request = (await repository.requests_of(work, plan.id)).get(measure.id)
    return measure_view(work, case, plan, measure, request)


def _measure_facts(case: CaseRecord, plan: Plan, request: PlanMeasureRequest | None) -> MeasureFacts:
    declined = request is not None and request.state == RequestState.DECLINED
    return MeasureFacts(case.state, plan.state, declined=declined)


def measure_view(
    work: Work, case: CaseRecord, plan: Plan, measure: PlanMeasure, request: PlanMeasureRequest | None
) -> MeasureView:
    """Return a recorded measure with the actions that are allowed on it now."""
    facts = _measure_facts(case, plan, request)
    actions = PLAN_MEASURE.allowed_actions(work.actor, measure.state, facts)
    if request is not None and measure.state in OPEN_MEASURES:
        asked = RequestFacts(facts, measure.state, request.body_id, request.asked_by_id)
        actions += PLAN_MEASURE_REQUEST.allowed_actions(work.actor, request.state, asked)
    return MeasureView(
        **measure.model_dump(include=set(MeasureView.model_fields)),
        request=None if request is None else RequestView.model_validate(request),
        allowed_actions=_allowed(actions),
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
        request=None,
        state=PLAN_MEASURE.initial,
        evidence=None,
        evidence_document_id=None,
        drop_reason=None,
        done_at=None,
        version=1,
        allowed_actions=_allowed(PLAN_MEASURE.allowed_actions(work.actor, PLAN_MEASURE.initial, facts)),
    )


def _allowed(actions: list[AllowedAction]) -> list[AllowedActionView]:
    return [AllowedActionView.model_validate(each) for each in actions]
