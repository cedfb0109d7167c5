"""The outbox, who subscribes to it, and what became of each event at each subscriber.

`webhook_progress` and `webhook_secret` are reached through functions only. No row holds more than ids, codes, moments
and an address: what a subscriber may know of a record, it asks for with its own rights.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, PrimaryKeyConstraint, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlmodel import Field

from casemgmt.db.base import Row, Stamped, Versioned, Xid8, moment, ref


class WebhookEvent(Row, table=True):
    """Something that happened, written in the transaction in which it did, by one function (`tell_subscribers`)."""

    __tablename__ = "webhook_event"
    __table_args__ = (Index("ix_webhook_event_place", "generation", "xid", "id"), Index("ix_webhook_event_at", "at"))

    id: UUID = Field(primary_key=True)
    generation: UUID
    """Of the database cluster: transactions are counted anew in each."""
    xid: int = Field(sa_type=Xid8)
    type: str = Field(max_length=40)
    at: datetime = moment()
    record_type: str = Field(max_length=16)
    record_id: UUID
    record_state: str = Field(max_length=24)
    """Of the record, when it happened."""
    about_case_id: UUID | None = None
    signal_ids: list[UUID] = Field(sa_type=ARRAY(PG_UUID(as_uuid=True)))
    """Signals by which somebody may know of it. A subscriber is told those that it sees."""
    clock: str | None = Field(default=None, max_length=60)
    """Of a deadline: its kind."""
    due_at: datetime | None = moment(nullable=True)


class WebhookSubscription(Versioned, Stamped, table=True):
    """An address of a machine account to which events are sent."""

    __tablename__ = "webhook_subscription"
    __table_args__ = (CheckConstraint("cardinality(types) > 0", name="some_type"),)

    id: UUID = Field(primary_key=True)
    account_id: UUID = ref("app_user.id")
    organisation_id: UUID = ref("organisation.id", index=False)
    address: str = Field(max_length=500)
    types: list[str] = Field(sa_type=ARRAY(Text))
    purpose: str = Field(max_length=40)
    """For what its account is told: code of the list `access_purpose`, kept with every event of the audit log."""
    state: str = Field(max_length=16)
    state_reason: str | None = Field(default=None, max_length=24)
    """Code: why it is disabled."""


class WebhookSecret(Row, table=True):
    """A signing secret of a subscription, sealed under a key of the settings. Reached through functions only."""

    __tablename__ = "webhook_secret"

    id: UUID = Field(primary_key=True)
    subscription_id: UUID = ref("webhook_subscription.id")
    sealed: bytes = Field(sa_type=LargeBinary)
    created_at: datetime = moment()
    expires_at: datetime | None = moment(nullable=True)
    """Until then messages are signed with it as well; null for the one that stays."""


class WebhookProgress(Row, table=True):
    """How far the worker has come with a subscription. Reached through functions only."""

    __tablename__ = "webhook_progress"

    subscription_id: UUID = ref("webhook_subscription.id", primary=True)
    generation: UUID
    xid: int = Field(sa_type=Xid8)
    event_id: UUID
    """The last event that was looked at: every one before it was put in the way to the subscriber, or is not for it."""
    resume_at: datetime | None = moment(nullable=True)
    """Nothing is sent before: the receiver failed a moment ago."""
    failing_since: datetime | None = moment(nullable=True)
    delivered_at: datetime | None = moment(nullable=True)
    holder: UUID | None = None
    leased_until: datetime | None = moment(nullable=True)
    beat_at: datetime | None = moment(nullable=True)
    """When the last heartbeat was begun: there is one at a time, and none is kept."""
    beat_taken_at: datetime | None = moment(nullable=True)
    beat_failure: str | None = Field(default=None, max_length=32)
    """Code, where the last one was not taken."""


class WebhookDelivery(Row, table=True):
    """An event on its way to a subscriber."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        PrimaryKeyConstraint("subscription_id", "event_id"),
        Index("ix_webhook_delivery_due", "subscription_id", "due_at", postgresql_where="ended_at IS NULL"),
        Index("ix_webhook_delivery_newest", "subscription_id", "at", "event_id"),
    )

    subscription_id: UUID = ref("webhook_subscription.id", index=False)
    event_id: UUID
    type: str = Field(max_length=40)
    at: datetime = moment()
    """Of the event."""
    due_at: datetime = moment()
    attempts: int = Field(default=0)
    first_tried_at: datetime | None = moment(nullable=True)
    last_tried_at: datetime | None = moment(nullable=True)
    ended_at: datetime | None = moment(nullable=True)
    result: str | None = Field(default=None, max_length=12)
    """`delivered`; `dead`: given up; `withheld`: the account lost sight of the record before it was told."""


class WebhookAttempt(Row, table=True):
    """One try to deliver: when, how long, what came of it. Never what was sent or answered."""

    __tablename__ = "webhook_attempt"
    __table_args__ = (Index("ix_webhook_attempt_newest", "subscription_id", "at", "id"),)

    id: UUID = Field(primary_key=True)
    subscription_id: UUID = ref("webhook_subscription.id", index=False)
    event_id: UUID
    at: datetime = moment()
    status: int | None = None
    """Of the HTTP answer."""
    failure: str | None = Field(default=None, max_length=32)
    """Code, where there was no 2xx."""
    milliseconds: int
