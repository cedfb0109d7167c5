"""`casemgmt simulate 111`: a day of the contact centre, played against a service that runs."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, NoReturn

import httpx
import typer
from rich.console import Console

from casemgmt.simulate.accounts import Carrier, Desk
from casemgmt.simulate.answering import Answering
from casemgmt.simulate.checking import Books, Finding, call_the_roll
from casemgmt.simulate.day import Stretch, plan
from casemgmt.simulate.ledger import Ledger
from casemgmt.simulate.line import SANDBOX, SANDBOX_SECRET, Line, LineError, client_of, key_of
from casemgmt.simulate.playing import Player, Tempo
from casemgmt.simulate.showing import Played, introduced, show_result, watch
from casemgmt.simulate.volumes import DAY_SECONDS, KAZAKHSTAN, KINDS, kind_of

app = typer.Typer(no_args_is_help=True, help="Play others against a running service: the contact centre 111.")
SECRET_VARIABLE, PASSWORD_VARIABLE = "CASEMGMT_SIMULATE_SECRET", "CASEMGMT_SIMULATE_PASSWORD"
# of the demo, as `make run` prints them
CARRIER_VARIABLE = "CASEMGMT_SIMULATE_CARRIER_SECRET"
DESK, CARRIER, DEMO_PASSWORD = "operator.111", "qr.111", "demo-password-111"
_KNOWN = ", ".join(KINDS)
_HELP = """\
Play a day of the contact centre 111: calls, texts, QR messages in bursts after lessons, and all that goes wrong.

Drafts and their updates, calls that break off, contacts about nobody, messages twice at once, lost answers, \
messages that are refused and mended, corrections hours later, messages that overtake each other, a line that is down \
and the backlog after it. Part of the contacts tell whether and when the child may be answered: the desk writes an \
answer, which is fetched in a safe hour, and what became of it is told back (nothing is sent to anybody). At the end \
all of it is held against the service's own account, to the item.

It knows what openapi/contact-centre.md says and no more, and sends as the sandbox of the demo. For another source \
set CASEMGMT_SIMULATE_SECRET (its signing secret), CASEMGMT_SIMULATE_PASSWORD (of the log-in) and \
CASEMGMT_SIMULATE_CARRIER_SECRET (of the account that carries answers). Never against a service that children depend \
on: what it sends becomes signals there.

The date gives the day its shape: school-day, day-off or holiday. Moments are told as of now: a contact can't lie in \
the future, and the wall screen counts today's. Volumes are those of the concept of the policy for children 2026-2030 \
(145 000 calls and 121 000 texts in 2025, 300 to 1 000 QR messages a day); hours and shares are assumed.

