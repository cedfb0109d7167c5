"""The load of contacts: a process of its own that sends at fixed moments, however slowly answers come.

What falls due while every connection is busy waits, and the wait counts: a contact centre does not call less because
we are slow. Orders are JSON lines on standard input; each is answered with one line.
"""

import asyncio
import json
import sys
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import uvloop

from benchmarks.contacts.messages import TWICE_EVERY, contact, request
from benchmarks.contacts.screen import Screen

CONNECTIONS = {"contacts": 64, "cases": 8}
"""Open ones of a contact centre's system, and of those who work on cases."""
_PATIENCE = 60
"""Seconds that the last answers are waited for."""


@dataclass
class Due:
    """A request that is to go out at a moment."""

    at: float
    write: Callable[[], bytes]
    name: str
    sent: float = 0.0


@dataclass
class Lane:
    """Requests of one kind, their connections, and what came of them."""

    loop: asyncio.AbstractEventLoop
    port: int
    free: deque["Connection"] = field(default_factory=deque)
    waiting: deque[Due] = field(default_factory=deque)
    under_way: int = 0
    answered: dict[str, list[float]] = field(default_factory=dict)
    """By name: seconds from the moment when it was due to its answer; `queued`: to its being sent."""
    queued: list[float] = field(default_factory=list)
    lost: int = 0
    """Connections that the server closed, or that broke."""
    failures: Counter[str] = field(default_factory=Counter)
    heard: Callable[[Due, float, bytes], None] | None = None

    async def connect(self) -> None:
        """Open one more connection."""
        await self.loop.create_connection(lambda: Connection(self), "127.0.0.1", self.port)

    def push(self, due: Due) -> None:
        """Send it on a free connection, or let it wait for one."""
        self.under_way += 1
        if self.free:
            self.free.popleft().send(due)
        else:
            self.waiting.append(due)

    def done(self, due: Due, status: bytes, body: bytes) -> None:
        """Take in an answer."""
        now = time.monotonic()
        self.under_way -= 1
        if status[:1] != b"2":
            self.failures[f"{due.name} {status.decode()}"] += 1
            return
        self.queued.append(due.sent - due.at)
        self.answered.setdefault(due.name, []).append(now - due.at)
        if self.heard is not None:
            self.heard(due, now, body)


class Connection(asyncio.Protocol):
    """One keep-alive connection of a lane."""

    def __init__(self, lane: Lane) -> None:
        self._lane = lane
        self._buffer = b""
        self._body = 0
        self._wanted = 0
        self._due: Due | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: Any = transport
        if self._lane.waiting:
            self.send(self._lane.waiting.popleft())
        else:
            self._lane.free.append(self)

    def send(self, due: Due) -> None:
        self._due, due.sent = due, time.monotonic()
        self._transport.write(due.write())

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._wanted:
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            head = self._buffer[:end].lower()
            place = head.find(b"content-length:")
            self._body = end + 4
            self._wanted = self._body + int(head[place + 15 :].split(b"\r\n", 1)[0])
        if len(self._buffer) < self._wanted:
            return
        due, status, body = self._due, self._buffer[9:12], self._buffer[self._body :]
        self._buffer, self._wanted, self._due = b"", 0, None
        if self._lane.waiting:
            self.send(self._lane.waiting.popleft())
        else:
            self._lane.free.append(self)
        if due is not None:
            self._lane.done(due, status, body)

    def connection_lost(self, error: Exception | None) -> None:  # noqa: ARG002 - asyncio calls it so
        if self in self._lane.free:
            self._lane.free.remove(self)
        if self._due is not None:
            self._lane.done(self._due, b"cut", b"")
        self._lane.lost += 1
        self._opening = self._lane.loop.create_task(self._lane.connect())


