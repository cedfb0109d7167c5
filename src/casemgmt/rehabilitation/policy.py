"""Pure decisions on programmes and checks after closure."""

from dataclasses import asdict
from datetime import date
from typing import Any
from uuid import UUID

from casemgmt.assessments.instrument import Instrument
from casemgmt.assessments.policy import changes, not_comparable
from casemgmt.assessments.states import AssessmentState
from casemgmt.assessments.tables import Assessment
from casemgmt.errors import FieldFault, Invalid, invalid_field

WORRYING = frozenset({"concern", "relapse"})
"""Results after which the case may be reopened at once."""
_YEAR = 366


def check_fits(assessment: Assessment | None, case_id: UUID, person_id: UUID, pointer: str) -> Assessment:
    """Return the assessment where it is a completed one of this child in this case, else refuse the field."""
    if (
        assessment is None
        or assessment.case_id != case_id
        or assessment.person_id != person_id
        or assessment.state != AssessmentState.COMPLETED
    ):
        raise invalid_field(
            pointer, "assessment-does-not-fit", "Name a completed assessment of the child in this case."
        )
    return assessment


def check_start(starts_on: date, today: date) -> None:
    """Refuse a start more than a year away from today."""
    if abs((starts_on - today).days) > _YEAR:
        raise invalid_field("/starts_on", "start-out-of-range", "A programme starts within a year of today.")


def measured_change(instrument: Instrument, before: Assessment, after: Assessment) -> list[dict[str, Any]]:
    """Return what changed per domain. Only a later assessment by the same version of the instrument measures it."""
    if (before.instrument, before.instrument_version) != (after.instrument, after.instrument_version):
        raise not_comparable()
    if before.completed_at is None or after.completed_at is None or after.completed_at <= before.completed_at:
        raise invalid_field("/after_assessment_id", "assessment-not-later", "The second assessment follows the first.")
    return [asdict(c) for c in changes(instrument, before.domain_scores, after.domain_scores)]


def check_result(result: str, *, child_seen: bool, reopens: bool, next_due_on: date | None) -> None:
    """Refuse a result that contradicts itself, or that leaves a child in doubt without a next step."""
    if child_seen and result == "no_contact":
        raise invalid_field("/child_seen", "seen-without-contact", "A child who was seen was contacted.")
    if reopens and result not in WORRYING:
        raise invalid_field("/reopen_reason", "nothing-to-reopen-for", "A case is reopened for a concern or a relapse.")
    if reopens and next_due_on is not None:
        raise invalid_field("/next_due_on", "two-next-steps", "An open case needs no further check.")
    if result != "stable" and not reopens and next_due_on is None:
        raise Invalid(
            "Say what comes next: the day of the next check, or the reason to reopen the case.",
            code="next-step-needed",
            faults=(FieldFault("/next_due_on", "next-step-needed", "Needed unless the child is stable."),),
        )


def check_next_day(wanted: date, today: date, latest: date) -> None:
    """Refuse a next check that doesn't lie ahead, or lies past its deadline."""
    if wanted <= today:
        raise invalid_field("/next_due_on", "check-not-ahead", "The next check lies after today.")
    if wanted > latest:
        raise Invalid(
            "The next check is due earlier.",
            code="check-too-late",
            data={"latest": latest.isoformat()},
            faults=(FieldFault("/next_due_on", "check-too-late", "Later than the deadline of the check."),),
        )
