"""The year itself: lives and sweeps in the order of their moments, each act checked the moment it is done."""

from collections import Counter
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from pathlib import Path
from random import Random
from typing import Any

import asyncpg
from fastapi import FastAPI

from api.app import create_app
from benchmarks.year import plain_time
from benchmarks.year.book import Book
from benchmarks.year.country import Body, Country, Worker, settle
from benchmarks.year.database import SimulatedTime, YearDatabase
from benchmarks.year.office import Json, Office, settings_of
from benchmarks.year.orphans import Subject, find_orphans
from benchmarks.year.records import Case, Signal
from benchmarks.year.sweeps import Sweeps

START = datetime(2025, 1, 5, 19, 0, tzinfo=UTC)
"""Midnight in Kazakhstan before Monday 6 January 2025: the last year whose calendar was compared to its end."""
Life = AsyncGenerator[datetime, None]
_NIGHT = timedelta(hours=25, minutes=30)
"""From the start to the first night's work of the service: 20:30 UTC, half past one in Kazakhstan."""


class Year:
    """Everything that a life needs: who there is, what time it is, how to act, and chance."""

    def __init__(self, random: Random, country: Country, connection: asyncpg.Connection) -> None:
        self.random = random
        self.country = country
        self.book = Book(country)
        self.connection = connection
        self.time = SimulatedTime(connection, START)
        self.done: Counter[str] = Counter()
        self.looks = 0
        """For what is without an owner."""
        self.children: dict[str, Json] = {}
        """Of signals: the child that was named."""
        self.seen: set[str] = set()
        """Signals on whose visit the child was seen."""
        self.load: Counter[str] = Counter()
        self.away: dict[str, tuple[Worker, datetime]] = {}
        """Who is away, who stands in, and until when."""
        self.offers: dict[str, set[str]] = {}
        """Of colleagues: the cases that are offered to them."""
        self.offers_of_case: dict[str, str] = {}
        self.office: Office
        self.sweeps: Sweeps
        self._lives: list[tuple[datetime, int, Life]] = []
        self._number = 0

    @property
    def now(self) -> datetime:
        """The moment it is."""
        return self.time.now

    async def open(self, stack: AsyncExitStack, database: YearDatabase, folder: Path) -> None:
        """Let everybody move in, and start the service."""
        await settle(self.connection, self.country)
        await self.time.move_to(START)
        settings = settings_of(database.service_url, folder / "documents")
        app: FastAPI = create_app(settings, self.time.clock)
        await stack.enter_async_context(app.router.lifespan_context(app))
        self.office = Office(app, settings, self.time.clock)
        self.sweeps = await stack.enter_async_context(Sweeps.over(self, database.worker_url, settings))

    def begin(self, life: Life, at: datetime) -> None:
        """Let a life begin at a moment."""
        self._number += 1
        heappush(self._lives, (at, self._number, life))

    async def run(self, until: datetime, tell: Callable[[datetime], None] = lambda _: None) -> None:
        """Let time pass until a moment."""
        night = START + _NIGHT
        while True:
            life = self._lives[0][0] if self._lives else until
            sweep = self.sweeps.next_minute()
            moment = min(life, sweep, night)
            if moment >= until:
                break
            await self.time.move_to(max(moment, self.now))
            if moment == sweep:
                await self.sweeps.clocks()
            elif moment == night:
                await self.sweeps.night()
                await self.look(None)
                night += timedelta(days=1)
            else:
                await self._live()
            tell(self.now)
        await self.time.move_to(until)

    async def _live(self) -> None:
        _, _, life = heappop(self._lives)
        try:
            self.begin(life, await anext(life))
        except StopAsyncIteration:
            return

    async def act(
        self,
        worker: Worker,
        path: str,
        body: Json | None = None,
        *,
        method: str = "POST",
        of: Case | Signal | Body | None = None,
        told: Callable[[Json], Any] | None = None,
        match: str | None = None,
    ) -> Json:
        """Act, tell the book of it, and look whether anything is without an owner at this moment."""
        sent = {} if body is None and method == "POST" else body
        answer = await self.office.ask(worker, method, path, sent, match)
        name = "/".join(part for part in path.partition("?")[0].split("/")[2:] if len(part) != 36)  # noqa: PLR2004 - ids
        self.done[f"{method} {name}"] += 1
        if told is not None:
            told(answer)
        if of is not None:
            await self.look(of)
        return answer

    async def look(self, of: Subject) -> None:
        """Look for what is without an owner at this moment."""
        self.looks += 1
        if found := await find_orphans(self.connection, of):
            raise AssertionError(f"without an owner at {self.now}: {found}")

    def at_hand(self, case: Case) -> Worker:
        """Return who works on a case now: its manager, or the deputy of one who is away."""
        deputy, until = self.away.get(case.manager.id, (case.manager, self.now))
        return deputy if self.now < until else case.manager

    # Chance and time

    def chance(self, of_hundred: float) -> bool:
        """Answer whether something happens that happens so often."""
        return self.random.random() * 100 < of_hundred

    def after(self, least: timedelta, most: timedelta) -> datetime:
        """Return a moment between, to the second, at any hour."""
        span = int((most - least).total_seconds())
        return self.now + least + timedelta(seconds=self.random.randint(0, max(span, 0)))

    def at_work(self, least: timedelta, most: timedelta) -> datetime:
        """Return a moment between at which people are at work, or soon after the next opening."""
        moment = self.after(least, most)
        opened = plain_time.next_worked(moment)
        return moment if opened == moment else opened + timedelta(seconds=self.random.randint(60, 4 * 3600))

    def day(self, days: int) -> str:
        """Return the day so many days from now, in Kazakhstan."""
        return (plain_time.local(self.now).date() + timedelta(days=days)).isoformat()
