"""Use cases of a plan that is being written: draft, write anew, revise, put aside."""

from uuid import UUID

from casemgmt.assessments.repository import latest_completed
from casemgmt.assessments.states import refuse_stage
from casemgmt.audit.events import Event
from casemgmt.cases.clocks import start_clocks
from casemgmt.cases.repository import get_case
from casemgmt.cases.states import CASE, CaseState
from casemgmt.cases.tables import CaseRecord
from casemgmt.conflicts.repository import shut_out_among
from casemgmt.consents.requiring import require_consent
from casemgmt.db.work import Work, check_version
from casemgmt.errors import WrongState, invalid_field
from casemgmt.ids import new_id
from casemgmt.organisations.service import require_organisation
from casemgmt.plans import policy, repository
from casemgmt.plans.commands import DiscardPlan, DraftPlan, WritePlan
from casemgmt.plans.content import GoalDraft, MeasureDraft, PlanContent, content_of
from casemgmt.plans.measure_states import OPEN_MEASURES
from casemgmt.plans.reading import facts_of, indicator_of, view_of
from casemgmt.plans.states import PLAN, STAGES, PlanState
from casemgmt.plans.tables import Plan
from casemgmt.plans.views import PlanView
from casemgmt.states import Refusal
from casemgmt.tasks import clocks
from casemgmt.tasks.tables import Task
from casemgmt.timeline.service import entry
from casemgmt.timeline.tables import TimelineEntry
from rules.deadlines import compute_due
from rules.zone import to_local

_NO_EARLIER = "No approved version of this plan has it."
_STILL_WANTED = (None, "partly_achieved", "not_achieved")
"""Outcomes of goals that a revised plan goes on with."""


async def draft_plan(work: Work, case_id: UUID, command: DraftPlan) -> PlanView:
    """Begin a version of the plan, from the last completed assessment of the case. One is open at a time."""
    case = await get_case(work, case_id, for_change=True)
    if refusal := refuse_stage(case.state, STAGES):
        raise _refused(case, refusal)
    assessment = await latest_completed(work, case_id)
    if assessment is None:
        raise _refused(case, Refusal("no-assessment", "There is no plan without a completed assessment."))
    if await repository.version_in(work, case_id, PlanState.DRAFT, PlanState.SIGNED) is not None:
        raise _refused(case, Refusal("plan-open", "A version of the plan is open already."))
    content = content_of(command)
    await _check(work, case_id, command, content)
    plan = Plan(
        **command.model_dump(exclude={"id", "goals", "missing_help"}),
        id=command.id or new_id(),
        case_id=case_id,
        organisation_id=case.organisation_id,
        number=await repository.next_number(work, case_id),
        state=PLAN.initial,
        help_package=case.help_package,
        assessment_id=assessment.id,
        content=content.model_dump(mode="json"),
        created_at=work.now,
        created_by_id=work.actor.user_id,
    )
    await work.save(event_of("plan.drafted", plan), plan, story_of(work, "plan.drafted", plan))
    return await view_of(work, case, plan)


async def write_plan(work: Work, plan_id: UUID, command: WritePlan, expected: int | None) -> PlanView:
    """Replace a draft as a whole. The story of the case is not told of it: saving as one writes is no news."""
    case, plan = await repository.lock_plan(work, plan_id)
    check_version(plan, expected)
    PLAN.check(work.actor, "write", plan.state, await facts_of(work, case, plan))
    content = content_of(command)
    await _check(work, case.id, command, content)
    for name, value in command.model_dump(exclude={"goals", "missing_help"}).items():
        setattr(plan, name, value)
    plan.content = content.model_dump(mode="json")
    await work.save(event_of("plan.written", plan), plan)
    return await view_of(work, case, plan)


async def discard_plan(work: Work, plan_id: UUID, command: DiscardPlan, expected: int | None) -> PlanView:
    """Put a draft aside, with the reason. Nobody waits for another, except where the case is being planned."""
    case, plan = await repository.lock_plan(work, plan_id)
    check_version(plan, expected)
    plan.state = PLAN.check(work.actor, "discard", plan.state, await facts_of(work, case, plan)).target
    plan.discard_reason = command.reason
    stopped: list[Task] = []
    if case.state != CaseState.PLANNING:
        stopped = await clocks.stop(work, case.id, ("plan_draft",), "discarded")
    await work.save(event_of("plan.discarded", plan), plan, *stopped, story_of(work, "plan.discarded", plan))
    return await view_of(work, case, plan)


async def revise_plan(work: Work, plan_id: UUID, expected: int | None) -> PlanView:
    """Begin the next version from an approved one: the goals still wanted and the measures still open, to be rewritten.

    The clock of the review goes on until the new version is approved.
    """
    case, plan = await repository.lock_plan(work, plan_id)
    check_version(plan, expected)
    PLAN.check(work.actor, "revise", plan.state, await facts_of(work, case, plan))
    assessment = await latest_completed(work, case.id)
    content = await _still_open(work, plan)
    today = to_local(work.now).date()
    draft = Plan(
        id=new_id(),
        case_id=case.id,
        organisation_id=case.organisation_id,
        number=await repository.next_number(work, case.id),
        state=PLAN.initial,
        kind=plan.kind,
        help_package=case.help_package,
        assessment_id=plan.assessment_id if assessment is None else assessment.id,
        consent=plan.consent,
        consent_ground=plan.consent_ground,
        consent_id=plan.consent_id,
        starts_on=today,
        review_on=to_local(compute_due("plan_review", work.now).due_at).date(),
        content=content.model_dump(mode="json"),
        created_at=work.now,
        created_by_id=work.actor.user_id,
    )
    await work.save(event_of("plan.revised", draft), draft, story_of(work, "plan.revised", draft))
    return await view_of(work, case, draft)


