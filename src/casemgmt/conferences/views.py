"""What readers get of conferences."""

from datetime import date, datetime
from uuid import UUID

from casemgmt.models import AllowedActionView, View


class ConferenceView(View):
    """A conference. `case_id` is for those who see the case: whoever is invited knows its number alone."""

    id: UUID
    case_id: UUID | None
    case_number: str
    called_by_id: UUID
    called_at: datetime
    starts_at: datetime
    place: str
    question: str
    state: str
    held_at: datetime | None
    recorded_by_id: UUID | None
    minutes: str | None
    signed_at: datetime | None
    signed_by_id: UUID | None
    cancel_reason: str | None
    version: int
    allowed_actions: list[AllowedActionView]


class ConferenceChildView(View):
    """A child, as those know it who are invited: first name and age in whole years."""

    given_name: str | None
    age: int | None
    """None where no day or year of birth is known."""


class ParticipantView(View):
    """Somebody invited."""

    id: UUID
    user_id: UUID | None
    body_id: UUID | None
    name: str | None
    post: str | None
    consent_id: UUID | None
    """For those who see the case."""
    in_place_of_id: UUID | None
    state: str
    invited_at: datetime
    answered_at: datetime | None
    decline_reason: str | None
    came: bool | None
    version: int
    allowed_actions: list[AllowedActionView]


class FamilyView(View):
    """Whether somebody of the family is invited, and if not, why not."""

    person_id: UUID
    invited: bool
    reason: str | None
    came: bool | None


class DecisionView(View):
    """One thing that was decided."""

    id: UUID
    conference_id: UUID
    position: int
    wording: str
    responsible_id: UUID
    for_participant_id: UUID | None
    due_on: date
    state: str
    ended_at: datetime | None
    closed_by_id: UUID | None
    note: str | None
    version: int
    allowed_actions: list[AllowedActionView]


class DecisionFileView(DecisionView):
    """A decision with the children it is about, for whoever does it; the team of the case reads the case."""

    children: list[ConferenceChildView]


class ConferenceShareView(View):
    """What the side that calls keeps of the sharing."""

    person_ids: list[UUID]
    without_consent_ground: str | None


class ConferenceFileView(ConferenceView):
    """A conference with what belongs to it, each part for those who may read it and empty for the others."""

    participants: list[ParticipantView]
    family: list[FamilyView]
    """For those who see the case."""
    decisions: list[DecisionView]
    told: str | None
    """What is told of the children, to those who accepted, until it is over."""
    children: list[ConferenceChildView]
    """For those who accepted; the team of the case reads the persons themselves."""
    share: ConferenceShareView | None
    """For those who see the case."""


class DecisionList(View):
    """What conferences decided that you do, the soonest first."""

    items: list[DecisionView]
