"""What a confirmed error changes: the record counts no longer, and what had rested on it is to be done again."""

from uuid import UUID

from sqlmodel import SQLModel

from casemgmt.assessments import policy as assessment_policy
from casemgmt.assessments.repository import children_of, completed_of
from casemgmt.assessments.states import AssessmentState
from casemgmt.assessments.tables import Assessment
from casemgmt.cases.clocks import start_clocks
from casemgmt.cases.repository import facts_of
from casemgmt.cases.tables import CasePerson, CaseRecord, ChildContact
from casemgmt.centers.tables import CentreSession
from casemgmt.corrections import repository, reviews, sessions
from casemgmt.corrections.policy import Record
from casemgmt.db.work import Work
from casemgmt.notes.tables import CaseNote
from casemgmt.outreach.tables import VisitorWarning
from casemgmt.plans.tables import PlanReview
from casemgmt.tasks import clocks
from casemgmt.tasks.recalculating import recalculate
from casemgmt.tasks.tables import Task

_ERROR = "entered_in_error"


async def take_out(work: Work, case: CaseRecord, record: Record) -> list[SQLModel]:
    """Mark the record, and return the clocks that its error ends, moves or sets going. The caller saves them."""
    changed: list[SQLModel] = []
    match record:
        case ChildContact():
            changed = await _contact(work, case, record)
        case Assessment():
            changed = await _assessment(work, case, record)
        case CasePerson():
            changed = await _person(work, case, record)
        case CentreSession():
            changed = await sessions.take_out(work, record, _ERROR)
        case PlanReview():
            changed = await reviews.take_out(work, case, record, _ERROR)
        case VisitorWarning():
            changed = await _warning(work, record)
        case CaseNote():
            record.entered_in_error = True
            changed = [*await clocks.cancel(work, record.id, ("mention",), _ERROR)]
    return changed


async def _contact(work: Work, case: CaseRecord, contact: ChildContact) -> list[SQLModel]:
    contact.entered_in_error = True
    await work.session.flush()
    met = (await facts_of(work, case)).child_contacted
    return [] if met else [*await _again(work, case, "first_contact_with_child")]


async def _person(work: Work, case: CaseRecord, person: CasePerson) -> list[SQLModel]:
    person.entered_in_error = True
    person.until = work.now
    await work.session.flush()
    theirs = await completed_of(work, case.id, person.person_id)
    ended = [t for each in theirs for t in await clocks.cancel(work, each, assessment_policy.RISK_REVIEWS, _ERROR)]
    return [*ended, *await _weigh(work, case)]


async def _warning(work: Work, warning: VisitorWarning) -> list[SQLModel]:
    """Mark a warning. It is lifted with it, so that nobody is warned of what is not so."""
    warning.entered_in_error = True
    if warning.lifted_at is None:
        warning.lifted_at, warning.lifted_by_id = work.now, work.actor.user_id
    return [*await clocks.cancel(work, warning.id, ("warning_review",), _ERROR)]


async def _assessment(work: Work, case: CaseRecord, assessment: Assessment) -> list[SQLModel]:
    assessment.state = AssessmentState.ENTERED_IN_ERROR
    await work.session.flush()
    rows: list[SQLModel] = [*await clocks.cancel(work, assessment.id, assessment_policy.RISK_REVIEWS, _ERROR)]
    rows += await _weigh(work, case)
    children = await children_of(work, case.id)
    for child in children:
        if child.person_id == assessment.person_id and child.id is not None and child.risk_level is not None:
            rows += await _review_again(work, case, child.id, child.risk_level)
    if not all(child.of_this_round for child in children):
        rows += await _again(work, case, "assessment")
    return rows


async def _weigh(work: Work, case: CaseRecord) -> list[SQLModel]:
    """Give the case the level and the review of the children that are left; return the clocks that change with it."""
    children = await children_of(work, case.id)
    levels = [child.risk_level for child in children if child.risk_level is not None]
    days = [child.review_on for child in children if child.review_on is not None]
    before = case.risk_level
    case.risk_level = assessment_policy.highest_level(levels) if levels else None
    case.risk_review_on = min(days, default=None)
    return await recalculate(work, case, before)


async def _review_again(work: Work, case: CaseRecord, assessment_id: UUID, level: str) -> list[Task]:
    """Return the clock by which an assessment that counts again is reviewed, with its moments of before."""
    before = await repository.last_clock(work, assessment_id, assessment_policy.review_deadline(level))
    if before is None or (before.completed_at is None and before.cancelled_at is None):
        return []
    clock = clocks.start(
        work,
        before.kind,
        "assessment",
        assessment_id,
        organisation_id=case.organisation_id,
        case_id=case.id,
        assignee_id=case.manager_id,
        blocks_closure=False,
        since=before.started_at,
    )
    clock.warn_at, clock.due_at = before.warn_at, before.due_at
    return [clock]


async def _again(work: Work, case: CaseRecord, kind: str) -> list[Task]:
    """Return the clock that the error had stopped, as late as it would be had the error not been made."""
    before = await repository.last_clock(work, case.id, kind)
    if before is None or (before.completed_at is None and before.cancelled_at is None):
        return []
    return start_clocks(work, case, (kind,), since=before.started_at)
