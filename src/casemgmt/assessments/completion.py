"""The completion of an assessment: scores, the level of risk that a person decides, and its review."""

from uuid import UUID

from sqlmodel import SQLModel

from casemgmt.assessments import policy, repository
from casemgmt.assessments.commands import CompleteAssessment
from casemgmt.assessments.service import facts_of, instrument_of, view_of
from casemgmt.assessments.states import ASSESSMENT
from casemgmt.assessments.tables import Assessment
from casemgmt.assessments.views import AssessmentView
from casemgmt.audit.events import Event
from casemgmt.cases.tables import CaseRecord
from casemgmt.db.work import Work, check_version
from casemgmt.tasks import clocks
from casemgmt.tasks.recalculating import recalculate
from casemgmt.tasks.tables import Task
from casemgmt.timeline.service import entry
from rules.zone import to_local


async def complete_assessment(
    work: Work, assessment_id: UUID, command: CompleteAssessment, expected: int | None
) -> AssessmentView:
    """Store scores and level for good. The case takes the level over; the clock of the child's review starts anew."""
    case, assessment = await repository.lock_assessment(work, assessment_id)
    check_version(assessment, expected)
    instrument = await instrument_of(work, assessment)
    facts = facts_of(case, assessment, instrument)
    transition = ASSESSMENT.check(work.actor, "complete", assessment.state, facts)
    scores = policy.score(instrument, assessment.answers)
    policy.check_risk_reason(command.risk_level, scores.suggested_level, command.risk_reason)
    review = _review_clock(work, case, assessment, command)
    assessment.state = transition.target
    assessment.domain_scores = scores.domains
    assessment.total_score = scores.total
    assessment.suggested_risk_level = scores.suggested_level
    assessment.risk_level = command.risk_level
    assessment.risk_reason = command.risk_reason
    assessment.review_on = to_local(review.due_at).date()
    assessment.conclusion = command.conclusion
    assessment.completed_at = work.now
    assessment.completed_by_id = work.actor.user_id
    stopped = await _hand_to_case(work, case, assessment)
    story = entry(
        work,
        "assessment.completed",
        "assessment",
        assessment.id,
        organisation_id=case.organisation_id,
        case_id=case.id,
        data={
            "person_id": str(assessment.person_id),
            "occasion": assessment.occasion,
            "risk_level": command.risk_level,
            "suggested_risk_level": scores.suggested_level,
            "review_on": assessment.review_on.isoformat(),
        },
    )
    event = Event("assessment.completed", "assessment", (assessment.id,), case_id=case.id)
    await work.save(event, assessment, case, *stopped, review, story)
    return view_of(work, case, assessment, instrument)


def _review_clock(work: Work, case: CaseRecord, assessment: Assessment, command: CompleteAssessment) -> Task:
    """Return the clock of the review, due on the day that was chosen or by the deadline of the level."""
    clock = clocks.start(
        work,
        policy.review_deadline(command.risk_level),
        "assessment",
        assessment.id,
        organisation_id=case.organisation_id,
        case_id=case.id,
        assignee_id=case.manager_id,
        blocks_closure=False,
    )
    today, latest = to_local(work.now).date(), to_local(clock.due_at).date()
    clocks.bring_forward(clock, policy.review_day(command.review_on, today, latest))
    return clock


async def _hand_to_case(work: Work, case: CaseRecord, assessment: Assessment) -> list[SQLModel]:
    """Give the case the heaviest level and the earliest review of its children; return the clocks that end by it.

    A sibling who is safe must not lower the level of a child who is not, nor stop the clock of one not assessed yet.
    """
    siblings = []
    stopped: list[SQLModel] = []
    for child in await repository.children_of(work, case.id):
        if child.person_id != assessment.person_id:
            siblings.append(child)
        elif child.id is not None:
            stopped += await clocks.stop(work, child.id, policy.RISK_REVIEWS, "reviewed")
    before = case.risk_level
    levels = [assessment.risk_level, *(child.risk_level for child in siblings)]
    days = [assessment.review_on, *(child.review_on for child in siblings)]
    case.risk_level = policy.highest_level(level for level in levels if level is not None)
    case.risk_review_on = min(day for day in days if day is not None)
    if all(child.of_this_round for child in siblings):
        stopped += await clocks.stop(work, case.id, ("assessment",), "completed")
    return [*stopped, *await recalculate(work, case, before)]
