"""Pure checks of a plan: kinds of help, dates, consent."""

from datetime import date

from casemgmt.cases.policy import missing_help_kinds
from casemgmt.errors import FieldFault, Invalid, invalid_field
from casemgmt.plans.commands import Consent, WritePlan
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
    return tuple(faults)


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