class Window:
    """One stretch of load on one server."""

    def __init__(self, order: dict[str, Any], cases: dict[str, list[bytes]]) -> None:
        self._order = order
        self._cases = cases
        loop = asyncio.get_running_loop()
        self._lanes = {name: Lane(loop, order["port"]) for name in CONNECTIONS}
        self._lanes["contacts"].heard = self._hear
        self._ids: dict[str, set[str]] = {}
        self._times: list[tuple[float, float]] = []
        """Of each contact that was taken: when its answer came and when it was due."""
        self._loop = loop

    def _hear(self, due: Due, now: float, body: bytes) -> None:
        answer = json.loads(body)
        known = self._ids.setdefault(answer["contact_id"], set())
        if not known:
            self._times.append((now, due.at))
        known.add(answer["id"])

    async def run(self) -> dict[str, Any]:
        """Send everything and return what came of it."""
        for name, lane in self._lanes.items():
            await asyncio.gather(*(lane.connect() for _ in range(CONNECTIONS[name])))
        screen = Screen(self._order["port"], self._order["screen"]) if self._order.get("screen") else None
        if screen is not None:
            await screen.open()
        began = time.monotonic() + 0.05
        await asyncio.gather(self._send_contacts(began), self._send_cases(began))
        until = time.monotonic() + _PATIENCE
        while any(lane.under_way for lane in self._lanes.values()) and time.monotonic() < until:  # noqa: ASYNC110 - plain
            await asyncio.sleep(0.01)
        drained = time.monotonic() - began
        seen = [] if screen is None else await screen.close(self._times)
        return self._report(drained, seen)

    async def _send_contacts(self, began: float) -> None:
        number, lane, prefix = self._order["number"], self._lanes["contacts"], self._order["prefix"]
        for n in range(number):
            at = began + n * self._order["seconds"] / number
            await self._until(at)
            name = f"{prefix}-{n}"
            write = _writer(prefix, n)
            for _ in range(2 if n % TWICE_EVERY == TWICE_EVERY - 1 else 1):
                lane.push(Due(at, write, "contact"))
            self._ids.setdefault(name, set())

    async def _send_cases(self, began: float) -> None:
        """Send the case work of the window: each kind at its own pace."""
        plan = sorted(
            (began + n / pace, name, n)
            for name, pace in self._order["cases"].items()
            for n in range(int(self._order["seconds"] * pace))
        )
        for at, name, n in plan:
            await self._until(at)
            requests = self._cases[name]
            written = requests[(self._order["offset"] + n) % len(requests)]
            self._lanes["cases"].push(Due(at, lambda written=written: written, name))

    async def _until(self, at: float) -> None:
        while (left := at - time.monotonic()) > 0:  # noqa: ASYNC110 - a timer may be early
            await asyncio.sleep(left)

    def _report(self, drained: float, seen: list[float]) -> dict[str, Any]:
        contacts, cases = self._lanes["contacts"], self._lanes["cases"]
        return {
            "accept_ms": _milliseconds(contacts.answered.get("contact", [])),
            "queue_ms": _milliseconds(contacts.queued),
            "cases_ms": {name: _milliseconds(of) for name, of in cases.answered.items()},
            "failures": dict(contacts.failures + cases.failures),
            "connections_lost": contacts.lost + cases.lost,
            "unanswered": contacts.under_way + cases.under_way,
            "drained_seconds": drained,
            "taken": {name: sorted(ids) for name, ids in self._ids.items()},
            "seen_ms": _milliseconds(seen),
            "unseen": len(self._times) - len(seen) if self._order.get("screen") else 0,
        }


def _writer(prefix: str, number: int) -> Callable[[], bytes]:
    """Return what writes the request when it goes out: its signature holds the moment."""
    told = contact(prefix, number)
    return lambda: request(told)


def _milliseconds(seconds: list[float]) -> list[float]:
    return [round(s * 1000, 2) for s in seconds]


async def _window(order: dict[str, Any], cases: dict[str, list[bytes]]) -> dict[str, Any]:
    return await Window(order, cases).run()


def main() -> None:
    """Read orders until standard input ends."""
    cases: dict[str, list[bytes]] = {}
    for line in sys.stdin:
        order = json.loads(line)
        if "define" in order:
            cases[order["define"]] = [r.encode() for r in order["requests"]]
            continue
        sys.stdout.write(json.dumps(uvloop.run(_window(order, cases))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
