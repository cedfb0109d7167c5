"""`python -m benchmarks year`: a year by the clock beside a plain calculation; write results/year.json."""

import argparse
import contextlib
import json
import platform
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import psutil
import uvloop
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from benchmarks.year.comparison import Findings, compare_alerts, compare_clocks, compare_owners, count_all
from benchmarks.year.country import Country
from benchmarks.year.database import YearDatabase
from benchmarks.year.loading import let_families_be_there
from benchmarks.year.logbook import compare_log
from benchmarks.year.looking import compare_past, compare_queues, look_in
from benchmarks.year.office import ActRefused
from benchmarks.year.plain_time import local
from benchmarks.year.rhythm import let_signals_come
from benchmarks.year.staff import let_staff_come_and_go
from benchmarks.year.year import START, Year
from casemgmt.embedded.errors import EmbeddedServerError
from casemgmt.embedded.server import EmbeddedServer

ROOT = Path(__file__).parents[2]
DATA = ROOT / ".data" / "year"
RESULTS = ROOT / "benchmarks" / "results" / "year.json"
_SHOWN = 20
"""Differences that are printed."""
Say = Callable[[str], None]


@dataclass(frozen=True)
class Scale:
    """How much of the country, for how long."""

    centres: int = 131
    weeks: int = 52
    signals: int = 13_000
    """Of all centres in 52 weeks."""
    seed: int = 1
    families: int = 11_000
    """Accompanied already when the year begins; with those that come in it, 17 000."""


async def simulate(
    server_url: str, scale: Scale, folder: Path, tell: Callable[[Year, datetime], None] = lambda *_: None
) -> tuple[dict[str, int], Findings]:
    """Live through the time, compare everything at its end, and return what there was and what differs.

    Raises AssertionError at the first moment at which something is without an owner or a clock is noticed wrongly.
    """
    random = Random(scale.seed)
    country = Country(random, scale.centres)
    database, findings = YearDatabase(server_url), Findings()
    async with database.made() as connection, AsyncExitStack() as stack:
        year = Year(random, country, connection)
        await year.open(stack, database, folder)
        await let_families_be_there(year, scale.families)
        let_signals_come(year, scale.signals, scale.weeks)
        let_staff_come_and_go(year, scale.weeks)
        year.begin(look_in(year, findings), START + timedelta(days=4, hours=5))
        await year.run(START + timedelta(weeks=scale.weeks), lambda now: tell(year, now))
        await compare_clocks(connection, year.book, findings)
        await compare_alerts(connection, year.book, findings)
        await compare_owners(connection, year.book, findings)
        await compare_past(year, findings, sample=400)
        await compare_queues(year, findings, workers=20)
        await compare_log(connection, database.sealer_url, folder, findings)
        counts = await count_all(connection)
        counts |= {"acts over HTTP": sum(year.done.values()), "looks for orphans": year.looks}
    return counts, findings


def main(arguments: Sequence[str], say: Say) -> int:
    """Run it; 1 where the service is wrong somewhere or something went wrong."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks year", description=__doc__)
    parser.add_argument("--centres", type=int, default=Scale.centres)
    parser.add_argument("--weeks", type=int, default=Scale.weeks)
    parser.add_argument("--signals", type=int, help="of all centres in a year; 100 for each centre where not given")
    parser.add_argument("--families", type=int, help="accompanied at the start; 84 for each centre where not given")
    parser.add_argument("--seed", type=int, default=Scale.seed)
    parser.add_argument("--no-write", action="store_true", help="show the results and keep the file as it is")
    chosen = parser.parse_args(arguments)
    signals = chosen.signals or (Scale.signals if chosen.centres == Scale.centres else 100 * chosen.centres)
    families = chosen.families
    if families is None:
        families = Scale.families if chosen.centres == Scale.centres else 84 * chosen.centres
    scale = Scale(chosen.centres, chosen.weeks, signals, chosen.seed, families)
    began = time.monotonic()
    try:
        counts, findings = _live(scale, say)
    except EmbeddedServerError as error:
        say(str(error))
        return 1
    except (AssertionError, ActRefused) as error:
        say(f"Something is wrong at this moment: {error}")
        return 1
    except KeyboardInterrupt:
        say("Stopped.")
        return 1
    found = _result(scale, counts, findings, time.monotonic() - began)
    _show(found, findings)
    if not chosen.no_write and not findings.wrong:
        RESULTS.write_text(json.dumps(found, indent=2) + "\n", "utf-8")
    return 1 if findings.wrong else 0


def _live(scale: Scale, say: Say) -> tuple[dict[str, int], Findings]:
    """Live through it on a server of its own; what the service logs goes to a file."""
    DATA.mkdir(parents=True, exist_ok=True)
    server = EmbeddedServer(DATA / "server", durable=False, database="year", progress=say)
    with (
        server,
        (DATA / "service.log").open("w") as log,
        _progress(scale) as tell,
        tempfile.TemporaryDirectory() as folder,
        contextlib.redirect_stderr(log),
    ):
        return uvloop.run(simulate(_url(server), scale, Path(folder), tell))


def _url(server: EmbeddedServer) -> str:
    if server.dsn is None:
        raise EmbeddedServerError("The database server isn't running.")
    return server.dsn.url(database="postgres")


@contextlib.contextmanager
def _progress(scale: Scale) -> Any:
    """Show the day, how far it is, and what there has been, with the time it took and the time it takes."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[done]}"),
    )
    console, told = Console(), [0]
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        bar = progress.add_task("the year", total=scale.weeks * 7, done="")

        def tell(year: Year, now: datetime) -> None:
            acts, cases, clocks = sum(year.done.values()), len(year.book.cases), len(year.book.clocks.all)
            done = f"{acts:,} acts, {cases:,} cases, {clocks:,} clocks"
            days = (now - START).days
            if not console.is_terminal and days // 7 > told[0]:
                told[0] = days // 7
                console.print(f"week {told[0]} of {scale.weeks}, {local(now):%d.%m.%Y}: {done}")
            progress.update(bar, completed=days, description=f"{local(now):%d.%m.%Y}", done=done)

        yield tell


def _result(scale: Scale, counts: dict[str, int], findings: Findings, seconds: float) -> dict[str, Any]:
    return {
        "machine": {"cpus": psutil.cpu_count(), "python": platform.python_version(), "system": platform.machine()},
        "settings": {
            "centres": scale.centres,
            "weeks": scale.weeks,
            "signals a year": scale.signals,
            "families at the start": scale.families,
            "seed": scale.seed,
            "from": local(START).date().isoformat(),
        },
        "lived through": counts,
        "compared": findings.compared,
        "wrong": len(findings.wrong),
        "orphans": 0,
        "minutes": round(seconds / 60, 1),
    }


def _show(found: dict[str, Any], findings: Findings) -> None:
    console = Console()
    table = Table(
        "what", "how many", title=f"{found['settings']['centres']} centres, {found['settings']['weeks']} weeks"
    )
    for part in ("lived through", "compared"):
        for name, number in found[part].items():
            table.add_row(f"{part}: {name}", f"{number:,}")
        table.add_section()
    console.print(table)
    for difference in findings.wrong[:_SHOWN]:
        console.print(difference, markup=False)
    wrong = len(findings.wrong)
    console.print(
        f"{wrong} differences." if wrong else "Every clock is right; nothing was without an owner at any moment."
    )
