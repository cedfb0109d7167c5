"""Pure checks of a plan: kinds of help, dates, consent."""

from collections.abc import Sequence
from datetime import date

from casemgmt.cases.policy import missing_help_kinds
from casemgmt.consents.policy import ASKED_FROM, age_on
from casemgmt.errors import FieldFault, Invalid, invalid_field
from casemgmt.plans.commands import ChildViewAbsence, Consent, WritePlan
from casemgmt.plans.content import PlanContent


def missing_kinds(help_package: str | None, content: PlanContent) -> tuple[str, ...]:
    """Return the kinds of help of the package that have neither a measure nor an argument, in the order of the list."""
    measured, argued = (m.help_kind for m in content.measures), (a.help_kind for a in content.missing_help)
    return missing_help_kinds(help_package, (*measured, *argued))


def date_faults(starts_on: date, review_on: date, content: PlanContent) -> tuple[FieldFault, ...]:
    """Return what is wrong with the dates: a review not after the start, a measure due before the start."""
    code = "plan-dates-out-of-order"
    faults = [] if review_on > starts_on else [FieldFault("/review_on", code, "Not after the start.")]
    faults += [
        FieldFault(f"/goals/{i}/measures/{j}/due_on", code, "Before the start.")
        for i, goal in enumerate(content.goals)
        for j, measure in enumerate(goal.measures)
        if measure.due_on < starts_on
    ]
    faults += [
        FieldFault(f"/goals/{i}/indicator/reach_by", code, "Before the start.")
        for i, goal in enumerate(content.goals)
        if goal.indicator is not None and goal.indicator.reach_by < starts_on
    ]
    return tuple(faults)


def child_unheard(view: str | None, absence: str | None, births: Sequence[date | None], day: date) -> bool:
    """Answer whether a child is of an age to be asked and was not. An unknown birth is that of a child to be asked.

    The age is a house rule: no act on it could be read (decision 0023).
    """
    if view is not None or absence in {ChildViewAbsence.ASKING_WOULD_HARM, ChildViewAbsence.DID_NOT_WANT}:
        return False
    known = [born for born in births if born is not None]
    if absence is None and len(known) < len(births):
        return True
    return any(age_on(born, day) >= ASKED_FROM for born in known)


def check_basis(command: WritePlan, basis: str) -> None:
    """Refuse a consent on record that somebody else gave than the plan says."""
    given_by = {
        Consent.GIVEN_BY_REPRESENTATIVE: {"representative", "child_and_representative"},
        Consent.GIVEN_BY_CHILD: {"child", "child_and_representative"},
    }
    if basis not in given_by.get(command.consent, set()):
        raise invalid_field("/consent_id", "consent-of-other-giver", "The plan says that somebody else consented.")


def check_plan(command: WritePlan, content: PlanContent) -> None:
    """Refuse a plan that contradicts itself: consent and its ground, dates, arguments for what is given anyway."""
    without = command.consent == Consent.WITHOUT_CONSENT
    if without and command.consent_ground is None:
        raise invalid_field("/consent_ground", "consent-ground-needed", "Say on what ground it goes on.")
    if not without and command.consent_ground is not None:
        raise invalid_field(
            "/consent_ground", "consent-ground-idle", "A ground belongs to a plan without consent only."
        )
    if command.child_view is not None and command.child_view_absence is not None:
        raise invalid_field("/child_view_absence", "child-view-given", "The plan has the view of the child.")
    for i, goal in enumerate(content.goals):
        if goal.indicator is not None and goal.indicator.baseline == goal.indicator.target:
            raise invalid_field(
                f"/goals/{i}/indicator/target", "indicator-stands-still", "The target is where it starts already."
            )
    if faults := date_faults(command.starts_on, command.review_on, content):
        raise Invalid("The dates of the plan are out of order.", code="plan-dates-out-of-order", faults=faults)
    given = {measure.help_kind for measure in content.measures}
    argued: set[str] = set()
    for i, each in enumerate(content.missing_help):
        if each.help_kind in given | argued:
            raise invalid_field(
                f"/missing_help/{i}/help_kind", "argument-idle", "The kind of help is in the plan, or argued twice."
            )
        argued.add(each.help_kind)
