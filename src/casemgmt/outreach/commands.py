"""What may be asked of referrals, visits, and warnings for those who visit."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from casemgmt.models import Command
from casemgmt.reference.fields import (
    AssessmentDomain,
    ClientRole,
    DeclineReason,
    ErrorReason,
    ImmediateMeasure,
    LongText,
    NoContactReason,
    PresenceRole,
    RiskSign,
    VisitorWarningKind,
    VisitOutcome,
)


class DeclineReferral(Command):
    """Give a referral back to the desk that offered it."""

    reason: DeclineReason
    note: LongText | None = Field(default=None, description="Needed for the reason `other`.")


class WithdrawReferral(Command):
    """Take a referral back from the group."""

    note: LongText = Field(description="Why: the group reads it no more, the desk does.")


class Depart(Command):
    """Set out."""

    warnings_read: bool = Field(default=False, description="All who go have read the warnings of the referral.")


class RecordNoContact(Command):
    """Nobody could be met."""

    reason: NoContactReason
    note: LongText | None = Field(default=None, description="Needed for the reason `other`.")
    at: AwareDatetime | None = Field(default=None, description="Absent: now.")


class RecordVisit(Command):
    """The family was visited; the report is owed from then on."""

    visited_at: AwareDatetime | None = Field(default=None, description="Absent: now.")


class PresentPerson(Command):
    """Somebody who was there."""

    role: PresenceRole
    person_id: UUID | None = Field(default=None, description="Where the person is on record.")


class FindingGiven(Command):
    """What was found in one domain."""

    domain: AssessmentDomain
    level: Literal["none", "some", "serious"] = Field(description="Ground for concern.")
    note: LongText | None = Field(default=None, description="Needed for the level `serious`.")
    risk_signs: list[RiskSign] = Field(default_factory=list, max_length=20)


class MeasureTaken(Command):
    """What was done at once."""

    measure: ImmediateMeasure
    note: LongText | None = None


class PersonMet(Command):
    """A person on record who turned out to be part of the signal."""

    person_id: UUID
    role: ClientRole


class HealthSeen(Command):
    """What was seen of somebody's health. Kept apart from the act: the medical side of the team reads it."""

    person_id: UUID
    body: LongText


class ReportVisit(Command):
    """The visit act."""

    child_seen: bool
    child_seen_alone: bool = Field(default=False, description="The child was spoken to without the adults.")
    present: Annotated[list[PresentPerson], Field(min_length=1, max_length=30)]
    findings: Annotated[list[FindingGiven], Field(min_length=1, max_length=20)]
    child_words: LongText | None = Field(default=None, description="What the child said, in the child's own words.")
    child_wishes: LongText | None = Field(default=None, description="What the child wants to happen.")
    immediate_measures: list[MeasureTaken] = Field(default_factory=list, max_length=20)
    outcome: VisitOutcome
    outcome_note: LongText | None = Field(
        default=None, description="Needed where a serious finding ends in a consultation alone."
    )
    persons: list[PersonMet] = Field(default_factory=list, max_length=20)
    health_notes: list[HealthSeen] = Field(
        default_factory=list,
        max_length=20,
        description="What was seen of health: kept apart from the act, read by the medical side of the team alone.",
    )


class CorrectVisitAct(Command):
    """Correct what the act says wrongly. What is given stands instead; what was done on its outcome stays as it was."""

    reason: ErrorReason
    note: LongText = Field(description="What was wrong, and how it came out.")
    present: Annotated[list[PresentPerson], Field(min_length=1, max_length=30)] | None = None
    findings: Annotated[list[FindingGiven], Field(min_length=1, max_length=20)] | None = None
    child_words: LongText | None = Field(default=None, description="`null` takes them away.")
    child_wishes: LongText | None = Field(default=None, description="`null` takes them away.")
    immediate_measures: Annotated[list[MeasureTaken], Field(max_length=20)] | None = None
    outcome_note: LongText | None = Field(default=None, description="`null` takes it away.")


class RecordWarning(Command):
    """Warn those who will visit."""

    kind: VisitorWarningKind
    note: LongText
    review_on: date = Field(description="Day by which somebody looks whether it still holds.")


class LiftWarning(Command):
    """Say that a warning no longer holds."""

    note: LongText
