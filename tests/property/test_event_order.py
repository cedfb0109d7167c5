"""No order in which transactions begin, write and end lets a reader of events pass one by, or meet one twice."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

import asyncpg
import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from casemgmt.db.addresses import driver_url
from casemgmt.ids import new_id
from tests.clients import World
from tests.webhook_steps import send_signal

TELL = "SELECT tell_subscribers('signal.triaged', $1, $2, $3)"
AUDIT = "SELECT audit_write($1, 'signal.triaged', 'done', NULL, 'signal', $2, NULL, NULL, '{}', 'test')"
WINDOW = "SELECT * FROM webhook_window($1, $2, $3, $4)"
BETWEEN = (
    "SELECT id FROM webhook_event WHERE (generation, xid, id) > ($1, $2::text::xid8, $3)"
    " AND (generation, xid, id) <= ($4, $5::text::xid8, $6) ORDER BY generation, xid, id"
)
WRITERS = 4
ACTS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["write", "write", "savepoint", "commit", "rollback"]), st.integers(0, WRITERS - 1)),
        st.tuples(st.just("read"), st.integers(1, 3)),
    ),
    min_size=5,
    max_size=40,
)


@dataclass
class Writer:
    """A connection with a transaction that may be open, and what it has written there."""

    connection: asyncpg.Connection
    signal: UUID
    written: list[UUID] = field(default_factory=list)
    is_open: bool = False

    async def act(self, name: str) -> list[UUID]:
        """Take a step and return what has been committed by it."""
        if name in {"write", "savepoint"}:
            if not self.is_open:
                await self.connection.execute("BEGIN")
                self.is_open = True
            event = new_id()
            if name == "savepoint":
                await self.connection.execute("SAVEPOINT s")
            await self.connection.execute(TELL, [event], [self.signal], datetime.now(UTC))
            self.written.append(event)
            return []
        done, self.written = self.written, []
        if self.is_open:
            if name == "commit":
                await self.connection.execute(AUDIT, new_id(), [self.signal])
            await self.connection.execute(name)
            self.is_open = False
        return done if name == "commit" else []


@dataclass
class Reader:
    """Stands at a place in the outbox and goes on from it."""

    connection: asyncpg.Connection
    place: tuple[UUID, str, UUID]
    seen: list[UUID] = field(default_factory=list)

    async def go_on(self, most: int) -> bool:
        """Look at the next events and answer whether there were any."""
        row = await self.connection.fetchrow(WINDOW, *self.place, most)
        end = (row["p_generation"], row["p_xid"], row["p_id"])
        self.seen += [each["id"] for each in await self.connection.fetch(BETWEEN, *self.place, *end)]
        moved, self.place = end != self.place, end
        return moved


@pytest.mark.parametrize("examples", [25, pytest.param(1000, marks=pytest.mark.long)])
async def test_a_reader_meets_every_event_that_was_committed_exactly_once(
    world: World, owner_url: str, examples: int
) -> None:
    signal = UUID(await send_signal(world))
    loop = asyncio.get_running_loop()

    @hypothesis_settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))
    @example([("write", 0), ("write", 1), ("commit", 1), ("read", 3), ("commit", 0)])
    @given(ACTS)
    def hold(acts: list[tuple[str, int]]) -> None:
        asyncio.run_coroutine_threadsafe(_play(owner_url, signal, acts), loop).result(60)

    await asyncio.to_thread(hold)


async def _read_all(reader: Reader, expected: int) -> None:
    """Read to the end. It comes late where somebody else in the cluster is in the middle of writing."""
    loop = asyncio.get_running_loop()
    give_up = loop.time() + 45
    while (await reader.go_on(2) or len(reader.seen) < expected) and loop.time() < give_up:
        pass


async def _play(owner_url: str, signal: UUID, acts: list[tuple[str, int]]) -> None:
    connections = [await asyncpg.connect(driver_url(owner_url)) for _ in range(WRITERS + 1)]
    try:
        writers = [Writer(each, signal) for each in connections[:WRITERS]]
        begin = await connections[-1].fetchrow("SELECT * FROM webhook_horizon()")
        reader = Reader(connections[-1], tuple(begin))
        committed: list[UUID] = []
        for name, number in acts:
            if name == "read":
                await reader.go_on(number)
            else:
                committed += await writers[number].act(name)
        for writer in writers:
            committed += await writer.act("commit")
        await _read_all(reader, len(committed))
        assert sorted(reader.seen) == sorted(committed)
    finally:
        for each in connections:
            await each.close()
