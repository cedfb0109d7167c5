"""Hold what was sent against what the service says that it has: its account of the day, then a roll call."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from casemgmt.simulate.accounts import Desk
from casemgmt.simulate.ledger import Entry, Ledger
from casemgmt.simulate.line import BATCH, Line, written
from casemgmt.simulate.volumes import KAZAKHSTAN

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
    notes: list[str] = field(default_factory=list)
    """What was not compared, and why."""
    called: int = 0
    """Contacts of the roll call; `present`: those that were answered as before."""
    present: int = 0

    @property
    def right(self) -> bool:
        """Whether nothing is lost and nothing is there twice."""
        return not self.faults and not any(row.difference for row in self.rows)


@dataclass(frozen=True)
class Fate:
    """What became of a contact."""

    state: str
    """Filed, open, about nobody, refused: as the account counts, in words for people."""
    signals: int = 0
    ids: Mapping[str, str] = field(default_factory=dict)
    """Concern → signal. An account leaves out what its reader does not see."""


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
        finding.notes += [note for account in after for note in _unnamed(account)]
        told = {name: fate for account in after for name, fate in _told(account).items()}
        for name, fate in _sent(ledger).items():
            if (fault := _differs(name, fate, told.get(name), whole=not finding.notes)) is not None:
                finding.faults.append(fault)
        if not finding.notes:
            others = told.keys() - ledger.entries.keys() - _told(self._before).keys()
            finding.faults += [f"{n} is {told[n].state} by the account, and was not sent here." for n in sorted(others)]


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


def _sent(ledger: Ledger) -> dict[str, Fate]:
    """Return what became of each contact, by the answers; of one that was never answered nobody knows."""
    found = {}
    for name, entry in ledger.entries.items():
        if entry.id is not None and not entry.final:
            found[name] = Fate("open")
        elif entry.id is not None:
            filed = Fate("filed", len(entry.signals), entry.signals)
            found[name] = filed if entry.non_data is None else Fate("about nobody")
        elif entry.refused is not None:
            found[name] = Fate("refused")
    return found


def _told(account: Mapping[str, Any]) -> dict[str, Fate]:
    """Return what became of each contact that an account names."""
    found = {name: Fate("open") for name in account["open_contacts"]}
    found |= {c["contact_id"]: Fate("about nobody") for c in account["non_data_contacts"]}
    found |= {i["contact_id"]: Fate("refused") for i in account["refused_items"] if i["contact_id"] is not None}
    for c in account["filed_contacts"]:
        found[c["contact_id"]] = Fate("filed", c["signals"], {f["ref"]: f["signal_id"] for f in c["filed"]})
    return found


def _unnamed(account: Mapping[str, Any]) -> list[str]:
    """Say of which contacts an account tells the number and not every name: it lists so many and no more."""
    return [
        f"Of {count:,} contacts that are {state} on {account['day']} the account names {len(listed):,}: which of the"
        " others is missing or too many would show in their number alone."
        for state, listed, count in (
            ("filed", account["filed_contacts"], account["filed"]["contacts"]),
            ("open", account["open_contacts"], account["open"]),
            ("about nobody", account["non_data_contacts"], account["non_data"]),
            ("refused", account["refused_items"], account["refused"]),
        )
        if len(listed) < count
    ]


def _differs(name: str, sent: Fate, told: Fate | None, *, whole: bool) -> str | None:
    """Return where the account says otherwise of a contact than the answers did; None where it does not."""
    if told is None:
        return f"{name} is {sent.state}, and the account does not name it." if whole else None
    if told.state != sent.state:
        return f"{name} is {sent.state}, and {told.state} by the account."
    if told.signals != sent.signals:
        return f"{name} became {sent.signals} signals, and {told.signals} by the account."
    if not told.ids.items() <= sent.ids.items():
        return f"{name} became other signals than the account names."
    return None


def _number(account: Mapping[str, Any], name: str) -> int:
    if name == "filed":
        return int(account["filed"]["contacts"])
    return int(account["filed"][name] if name in account["filed"] else account[name])


def _days(first: date, last: date) -> Sequence[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def today() -> date:
    """Return the day of Kazakhstan by which the service counts what comes now."""
    return datetime.now(KAZAKHSTAN).date()
