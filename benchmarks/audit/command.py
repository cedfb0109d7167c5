"""`python -m benchmarks audit`: measure the audit log, empty, at a tenth and whole; write results/audit.json."""

import argparse
import asyncio
import json
import platform
import statistics
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import psutil
from rich.console import Console
from rich.table import Table

from benchmarks.audit import measure
from benchmarks.audit.database import CASES, MONTHS, AuditDatabase, audit_server
from benchmarks.audit.sealed import new_key, seal_in_bulk
from benchmarks.processes import BenchmarkError
from casemgmt.embedded.errors import EmbeddedServerError

RESULTS = Path(__file__).parents[1] / "results" / "audit.json"
FLAT = 1.3
"""Appending to the whole log may cost this much of appending to an empty one."""
TRAIL_MS = 50.0
"""No trail of a person may take longer; asked for 95 of a hundred."""
LATE_SECONDS = 2
"""At the rate that the sealer has to keep up with, no more may be left than came in so long."""
Say = Callable[[str], None]


def main(arguments: Sequence[str], say: Say) -> int:
    """Run it; 1 where something went wrong, not where a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks audit", description=__doc__)
    parser.add_argument("--events", type=int, default=10_000_000, help="events of the whole log")
    parser.add_argument("--rounds", type=int, default=9, help="rounds of every measurement")
    parser.add_argument("--seconds", type=int, default=20, help="how long the sealer has to keep up")
    parser.add_argument("--no-write", action="store_true", help="show the results and keep the file as it is")
    chosen = parser.parse_args(arguments)
    try:
        with audit_server(say) as server:
            databases = [AuditDatabase(server, n) for n in (0, chosen.events // 10, chosen.events)]
            found = asyncio.run(_measure(databases, chosen.rounds, chosen.seconds, say))
    except (BenchmarkError, EmbeddedServerError) as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:
        say("Stopped.")
        return 1
    _show(found)
    if not chosen.no_write:
        RESULTS.write_text(json.dumps(found, indent=2) + "\n", "utf-8")
    return 0


async def _measure(databases: list[AuditDatabase], rounds: int, seconds: int, say: Say) -> dict[str, Any]:
    for database in databases:
        await database.prepare(say)
    appended, trails = await _rounds(databases, rounds, say)
    whole = databases[-1]
    say("asking for unusual access")
    unusual = await measure.unusual_window(whole)
    key = new_key()
    async with whole.admin() as connection:
        size = await seal_in_bulk(connection, key, say)
    say(f"{size:,} events are sealed; sealing a backlog")
    backlog = await measure.seal_backlog(whole, key, 20_000)
    say(f"sealing while {measure.RATE} events a second come, for {seconds} s")
    live = await measure.seal_live(whole, key, seconds)
    found = {
        "machine": {"cpus": psutil.cpu_count(), "python": platform.python_version(), "system": platform.machine()},
        "settings": {"events": [d.events for d in databases], "cases": CASES, "months": MONTHS, "rounds": rounds},
        "append_ms": appended,
        "trail_ms": trails,
        "unusual_access_ms": _rounded(unusual),
        "sealing": {"backlog, events per second": round(backlog), "live": _rounded(live)},
    }
    return found | {"targets": _targets(), "missed": missed(found)}


async def _rounds(databases: list[AuditDatabase], rounds: int, say: Say) -> tuple[dict[str, Any], dict[str, Any]]:
    """Measure appends and trails, every round on every log in turn, and return medians over the rounds."""
    appended: dict[tuple[str, str, int], list[float]] = {}
    trails: dict[tuple[str, int, str], list[float]] = {}
    for turn in range(rounds):
        say(f"appends and trails: round {turn + 1} of {rounds}")
        for kind in ("one record", "list of 25"):
            for database in databases:
                for how, ms in (await measure.append_window(database, kind)).items():
                    appended.setdefault((kind, how, database.events), []).append(ms)
        for database in databases[1:]:
            for name, spread in (await measure.trail_window(database, persons=40)).items():
                for part, ms in spread.items():
                    trails.setdefault((name, database.events, part), []).append(ms)
    return _nested(appended), _nested(trails)


def _nested(values: dict[Any, list[float]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for path, times in values.items():
        place = found
        for part in path[:-1]:
            place = place.setdefault(str(part), {})
        place[str(path[-1])] = round(statistics.median(times), 4)
    return found


def _rounded(values: dict[str, Any]) -> dict[str, Any]:
    return {k: _rounded(v) if isinstance(v, dict) else round(v, 1) for k, v in values.items()}


def _targets() -> dict[str, float]:
    return {
        "append, whole log to an empty one": FLAT,
        "trail of a person, ms, p95": TRAIL_MS,
        "sealing, events per second": measure.RATE,
        "left unsealed at that rate, seconds": LATE_SECONDS,
    }


def missed(found: dict[str, Any]) -> list[str]:
    """Return the targets that were missed, in words."""
    wrong = []
    for kind, ways in found["append_ms"].items():
        for how, sizes in ways.items():
            first, *_, last = sizes.values()
            if last > first * FLAT:
                wrong.append(f"append, {kind}, {how}: {last} ms on the whole log, {first} ms on an empty one")
    for events, spread in found["trail_ms"]["trail of a person"].items():
        if spread["p95"] > TRAIL_MS:
            wrong.append(f"trail of a person at {events} events: {spread['p95']} ms")
    rate, live = found["sealing"]["backlog, events per second"], found["sealing"]["live"]
    if rate < measure.RATE:
        wrong.append(f"the sealer takes {rate} events a second from a backlog")
    if live["written per second"] < measure.RATE * 0.95:
        wrong.append(f"only {live['written per second']} events a second could be written")
    if live["left at the end"] > measure.RATE * LATE_SECONDS:
        wrong.append(f"the sealer left {live['left at the end']} events")
    return wrong


def _show(found: dict[str, Any]) -> None:
    console = Console()
    table = Table("append", "how", *(f"{n:,} events, ms" for n in found["settings"]["events"]))
    for kind, ways in found["append_ms"].items():
        for how, sizes in ways.items():
            table.add_row(kind, how, *map(str, sizes.values()))
    console.print(table)
    table = Table("find", "events", "median ms", "p95 ms", "most ms")
    for name, sizes in found["trail_ms"].items():
        for events, spread in sizes.items():
            table.add_row(name, f"{int(events):,}", *map(str, spread.values()))
    console.print(table)
    table = Table("unusual access, ms", *next(iter(found["unusual_access_ms"].values())))
    for asker, times in found["unusual_access_ms"].items():
        table.add_row(asker, *map(str, times.values()))
    console.print(table)
    console.print("Sealing:", found["sealing"])
    console.print("All targets met." if not found["missed"] else "Missed: " + "; ".join(found["missed"]))
