"""Raise an alert: one row, one event, one line of the log with a name of its own, at most once a day."""

import json
from datetime import datetime
from uuid import UUID

import asyncpg
import structlog

from casemgmt.alerts.kinds import KINDS
from casemgmt.ids import new_id
from rules.zone import to_local

_RAISE = "SELECT raise_alert($1)"

log = structlog.get_logger()


async def raise_alert(
    connection: asyncpg.Connection,
    kind: str,
    now: datetime,
    request_id: str,
    *,
    user_id: UUID | None = None,
    username: str | None = None,
    numbers: dict[str, object] | None = None,
    span: tuple[datetime, datetime] | None = None,
) -> bool:
    """Raise an alert about an account, named by id or by log-in name, in the caller's transaction.

    Answers whether it is new: for the same account, kind and day there is one, and none for what one told already. The
    line of the log is what a monitoring system watches for: `alert.` and the kind, with the account's id.
    """
    since, until = span or (now, now)
    alert_id = new_id()
    told = {
        "id": str(alert_id),
        "event_id": str(new_id()),
        "request_id": request_id,
        "kind": kind,
        "audience": str(KINDS[kind]),
        "user_id": None if user_id is None else str(user_id),
        "username": username,
        "day": to_local(now).date().isoformat(),
        "at": now.isoformat(),
        "since": since.isoformat(),
        "until": until.isoformat(),
        **(numbers or {}),
    }
    account: UUID | None = await connection.fetchval(_RAISE, json.dumps(told))
    if account is None:
        return False
    name = f"alert.{kind}"
    log.warning(name, alert=str(alert_id), account=str(account), **(numbers or {}))
    return True
