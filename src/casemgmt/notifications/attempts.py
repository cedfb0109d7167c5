"""Use cases of who keeps subscriptions: what is on its way, what was given up, what was tried."""

from uuid import UUID

from casemgmt.audit.events import Event
from casemgmt.db import paging
from casemgmt.db.work import Work
from casemgmt.notifications import repository
from casemgmt.notifications.repository import Standing
from casemgmt.notifications.service import find
from casemgmt.notifications.views import AttemptView, DeliveryView


async def list_deliveries(
    work: Work, subscription_id: UUID, limit: int, cursor: str | None, standing: Standing | None
) -> paging.Page[DeliveryView]:
    """Return a page of the events of a subscription, the newest first."""
    await find(work, subscription_id)
    after = paging.decode("webhook_deliveries", cursor)
    rows = await repository.list_deliveries(work, subscription_id, limit + 1, after, standing)
    found = [DeliveryView.model_validate(row) for row in rows]
    page = paging.page("webhook_deliveries", found, limit, lambda d: paging.Position(d.at, d.event_id))
    work.record(Event("webhook.deliveries_listed", "webhook_subscription", (subscription_id,)))
    return page


async def list_attempts(work: Work, subscription_id: UUID, limit: int, cursor: str | None) -> paging.Page[AttemptView]:
    """Return a page of the tries of a subscription, the newest first."""
    await find(work, subscription_id)
    after = paging.decode("webhook_attempts", cursor)
    rows = await repository.list_attempts(work, subscription_id, limit + 1, after)
    found = [AttemptView.model_validate(row) for row in rows]
    page = paging.page("webhook_attempts", found, limit, lambda a: paging.Position(a.at, a.id))
    work.record(Event("webhook.attempts_listed", "webhook_subscription", (subscription_id,)))
    return page
