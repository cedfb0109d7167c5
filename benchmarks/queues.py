"""`python -m benchmarks queues`: how long the queues of a day and their counts take inside the database.

With a small and with a large archive behind the same open work; writes results/queues.json.
"""

import argparse
import asyncio
import json
import platform
import statistics
from collections.abc import Callable, Sequence
from typing import Any

import asyncpg
import psutil
from rich.console import Console
from rich.table import Table

from benchmarks.database import MAKE_IDS, ROOT, BenchDatabase, bench_id, bench_server
from benchmarks.lists import median_of
from benchmarks.report import LIST_LIMIT_MS
from casemgmt.db.addresses import driver_url
from casemgmt.embedded.errors import EmbeddedServerError
from casemgmt.embedded.server import EmbeddedServer
from casemgmt.tasks.caseload import LOAD
from casemgmt.tasks.policy import BREACHES_LISTED
from casemgmt.tasks.repository import COUNTED, ORDER, Queue, breach_count_statement, count_statement, list_statement

RESULTS = ROOT / "benchmarks" / "results" / "queues.json"
FLAT = 1.5
"""What a queue may take behind the large archive, of what it takes behind the small one."""
NOISE_MS = 0.1
"""A difference that says nothing: five times as much as any queue grew when this was set."""
WORKERS = {"case manager": 203, "member of a mobile group": 1}
HEADS = {"supervisor": 2500, "regional desk": 2700, "national": 2900}
_SINCE = f"now() - interval '{BREACHES_LISTED.days} days'"
Say = Callable[[str], None]


def main(arguments: Sequence[str], say: Say) -> int:
    """Run it; 1 where something went wrong, not where a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks queues", description=__doc__)
    parser.add_argument("--cases", type=int, nargs=2, default=[50_000, 500_000], help="sizes of the archive")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of every measurement")
    parser.add_argument("--no-write", action="store_true", help="show the results and keep the file as it is")
    chosen = parser.parse_args(arguments)
    try:
        with bench_server(say) as server:
            found = asyncio.run(_run(server, chosen.cases, chosen.rounds, say))
    except EmbeddedServerError as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:
        say("Stopped.")
        return 1
    _show(found)
    if not chosen.no_write:
        RESULTS.write_text(json.dumps(found, indent=2) + "\n", "utf-8")
    return 0


async def _run(server: EmbeddedServer, sizes: list[int], rounds: int, say: Say) -> dict[str, Any]:
    """Measure on copies: the other benchmarks find their databases as they were."""
    copies = [BenchDatabase(server, n, "_queues") for n in sizes]
    tasks = {}
    try:
        for copy in copies:
            original = BenchDatabase(server, copy.cases)
            await original.prepare(say)
            await copy.copy(original)
            say(f"{copy.cases:,} cases: loading tasks")
            tasks[str(copy.cases)] = await _load(copy)
        return await _measure(copies, tasks, rounds, say)
    finally:
        for copy in copies:
            await copy.drop()


async def _measure(databases: list[BenchDatabase], tasks: dict[str, int], rounds: int, say: Say) -> dict[str, Any]:
    times: dict[str, dict[str, list[float]]] = {}
    for turn in range(rounds):
        say(f"round {turn + 1} of {rounds}")
        for database in databases:
            for name, milliseconds in (await _times(database)).items():
                times.setdefault(name, {}).setdefault(str(database.cases), []).append(milliseconds)
    found = {n: {c: round(statistics.median(of), 3) for c, of in by_size.items()} for n, by_size in times.items()}
    return {
        "machine": {"cpus": psutil.cpu_count(), "python": platform.python_version(), "system": platform.machine()},
        "settings": {"tasks": tasks, "rounds": rounds},
        "targets": {"list_ms": LIST_LIMIT_MS, "growth": FLAT, "noise_ms": NOISE_MS},
        "in_database_ms": found,
        "missed": missed(found),
    }


async def _load(database: BenchDatabase) -> int:
    statements = (ROOT / "benchmarks" / "queues.sql").read_text("utf-8")
    async with database.admin() as connection:
        async with connection.transaction():
            await connection.execute("SET LOCAL session_replication_role = replica")
            await connection.execute(MAKE_IDS)
            await connection.execute(statements)
        await connection.execute("VACUUM ANALYZE task, case_record, mobile_group, mobile_group_member")
        count: int = await connection.fetchval("SELECT count(*) FROM task")
    return count


async def _times(database: BenchDatabase) -> dict[str, float]:
    """Return the milliseconds of each queue for each who has it, as the service's role under row security."""
    found = {}
    settings = {"plan_cache_mode": "force_generic_plan", "jit": "off"}
    connection = await asyncpg.connect(driver_url(database.service_url), server_settings=settings)
    try:
        for actor, user in (WORKERS | HEADS).items():
            async with connection.transaction():
                await connection.execute(
                    "SELECT begin_work($1, 1, $2, 'benchmark')", bench_id("user", user), bench_id("session", user)
                )
                for name, statement in _statements(actor).items():
                    plain = statement.replace(":size", "26").replace(":now", "now()").replace(":since", _SINCE)
                    found[f"{name}, {actor}"] = await median_of(connection, plain)
    finally:
        await connection.close()
    return found


def _statements(actor: str) -> dict[str, str]:
    mine: tuple[Queue, ...] = ("mine",)
    queues, counted = (tuple(ORDER), mine + COUNTED) if actor in HEADS else (mine, mine)
    found = {f"list {q}": list_statement(q) for q in queues} | {f"count {q}": count_statement(q) for q in counted}
    return found | ({"count breaches": breach_count_statement(), "caseload": LOAD} if actor in HEADS else {})


def missed(found: dict[str, dict[str, float]]) -> list[str]:
    """Return the targets that were missed, in words."""
    late = []
    for name, by_size in found.items():
        small, large = by_size.values()
        if large > LIST_LIMIT_MS:
            late.append(f"{name}: {large} ms in the database, wanted {LIST_LIMIT_MS}")
        if large > small * FLAT and large - small > NOISE_MS:
            late.append(f"{name}: {small} ms grow to {large}")
    return late


def _show(found: dict[str, Any]) -> None:
    console = Console()
    table = Table("queue", *(f"{int(c):,} cases, {t:,} tasks" for c, t in found["settings"]["tasks"].items()))
    for name, by_size in found["in_database_ms"].items():
        table.add_row(name, *(f"{ms} ms" for ms in by_size.values()))
    console.print(table)
    console.print("All targets met." if not found["missed"] else "Missed: " + "; ".join(found["missed"]))
