"""Queries on what became of events at a subscriber, the newest first."""

from typing import Literal
from uuid import UUID

from sqlalchemy import literal, tuple_
from sqlmodel import col, select

from casemgmt.db.paging import Position
from casemgmt.db.work import Work
from casemgmt.notifications.tables import WebhookAttempt, WebhookDelivery

Standing = Literal["waiting", "delivered", "dead", "withheld"]


async def list_deliveries(
    work: Work, subscription_id: UUID, size: int, after: Position | None, standing: Standing | None
) -> list[WebhookDelivery]:
    """Return up to `size` events on their way to a subscriber."""
    query = select(WebhookDelivery).where(WebhookDelivery.subscription_id == subscription_id)
    if standing == "waiting":
        query = query.where(col(WebhookDelivery.ended_at).is_(None))
    elif standing is not None:
        query = query.where(WebhookDelivery.result == standing)
    key = tuple_(col(WebhookDelivery.at), col(WebhookDelivery.event_id))
    if after is not None:
        query = query.where(key < tuple_(literal(after.at), literal(after.id)))
    rows = query.order_by(col(WebhookDelivery.at).desc(), col(WebhookDelivery.event_id).desc()).limit(size)
    return list(await work.session.scalars(rows))


async def list_attempts(work: Work, subscription_id: UUID, size: int, after: Position | None) -> list[WebhookAttempt]:
    """Return up to `size` tries."""
    query = select(WebhookAttempt).where(WebhookAttempt.subscription_id == subscription_id)
    key = tuple_(col(WebhookAttempt.at), col(WebhookAttempt.id))
    if after is not None:
        query = query.where(key < tuple_(literal(after.at), literal(after.id)))
    rows = query.order_by(col(WebhookAttempt.at).desc(), col(WebhookAttempt.id).desc()).limit(size)
    return list(await work.session.scalars(rows))
