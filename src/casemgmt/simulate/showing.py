"""What whoever plays a day sees of it: a table that lives, or lines in a log; at the end what came of it."""

import asyncio
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from casemgmt.simulate.answering import ROWS, Answering
from casemgmt.simulate.checking import Finding
from casemgmt.simulate.day import Plan
from casemgmt.simulate.ledger import Ledger
from casemgmt.simulate.playing import Player, Tempo

_CHANNELS = {"call": "calls", "text_message": "texts", "qr_message": "QR messages"}
_COLUMNS = ("contacts", "messages", "acknowledged", "refused")
_NAMES = {
    "received": "contacts received",
    "filed": "  filed",
    "without_signal": "    of them without a signal",
    "signals": "    signals that they became",
    "open": "  still open",
    "non_data": "  about nobody (silent, prank …)",
    "refused": "  refused",
    "answers written": "answers to children",
    **{name: f"  {name}" for name in ROWS},
}
_FOUR_A_SECOND = 4
_MOST_FAULTS = 20


@dataclass(frozen=True)
class Played:
    """What is being played."""

    day: date
    kind: str
    speed: float
    seed: int
    source: str
    plan: Plan

    @property
    def title(self) -> str:
        """The day in words."""
        words = f"{self.day:%A} {self.day.day} {self.day:%B %Y}"
        return f"Contact centre 111 on {words} ({self.kind.replace('-', ' ')}), as the source {self.source}"


def introduced(played: Played) -> str:
    """Return what is about to come."""
    plan = played.plan
    by_channel = ", ".join(
        f"{sum(s.arrival.channel == channel for s in plan.scenes):,} {name}" for channel, name in _CHANNELS.items()
    )
    last = max((t.at for t in plan.tellings), default=plan.stretch.begin)
    length = (last - plan.stretch.begin) / played.speed
    return (
        f"{played.title}.\n{by_channel}, told in {len(plan.tellings):,} messages from {clock(plan.stretch.begin)} to"
        f" {clock(plan.stretch.end)}.\n{played.speed:g} times as fast as life, so for about {lasting(length)};"
        f" moments are told as of now. Seed {played.seed}. Ctrl-C ends it.\n"
    )


def clock(at: float) -> str:
    """Return a moment of the day as hours and minutes."""
    minutes = int(at // 60)
    return f"{minutes // 60:02}:{minutes % 60:02}"


def lasting(seconds: float) -> str:
    """Return a time as people say it."""
    if seconds < 90:  # noqa: PLR2004 - from here on minutes say more
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60):,} minutes"


def speeds(ledger: Ledger) -> str:
    """Return how fast answers came."""
    if not ledger.seconds:
        return "no answer yet"
    ordered = sorted(ledger.seconds)
    late = ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
    return f"answered in {statistics.median(ordered) * 1000:.0f} ms at median, 99 of 100 within {late * 1000:.0f} ms"


def _table(ledger: Ledger) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("")
    for column in (*_COLUMNS, "waiting"):
        table.add_column(column, justify="right")
    for channel, name in _CHANNELS.items():
        count = ledger.counts[channel]
        waiting = sum(c["channel"] == channel for c in ledger.unanswered.values())
        table.add_row(name, *(f"{count[c]:,}" for c in _COLUMNS), f"{waiting:,}")
    totals = (f"{ledger.total(c):,}" for c in _COLUMNS)
    table.add_row("together", *totals, f"{len(ledger.unanswered):,}", style="bold")
    return table


def _news(player: Player, tempo: Tempo, plan: Plan) -> str:
    if player.stopped:
        return "stopping: what is on its way is waited for"
    if player.down:
        return f"the line is down: {player.waiting} messages wait for it and will go as a batch"
    if tempo.now > plan.stretch.end:
        return "the day is over: what was not answered goes once more"
    return ""


def _screen(played: Played, player: Player, tempo: Tempo, ledger: Ledger) -> RenderableType:
    stretch = played.plan.stretch
    now = min(max(tempo.now, stretch.begin), stretch.end)
    bar = ProgressBar(stretch.end - stretch.begin, now - stretch.begin, width=40)
    head = Table.grid(padding=(0, 2, 0, 0))
    head.add_row(Text(clock(now), style="bold"), bar, Text(speeds(ledger)))
    return Group(Text(""), head, Text(_news(player, tempo, played.plan)), _table(ledger), Text(""))


