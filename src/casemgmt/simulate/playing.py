"""Play the plan of a day: each message at its moment, and sent again as the contract says."""

import asyncio
import time
from collections.abc import Coroutine, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from casemgmt.simulate.day import Plan
from casemgmt.simulate.ledger import Ledger
from casemgmt.simulate.line import BATCH, Answer, Line, LineError, written
from casemgmt.simulate.scenes import Telling, Way
from casemgmt.simulate.volumes import KAZAKHSTAN

AGAIN_AFTER = (5, 30, 120, 600, *(1800,) * 8)
"""Seconds after which a message without an answer is sent again; the last ones fill four hours of the contract's 24."""
_SHORTEST_PAUSE = 1.0
"""Real seconds: also on a quick day nobody knocks without a pause."""
_BEAT_SECONDS = 60
_IN_A_BATCH = 200
_CLOCKS_DIFFER = timedelta(seconds=2)
"""No moment is told that lies later than this ago: two clocks are never quite the same."""


class Tempo:
    """The clock of the day: so many of its seconds pass in one of ours."""

    def __init__(self, begin: float, speed: float) -> None:
        self._begin = begin
        self._speed = speed
        self._started = time.monotonic()
        self._started_at = datetime.now(UTC)

    @property
    def now(self) -> float:
        """Seconds since midnight of the simulated day."""
        return self._begin + (time.monotonic() - self._started) * self._speed

    def real(self, seconds: float) -> float:
        """Return how long a time of the day lasts here."""
        return seconds / self._speed

    def until(self, at: float) -> float:
        """Return the real seconds until a moment of the day."""
        return self.real(at - self.now)

    def moment(self, at: float) -> str:
        """Return the moment that stands for one of the day: a date of today, told in the time of Kazakhstan."""
        return (min(self._then(at), datetime.now(UTC)) - _CLOCKS_DIFFER).astimezone(KAZAKHSTAN).isoformat()

    def hours(self, at: float, safe: tuple[int, int]) -> dict[str, str]:
        """Return safe hours around a moment of the day: as hours of the clock on the wall here, the same every time."""
        opens, until = ((self._then(at) + timedelta(hours=each)).astimezone(KAZAKHSTAN) for each in safe)
        return {"safe_from": f"{opens:%H:%M}", "safe_until": f"{until:%H:%M}"}

    def _then(self, at: float) -> datetime:
        return self._started_at + timedelta(seconds=self.real(at - self._begin))


def as_told(telling: Telling, tempo: Tempo, *, broken: bool = False) -> dict[str, Any]:
    """Return a contact with its moments and hours; `broken`: with a field that the contract does not know."""
    moments = {"started_at": tempo.moment(telling.began)}
    if telling.ended is not None:
        moments["ended_at"] = tempo.moment(telling.ended)
    told = telling.contact | moments | ({"danger": True} if broken else {})
    if telling.safe is not None:
        told["answer"] = told["answer"] | {"safe_times": [tempo.hours(telling.began, telling.safe)]}
    return told


