"""`python -m benchmarks contacts`: contacts of a contact centre at 50 a second, and 500 within one second.

Minute by minute the service and a floor of equal work take turns, beside case work at a fixed pace, the worker, the
sealer of the audit log and, at the service, an open board that is read as a browser reads it. After each minute comes a
burst, after each window a look for every contact in the database. Then the service alone takes contacts for ten minutes
without a break. Writes results/contacts.json.
"""

import argparse
import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Any

from benchmarks.contacts.companions import Companions, at_work, let_in
from benchmarks.contacts.counting import count
from benchmarks.contacts.report import FLOOR, OURS, Found
from benchmarks.contacts.screen import USER
from benchmarks.database import BenchDatabase, bench_server
from benchmarks.processes import BenchmarkError, Load, Server, Servers, cpu_seconds
from benchmarks.run import own_cases, request_sets
from casemgmt.demo.seed import seed
from casemgmt.embedded.errors import EmbeddedServerError

RATE = 50
BURST = 500
CASES_A_SECOND = {"get_case": 10, "list_cases": 4, "create_signal": 1}
"""Case work beside: about a hundred people who look at a case every ten seconds."""
Say = Callable[[str], None]


def main(arguments: Sequence[str], say: Say) -> int:
    """Run it; 1 where there was an error or something was lost or doubled, not where a target of time is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks contacts", description=__doc__)
    parser.add_argument("--minutes", type=int, default=5, help="minutes of each version, taken in turns")
    parser.add_argument("--seconds", type=float, default=60, help="how long a minute is, for a look at it")
    parser.add_argument("--unbroken", type=float, default=10, help="minutes of the service without a break")
    parser.add_argument("--cases", type=int, default=50_000, help="cases that are there already")
    parser.add_argument("--rate", type=int, default=RATE, help="contacts a second")
    parser.add_argument("--burst", type=int, default=BURST, help="contacts within the second of a burst; 0 for none")
    parser.add_argument("--no-floor", action="store_true", help="the service alone")
    parser.add_argument("--no-write", action="store_true", help="show the results and keep the file as it is")
    chosen = parser.parse_args(arguments)
    found = Found({**vars(chosen), "cases_a_second": CASES_A_SECOND})
    try:
        with bench_server(say) as server:
            original = BenchDatabase(server, chosen.cases)
            asyncio.run(original.prepare(say))
            database = BenchDatabase(server, chosen.cases, "_contacts")
            try:
                asyncio.run(_prepare(database, original))
                _measure(database, found, chosen, say)
            finally:
                asyncio.run(database.drop())
    except (BenchmarkError, EmbeddedServerError) as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:
        say("Stopped.")
        return 1
    found.show()
    if not chosen.no_write:
        found.write()
    return 0 if found.sound else 1


async def _prepare(database: BenchDatabase, original: BenchDatabase) -> None:
    """Put the demo's source and its display account beside the cases."""
    await database.copy(original)
    await let_in(database)
    await seed(database.admin_url)


def _measure(database: BenchDatabase, found: Found, chosen: argparse.Namespace, say: Say) -> None:
    own = asyncio.run(own_cases(database))
    versions = (OURS,) if chosen.no_floor else (OURS, FLOOR)
    with (
        Load("benchmarks.contacts.sender") as load,
        Servers(database, versions) as servers,
        at_work(database) as beside,
    ):
        windows = _Windows(load, database, beside, found)
        _define(load, own)
        for version in versions:
            load.order(_order(servers[version], f"warm-{version}", 2, RATE, 0))
        for turn in range(chosen.minutes):
            _define(load, own)
            for version in versions if turn % 2 == 0 else reversed(versions):
                say(f"round {turn + 1} of {chosen.minutes}, {version}: {chosen.seconds:g} s at {chosen.rate} a second")
                number = round(chosen.rate * chosen.seconds)
                minute = _order(servers[version], f"{version}-{turn}", chosen.seconds, number, turn)
                windows.run("steady", servers[version], minute)
                if chosen.burst:
                    burst = _order(servers[version], f"{version}-{turn}-burst", 1, chosen.burst, turn)
                    windows.run("burst", servers[version], burst)
        if chosen.unbroken:
            _define(load, own)
            seconds = chosen.unbroken * 60
            say(f"{OURS}: {seconds:g} s at {chosen.rate} a second without a break")
            windows.run(
                "unbroken",
                servers[OURS],
                _order(servers[OURS], f"{OURS}-unbroken", seconds, round(seconds * chosen.rate), 0),
            )


def _define(load: Load, own: dict[int, list[str]]) -> None:
    """Hand over the requests of the case work, with tokens that hold for a while."""
    sets = request_sets(own)
    for name in CASES_A_SECOND:
        load.define(name, sets[name])


def _order(server: Server, prefix: str, seconds: float, number: int, turn: int) -> dict[str, Any]:
    return {
        "port": server.port,
        "prefix": prefix,
        "seconds": seconds,
        "number": number,
        "cases": CASES_A_SECOND,
        "offset": turn * 17,
        "screen": USER if server.version == OURS else None,
    }


class _Windows:
    """Stretches of load, each with the processor time that it took and a look at what it left behind."""

    def __init__(self, load: Load, database: BenchDatabase, beside: Companions, found: Found) -> None:
        self._load, self._database, self._beside, self._found = load, database, beside, found

    def run(self, kind: str, server: Server, order: dict[str, Any]) -> None:
        """Run one. A failure of ours is a result; one of the floor raises `BenchmarkError`: it is the floor's fault."""
        before, began = self._used(server), time.monotonic()
        window = self._load.order(order)
        lasted = time.monotonic() - began
        if server.version == FLOOR and window["failures"]:
            raise BenchmarkError(f"{server.version}: {window['failures']}; see {server.log}.")
        for name, now in self._used(server).items():
            window[name] = (now - before[name]) / lasted
        counted = asyncio.run(count(self._database, order["prefix"], window["taken"]))
        self._found.add(kind, server.version, window, counted)

    def _used(self, server: Server) -> dict[str, float]:
        return {
            "worker_share": cpu_seconds(server.process.pid),
            "database_share": cpu_seconds(self._database.server_pid, children=True),
            "beside_share": self._beside.cpu_seconds(),
        }
