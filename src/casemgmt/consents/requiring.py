"""What other features ask before they let something rest on a consent."""

from datetime import datetime
from uuid import UUID

from sqlmodel import select

from casemgmt.consents import policy
from casemgmt.consents.tables import Consent
from casemgmt.db.work import Work
from casemgmt.errors import WrongState, invalid_field

ENDED = "consent_ended"
"""Why clocks and sessions stop with a consent."""
_POINTER = "/consent_id"


async def require_consent(
    work: Work, consent_id: UUID, case_id: UUID, purpose: str, *, until: datetime | None = None
) -> Consent:
    """Return a consent of the case for the purpose that holds now and `until`, or refuse.

    The case must be locked before: then a withdrawal waits for what is being made to rest on the consent, and ends it.
    """
    query = select(Consent).where(Consent.id == consent_id, Consent.case_id == case_id)
    consent = (await work.session.scalars(query.execution_options(populate_existing=True))).one_or_none()
    if consent is None:
        raise invalid_field(_POINTER, "unknown-consent", "There is no such consent of the case.")
    if consent.purpose != purpose:
        raise invalid_field(_POINTER, "consent-for-other-purpose", "The consent was given for another purpose.")
    if not policy.holds(consent, until or work.now) or not policy.holds(consent, work.now):
        raise WrongState(
            "The consent was withdrawn or is over by then.",
            code="consent-not-in-force",
            data={"state": consent.state, "allowed_transitions": []},
        )
    return consent


async def consent_holds(work: Work, consent_id: UUID | None) -> bool:
    """Answer whether what rests on a consent may go on now; what rests on none may.

    A consent that the actor can't see is taken not to hold: better asked once more than acted on without.
    """
    if consent_id is None:
        return True
    consent = (await work.session.scalars(select(Consent).where(Consent.id == consent_id))).one_or_none()
    return consent is not None and policy.holds(consent, work.now)