class Player:
    """Plays a day on a line. `stop` ends it after what is on its way; the book stays right."""

    def __init__(self, plan: Plan, line: Line, tempo: Tempo, ledger: Ledger, run: str) -> None:
        self._plan = plan
        self._line = line
        self._tempo = tempo
        self._ledger = ledger
        self._run = run
        self._stopped = asyncio.Event()
        self._under_way: set[asyncio.Task[None]] = set()
        self._backlog: list[Telling] = []
        self.down = False
        self.batches = 0
        self.beats = 0
        self.failure: LineError | None = None

    @property
    def waiting(self) -> int:
        """How many messages of the backlog wait for the line."""
        return len(self._backlog)

    @property
    def topics(self) -> str:
        """What the service says of our list of topics."""
        agreed = self._line.agreed
        return "Topics: the service knows no version of ours." if agreed is None else f"Topics agreed on: {agreed}."

    @property
    def stopped(self) -> bool:
        """Whether it was told to stop before the end."""
        return self._stopped.is_set()

    def stop(self) -> None:
        """Send nothing new."""
        self._stopped.set()

    async def play(self) -> None:
        """Send everything, and wait for the answers."""
        beats = asyncio.create_task(self._beat())
        for telling in self._plan.tellings:
            await self._pause(self._tempo.until(telling.at))
            if self.stopped:
                break
            if self._plan.outage is not None and telling.at in self._plan.outage:
                self.down = True
                self._backlog.append(telling)
                continue
            self._end_outage()
            self._spawn(self._tell(telling))
        if not self.stopped:
            self._end_outage()
        while self._under_way:
            await asyncio.gather(*self._under_way)
        await self._batch(list(self._ledger.unanswered.items()), "rest")
        self._backlog.clear()
        self.down = False
        beats.cancel()

    def _end_outage(self) -> None:
        if self._backlog:
            items = [(t.message_id, as_told(t, self._tempo, broken=t.way is Way.NEVER_MENDED)) for t in self._backlog]
            self._backlog.clear()
            self._spawn(self._batch(items, "backlog"))
        self.down = False

    def _spawn(self, act: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(act)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _pause(self, seconds: float) -> None:
        """Wait, unless it is stopped."""
        if seconds > 0:
            try:
                await asyncio.wait_for(self._stopped.wait(), seconds)
            except TimeoutError:
                return

    async def _beat(self) -> None:
        while True:
            self.beats += 1
            await self._line.beat(f"{self._run}-beat-{self.beats}")
            await asyncio.sleep(_BEAT_SECONDS)

    async def _tell(self, telling: Telling) -> None:
        """Send one message, with what goes wrong with it."""
        message_id, contact = telling.message_id, as_told(telling, self._tempo)
        match telling.way:
            case Way.TWICE:
                answers = await asyncio.gather(*(self._deliver(message_id, contact) for _ in range(2)))
                self._ledger.compare_copies(message_id, "twice at once", *answers)
            case Way.ANSWER_LOST:
                self._ledger.begins(message_id, contact)
                lost = await self._send(message_id, written(contact))
                await self._pause(self._tempo.real(AGAIN_AFTER[0]))
                again = await self._deliver(message_id, contact, begun=True)
                self._ledger.compare_copies(message_id, "answer lost", lost, again)
            case Way.MISSPELT | Way.NEVER_MENDED:
                await self._misspell(telling, contact)
            case Way.REVISION_REUSED:
                await self._reuse_revision(telling, contact)
            case Way.SIGNED_WRONGLY:
                await self._sign_wrongly(message_id, contact)
            case Way.PLAIN:
                await self._deliver(message_id, contact)

    async def _misspell(self, telling: Telling, contact: dict[str, Any]) -> None:
        answer = await self._deliver(telling.message_id, as_told(telling, self._tempo, broken=True))
        if answer.taken:
            self._ledger.faults.append(f"{telling.message_id} has a field that the contract refuses, and was taken.")
        elif telling.way is Way.NEVER_MENDED:
            self._ledger.given_up(contact)
        elif answer.refused:
            self._ledger.repeats["mended"] += 1
            await self._pause(self._tempo.real(60))
            await self._deliver(telling.message_id, contact, begun=True)

    async def _reuse_revision(self, telling: Telling, contact: dict[str, Any]) -> None:
        """Tell a correction under the number of the message before; refused, it gets the next number."""
        entry = self._ledger.entries.get(contact["contact_id"])
        if entry is None or entry.revision != contact["revision"] - 1:  # the message before is not there yet
            await self._deliver(telling.message_id, contact)
            return
        wrong = f"{telling.message_id}.wrong"
        answer = await self._deliver(wrong, contact | {"revision": entry.revision})
        if answer.taken:
            self._ledger.faults.append(f"{wrong} uses a revision for another content, and was taken.")
        self._ledger.repeats["next revision"] += 1
        self._ledger.unanswered[telling.message_id] = contact
        await self._deliver(telling.message_id, contact, begun=True)

    async def _sign_wrongly(self, message_id: str, contact: dict[str, Any]) -> None:
        self._ledger.begins(message_id, contact)
        answer = await self._line.send(message_id, written(contact), wrongly=True)
        if answer.taken:
            self._ledger.faults.append(f"{message_id} was signed wrongly and taken.")
        self._ledger.refusals[answer.code] += 1
        self._ledger.repeats["signed anew"] += 1
        await self._deliver(message_id, contact, begun=True)

    async def _deliver(self, message_id: str, contact: Mapping[str, Any], *, begun: bool = False) -> Answer:
        """Send a message until it is answered, and write down the answer. `begun`: the book has the message already."""
        first = message_id not in self._ledger.unanswered
        if not begun and first:
            self._ledger.begins(message_id, contact)
        elif begun:
            self._ledger.unanswered.setdefault(message_id, contact)
        answer = await self._until_answered(message_id, written(contact))
        if answer.taken:
            self._ledger.acknowledged(message_id, contact, answer.body)
        elif answer.refused:
            self._ledger.refused(message_id, contact, answer.code)
        return answer

    async def _until_answered(self, message_id: str, body: bytes, path: str | None = None) -> Answer:
        answer = Answer(0, {})
        for pause in AGAIN_AFTER:
            answer = await self._send(message_id, body, path)
            if answer.taken or answer.refused:
                return answer
            if answer.status in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
                self.failure = LineError(f"The service refuses this source since now: {answer.status} {answer.code}.")
                self.stop()
            if self.stopped:
                return answer
            self._ledger.repeats["no answer"] += 1
            await self._pause(max(self._tempo.real(pause), answer.wait or _SHORTEST_PAUSE))
        return answer

    async def _send(self, message_id: str, body: bytes, path: str | None = None) -> Answer:
        began = time.monotonic()
        answer = await (self._line.send(message_id, body) if path is None else self._line.send(message_id, body, path))
        if answer.status:
            self._ledger.seconds.append(time.monotonic() - began)
        return answer

    async def _batch(self, items: Sequence[tuple[str, Mapping[str, Any]]], name: str) -> None:
        """Send messages as batches, and write down what became of each; what was not taken for now is sent again."""
        for pause in AGAIN_AFTER:
            again: list[tuple[str, Mapping[str, Any]]] = []
            for start in range(0, len(items), _IN_A_BATCH):
                again += await self._one_batch(items[start : start + _IN_A_BATCH], name)
            if not again or self.stopped:
                return
            items = again
            await self._pause(max(self._tempo.real(pause), _SHORTEST_PAUSE))

    async def _one_batch(
        self, part: Sequence[tuple[str, Mapping[str, Any]]], name: str
    ) -> list[tuple[str, Mapping[str, Any]]]:
        """Send one batch and return what the service could not take just then."""
        for message_id, contact in part:
            if message_id not in self._ledger.unanswered:
                self._ledger.begins(message_id, contact)
        self.batches += 1
        content = {"contacts": [{"message_id": i, "contact": c} for i, c in part]}
        answer = await self._until_answered(f"{self._run}-{name}-{self.batches}", written(content), BATCH)
        again: list[tuple[str, Mapping[str, Any]]] = []
        for (message_id, contact), item in zip(part, answer.body.get("items", ()), strict=False):
            if item["taken"] is not None:
                self._ledger.acknowledged(message_id, contact, item["taken"])
            elif item["status"] >= httpx.codes.INTERNAL_SERVER_ERROR:
                again.append((message_id, contact))
            else:
                self._ledger.refused(message_id, contact, str(item["code"]))
                self._ledger.given_up(contact)
        return again
