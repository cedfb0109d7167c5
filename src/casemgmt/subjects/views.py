"""What the desk of subjects' copies reads, and the copy itself."""

import datetime as dt
from typing import Any
from uuid import UUID

from casemgmt.models import AllowedActionView, View


class CopyView(View):
    """A request for a copy."""

    id: UUID
    version: int
    state: str
    person_id: UUID
    requester: str
    answered_as: str
    """`representative_suspected` also where the record shows danger at home, whatever the request says."""
    proof: str
    reference: str
    received_on: dt.date
    included: list[UUID]
    prepared_by_id: UUID
    prepared_at: dt.datetime
    decided_by_id: UUID | None
    decided_at: dt.datetime | None
    decline_reason: str | None
    released_until: dt.datetime | None
    allowed_actions: list[AllowedActionView]


class DraftTextView(View):
    """A text that may go along when somebody has read it through."""

    id: UUID
    record: str
    at: str
    text: str
    included: bool


class DraftView(View):
    """The texts of a copy that is being prepared. Nothing else of the file is shown for it."""

    copy_id: UUID
    answered_as: str
    texts: list[DraftTextView]


class CopyDocument(View):
    """The copy, for programs; `page` is the same for people. Parts that the requester does not get are not there."""

    copy_id: UUID
    reference: str
    given_at: dt.datetime
    answered_as: str
    parts: dict[str, Any]
    access_log: str | None
    """Where the officer asks who looked at the person."""
    left_out: str
    terms: list[dict[str, str]]
