"""What readers of signals get."""

from datetime import datetime, time
from uuid import UUID

from casemgmt.assessments.views import TextsView
from casemgmt.models import AllowedActionView, View
from casemgmt.outreach.views import WarningView


class SignalSubject(View):
    """A person of the signal, by id: names are read with the person."""

    person_id: UUID
    role: str


class SignalSummary(View):
    """A signal in a list: no free text."""

    id: UUID
    state: str
    source: str
    channel: str
    category: str
    severity: str | None
    urgency: str | None
    danger_now: bool
    region_code: str | None
    organisation_id: UUID
    mobile_group_id: UUID | None
    case_id: UUID | None
    received_at: datetime


class ScreeningView(View):
    """What a school psychologist's screening came to. The answers themselves are for psychologists."""

    person_id: UUID
    instrument: str
    instrument_version: int
    title: TextsView
    validated: bool
    """Whether the instrument's measuring was tested."""
    language: str
    total_score: int
    highest_possible: int
    suggested_risk_level: str
    meaning: TextsView
    next_step: TextsView
    recorded_at: datetime
    recorded_by_id: UUID


class SignalView(SignalSummary):
    """A signal in full, with what the reader may do on it now."""

    version: int
    restricted: bool
    language: str
    narrative: str
    subject_description: str | None
    anonymous: bool
    kato: str | None
    place: str | None
    occurred_at: datetime | None
    received_by_organisation_id: UUID
    registered_by_id: UUID
    suggested_urgency: str
    triage_outcome: str | None
    triage_reason: str | None
    triage_note: str | None
    triaged_by_id: UUID | None
    triaged_at: datetime | None
    reviewed_by_id: UUID | None
    reviewed_at: datetime | None
    review_note: str | None
    redirected_to: str | None
    closed_at: datetime | None
    closing_note: str | None
    subjects: list[SignalSubject]
    warnings: list[WarningView]
    screening: ScreeningView | None
    allowed_actions: list[AllowedActionView]


class SignalRegistered(View):
    """The answer to a new signal: enough to follow it up by."""

    id: UUID
    state: str
    suggested_urgency: str
    triage_due_at: datetime
    received_at: datetime


class ReporterView(View):
    """Who reported."""

    relation: str
    name: str | None
    phone: str | None
    callback_allowed: bool
    safe_from: time | None
    safe_until: time | None
    wants_confidentiality: bool
