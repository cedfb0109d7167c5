"""What readers of answers get, and the carrier."""

from datetime import datetime, time
from uuid import UUID

from casemgmt.answers.commands import Day
from casemgmt.models import AllowedActionView, View


class BarView(View):
    """A reason for which nothing may be sent."""

    code: str
    """Of the code list `answer_bar`."""
    text: str
    """In the reader's language."""


class SafeTimeView(View):
    """Hours that are safe, on the clocks of Kazakhstan."""

    days: list[Day]
    begins: time
    ends: time


class WishView(View):
    """What the child said of an answer."""

    wanted: bool
    means: str | None
    language: str | None
    reads: str
    safe_times: list[SafeTimeView]
    """As told; without any, a child that reads alone is answered by day."""
    revision: int


class TemplateView(View):
    """Words that this child may be answered in."""

    template: str
    version: int
    status: str
    """`reviewed` by a body's psychologists, or `house_default`."""
    text: str


class AnswerOptionsView(View):
    """Whether the child of a signal may be answered, when, and in which words."""

    signal_id: UUID
    bars: list[BarView]
    """None: it may."""
    wish: WishView | None
    next_safe_at: datetime | None
    """When it would be sent: now, where this is a safe time."""
    next_safe_until: datetime | None
    under_way: bool
    """An answer to this contact is on its way already: one at a time."""
    own_words: bool
    """Whether it may be in other words than a template's."""
    longest: int
    """Characters."""
    templates: list[TemplateView]
    stopped_because: str | None
    """Why a person stopped answers at this signal."""


class ReceiptView(View):
    """What the carrier told of an answer."""

    receipt_id: UUID
    kind: str
    failure: str | None
    occurred_at: datetime
    received_at: datetime


class AnswerSummary(View):
    """An answer, as it stands."""

    id: UUID
    signal_id: UUID
    state: str
    template: str | None
    template_version: int | None
    means: str
    language: str
    text: str | None
    """Null once it was erased."""
    due_at: datetime | None
    """While it waits, when it will be sent; while it is ready, until when; once fetched, when that changes next."""
    prepared_at: datetime
    prepared_by_id: UUID
    announced_at: datetime | None
    fetched_at: datetime | None
    ended_at: datetime | None
    withdrawn_at: datetime | None


class AnswerList(View):
    """The answers about a signal, the newest first."""

    items: list[AnswerSummary]


class AnswerView(AnswerSummary):
    """An answer with what became of it."""

    version: int
    bars: list[BarView]
    """Why it is held, or would be now."""
    receipts: list[ReceiptView]
    allowed_actions: list[AllowedActionView]


class StopView(View):
    """Whether a person stopped answers at a signal."""

    signal_id: UUID
    stopped: bool
    reason: str | None
    set_at: datetime | None
    set_by_id: UUID | None


class MessageView(View):
    """What the carrier sends: these words, by this means, to whom the contact belongs, until this moment."""

    answer_id: UUID
    contact_id: str
    """The carrier's own id of the contact: the address stands there."""
    means: str
    language: str
    text: str
    """Of a call: what is said to whoever takes it, and no more before the child is known to be alone."""
    reads: str
    send_until: datetime
    """Not a moment later."""


class ReceiptTaken(View):
    """That a receipt is here, and where the answer stands now."""

    answer_id: UUID
    receipt_id: UUID
    state: str
