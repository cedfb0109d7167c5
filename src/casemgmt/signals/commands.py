"""What may be asked of signals."""

from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field

from casemgmt.models import Command
from casemgmt.reference.fields import (
    ClientRole,
    ContactRelation,
    Kato,
    Language,
    LocalTime,
    LongText,
    Name,
    RegionCode,
    Severity,
    ShortText,
    SignalCategory,
    SignalChannel,
    SignalSource,
    TriageOutcome,
    TriageReason,
    Urgency,
)


class ReporterGiven(Command):
    """Who reported; kept in a table of its own."""

    relation: ContactRelation
    name: Name | None = None
    phone: Annotated[str, Field(max_length=32)] | None = None
    callback_allowed: bool = False
    safe_from: LocalTime | None = Field(default=None, description="Local time from which it is safe to call back.")
    safe_until: LocalTime | None = None
    wants_confidentiality: bool = True


class SubjectGiven(Command):
    """A person already recorded whom the signal is about, or who is part of it."""

    person_id: UUID
    role: ClientRole


class RegisterSignal(Command):
    """Record a signal. Six fields are required: the rest may be unknown at that moment."""

    id: UUID | None = Field(default=None, description="UUIDv7 of the client; made by the service where absent.")
    source: SignalSource
    channel: SignalChannel
    category: SignalCategory
    language: Language
    narrative: LongText = Field(description="What was said, as close to the words as possible.")
    region_code: RegionCode | None = Field(description="Region of the child's whereabouts; null where not known.")
    severity: Severity | None = None
    danger_now: bool = Field(default=False, description="The child is in danger at this moment.")
    anonymous: bool = False
    kato: Kato | None = None
    place: ShortText | None = None
    occurred_at: AwareDatetime | None = None
    subject_description: ShortText | None = None
    subjects: list[SubjectGiven] = Field(default_factory=list, max_length=20)
    reporter: ReporterGiven | None = None


class TriageSignal(Command):
    """Decide what is done on a signal."""

    outcome: TriageOutcome
    severity: Severity
    reason: TriageReason
    category: SignalCategory | None = Field(default=None, description="Where the one of the intake was wrong.")
    urgency: Urgency | None = Field(default=None, description="Absent: the one that is suggested.")
    note: LongText | None = None
    mobile_group_id: UUID | None = Field(default=None, description="For `mobile_group_referral`.")
    instructions: LongText | None = None
    organisation_id: UUID | None = Field(
        default=None, description="For `redirect`: a body that works with this service."
    )
    external_body: ShortText | None = Field(default=None, description="For `redirect`: the name of any other body.")
    person_id: UUID | None = Field(
        default=None, description="For `attach_to_case`: the child whose open case it joins."
    )


class AddSubject(SubjectGiven):
    """Name a person whom the signal is about, once it is known."""


class ReviewSignal(Command):
    """The second person's word on a severe signal that one person would close without action."""

    confirm: bool
    note: LongText


class RefuseRedirect(Command):
    """Say that the body that a signal was redirected to does not take it: it goes back to the desk that sent it."""

    note: LongText = Field(description="Why, and who would be competent; of a body outside also that it is silent.")


class CompleteSignal(Command):
    """End a consultation, or record that the body outside acknowledged the redirect."""

    note: LongText
