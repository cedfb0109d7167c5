"""Answers to children: written at the desk, told of, fetched in safe hours, sent, and what became of them told back.

Nothing is sent to anybody: what becomes of an answer is drawn. Each step is held against what the contact told of the
child's wish, as reckoned here.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random
from typing import Any
from uuid import uuid4

from casemgmt.simulate.accounts import Carrier, Desk
from casemgmt.simulate.checking import Finding, Row
from casemgmt.simulate.ledger import Entry, Ledger
from casemgmt.simulate.line import Answer
from casemgmt.simulate.wishes import forbids, pick, safe_until

_EVERY = 1.0
"""Seconds between two looks at what is told."""
_PATIENCE = 60.0
"""Seconds in which nothing moves: so long is waited at the end for what does not come."""
_TRIES = 5
_SOON = timedelta(minutes=2)
"""What is due later than that is not waited for."""
_WORDS_LAST = timedelta(minutes=10)
"""The contract's: words that were fetched are sent by then, or thrown away."""
_CLOCKS_DIFFER = timedelta(seconds=5)
_FOR_NOW = {0, 429, 500, 502, 503, 504}
"""What is answered so is asked once more."""
_BARRED = "answer-barred"

# ASSUMED: what becomes of what is sent. One after the other: (kind, failure).
_Fate = tuple[tuple[str, str | None], ...]
_SENT: dict[_Fate, int] = {
    (("delivered", None),): 75,
    (("not_delivered", "unreachable"),): 9,
    (("not_delivered", "out_of_time"),): 4,
    (("not_delivered", "no_reply"), ("delivered", None)): 8,
    (("read_by_other", None),): 4,
}
_CALLED: dict[_Fate, int] = {
    (("call_answered", None),): 65,
    (("not_delivered", "no_reply"),): 21,
    (("not_delivered", "no_reply"), ("call_answered", None)): 10,
    (("call_answered_by_other", None),): 4,
}
_IN_SESSION: dict[_Fate, int] = {(("delivered", None),): 80, (("not_delivered", "session_over"),): 20}
_FATES = {"call": _CALLED, "qr_session": _IN_SESSION}
_TOLD_TWICE = 0.1
_STATES = {"not_delivered": "failed", "read_by_other": "exposed", "call_answered_by_other": "exposed"}
"""What an answer is by its receipt; by any other one delivered."""
ROWS = {"handed out": None, "delivered": "delivered", "not delivered": "failed", "had by somebody else": "exposed"}
"""Names of the lines of the comparison, with the state that each counts."""


@dataclass
class Written:
    """One answer, as the centre knows it."""

    id: str
    contact_id: str
    state: str = "waiting"
    """This, when it is due and what bars it: as the service said last."""
    due_at: datetime | None = None
    bars: list[str] = field(default_factory=list)
    handed_out: int = 0
    receipts: dict[str, str] = field(default_factory=dict)
    """Kinds, by the ids of those that were taken."""
    became: str | None = None
    """The state that the receipts must have made of it."""

    @property
    def is_awaited(self) -> bool:
        """Whether something must still come of it in this run."""
        later = self.due_at is not None and self.due_at > datetime.now(UTC) + _SOON
        kept_back = bool(self.bars) or self.state == "held" or (self.state == "waiting" and later)
        return not self.receipts and not kept_back


