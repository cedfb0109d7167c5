"""What readers get of referrals to other bodies."""

from datetime import date, datetime
from uuid import UUID

from casemgmt.models import AllowedActionView, View


class ServiceReferralView(View):
    """What is asked of a body. `case_id` is for those who see the case: the body asked knows its number alone."""

    id: UUID
    case_id: UUID | None
    case_number: str
    to_organisation_id: UUID
    from_organisation_id: UUID
    offered_by_id: UUID
    offered_at: datetime
    help_kind: str
    question: str
    wanted_by: date | None
    state: str
    answered_at: datetime | None
    answered_by_id: UUID | None
    decline_reason: str | None
    decline_note: str | None
    responsible_id: UUID | None
    closed_at: datetime | None
    closed_by_id: UUID | None
    return_note: str | None
    version: int
    allowed_actions: list[AllowedActionView]


class ReferredChildView(View):
    """The child, as the body knows it that has accepted: name and age in whole years, nothing else."""

    family_name: str | None
    given_name: str | None
    age: int | None
    """None where no day or year of birth is known."""


class ServiceReferralShareView(View):
    """What the side that refers keeps of the sharing."""

    person_id: UUID
    consent_id: UUID | None
    without_consent_ground: str | None


class ServiceReferralFileView(ServiceReferralView):
    """A referral with what belongs to it, each part for those who may read it and null for the others."""

    told: str | None
    """What the body is told of the child, from the acceptance until the end."""
    child: ReferredChildView | None
    """For the body that has accepted; the team of the case reads the person itself."""
    share: ServiceReferralShareView | None
    """For those who see the case."""


class ServiceReferralTallyView(View):
    """How many referrals a body was asked, by where they stand: all that stays with it of those that ended."""

    offered: int
    accepted: int
    declined: int
    done: int
    withdrawn: int