Ends with 0 where nothing was lost and nothing is there twice, with 1 where it is otherwise, with 2 where it did not \
begin.
"""
_console = Console(highlight=False, soft_wrap=True)
_errors = Console(stderr=True, highlight=False, soft_wrap=True)


@app.callback()
def _group() -> None:
    """Keep `111` a word of its own: others may follow."""


@app.command("111", help=_HELP)
def contact_centre(
    day: Annotated[
        str, typer.Option(help="The day whose shape is played, as 2025-11-20; today where none is named.")
    ] = "",
    speed: Annotated[float, typer.Option(help="How many times as fast as life: with 60 a day takes 24 minutes.")] = 60,
    begin: Annotated[str, typer.Option("--from", help="Time of the day at which it begins.")] = "00:00",
    until: Annotated[str, typer.Option(help="Time of the day at which it ends.")] = "24:00",
    most: Annotated[int | None, typer.Option("--max", min=1, help="So many contacts at most.")] = None,
    seed: Annotated[int, typer.Option(help="The same seed, day and kind: the same contacts.")] = 111,
    kind: Annotated[str, typer.Option(help=f"{_KNOWN}; by the date where none is named.")] = "",
    url: Annotated[str, typer.Option(help="Address of the service.")] = "http://127.0.0.1:8000",
    source: Annotated[str, typer.Option(envvar="CASEMGMT_SIMULATE_SOURCE", help="Code of the source.")] = SANDBOX,
    user: Annotated[
        str, typer.Option(envvar="CASEMGMT_SIMULATE_USER", help="Log-in of the desk that may read the day's account.")
    ] = DESK,
    carrier: Annotated[
        str, typer.Option(envvar="CASEMGMT_SIMULATE_CARRIER", help="Account of the system that carries answers.")
    ] = CARRIER,
    account: Annotated[bool, typer.Option(help="Compare with the day's account at the end.")] = True,  # noqa: FBT002 - a flag
    answers: Annotated[bool, typer.Option(help="Answer children, by the log-in of the desk.")] = True,  # noqa: FBT002 - a flag
) -> None:
    """Play a day."""
    shape = _day(day)
    if kind and kind not in KINDS:
        _refuse(f"{kind} is no kind of day. There are: {_KNOWN}.")
    if not 0 < speed < float("inf"):
        _refuse("--speed must be above nought: 1 is as in life, 60 plays a day in 24 minutes.")
    stretch = Stretch(_time("--from", begin), _time("--until", until))
    if stretch.begin >= stretch.end:
        _refuse(f"--until {until} is not after --from {begin}.")
    address = (
        httpx.URL(url) if url.startswith(("http://", "https://")) else _refuse(f"{url} is no address of a service.")
    )
    run = f"sim{datetime.now(KAZAKHSTAN):%y%m%d%H%M%S}-{os.getpid()}"
    played = Played(
        shape,
        kind or kind_of(shape),
        speed,
        seed,
        source,
        plan(shape, kind or kind_of(shape), seed, run, stretch, most),
    )
    if not played.plan.scenes:
        _refuse(
            f"Nobody gets in touch between {begin} and {until} of that day. Take a longer stretch or another --seed."
        )
    try:
        who = Who(user if account or answers else None, carrier if answers else None, reads_account=account)
        sys.exit(asyncio.run(_play(played, str(address), run, who)))
    except LineError as error:
        _refuse(str(error))
    except KeyboardInterrupt:
        _errors.print("Ended at once: what was on its way was not waited for, and nothing was compared.")
        sys.exit(130)


@dataclass(frozen=True)
class Who:
    """Who asks for what comes back: a log-in of the desk, and the account that carries answers."""

    user: str | None
    carrier: str | None
    reads_account: bool

    async def open(
        self, client: httpx.AsyncClient, source: str, ledger: Ledger, seed: int
    ) -> tuple[Books | None, Answering | None]:
        """Return the account of the day as it is before it begins, and who answers children."""
        if self.user is None:
            return None, None
        books = answering = None
        desk = Desk(client, source, self.user, os.environ.get(PASSWORD_VARIABLE, DEMO_PASSWORD))
        if self.reads_account:
            books = Books(desk)
            await books.open()
        if self.carrier is not None:
            carrier = Carrier(client, self.carrier, os.environ.get(CARRIER_VARIABLE, DEMO_PASSWORD))
            await carrier.open()
            answering = Answering(desk, carrier, ledger, seed)
        return books, answering


async def _play(played: Played, url: str, run: str, who: Who) -> int:
    """Play it, show it, compare it; return the exit code."""
    key = key_of(_secret(played.source))
    async with client_of(url) as client:
        line = Line(client, played.source, key)
        await line.connect(f"{run}-first")
        ledger = Ledger()
        books, answering = await who.open(client, played.source, ledger, played.seed)
        began = time.monotonic()
        tempo = Tempo(played.plan.stretch.begin, played.speed)
        player = Player(played.plan, line, tempo, ledger, run)
        with suppress(NotImplementedError):  # where the system knows no such signals, Ctrl-C ends it at once
            asyncio.get_running_loop().add_signal_handler(signal.SIGINT, _stopper(player))
        _console.print(introduced(played), markup=False)
        watching = asyncio.create_task(watch(_console, played, player, tempo, ledger))
        await _to_the_end(player, answering)
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        seconds = time.monotonic() - began
        finding = await _compared(books, answering, line, ledger, run)
    if player.failure is not None:
        _errors.print(str(player.failure), style="red", markup=False)
    show_result(_console, player, ledger, finding, seconds, answering)
    return 0 if finding.right and not ledger.faults and not ledger.unanswered and player.failure is None else 1


async def _to_the_end(player: Player, answering: Answering | None) -> None:
    """Play, and answer children meanwhile; return when nothing more is to come."""
    if answering is None:
        await player.play()
        return
    carrying = asyncio.create_task(answering.carry())
    await player.play()
    answering.end()
    await carrying


async def _compared(books: Books | None, answering: Answering | None, line: Line, ledger: Ledger, run: str) -> Finding:
    finding = Finding()
    try:
        if books is not None:
            await books.compare(ledger, finding)
        if answering is not None:
            await answering.compare(finding)
        await call_the_roll(line, ledger, run, finding)
    except LineError as error:
        finding.faults.append(str(error))
    return finding


def _stopper(player: Player) -> Callable[[], None]:
    """Return what Ctrl-C does: the first lets it come to its end, the second ends it at once."""

    def stop() -> None:
        if player.stopped:
            raise KeyboardInterrupt
        player.stop()

    return stop


def _secret(source: str) -> str:
    secret = os.environ.get(SECRET_VARIABLE)
    if secret is None and source != SANDBOX:
        _refuse(f"Set {SECRET_VARIABLE}: the signing secret of the source {source}.")
    return secret or SANDBOX_SECRET


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text) if text else datetime.now(KAZAKHSTAN).date()
    except ValueError:
        _refuse(f"{text} is no day: write it as 2025-11-20.")


def _time(option: str, text: str) -> float:
    hours, _, minutes = text.partition(":")
    if not (hours.isdecimal() and minutes.isdecimal() and len(minutes) == 2 and int(minutes) < 60):  # noqa: PLR2004 - as clocks show it
        _refuse(f"{option} {text} is no time of a day: write it as 08:30, the last one as 24:00.")
    seconds = int(hours) * 3600 + int(minutes) * 60
    if seconds > DAY_SECONDS:
        _refuse(f"{option} {text} is no time of a day: the last one is 24:00.")
    return seconds


def _refuse(text: str) -> NoReturn:
    _errors.print(text, markup=False)
    sys.exit(2)