async def watch(console: Console, played: Played, player: Player, tempo: Tempo, ledger: Ledger) -> None:
    """Show how it goes until cancelled: live in a terminal, else a line for each hour of the day."""
    if console.is_terminal:
        with Live(console=console, refresh_per_second=_FOUR_A_SECOND, transient=True) as live:
            while True:
                live.update(_screen(played, player, tempo, ledger))
                await asyncio.sleep(1 / _FOUR_A_SECOND)
    hour, spoke = int(tempo.now // 3600), time.monotonic()
    while True:
        await asyncio.sleep(0.2)
        now = min(tempo.now, played.plan.stretch.end)
        if int(now // 3600) != hour and time.monotonic() - spoke >= 1:
            hour, spoke = int(now // 3600), time.monotonic()
            counts = ", ".join(f"{ledger.total(c):,} {c}" for c in _COLUMNS)
            news = _news(player, tempo, played.plan)
            console.print(f"{clock(now)}  {counts}; {speeds(ledger)}{'; ' + news if news else ''}")


def show_result(
    console: Console, player: Player, ledger: Ledger, finding: Finding, seconds: float, answering: Answering | None
) -> None:
    """Say what came of it."""
    console.print(_table(ledger))
    console.print(f"\nIn {lasting(seconds)}; {speeds(ledger)}.")
    _list(console, "Taken as", ledger.outcomes)
    _list(console, "Refused", ledger.refusals)
    _list(console, "Sent again", {name: n for name, n in ledger.repeats.items() if name != "alike"})
    copies = ledger.repeats["twice at once"] + ledger.repeats["answer lost"]
    console.print(f"Copies of one message: {copies:,}, answered alike: {ledger.repeats['alike']:,}.")
    _say_plates(console, ledger)
    console.print(f"Batches: {player.batches}. Heartbeats: {player.beats}. {player.topics}")
    if answering is not None:
        console.print(f"Contacts that tell of a wish to be answered, or not to be: {answering.told:,}.")
        _list(console, "Answers kept back, by why", answering.kept_back)
    console.print()
    if finding.rows:
        _show_rows(console, finding)
    console.print(f"Roll call: {finding.called:,} contacts asked for once more, {finding.present:,} there as before.\n")
    for note in finding.notes:
        console.print(f"  {note}", style="yellow", markup=False)
    faults = [*ledger.faults, *finding.faults]
    for fault in faults[:_MOST_FAULTS]:
        console.print(f"  {fault}", style="red", markup=False)
    if len(faults) > _MOST_FAULTS:
        console.print(f"  … and {len(faults) - _MOST_FAULTS:,} more.", style="red")
    verdict(console.print, ledger, finding)


def _say_plates(console: Console, ledger: Ledger) -> None:
    named, known = ledger.plates()
    if named == known > 0:
        console.print(
            f"QR plates: {named:,} contacts named one, all known: what the child left out of the place is there."
        )
    elif named:
        console.print(
            f"QR plates: {named:,} contacts named one, {named - known:,} of them one that is not known there: their"
            " signals have no place, and wait at 111. A new demo knows them; elsewhere put them with PUT /v1/qr-plates."
        )


def verdict(say: Callable[[str], None], ledger: Ledger, finding: Finding) -> None:
    """Say in one sentence whether all is right."""
    if ledger.unanswered:
        say(f"[red]{len(ledger.unanswered):,} messages were never answered: nobody knows whether they are there.[/red]")
    if ledger.faults or not finding.right:
        more = sum(row.difference for row in finding.rows if row.name == "received")
        hint = " Does another system send as this source?" if more > 0 else ""
        say(f"[bold red]The service's account is not what was sent.[/bold red]{hint}")
    elif not ledger.unanswered:
        beside = "" if any(row.name == "received" for row in finding.rows) else " The day's account was not read."
        say(f"[bold green]Nothing was lost, nothing is there twice.[/bold green]{beside}")


def _show_rows(console: Console, finding: Finding) -> None:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("", no_wrap=True)
    for column in ("as sent", "the service's account", "difference"):
        table.add_column(column, justify="right")
    for row in sorted(finding.rows, key=lambda r: list(_NAMES).index(r.name)):
        style = "red" if row.difference else None
        table.add_row(_NAMES[row.name], f"{row.sent:,}", f"{row.told:,}", f"{row.difference:+,}", style=style)
    console.print(table)
    console.print()


def _list(console: Console, title: str, counts: "dict[str, int]") -> None:
    if counts:
        listed = ", ".join(f"{name} {number:,}" for name, number in sorted(counts.items(), key=lambda i: -i[1]))
        console.print(f"{title}: {listed}.")
