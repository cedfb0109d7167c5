"""Pure checks of corrections."""

from casemgmt.assessments.states import AssessmentState
from casemgmt.assessments.tables import Assessment
from casemgmt.cases.tables import CasePerson, ChildContact
from casemgmt.centers.states import SessionState
from casemgmt.centers.tables import CentreSession, SessionNote
from casemgmt.notes.tables import CaseNote
from casemgmt.outreach.tables import VisitorWarning
from casemgmt.plans.tables import PlanReview

Record = Assessment | CaseNote | CasePerson | CentreSession | ChildContact | PlanReview | SessionNote | VisitorWarning
"""What can be marked as entered in error."""


def stands(record: Record) -> bool:
    """Answer whether a record is completed and counts. What is not completed is discarded or cancelled instead."""
    match record:
        case Assessment():
            return record.state == AssessmentState.COMPLETED
        case CentreSession():
            return record.state in (SessionState.HELD, SessionState.NO_SHOW)
    return not record.entered_in_error
