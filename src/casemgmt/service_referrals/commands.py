"""What may be asked of referrals to other bodies."""

from datetime import date
from uuid import UUID

from pydantic import Field

from casemgmt.models import Command
from casemgmt.reference.fields import HelpKind, LongText, ServiceDeclineReason


class OfferServiceReferral(Command):
    """Ask another body to do something for a child of the case."""

    to_organisation_id: UUID
    person_id: UUID
    """The child that it is about."""
    help_kind: HelpKind
    question: LongText
    """What is asked. The body reads it before it accepts: no name and no address here."""
    wanted_by: date | None = None
    """The day by which it is wanted; without one the term of the house counts from the acceptance."""
    told: LongText | None = None
    """What the body must know of the child to do it. It reads this after it has accepted."""
    consent_id: UUID | None = None
    """The consent to sharing with this body."""
    without_consent_ground: LongText | None = Field(
        default=None, description="On what ground the child's data are shared without a consent; needed without one."
    )


class AcceptServiceReferral(Command):
    """Accept what is asked, and say who of the body does it."""

    responsible_id: UUID


class DeclineServiceReferral(Command):
    """Decline what is asked."""

    reason: ServiceDeclineReason
    note: LongText | None = None


class CompleteServiceReferral(Command):
    """Say that it is done, and what came of it: the sight of the child ends with it."""

    return_note: LongText