async def _still_open(work: Work, plan: Plan) -> PlanContent:
    """Return what the next version goes on with. What the child says is not copied: it is asked anew."""
    measures = [m for m in await repository.measures_of(work, plan.id) if m.state in OPEN_MEASURES]
    goals = [
        GoalDraft(
            id=new_id(),
            domain=goal.domain,
            text=goal.text,
            measured_by=goal.measured_by,
            indicator=indicator_of(goal),
            continues_goal_id=goal.id,
            measures=tuple(
                MeasureDraft(
                    **m.model_dump(include=set(MeasureDraft.model_fields))
                    | {"id": new_id(), "continues_measure_id": m.id}
                )
                for m in measures
                if m.goal_id == goal.id
            ),
        )
        for goal in await repository.goals_of(work, plan.id)
        if goal.outcome in _STILL_WANTED
    ]
    argued = PlanContent.model_validate(plan.content).missing_help
    return PlanContent(goals=tuple(goals), missing_help=argued)


async def _check(work: Work, case_id: UUID, command: WritePlan, content: PlanContent) -> None:
    """Refuse a plan that contradicts itself or its consent, or names bodies and users who can't be responsible."""
    policy.check_plan(command, content)
    if command.consent_id is not None:
        consent = await require_consent(work, command.consent_id, case_id, "accompaniment")
        policy.check_basis(command, consent.basis)
    await _check_lineage(work, case_id, content)
    places = [(f"/goals/{i}/measures/{j}", m) for i, g in enumerate(content.goals) for j, m in enumerate(g.measures)]
    users = {m.responsible_user_id for _, m in places if m.responsible_user_id}
    bodies = await repository.users_of(work, users)
    not_free = await shut_out_among(work, users, [case_id])
    for place, measure in places:
        body = measure.responsible_organisation_id
        await require_organisation(work, body, f"{place}/responsible_organisation_id")
        if measure.responsible_user_id is not None and bodies.get(measure.responsible_user_id) != body:
            raise invalid_field(
                f"{place}/responsible_user_id", "user-of-other-body", "The responsible body has no such active user."
            )
        if measure.responsible_user_id in not_free:
            raise invalid_field(
                f"{place}/responsible_user_id", "not-free-for-this", "This person can't be given this work."
            )


async def _check_lineage(work: Work, case_id: UUID, content: PlanContent) -> None:
    """Refuse what is said to go on from a goal or measure that no approved version of the case's plan has."""
    goals, measures = await repository.recorded_ids(work, case_id)
    for i, goal in enumerate(content.goals):
        if goal.continues_goal_id is not None and goal.continues_goal_id not in goals:
            raise invalid_field(f"/goals/{i}/continues_goal_id", "unknown-earlier", _NO_EARLIER)
        for j, measure in enumerate(goal.measures):
            if measure.continues_measure_id is not None and measure.continues_measure_id not in measures:
                pointer = f"/goals/{i}/measures/{j}/continues_measure_id"
                raise invalid_field(pointer, "unknown-earlier", _NO_EARLIER)


async def refuse_not_free(work: Work, case: CaseRecord, plan: Plan) -> None:
    """Refuse to put a plan in force that names somebody who, since it was written, can't be given this work."""
    measures = PlanContent.model_validate(plan.content).measures
    users = {m.responsible_user_id for m in measures if m.responsible_user_id}
    not_free = await shut_out_among(work, users, [case.id])
    if named := [str(m.id) for m in measures if m.responsible_user_id in not_free]:
        detail = "Somebody whom the plan names can't be given this work: name somebody else in these measures."
        raise _refused(case, Refusal("named-not-free", detail, {"measure_ids": named}))


def event_of(kind: str, plan: Plan) -> Event:
    """Return the audit event of an act on a plan."""
    return Event(kind, "plan", (plan.id,), case_id=plan.case_id)


def owe_draft(work: Work, case: CaseRecord) -> Task:
    """Start the clock by which the manager owes a plan; the caller saves it."""
    return start_clocks(work, case, ("plan_draft",))[0]


def story_of(work: Work, kind: str, plan: Plan) -> TimelineEntry:
    """Return the entry of an act on a plan in the story of the case."""
    return entry(
        work,
        kind,
        "plan",
        plan.id,
        organisation_id=plan.organisation_id,
        case_id=plan.case_id,
        data={"number": plan.number, "kind": plan.kind, "review_on": plan.review_on.isoformat()},
    )


def _refused(case: CaseRecord, refusal: Refusal) -> WrongState:
    data = {**refusal.data, "state": case.state, "allowed_transitions": list(CASE.actions_from(case.state))}
    return WrongState(refusal.detail, code=refusal.code, data=data)
