"""What readers of signals get."""

from datetime import datetime, time
from typing import Literal
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


class PlaceView(View):
    """Where a sign stands in the narrative: characters from `start` up to, but without, `end`."""

    start: int
    end: int
    words: str


class HitView(View):
    """A sign of danger that was found in the narrative, or a fact that holds."""

    code: str
    label: TextsView
    weight: int
    """What it adds to the sum; nothing where it does not count."""
    standing: Literal["counted", "negated", "innocent", "alone"]
    """`negated`: said not to be so. `innocent`: it means something else there. `alone`: it needs another beside it."""
    places: list[PlaceView]
    """None of a fact, such as that it came at night."""


class WordsView(View):
    """What the list of words of danger says, a house default until somebody confirmed it. It never lowers."""

    urgency: str
    total: int
    urgent_from: int
    emergency_from: int
    list_version: int
    confirmed_by: str | None
    hits: list[HitView]


class SuggestionView(View):
    """Why an urgency is suggested: of its facts or of its words, whichever is higher. A person decides."""

    urgency: str
    by_facts: str
    """By category, severity and danger at this moment."""
    when_recorded: str | None
    """As it was suggested first; null of signals from before suggestions were kept."""
    words: WordsView | None


class RedirectView(View):
    """A signal was redirected to a competent body, and what that answered."""

    id: UUID
    signal_id: UUID
    from_organisation_id: UUID
    """Who owned it: there it goes back to where it is refused."""
    by_organisation_id: UUID
    """The desk that decided it."""
    to_organisation_id: UUID | None
    external_body: str | None
    """Name of a body that does not work with this service; null also where you see the signal no more."""
    redirected_at: datetime
    due_at: datetime
    """By when an answer is due."""
    answer: str | None
    """`accepted` (took it over), `acknowledged` (a body outside confirmed it), `refused`; null while it waits."""
    answered_at: datetime | None
    note: str | None
    """Words of the answer; null also where you see the signal no more, and for systems."""


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
    suggestion: SuggestionView | None
    """Quotes the narrative. Null for systems that send signals."""
    triage_outcome: str | None
    triage_reason: str | None
    triage_note: str | None
    triaged_by_id: UUID | None
    triaged_at: datetime | None
    reviewed_by_id: UUID | None
    reviewed_at: datetime | None
    review_note: str | None
    redirected_to: str | None
    redirect: RedirectView | None
    """The newest redirect, where the last decision was one."""
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
