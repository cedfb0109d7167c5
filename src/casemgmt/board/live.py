"""Boards that stay up to date: one question to the database per region and turn, however many screens show it.

A turn also asks which sessions go on, so a screen that is signed out, or whose account is switched off, goes dark with
the next turn. Turns that fail tell nobody anything: the page notices the silence and says how old its numbers are.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

import structlog

from casemgmt.access.actor import Actor
from casemgmt.audit.events import Event
from casemgmt.board.service import COUNTS, arguments, board_of
from casemgmt.clock import Clock
from casemgmt.db.engine import Database
from casemgmt.db.failures import DATABASE_ERRORS
from casemgmt.db.work import Work
from casemgmt.errors import Unavailable
from casemgmt.ids import new_id
from casemgmt.settings import Settings

AT_ONCE = 100
"""Screens that one process serves. Each holds a connection, and its numbers cost nothing more."""
OF_ONE_SESSION = 4
"""A screen that reconnects leaves connections behind for a moment; a whole wall of them is somebody's mistake."""
BEAT_SECONDS = 5.0
SHARE = 20
"""A turn waits so many times as long as the database counted: a board never costs more than a twentieth of a core. How
long the turn itself waited for its connection and its moment in this process does not count: in a burst of contacts it
would darken the board when it is looked at most."""
LONGEST_PAUSE = 10.0

log = structlog.get_logger()


@dataclass(frozen=True)
class News:
    """What a screen is told: the whole board, that it is still true, or that the session is over or to be renewed."""

    kind: Literal["board", "beat", "renew", "ended"]
    board: str = ""
    """JSON of the board."""


@dataclass
class _Wall:
    """All screens of one region."""

    screens: dict[UUID, Actor] = field(default_factory=dict)
    board: str = ""
    turns: int = 0
    turned: asyncio.Condition = field(default_factory=asyncio.Condition)
    task: asyncio.Task[None] | None = None


class Boards:
    """The boards of one process."""

    def __init__(self, database: Database, settings: Settings, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._seconds = settings.board_seconds
        self._lasts = settings.access_token_minutes * 60.0
        self._walls: dict[str | None, _Wall] = {}

    async def open(self, work: Work) -> None:
        """Let the actor's screen in, and leave the event that tells of it: one for a while, not one for each number."""
        sessions = [a.session_id for wall in self._walls.values() for a in wall.screens.values()]
        if len(sessions) >= AT_ONCE or sessions.count(work.actor.session_id) >= OF_ONE_SESSION:
            raise Unavailable("There are too many open boards.", code="overloaded")
        work.record(Event("board.shown", "board"))

    async def follow(self, actor: Actor) -> AsyncIterator[News]:
        """Tell a screen the board at once, then each change; a beat where there was none for a while.

        It ends after the life of an access token: the page shows its refresh token then, and comes again.
        """
        screen = new_id()
        wall = self._joined(screen, actor)
        loop = asyncio.get_running_loop()
        turn = wall.turns - bool(wall.board)  # what the others were told last is told at once
        told, spoke, until = "", 0.0, loop.time() + self._lasts
        try:
            while True:
                turn = await self._next_turn(wall, turn)
                if screen not in wall.screens:
                    yield News("ended")
                    return
                if wall.board != told:
                    told, spoke = wall.board, loop.time()
                    yield News("board", told)
                elif loop.time() - spoke >= BEAT_SECONDS:
                    spoke = loop.time()
                    yield News("beat")
                if loop.time() >= until:
                    yield News("renew")
                    return
        finally:
            self._left(wall, screen)

    async def close(self) -> None:
        """End all questions to the database."""
        for wall in self._walls.values():
            if wall.task is not None:
                wall.task.cancel()
                with suppress(asyncio.CancelledError):
                    await wall.task

    def _joined(self, screen: UUID, actor: Actor) -> _Wall:
        wall = self._walls.setdefault(actor.region_code, _Wall())
        wall.screens[screen] = actor
        if wall.task is None:
            wall.task = asyncio.create_task(self._keep(actor.region_code, wall))
        return wall

    def _left(self, wall: _Wall, screen: UUID) -> None:
        wall.screens.pop(screen, None)

    @staticmethod
    async def _next_turn(wall: _Wall, seen: int) -> int:
        async with wall.turned:
            await wall.turned.wait_for(lambda: wall.turns > seen)
            return wall.turns

    async def _keep(self, region: str | None, wall: _Wall) -> None:
        while wall.screens:
            counted = 0.0
            try:
                counted = await self._turn(wall)
            except (Unavailable, TimeoutError, *DATABASE_ERRORS) as error:
                log.warning("board_not_read", region=region, error=type(error).__name__)
            await asyncio.sleep(max(self._seconds, min(SHARE * counted, LONGEST_PAUSE)))
        del self._walls[region]

    async def _turn(self, wall: _Wall) -> float:
        """Ask once, and tell all screens of the wall. Returns the seconds for which the database counted."""
        seconds = 0.0
        now = self._clock.now()
        asked = dict(wall.screens)
        sessions = [actor.session_id for actor in asked.values()]
        versions = [actor.authz_version for actor in asked.values()]
        async with self._database.pool.acquire(timeout=self._seconds + 1) as connection, connection.transaction():
            held = set(await connection.fetchval("SELECT board_holds($1, $2, $3)", sessions, versions, now))
            going_on = {screen: actor for screen, actor in asked.items() if actor.session_id in held}
            for actor in going_on.values():
                await connection.execute(
                    "SELECT begin_work($1, $2, $3, $4)", actor.user_id, actor.authz_version, actor.session_id, "board"
                )
                counts, seconds = await connection.fetchrow(COUNTS, *arguments(now))
                wall.board = board_of(counts, now).model_dump_json()
                break
        for screen in asked.keys() - going_on.keys():
            wall.screens.pop(screen, None)
        async with wall.turned:
            wall.turns += 1
            wall.turned.notify_all()
        return seconds
