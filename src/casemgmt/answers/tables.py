"""What a child said of an answer, the answers, their words in a table of their own, and what became of them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy import text as sql
from sqlmodel import Field

from casemgmt.db.base import Row, Versioned, code, document, long_text, moment, ref

_UNDER_WAY = sql("state in ('waiting', 'ready', 'held')")


class AnswerWish(Row, table=True):
    """What the child said of an answer, as the newest message about the contact tells it. It holds no number."""

    __tablename__ = "answer_wish"
    __table_args__ = (CheckConstraint("language in ('kk', 'ru')", name="language_answered_in"),)

    contact_id: UUID = ref("contact.id", primary=True)
    sender_id: UUID = ref("app_user.id", index=False)
    revision: int
    """Of the message that changed it last: an answer is written under one, and sent under no other."""
    told_at: datetime = moment()
    """When that message came."""
    wanted: bool | None = None
    """Null: the newest message tells nothing of it any more."""
    refused_because: str | None = code("answer_refusal", nullable=True)
    means: str | None = code("answer_means", nullable=True)
    language: str | None = Field(default=None, max_length=2)
    reads: str = code("answer_reader")
    safe_times: list[Any] = document()
    """Days of the week from Monday, 0, with local times from and until."""
    anonymous: bool = False
    in_session: bool = False
    """It came by QR-111: there is a session to answer in."""
    unread: bool = False
    """A later message about the contact was refused: what it says of the wish is not known here."""


class ContactAnswer(Versioned, table=True):
    """An answer to a child about a signal of its contact. Its words stand in `answer_text`."""

    __tablename__ = "contact_answer"
    __table_args__ = (
        Index("uq_contact_answer_under_way", "contact_id", unique=True, postgresql_where=_UNDER_WAY),
        Index("ix_contact_answer_due", "due_at", "id", postgresql_where=_UNDER_WAY),
        Index("ix_contact_answer_with_carrier", "fetched_at", postgresql_where=sql("state = 'fetched'")),
        CheckConstraint("(template is null) = (template_version is null)", name="template_with_version"),
        CheckConstraint("(withdrawn_at is null) = (withdrawn_by_id is null)", name="withdrawn_by_somebody"),
    )

    id: UUID = Field(primary_key=True)
    contact_id: UUID = ref("contact.id")
    signal_id: UUID = ref("signal.id")
    state: str = Field(max_length=16)
    template: str | None = Field(default=None, max_length=40)
    """Null where it is in own words."""
    template_version: int | None = None
    means: str = code("answer_means")
    language: str = Field(max_length=2)
    wish_revision: int
    """Of the wish under which it was written, or put right again by a person."""
    bars: list[Any] = document()
    """Codes of why it is held."""
    due_at: datetime | None = moment(nullable=True)
    """While it waits, the next safe moment; while it is ready, when that time is over; once it was fetched, when its
    safe time is over or begins anew."""
    prepared_at: datetime = moment()
    prepared_by_id: UUID = ref("app_user.id", index=False)
    announced_at: datetime | None = moment(nullable=True)
    fetched_at: datetime | None = moment(nullable=True)
    """When the carrier had the words last."""
    ended_at: datetime | None = moment(nullable=True)
    """When the newest receipt said what became of it, by the carrier's clock."""
    exposed_at: datetime | None = moment(nullable=True)
    """When we were told last that somebody else has it, by our clock."""
    exposed_under: int | None = None
    """The revision of the wish by then: only a newer one lets anything go out again."""
    withdrawn_at: datetime | None = moment(nullable=True)
    withdrawn_by_id: UUID | None = ref("app_user.id", nullable=True, index=False)


class AnswerText(Row, table=True):
    """The words. The carrier reads them only where they were handed out to it, in a safe time."""

    __tablename__ = "answer_text"

    answer_id: UUID = ref("contact_answer.id", primary=True)
    signal_id: UUID = ref("signal.id")
    body: str = long_text()


class AnswerReceipt(Row, table=True):
    """What the carrier says became of an answer; told twice it is one, and the order does not matter."""

    __tablename__ = "answer_receipt"
    __table_args__ = (CheckConstraint("(kind = 'not_delivered') = (failure is not null)", name="failure_with_kind"),)

    answer_id: UUID = ref("contact_answer.id", primary=True)
    receipt_id: UUID = Field(primary_key=True)
    signal_id: UUID = ref("signal.id")
    kind: str = code("answer_receipt")
    failure: str | None = code("answer_failure", nullable=True)
    occurred_at: datetime = moment()
    received_at: datetime = moment()


class AnswerStop(Versioned, table=True):
    """That nothing may be sent about a signal, and about what came with it; said by a person, whatever was wished."""

    __tablename__ = "answer_stop"
    __table_args__ = (
        Index("uq_answer_stop_standing", "signal_id", unique=True, postgresql_where=sql("lifted_at is null")),
        CheckConstraint("(lifted_at is null) = (lift_reason is null)", name="lifted_whole"),
    )

    id: UUID = Field(primary_key=True)
    signal_id: UUID = ref("signal.id")
    reason: str = long_text()
    set_at: datetime = moment()
    set_by_id: UUID = ref("app_user.id", index=False)
    lifted_at: datetime | None = moment(nullable=True)
    lifted_by_id: UUID | None = ref("app_user.id", nullable=True, index=False)
    lift_reason: str | None = long_text(nullable=True)
