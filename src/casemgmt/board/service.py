"""Reading the board: once, or for all screens of this process together."""

import json
from datetime import datetime
from typing import Any

from casemgmt.audit.events import Event
from casemgmt.board.policy import composed, day_of, hour_of
from casemgmt.board.views import BoardView
from casemgmt.db.work import Work

COUNTS = (
    "SELECT board_counts($1, $2, $3), extract(epoch FROM clock_timestamp() - statement_timestamp())::double precision"
)
"""What was counted, and how many seconds that took."""


def arguments(now: datetime) -> tuple[datetime, datetime, datetime]:
    """Return the arguments of `COUNTS` at a moment."""
    return now, day_of(now), hour_of(now)


async def read_board(work: Work) -> BoardView:
    """Return the board as it is now."""
    now, day, hour = arguments(work.now)
    counts = await work.call("SELECT board_counts(:now, :day, :hour)", now=now, day=day, hour=hour)
    work.record(Event("board.shown", "board"))
    return board_of(counts, work.now)


def board_of(counts: str | dict[str, Any], now: datetime) -> BoardView:
    """Return the board of what the database answered."""
    return composed(json.loads(counts) if isinstance(counts, str) else counts, now)
