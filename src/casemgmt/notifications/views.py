"""What subscribers and those who keep subscriptions get."""

from datetime import datetime
from uuid import UUID

from casemgmt.models import AllowedActionView, View
from casemgmt.notifications.kinds import EventType


class EventData(View):
    """Ids, codes and moments: what they stand for is asked for with the subscriber's own rights."""

    record_type: str
    """`signal`, `referral`, `case`, `task` or `answer`."""
    record_id: UUID
    state: str
    """Of the record, when it happened."""
    signal_ids: list[UUID]
    """Of your signals those that it is about."""
    case_id: UUID | None
    deadline: str | None
    """Of a deadline that passed: its code in `GET /v1/reference/deadlines`."""
    due_at: datetime | None
    """Of a deadline, when it passed; of `answer.ready`, until when it may be sent."""


class EventView(View):
    """An event with the attributes of CloudEvents 1.0."""

    specversion: str
    id: UUID
    """The same at every try and replay, and in the header `webhook-id`: by it you know what you have already."""
    source: str
    type: EventType
    subject: str
    time: datetime
    datacontenttype: str
    generation: UUID
    """Another one than before: the service was restored from a backup, and what it told since may not have happened."""
    data: EventData


class HeartbeatData(View):
    """What the receiver compares with what it has."""

    every_seconds: int
    """So long after this one the next is to come."""
    last_event_id: UUID | None
    """The newest event of this subscription that may still be told: delivered, or on its way. Null: there is none."""
    last_event_at: datetime | None


class HeartbeatMessage(View):
    """That what happens is told, also while nothing happens. It is sent once, and stands in no list."""

    specversion: str
    id: UUID
    source: str
    type: EventType
    time: datetime
    datacontenttype: str
    generation: UUID
    """As in events: another one than before means that the service was restored from a backup."""
    data: HeartbeatData


class EventPage(View):
    """Events after a place, in the order in which they were committed."""

    items: list[EventView]
    next_cursor: str
    """The place after these: ask on with it as `after`, now or later."""
    more: bool
    """Whether there may be more already; an empty page may have more behind it."""
    generation: UUID
    restored: bool
    """The place that you gave is from before a restore from a backup: ask anew for the state of what you were told."""


class SecretView(View):
    """A signing secret, without the secret."""

    id: UUID
    created_at: datetime
    expires_at: datetime | None
    """Until then messages are signed with it too; null for the one that stays."""


class SubscriptionSummary(View):
    """A subscription in a list."""

    id: UUID
    account_id: UUID
    organisation_id: UUID
    address: str
    types: list[EventType]
    state: str
    state_reason: str | None
    failing_since: datetime | None
    delivered_at: datetime | None
    """When something was last taken."""
    next_try_at: datetime | None
    waiting: int
    dead: int
    """Events that were given up after a day of tries. A replay sends them again."""
    heartbeat_at: datetime | None
    """When the last heartbeat was taken (`service.heartbeat`)."""
    heartbeat_failure: str | None
    """Why the newest one was not taken: as in the list of tries, where heartbeats do not stand."""
    created_at: datetime
    version: int


class SubscriptionView(SubscriptionSummary):
    """A subscription, and what may be done with it now."""

    purpose: str
    created_by_id: UUID
    secrets: list[SecretView]
    allowed_actions: list[AllowedActionView]


class SubscriptionList(View):
    """All subscriptions: a deployment has few."""

    items: list[SubscriptionSummary]


class SecretShown(View):
    """A new signing secret. It is shown this once."""

    subscription: SubscriptionView
    secret: str


class DeliveryView(View):
    """An event on its way to a subscriber: no record is named, because who keeps subscriptions sees none."""

    event_id: UUID
    type: EventType
    at: datetime
    attempts: int
    due_at: datetime
    first_tried_at: datetime | None
    last_tried_at: datetime | None
    ended_at: datetime | None
    result: str | None
    """`delivered`, `dead` or `withheld`; null while it waits."""


class AttemptView(View):
    """One try."""

    id: UUID
    event_id: UUID
    at: datetime
    status: int | None
    """What the receiver answered; of a proxy on the way none is kept."""
    failure: str | None
    """Null for a 2xx. `status`, `redirect`, `timeout`, `no_connection`, `certificate` (nobody who is trusted vouches
    for its name), `broken_off`: the receiver. `address_…`: its address is not one to send to. `proxy_…`: not the
    receiver but this deployment's own proxy: `unreachable`, `log_in`, `refused` (by its rules), `no_way` (it did not
    get there), `timeout`, `broken_off`."""
    milliseconds: int
