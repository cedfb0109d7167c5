"""Hold what was sent against what the service says that it has: its account of the day, then a roll call."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from casemgmt.simulate.accounts import Desk
from casemgmt.simulate.ledger import Entry, Ledger
from casemgmt.simulate.line import BATCH, Line, written
from casemgmt.simulate.volumes import KAZAKHSTAN

_LISTED = 500
"""So many ids an account lists at most."""
_IN_A_CALL = 200
_ROWS = ("received", "filed", "signals", "without_signal", "open", "non_data", "refused")


@dataclass(frozen=True)
class Row:
    """One line of the comparison."""

    name: str
    sent: int
    told: int

    @property
    def difference(self) -> int:
        """What the service has too much, or, below nought, too little."""
        return self.told - self.sent


@dataclass
class Finding:
    """What came out."""

    rows: list[Row] = field(default_factory=list)
    """Empty where no account was read."""
    faults: list[str] = field(default_factory=list)
    called: int = 0
    """Contacts of the roll call; `present`: those that were answered as before."""
    present: int = 0

    @property
    def right(self) -> bool:
        """Whether nothing is lost and nothing is there twice."""
        return not self.faults and not any(row.difference for row in self.rows)


class Books:
    """The service's accounts of the days of a run, before and after it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._began = today()
        self._before: dict[str, Any] = {}

    async def open(self) -> None:
        """Read what is there already of the day: the run is what comes on top."""
        self._before = await self._desk.account(self._began)

    async def compare(self, ledger: Ledger, finding: Finding) -> None:
        """Put the difference of the accounts beside what was sent."""
        after = [await self._desk.account(day) for day in _days(self._began, today())]
        sent = ledger.expected()
        finding.rows = [
            Row(name, getattr(sent, name), sum(_number(a, name) for a in after) - _number(self._before, name))
            for name in _ROWS
        ]
        entries = ledger.entries.values()
        still_open = {e.contact_id for e in entries if e.id is not None and not e.final}
        refused = {e.contact_id for e in entries if e.id is None and e.refused is not None}
        of_run = ledger.entries.keys()
        listed_open = {i for a in after for i in a["open_contacts"]}
        listed_refused = {i["contact_id"] for a in after for i in a["refused_items"]}
        finding.faults += _names("open", still_open, listed_open & of_run, whole=len(listed_open) < _LISTED)
        finding.faults += _names("refused", refused, listed_refused & of_run, whole=len(listed_refused) < _LISTED)


async def call_the_roll(line: Line, ledger: Ledger, run: str, finding: Finding) -> None:
    """Send the last message of each contact once more: whoever has it answers as before, and does nothing twice.

    A contact that was lost would come to light as new here, so this comes after the account was read.
    """
    entries = [entry for entry in ledger.entries.values() if entry.last is not None]
    for start in range(0, len(entries), _IN_A_CALL):
        part = entries[start : start + _IN_A_CALL]
        content = {"contacts": [{"message_id": e.last[0], "contact": e.last[1]} for e in part if e.last is not None]}
        answer = await line.send(f"{run}-roll-{start}", written(content), BATCH)
        if not answer.taken:
            finding.faults.append(f"The roll call was answered with {answer.status} {answer.code}.")
            return
        for entry, item in zip(part, answer.body["items"], strict=True):
            finding.called += 1
            if (fault := _missing(entry, item)) is None:
                finding.present += 1
            else:
                finding.faults.append(fault)


def _missing(entry: Entry, item: Mapping[str, Any]) -> str | None:
    """Return what is wrong with the answer to a message that was taken before; None where nothing is."""
    if item["taken"] is None:
        return f"{entry.contact_id} was taken, and is refused when sent again: {item['code']}."
    if not item["replayed"]:
        return f"{entry.contact_id} was acknowledged and is lost: sent again, it was {item['taken']['outcome']}."
    if entry.last is not None and item["taken"] != entry.last[2]:
        return f"{entry.contact_id} is answered otherwise than when it was taken."
    return None


def _names(what: str, expected: set[str], listed: set[str], *, whole: bool) -> list[str]:
    found = [f"{name} is listed as {what}, and is not." for name in sorted(listed - expected)]
    if whole:
        found += [f"{name} is {what}, and is not listed so." for name in sorted(expected - listed)]
    return found


def _number(account: Mapping[str, Any], name: str) -> int:
    if name == "filed":
        return int(account["filed"]["contacts"])
    return int(account["filed"][name] if name in account["filed"] else account[name])


def _days(first: date, last: date) -> Sequence[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def today() -> date:
    """Return the day of Kazakhstan by which the service counts what comes now."""
    return datetime.now(KAZAKHSTAN).date()
