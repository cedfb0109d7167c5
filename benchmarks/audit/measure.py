"""What is measured: appending, finding a person's trail, sealing, and the questions for unusual access."""

import asyncio
import random
import statistics
import time

import asyncpg

from benchmarks.audit.database import ASKER, AuditDatabase
from benchmarks.database import bench_id
from benchmarks.processes import BenchmarkError
from casemgmt.audit.policy import Window
from casemgmt.audit.sealer import Sealer
from casemgmt.audit.signing import SigningKey
from casemgmt.settings import Settings
from casemgmt.trail.unusual import rules_of

AUDITOR = 2999
RATE = 500
"""Events a second with which the sealer has to keep up."""
_BATCH = 500
_WRITERS = 8
_KINDS = {
    "one record": "'case.read', 'done', NULL, 'case', ARRAY[p.case_id], p.case_id, NULL, '{}'::text[], NULL",
    "list of 25": "'case.listed', 'done', NULL, 'case', p.shown, NULL, NULL, '{}'::text[], NULL",
}
_WRITE = "SELECT audit_write(gen_random_uuid(), {kind}) FROM bench_pool p WHERE p.n = ANY ($1)"
_TRAIL = (
    "SELECT id FROM person_trail($1, now() - interval '93 days', now(), 'infinity',"
    " 'ffffffff-ffff-ffff-ffff-ffffffffffff', 26)"
)
_NAMING = (
    "SELECT id FROM events_naming($1, now() - interval '93 days', now(), 'infinity',"
    " 'ffffffff-ffff-ffff-ffff-ffffffffffff', 26) JOIN audit_event USING (at, id) ORDER BY at DESC, id DESC"
)
_WALKED = "SELECT sum(seq_tup_read)::bigint FROM pg_stat_xact_all_tables WHERE relname LIKE 'audit_event_%'"
_PERSONS = (
    "SELECT b.person_id, b.case_id FROM bench_pool b JOIN case_record c ON c.id = b.case_id"
    " WHERE c.organisation_id = $1 AND NOT c.restricted ORDER BY b.n LIMIT 40"
)
_FIND = "SELECT * FROM unusual_access($1, $2, $3, $4)"
_QUESTIONS = (("auditor", AUDITOR, 1), ("auditor", AUDITOR, 7), ("auditor", AUDITOR, 14), ("body", ASKER, 14))
Milliseconds = dict[str, float]


async def begin(connection: asyncpg.Connection, user: int) -> None:
    """Set the actor of the transaction."""
    await connection.execute(
        "SELECT begin_work($1, 1, $2, 'benchmark')", bench_id("user", user), bench_id("session", user)
    )


async def append_window(database: AuditDatabase, kind: str) -> Milliseconds:
    """Return the milliseconds of one event, among many in a transaction and with a transaction of its own."""
    statement = _WRITE.format(kind=_KINDS[kind])
    async with database.as_service() as connection:
        places = await connection.fetchval("SELECT count(*) FROM bench_pool")
        chosen = random.Random(1).sample(range(places), _BATCH)

        async def write(numbers: list[int]) -> float:
            started = time.perf_counter()
            async with connection.transaction():
                await begin(connection, ASKER)
                await connection.execute(statement, numbers)
            return (time.perf_counter() - started) * 1000

        await write(chosen[:5])
        together = await write(chosen)
        alone = [await write([n]) for n in chosen[:100]]
    return {"in bulk": together / _BATCH, "with its own commit": statistics.median(alone)}


async def trail_window(database: AuditDatabase, *, persons: int) -> dict[str, Milliseconds]:
    """Return the milliseconds of trails of persons, and of an auditor's question for a case."""
    async with database.admin() as admin:
        chosen = await admin.fetch(_PERSONS, bench_id("organisation", ASKER % 200))
    found: dict[str, list[float]] = {"trail of a person": [], "events naming a case": []}
    async with database.as_service() as connection:
        for name, user, statement, column in (
            ("trail of a person", ASKER, _TRAIL, "person_id"),
            ("events naming a case", AUDITOR, _NAMING, "case_id"),
        ):
            async with connection.transaction():
                await begin(connection, user)
                await connection.fetch(statement, chosen[0][column])  # plans and the catalogue
                events = 0
                for row in chosen[:persons]:
                    started = time.perf_counter()
                    rows = await connection.fetch(statement, row[column])
                    found[name].append((time.perf_counter() - started) * 1000)
                    events += len(rows)
                if not events:
                    raise BenchmarkError(f"{name}: nothing was found in {database.name}.")
                if await connection.fetchval(_WALKED):
                    raise BenchmarkError(f"{name}: a month of {database.name} was walked through.")
    return {name: _spread(times) for name, times in found.items()}


