"""Use cases of an approved plan: what is done on its measures, what becomes of its goals."""

from uuid import UUID

from sqlmodel import SQLModel

from casemgmt.audit.events import Event
from casemgmt.cases.tables import CaseRecord
from casemgmt.db.work import Work, check_version
from casemgmt.documents.repository import find_document
from casemgmt.documents.states import DocumentState
from casemgmt.errors import WrongState, invalid_field
from casemgmt.plans import repository
from casemgmt.plans.asking import ask_no_longer
from casemgmt.plans.commands import CompleteMeasure, DropMeasure, RecordGoalOutcome
from casemgmt.plans.measure_states import PLAN_MEASURE, MeasureFacts, refuse_unless_in_force
from casemgmt.plans.reading import goal_view, measure_facts, one_measure_view
from casemgmt.plans.states import PLAN
from casemgmt.plans.tables import Plan, PlanMeasure
from casemgmt.plans.views import GoalView, MeasureView
from casemgmt.timeline.service import entry
from casemgmt.timeline.tables import TimelineEntry

_HELD = (DocumentState.KEPT, DocumentState.REMOVAL_PROPOSED)
_PAST = {"start": "started", "complete": "completed", "drop": "dropped"}


async def start_measure(work: Work, measure_id: UUID, expected: int | None) -> MeasureView:
    """Say that work on a measure has begun."""
    case, plan, measure = await _step(work, measure_id, "start", expected)
    return await _save(work, case, plan, measure, "start")


async def complete_measure(work: Work, measure_id: UUID, command: CompleteMeasure, expected: int | None) -> MeasureView:
    """Say that a measure was done, and by what it is known."""
    case, plan, measure = await _step(work, measure_id, "complete", expected)
    if command.document_id is not None:
        await _require_evidence(work, case, plan, command.document_id)
    measure.evidence = command.evidence
    measure.evidence_document_id = command.document_id
    measure.done_at = work.now
    return await _save(work, case, plan, measure, "complete")


async def drop_measure(work: Work, measure_id: UUID, command: DropMeasure, expected: int | None) -> MeasureView:
    """Say that a measure is not done, and why."""
    case, plan, measure = await _step(work, measure_id, "drop", expected)
    measure.drop_reason = command.reason
    return await _save(work, case, plan, measure, "drop")


async def record_goal_outcome(work: Work, goal_id: UUID, command: RecordGoalOutcome, expected: int | None) -> GoalView:
    """Say what became of a goal. A later word replaces an earlier one; the story of the case keeps both."""
    case, plan, goal = await repository.lock_goal(work, goal_id)
    check_version(goal, expected)
    facts = MeasureFacts(case.state, plan.state)
    if refusal := refuse_unless_in_force(facts):
        data = {**refusal.data, "state": plan.state, "allowed_transitions": list(PLAN.actions_from(plan.state))}
        raise WrongState(refusal.detail, code=refusal.code, data=data)
    goal.outcome = command.outcome
    goal.outcome_note = command.note
    goal.outcome_at = work.now
    story = entry(
        work,
        "plan_goal.outcome_recorded",
        "plan_goal",
        goal.id,
        organisation_id=case.organisation_id,
        case_id=case.id,
        data={"plan_id": str(plan.id), "domain": goal.domain, "outcome": command.outcome},
    )
    event = Event("plan_goal.outcome_recorded", "plan_goal", (goal.id, plan.id), case_id=case.id)
    await work.save(event, goal, story)
    measures = await repository.measures_of(work, plan.id)
    return goal_view(work, case, plan, goal, measures, await repository.requests_of(work, plan.id))


async def _step(
    work: Work, measure_id: UUID, action: str, expected: int | None
) -> tuple[CaseRecord, Plan, PlanMeasure]:
    case, plan, measure = await repository.lock_measure(work, measure_id)
    check_version(measure, expected)
    measure.state = PLAN_MEASURE.check(
        work.actor, action, measure.state, await measure_facts(work, case, plan, measure)
    ).target
    return case, plan, measure


async def _require_evidence(work: Work, case: CaseRecord, plan: Plan, document_id: UUID) -> None:
    """Refuse a document that is not kept with the case or its plan, or that the actor doesn't see."""
    document = await find_document(work, document_id)
    if document is None or document.record_id not in (case.id, plan.id):
        raise invalid_field("/document_id", "unknown-document", "There is no such document of the case or its plan.")
    if document.state not in _HELD:
        raise invalid_field("/document_id", "document-not-kept", "The content of the document has not come.")


async def _save(work: Work, case: CaseRecord, plan: Plan, measure: PlanMeasure, action: str) -> MeasureView:
    kind = f"plan_measure.{_PAST[action]}"
    over = [] if action == "start" else await ask_no_longer(work, plan.id, measure.state, measure_id=measure.id)
    await save_on_measure(work, case, plan, measure, kind, measure, *over)
    return await one_measure_view(work, case, plan, measure)


async def save_on_measure(
    work: Work, case: CaseRecord, plan: Plan, measure: PlanMeasure, kind: str, *changed: SQLModel
) -> None:
    """Write what changed on a measure, with the story and the event that tell of it."""
    story = story_of_measure(work, case, plan, measure, kind)
    await work.save(Event(kind, "plan_measure", (measure.id, plan.id), case_id=case.id), *changed, story)


def story_of_measure(work: Work, case: CaseRecord, plan: Plan, measure: PlanMeasure, kind: str) -> TimelineEntry:
    """Return the entry of what became of a measure, in the story of the case."""
    return entry(
        work,
        kind,
        "plan_measure",
        measure.id,
        organisation_id=case.organisation_id,
        case_id=case.id,
        data={"plan_id": str(plan.id), "help_kind": measure.help_kind, "measure_kind": measure.measure_kind},
    )
