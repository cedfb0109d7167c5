"""What readers of referrals, visits and warnings get."""

from datetime import date, datetime
from uuid import UUID

from casemgmt.models import AllowedActionView, View


class WarningView(View):
    """A warning for those who visit."""

    id: UUID
    kind: str
    note: str
    review_on: date
    recorded_at: datetime
    recorded_by_id: UUID
    lifted_at: datetime | None
    lifted_by_id: UUID | None
    lift_note: str | None


class AttemptView(View):
    """A visit at which nobody could be met."""

    id: UUID
    at: datetime
    reason: str
    note: str | None
    recorded_by_id: UUID


class ReferralSubject(View):
    """A person of the signal, by id: names are read with the person."""

    person_id: UUID
    role: str


class SignalEssentials(View):
    """What the visitors need to know of the signal."""

    state: str
    category: str
    severity: str | None
    danger_now: bool
    language: str
    narrative: str
    subject_description: str | None
    region_code: str | None
    kato: str | None
    place: str | None
    occurred_at: datetime | None
    received_at: datetime
    subjects: list[ReferralSubject]


class ReferralSummary(View):
    """A referral in a list: no free text."""

    id: UUID
    signal_id: UUID
    mobile_group_id: UUID
    organisation_id: UUID
    region_code: str | None
    state: str
    urgency: str
    offered_at: datetime
    answered_at: datetime | None
    departed_at: datetime | None
    visited_at: datetime | None
    reported_at: datetime | None


class ReferralView(ReferralSummary):
    """A referral in full, with what the reader may do on it now."""

    version: int
    instructions: str | None
    offered_by_id: UUID
    answered_by_id: UUID | None
    decline_reason: str | None
    decline_note: str | None
    withdrawn_by_id: UUID | None
    withdrawn_at: datetime | None
    withdraw_note: str | None
    warnings_read_by_id: UUID | None
    signal: SignalEssentials | None
    """None where the reader sees the signal no more: a group after its report."""
    warnings: list[WarningView]
    attempts: list[AttemptView]
    visit_act_id: UUID | None
    allowed_actions: list[AllowedActionView]


class ReferralGivenBack(View):
    """The answer to a declining group, which sees the referral no more."""

    id: UUID
    signal_id: UUID
    state: str
    decline_reason: str
    answered_at: datetime


class PresentView(View):
    """Somebody who was there."""

    role: str
    person_id: UUID | None


class FindingView(View):
    """What was found in one domain."""

    domain: str
    level: str
    note: str | None
    risk_signs: list[str]


class MeasureView(View):
    """What was done at once."""

    measure: str
    note: str | None


class VisitActParts(View):
    """The parts of an act that can be corrected."""

    present: list[PresentView]
    findings: list[FindingView]
    risk_signs: list[str]
    child_words: str | None
    child_wishes: str | None
    immediate_measures: list[MeasureView]
    outcome_note: str | None


class VisitActEditionView(View):
    """What a visit act said until a correction, and why it was corrected."""

    id: UUID
    number: int
    said: VisitActParts
    digest: str
    """SHA-256 of the whole act as it was: what a signature of then is on."""
    reason: str
    note: str
    corrected_at: datetime
    corrected_by_id: UUID


class VisitActEditionsView(View):
    """The editions of a visit act before the present one, the oldest first."""

    items: list[VisitActEditionView]


class VisitActView(View):
    """A visit act."""

    id: UUID
    referral_id: UUID
    signal_id: UUID
    version: int
    edition: int
    """1, and one more with each correction."""
    visited_at: datetime
    child_seen: bool
    child_seen_alone: bool
    present: list[PresentView]
    findings: list[FindingView]
    risk_signs: list[str]
    """All signs of all domains, each once."""
    child_words: str | None
    child_wishes: str | None
    immediate_measures: list[MeasureView]
    outcome: str
    outcome_note: str | None
    submitted_by_id: UUID
    submitted_at: datetime