def _spread(times: list[float]) -> Milliseconds:
    ordered = sorted(times)
    return {"median": statistics.median(ordered), "p95": ordered[int(len(ordered) * 0.95)], "most": ordered[-1]}


async def unusual_window(database: AuditDatabase) -> dict[str, Milliseconds]:
    """Return the milliseconds of each question, for an auditor over a day, a week and a month, and for a body."""
    found: dict[str, Milliseconds] = {}
    settings = Settings(mode="demo")
    async with database.as_service() as connection:
        now = await connection.fetchval("SELECT clock_timestamp()")
        for asker, user, days in _QUESTIONS:
            since = await connection.fetchval("SELECT $1::timestamptz - make_interval(days => $2)", now, days)
            times: Milliseconds = {}
            for rule in rules_of(settings):
                async with connection.transaction():
                    await begin(connection, user)
                    started = time.perf_counter()
                    await connection.fetch(_FIND, rule.name, since, now, rule.numbers(Window(since, now)))
                    times[rule.name] = (time.perf_counter() - started) * 1000
            found[f"{asker}, {days} days"] = times
    return found


async def seal_backlog(database: AuditDatabase, key: SigningKey, events: int) -> float:
    """Write a backlog and return how many events a second the sealer takes from it."""
    connection = await asyncpg.connect(database.sealer_url)
    try:
        sealer = Sealer(connection, key)
        await sealer.seal()  # reads and checks the tree as it is
        await _write_backlog(database, events)
        started, taken = time.perf_counter(), 0
        done = await sealer.seal()
        taken += done.events
        while done.more:
            done = await sealer.seal()
            taken += done.events
        seconds = time.perf_counter() - started
    finally:
        await connection.close()
    if taken < events:
        raise BenchmarkError(f"the sealer took {taken} of {events} events.")
    return taken / seconds


async def _write_backlog(database: AuditDatabase, events: int) -> None:
    async with database.as_service() as connection:
        places = await connection.fetchval("SELECT count(*) FROM bench_pool")
        for n in range(0, events, _BATCH):
            kind = "list of 25" if n // _BATCH % 5 == 0 else "one record"
            async with connection.transaction():
                await begin(connection, ASKER)
                numbers = random.Random(n).sample(range(places), _BATCH)
                await connection.execute(_WRITE.format(kind=_KINDS[kind]), numbers)


async def seal_live(database: AuditDatabase, key: SigningKey, seconds: int) -> dict[str, float]:
    """Let events come at the rate, each in a transaction of its own, while the sealer passes once a second."""
    connection = await asyncpg.connect(database.sealer_url)
    sealer = Sealer(connection, key)
    passes: list[float] = []
    stop = asyncio.Event()

    async def keep_sealing() -> int:
        taken = 0
        while not stop.is_set():
            started = time.perf_counter()
            taken += (await sealer.seal()).events
            passes.append(time.perf_counter() - started)
            await asyncio.sleep(1)
        return taken

    try:
        await sealer.seal()
        task = asyncio.create_task(keep_sealing())
        written = await _write_at(database, seconds)
        stop.set()
        taken = await task
        left = (await sealer.seal()).events
    finally:
        await connection.close()
    return {
        "written per second": written / seconds,
        "sealed while they came": taken,
        "left at the end": left,
        "longest pass, ms": max(passes) * 1000,
        "median pass, ms": statistics.median(passes) * 1000,
    }


async def _write_at(database: AuditDatabase, seconds: int) -> int:
    """Write `RATE` events a second over eight connections, and return how many were written."""
    written = 0
    until = time.perf_counter() + seconds

    async def write(number: int) -> None:
        nonlocal written
        async with database.as_service() as connection:
            places = await connection.fetchval("SELECT count(*) FROM bench_pool")
            choose = random.Random(number)
            statement = await connection.prepare(_WRITE.format(kind=_KINDS["one record"]))
            due = time.perf_counter()
            while due < until:
                async with connection.transaction():
                    await begin(connection, ASKER)
                    await statement.fetch([choose.randrange(places)])
                written += 1
                due += _WRITERS / RATE
                await asyncio.sleep(max(0.0, due - time.perf_counter()))

    await asyncio.gather(*(write(n) for n in range(_WRITERS)))
    return written
