"""Queries on alerts. Who sees which, row security decides: nobody one about the own account."""

from uuid import UUID

from sqlalchemy import func, literal, tuple_
from sqlmodel import col, select

from casemgmt.alerts.tables import SecurityAlert
from casemgmt.db.paging import Position
from casemgmt.db.work import Work
from casemgmt.errors import NotFound


async def get_alert(work: Work, alert_id: UUID, *, for_change: bool = False) -> SecurityAlert:
    """Return an alert that the actor sees, which is never one about the actor; else `NotFound`."""
    query = select(SecurityAlert).where(SecurityAlert.id == alert_id)
    found = (await work.session.scalars(query.with_for_update() if for_change else query)).one_or_none()
    if found is None:
        raise NotFound("There is no such alert.")
    return found


async def list_alerts(work: Work, size: int, after: Position | None, state: str | None) -> list[SecurityAlert]:
    """Return up to `size` alerts, the newest first."""
    query = select(SecurityAlert)
    if state is not None:
        query = query.where(SecurityAlert.state == state)
    key = tuple_(col(SecurityAlert.raised_at), col(SecurityAlert.id))
    if after is not None:
        query = query.where(key < tuple_(literal(after.at), literal(after.id)))
    rows = query.order_by(col(SecurityAlert.raised_at).desc(), col(SecurityAlert.id).desc()).limit(size)
    return list(await work.session.scalars(rows))


async def count_open(work: Work) -> int:
    """Return how many alerts wait for somebody."""
    return await work.session.scalar(select(func.count()).where(SecurityAlert.state == "open")) or 0
