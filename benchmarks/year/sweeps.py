"""The service's own work by the clock: warnings, breaches and escalations in their minute, all else by night.

The service looks at its clocks every minute. Here it is let do so in every minute in which the book says that there is
something to notice, and what it noticed is compared at once. That there is nothing in the others is seen at the end.
"""

from __future__ import annotations

import json
from collections import Counter
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import asyncpg

from benchmarks.year.clocks import FOR_EVER, Clock, Fact
from casemgmt.benefits.engine import open_engine
from casemgmt.db.engine import Database
from casemgmt.documents.vault import Vault
from casemgmt.job_kinds import HANDLERS, SCHEDULE
from casemgmt.jobs.handling import do
from casemgmt.jobs.service import ACTOR
from casemgmt.jobs.work import Tools
from casemgmt.tasks import jobs as clock_jobs

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from benchmarks.year.year import Year
    from casemgmt.settings import Settings

_QUEUED = "DELETE FROM jobs.job WHERE id = (SELECT min(id) FROM jobs.job) RETURNING entrypoint, payload, headers"
_NEWS = """
    SELECT a.id, a.kind, a.level, a.at, a.found_at, a.owner_id, a.owner_group_id, a.owner_body_id, a.told_id, a.task_id,
           t.kind AS task_kind, t.record_type, t.record_id, t.started_at
      FROM task_alert a CROSS JOIN LATERAL (SELECT * FROM task WHERE id = a.task_id OFFSET 0) t
     WHERE a.id > $1 ORDER BY a.id
"""
"""One look into the index for each new alert: the planner takes a third of all for new, and would read every task."""
_A_MINUTE = timedelta(minutes=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Sweeps:
    """The worker of the service, and what it must notice."""

    def __init__(self, year: Year, tools: Tools) -> None:
        self._year, self._tools = year, tools
        self._seen = UUID(int=0)
        self.noticed: Counter[str] = Counter()

    @classmethod
    @asynccontextmanager
    async def over(cls, year: Year, url: str, settings: Settings) -> AsyncIterator[Sweeps]:
        """Give the worker of a database."""
        tools = Tools(settings, Database(url, settings), year.time.clock, open_engine(settings), Vault(settings))
        await tools.database.open()
        yield cls(year, tools)
        await tools.database.close()

    def next_minute(self) -> datetime:
        """Return the minute in which the service has something to notice."""
        moment = self._year.book.clocks.next_look()
        if moment is FOR_EVER:
            return moment
        return max(_EPOCH + -(-(moment - _EPOCH) // _A_MINUTE) * _A_MINUTE, self._year.now)

    async def clocks(self) -> None:
        """Look at the clocks, and compare what was noticed with what there was to notice."""
        due = self._year.book.clocks.notice(self._year.now)
        await self._do(clock_jobs.TellClocks.kind, b"{}")
        await self._compare(due)

    async def night(self) -> None:
        """Do all that the service does by the clock besides: holds that are over, and what belongs to a day."""
        due = self._year.book.clocks.notice(self._year.now)
        for every in SCHEDULE:
            await self._do(every.payload.kind, every.payload.model_dump_json().encode())
        await self._compare(due)

    async def _do(self, kind: str, payload: bytes) -> None:
        """Do a job, and all that it puts into the queue; the queue's library would wait by the machine's time."""
        await do(HANDLERS[kind], payload, self._tools, "year", None)
        while (job := await self._year.connection.fetchrow(_QUEUED)) is not None:
            actor = (json.loads(job["headers"] or "{}") or {}).get(ACTOR)
            handler = HANDLERS[job["entrypoint"]]
            await do(handler, job["payload"] or b"{}", self._tools, "year", None if actor is None else UUID(str(actor)))

    async def _compare(self, due: list[Fact]) -> None:
        rows = await self._year.connection.fetch(_NEWS, self._seen)
        self._seen = rows[-1]["id"] if rows else self._seen
        waiting: dict[Any, list[Fact]] = {}
        for fact in due:
            waiting.setdefault((*_key(fact.clock), fact.kind, fact.level, fact.at), []).append(fact)
        for row in rows:
            key = (row["task_kind"], row["record_type"], str(row["record_id"]), row["started_at"])
            facts = waiting.get((*key, row["kind"], row["level"], row["at"]), [])
            if not facts or row["found_at"] != self._year.now:
                raise AssertionError(f"noticed at {self._year.now} without reason: {dict(row)}")
            fact = min(facts, key=lambda f: (f.clock.task_id != str(row["task_id"]), f.clock.end is not None))
            facts.remove(fact)
            self._take(fact, row)
        if rows:
            await self._year.look([row["task_id"] for row in rows])
        if left := [(*_key(f.clock), f.kind, f.level, f.at) for facts in waiting.values() for f in facts]:
            raise AssertionError(f"not noticed at {self._year.now}: {left}")

    def _take(self, fact: Fact, row: asyncpg.Record) -> None:
        clock = fact.clock
        clock.task_id = str(row["task_id"])
        self.noticed[fact.kind] += 1
        owner = None if row["owner_id"] is None else str(row["owner_id"])
        held_by = (owner, row["owner_group_id"] and str(row["owner_group_id"]), str(row["owner_body_id"]))
        must_be = (clock.owner and clock.owner.id, clock.group, clock.body.id)
        if held_by != must_be:
            raise AssertionError(f"noticed with another owner: {held_by} instead of {must_be}: {dict(row)}")
        if fact.kind == "escalation":
            told = next((w for w in fact.candidates if w.id == str(row["told_id"])), None)
            if told is None:
                raise AssertionError(f"told somebody else than {[w.name for w in fact.candidates]}: {dict(row)}")
            self._year.book.clocks.told(fact, told, self._year.now)


def _key(clock: Clock) -> tuple[str, str, str, datetime]:
    return clock.kind, clock.record_type, clock.record, clock.start
