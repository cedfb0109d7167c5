"""What a confirmed error changes: the record counts no longer, and what had rested on it is to be done again."""

from casemgmt.assessments import policy as assessment_policy
from casemgmt.assessments.repository import children_of
from casemgmt.assessments.states import AssessmentState
from casemgmt.assessments.tables import Assessment
from casemgmt.cases.clocks import start_clocks
from casemgmt.cases.repository import facts_of
from casemgmt.cases.tables import CasePerson, CaseRecord, ChildContact
from casemgmt.corrections import repository
from casemgmt.corrections.repository import Record
from casemgmt.db.work import Work
from casemgmt.tasks import clocks
from casemgmt.tasks.tables import Task


async def take_out(work: Work, case: CaseRecord, record: Record) -> list[Task]:
    """Mark the record, and return the clocks that its error ends or sets going again. The caller saves them all."""
    match record:
        case ChildContact():
            record.entered_in_error = True
            await work.session.flush()
            met = (await facts_of(work, case)).child_contacted
            return [] if met else await _again(work, case, "first_contact_with_child")
        case Assessment():
            return await _assessment(work, case, record)
        case CasePerson():
            record.entered_in_error = True
            record.until = work.now
            return []


async def _assessment(work: Work, case: CaseRecord, assessment: Assessment) -> list[Task]:
    assessment.state = AssessmentState.ENTERED_IN_ERROR
    await work.session.flush()
    ended = await clocks.cancel(work, assessment.id, assessment_policy.RISK_REVIEWS, "entered_in_error")
    children = await children_of(work, case.id)
    levels = [child.risk_level for child in children if child.risk_level is not None]
    days = [child.review_on for child in children if child.review_on is not None]
    case.risk_level = assessment_policy.highest_level(levels) if levels else None
    case.risk_review_on = min(days, default=None)
    if all(child.of_this_round for child in children):
        return ended
    return [*ended, *await _again(work, case, "assessment")]


async def _again(work: Work, case: CaseRecord, kind: str) -> list[Task]:
    """Return the clock that the error had stopped, as late as it would be had the error not been made."""
    before = await repository.last_clock(work, case.id, kind)
    if before is None or (before.completed_at is None and before.cancelled_at is None):
        return []
    return start_clocks(work, case, (kind,), since=before.started_at)