class Answering:
    """The desk that answers children, and the system that carries it to them."""

    def __init__(self, desk: Desk, carrier: Carrier, ledger: Ledger, seed: int) -> None:
        self._desk = desk
        self._carrier = carrier
        self._ledger = ledger
        self._seed = seed
        self._tried: set[str] = set()
        self._ready: set[str] = set()
        self._over = asyncio.Event()
        self.written: dict[str, Written] = {}
        self.kept_back: Counter[str] = Counter()
        """Answers that were not written, or did not go out, by the codes of why."""
        self.faults: list[str] = []

    @property
    def told(self) -> int:
        """How many contacts tell of a wish."""
        return sum(e.told is not None and "answer" in e.told for e in self._ledger.entries.values())

    def end(self) -> None:
        """Wait for what is on its way, and for nothing new."""
        self._over.set()

    async def carry(self) -> None:
        """Go on until the end, and then until nothing more comes."""
        while not self._over.is_set():
            await self._round()
            await self._pause()
        stood, since = None, time.monotonic()
        while True:
            await self._round()
            for each in self.written.values():
                if each.is_awaited:
                    await self._look_at(each)
            stand = [(each.id, each.state) for each in self.written.values() if each.is_awaited]
            if stand != stood:
                stood, since = stand, time.monotonic()
            if not stand or time.monotonic() - since > _PATIENCE:
                return
            await asyncio.sleep(_EVERY / 2)

    async def _look_at(self, written: Written) -> Answer:
        """Ask how an answer stands, and note it where the centre knows no better."""
        answer = await self._asked(partial(self._desk.answer_of, written.id))
        if answer.taken and not written.receipts:
            due = answer.body["due_at"]
            written.due_at = None if due is None else datetime.fromisoformat(due)
            written.state, written.bars = answer.body["state"], [each["code"] for each in answer.body["bars"]]
        return answer

    async def _pause(self) -> None:
        try:
            await asyncio.wait_for(self._over.wait(), _EVERY)
        except TimeoutError:
            return

    async def _round(self) -> None:
        for entry in list(self._ledger.entries.values()):
            if entry.final and entry.signals and entry.contact_id not in self._tried:
                await self._write(entry)
        for event in await self._carrier.news():
            if event["type"] == "answer.ready" and event["data"]["record_id"] in self.written:
                self._ready.add(event["data"]["record_id"])
        for answer_id in sorted(self._ready):
            await self._fetch(self.written[answer_id])

    async def _write(self, entry: Entry) -> None:
        """Answer whoever told of a wish, also who may not be answered: then the service must refuse it."""
        told = entry.told
        if told is None or "answer" not in told:
            return
        template = "call_opening" if told["answer"].get("means") == "call" else "received"
        answer = await self._desk.write_answer(next(iter(entry.signals.values())), template)
        if answer.status in _FOR_NOW:
            return
        self._tried.add(entry.contact_id)
        if answer.taken:
            if (why := forbids(told)) is not None:
                self.faults.append(f"An answer to {entry.contact_id} was taken to be sent, though {why}.")
            self.written[answer.body["id"]] = Written(answer.body["id"], entry.contact_id)
        elif answer.code == _BARRED:
            self.kept_back.update(answer.body["bars"])
        else:
            self.faults.append(f"No answer could be written to {entry.contact_id}: {answer.status} {answer.code}.")

    async def _fetch(self, written: Written) -> None:
        told, before = self._ledger.entries[written.contact_id].told or {}, datetime.now(UTC)
        answer = await self._carrier.fetch(written.id)
        if answer.status in _FOR_NOW:
            return
        if answer.code == _BARRED and "not_now" not in answer.body["bars"]:
            return  # what bars it may be mended, as a message that was refused; else it will be held
        self._ready.discard(written.id)
        if answer.taken:
            written.handed_out += 1
            self._check(written, told, before, answer.body)
            await self._send(written, told)
        elif answer.status not in {404, 409}:
            self.faults.append(f"The answer to {written.contact_id} is not given: {answer.status} {answer.code}.")

    def _check(self, written: Written, told: Mapping[str, Any], before: datetime, message: Mapping[str, Any]) -> None:
        """Hold what was handed out against the wish that was told by then."""
        name, now = f"The answer to {written.contact_id}", datetime.now(UTC)
        if (why := forbids(told)) is not None:
            self.faults.append(f"{name} was handed out, though {why}.")
            return
        ends = [e for at in (before - _CLOCKS_DIFFER, now + _CLOCKS_DIFFER) if (e := safe_until(told, at)) is not None]
        if not ends:
            self.faults.append(f"{name} was handed out in no safe hour.")
        elif datetime.fromisoformat(message["send_until"]) > min(max(ends), now + _WORDS_LAST + _CLOCKS_DIFFER):
            self.faults.append(f"{name} may be sent longer than is safe: until {message['send_until']}.")
        wish = told["answer"]
        asked = (written.contact_id, wish["means"], wish.get("reads", "unknown"), wish.get("language"))
        given = (message["contact_id"], message["means"], message["reads"], message["language"])
        if asked[:3] != given[:3] or asked[3] not in {None, given[3]}:
            self.faults.append(f"{name} is not as the child asked for it.")

    async def _send(self, written: Written, told: Mapping[str, Any]) -> None:
        """Draw what becomes of it, and tell that."""
        number = written.contact_id.rpartition("-")[2]
        chance = Random(f"{self._seed} {number}")  # noqa: S311 - a day that can be played again, no secret
        means = told.get("answer", {}).get("means")
        for kind, failure in pick(chance, _FATES.get(means, _SENT)):
            receipt = {"kind": kind, "occurred_at": datetime.now(UTC).isoformat()}
            receipt |= {} if failure is None else {"failure": failure}
            await self._tell(written, receipt, twice=chance.random() < _TOLD_TWICE)

    async def _tell(self, written: Written, receipt: Mapping[str, str], *, twice: bool) -> None:
        name, receipt_id = f"The receipt {receipt['kind']} of {written.contact_id}", str(uuid4())
        expected = _STATES.get(receipt["kind"], "delivered")
        for _ in range(2 if twice else 1):
            answer = await self._asked(partial(self._carrier.tell, written.id, receipt_id, receipt))
            if not answer.taken:
                self.faults.append(f"{name} was refused: {answer.status} {answer.code}.")
                return
            if answer.body["state"] != expected:
                self.faults.append(f"{name} makes it {answer.body['state']}, and not {expected}.")
        written.receipts[receipt_id], written.became = receipt["kind"], expected

    async def _asked(self, ask: Callable[[], Awaitable[Answer]]) -> Answer:
        """Ask, and ask again where the service can't answer just now."""
        answer = await ask()
        for _ in range(_TRIES - 1):
            if answer.status not in _FOR_NOW:
                break
            await asyncio.sleep(answer.wait or _EVERY)
            answer = await ask()
        return answer

    async def compare(self, finding: Finding) -> None:
        """Put what the centre knows of its answers beside what the service says of each."""
        seen = [await self._seen(each) for each in self.written.values()]
        found = {str(view["id"]): view for view in seen if view is not None}
        finding.rows.append(Row("answers written", len(self.written), len(found)))
        for name, state in ROWS.items():
            ours = sum(w.handed_out > 0 if state is None else w.became == state for w in self.written.values())
            theirs = sum(v["fetched_at"] is not None if state is None else v["state"] == state for v in found.values())
            finding.rows.append(Row(name, ours, theirs))
        for each in self.written.values():
            self._kept_or_lost(each)
        finding.faults += self.faults

    async def _seen(self, written: Written) -> Mapping[str, Any] | None:
        answer = await self._look_at(written)
        if not answer.taken:
            self.faults.append(f"The answer to {written.contact_id} is not there: {answer.status} {answer.code}.")
            return None
        told = {each["receipt_id"] for each in answer.body["receipts"]}
        for receipt_id, kind in written.receipts.items():
            if receipt_id not in told:
                self.faults.append(f"The receipt {kind} of {written.contact_id} was taken, and is lost.")
        if told - written.receipts.keys():
            self.faults.append(f"The answer to {written.contact_id} has a receipt that nobody told.")
        return answer.body

    def _kept_or_lost(self, written: Written) -> None:
        """Say why an answer is not with the child; one that is due, and that nobody was told of, is lost."""
        if written.handed_out:
            return
        if not written.is_awaited:
            self.kept_back.update(written.bars or ["not_now"])
        elif written.state == "waiting":
            self.faults.append(f"The answer to {written.contact_id} is due and waits: is a worker running?")
        else:
            self.faults.append(f"The answer to {written.contact_id} is {written.state}, and nobody was told.")
