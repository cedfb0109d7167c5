"""Pure checks of a consent. The ages are house rules: no act on consent could be read (decision 0023)."""

from datetime import date, datetime, time, timedelta

from casemgmt.consents.commands import RecordConsent, WithdrawConsent
from casemgmt.consents.states import ConsentState, is_over
from casemgmt.consents.tables import Consent
from casemgmt.errors import invalid_field
from rules.zone import local_moment, to_local

ASKED_FROM = 10
"""Years from which a child is asked. House rule."""
ALONE_FROM = 16
"""Years from which a child consents alone. House rule."""
_NOT_ASKED = "too_young"


def end_of(last_day: date | None) -> datetime | None:
    """Return the moment at which the last day of a consent is over in Kazakhstan."""
    return None if last_day is None else local_moment(last_day + timedelta(days=1), time(0))


def holds(consent: Consent, at: datetime) -> bool:
    """Answer whether something may rest on a consent at a moment."""
    return consent.state == ConsentState.GIVEN and not is_over(consent.expires_at, at)


def check_consent(command: RecordConsent, born: date | None, now: datetime) -> None:
    """Refuse a consent that contradicts itself, its days, or the child's age. `born` is None where not known."""
    if (command.purpose == "sharing") != (command.shared_with_id is not None):
        raise invalid_field(
            "/shared_with_id", "consent-shared-with", "The purpose 'sharing' names the body, and no other one does."
        )
    if len(set(command.scopes)) != len(command.scopes):
        raise invalid_field("/scopes", "named-twice", "Each is named once.")
    if command.given_at > now:
        raise invalid_field("/given_at", "consent-in-future", "A consent is written down after it was given.")
    if command.expires_on is not None and command.expires_on < to_local(command.given_at).date():
        raise invalid_field("/expires_on", "dates-out-of-order", "The last day lies before the consent was given.")
    _check_child(command, born)


def _check_child(command: RecordConsent, born: date | None) -> None:
    by_child = command.basis != "representative"
    if by_child and command.child_view != "agrees":
        raise invalid_field("/child_view", "consent-child-view", "Whoever consents agrees.")
    if (command.basis == "child") != (command.giver_id is None or command.giver_id == command.person_id):
        raise invalid_field("/giver_id", "consent-giver", "The representative gives it, or the child alone.")
    if born is None:
        return
    age = age_on(born, to_local(command.given_at).date())
    if command.basis == "child" and age < ALONE_FROM:
        raise invalid_field("/basis", "consent-child-alone", "The child is too young to consent alone.")
    if command.child_view == _NOT_ASKED and age >= ASKED_FROM:
        raise invalid_field("/child_view", "consent-child-asked", "A child of this age is asked.")


def age_on(born: date, day: date) -> int:
    """Return the full years of somebody on a day."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def check_withdrawal(consent: Consent, command: WithdrawConsent, now: datetime) -> None:
    """Refuse a withdrawal by a stranger, and one before the consent or after now."""
    if command.withdrawn_by_id not in (consent.giver_id, consent.person_id):
        raise invalid_field(
            "/withdrawn_by_id", "consent-giver", "Who gave it takes it back, or the person whom it is about."
        )
    if not consent.given_at <= command.withdrawn_at <= now:
        raise invalid_field("/withdrawn_at", "consent-withdrawal-time", "Not before the consent, and not after now.")
