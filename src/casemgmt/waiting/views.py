"""What readers of waiting lists get."""

from datetime import datetime
from uuid import UUID

from casemgmt.models import AllowedActionView, View


class QueuePlaceView(View):
    """A place of the queue, for the centre: nobody is named.

    `place` is 1 + `ahead_by_risk` (families in greater danger) + `ahead_by_age` (of the same risk, waiting longer).
    """

    id: UUID
    place: int
    ahead_by_risk: int
    ahead_by_age: int
    risk_level: str | None
    since: datetime
    state: str
    offer_until: datetime | None


class QueueView(View):
    """The queue of a centre for a service, in the order in which places are offered."""

    items: list[QueuePlaceView]


class WaitingEntryView(View):
    """A person of a case on a waiting list. `place` is null where it waits no more.

    `end_reason` is told where it ended with a move and by nobody of the team.
    """

    id: UUID
    case_id: UUID
    centre_id: UUID
    service: str
    person_id: UUID
    state: str
    since: datetime
    offer_until: datetime | None
    ended_at: datetime | None
    end_reason: str | None
    place: int | None
    ahead_by_risk: int | None
    ahead_by_age: int | None
    version: int
    allowed_actions: list[AllowedActionView]


class WaitingEntries(View):
    """What the persons of a case wait for."""

    items: list[WaitingEntryView]


class OfferMade(View):
    """Whether somebody got an offer, and which place of the queue it was; who, the team of the case knows."""

    entry_id: UUID | None
    offer_until: datetime | None
