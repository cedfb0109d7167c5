"""What readers of consents get."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from casemgmt.models import AllowedActionView, View


class EndedView(View):
    """One thing that ended with the consent, or will."""

    effect: str
    """Code of the list `consent_effect`; `label` says it in the reader's language."""
    label: str
    record_type: str
    record_id: UUID


class RecordReferenceView(View):
    """A record, by kind and id."""

    record_type: str
    record_id: UUID


class GoesOnView(View):
    """One thing that goes on without the consent, and why."""

    reason: str
    """Code of the list `consent_continuation`; `label` says it in the reader's language."""
    label: str
    basis: Literal["law", "house_rule"]
    """`law` where the record itself says so; the rest are rules of the house, and not law."""
    records: list[RecordReferenceView]


class EffectView(View):
    """What ends and what goes on. Before the consent ended: what would, if it ended now, as far as you may see it."""

    ended: list[EndedView]
    goes_on: list[GoesOnView]


class ConsentSummary(View):
    """A consent in a list: no free text."""

    id: UUID
    case_id: UUID
    version: int
    person_id: UUID
    purpose: str
    scopes: list[str]
    shared_with_id: UUID | None
    basis: str
    giver_id: UUID
    form: str
    child_view: str
    given_at: datetime
    expires_on: date | None
    state: str
    holds: bool
    """Whether something may rest on it now: given, and its last day is not over."""
    withdrawn_at: datetime | None
    ended_at: datetime | None
    created_at: datetime
    created_by_id: UUID


class ConsentView(ConsentSummary):
    """A consent in full."""

    child_words: str | None
    note: str | None
    withdrawn_by_id: UUID | None
    withdraw_form: str | None
    withdraw_note: str | None
    ended_by_id: UUID | None
    effect: EffectView
    allowed_actions: list[AllowedActionView]
