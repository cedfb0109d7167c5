"""The load: a process of its own that keeps a number of connections busy and counts what comes back.

Speaks raw HTTP/1.1 over uvloop, because a full client would cost more than the servers that it measures. It reads
orders as JSON lines on standard input and answers each with one line.
"""

import asyncio
import json
import sys
import time
from dataclasses import dataclass, field
from typing import Any

import uvloop

CONNECTIONS = 16
"""As many as keep two cores at work: with 8 a fifth of them waited for the disk at commits."""


@dataclass
class Tally:
    """What one window of load came to."""

    latencies: list[float] = field(default_factory=list)
    failures: dict[str, int] = field(default_factory=dict)

    def report(self, seconds: float) -> dict[str, Any]:
        """Return requests a second and latencies in milliseconds."""
        ordered = sorted(self.latencies) or [0.0]
        return {
            "answers": len(self.latencies),
            "per_second": len(self.latencies) / seconds,
            "p50_ms": ordered[len(ordered) // 2] * 1000,
            "p99_ms": ordered[int(len(ordered) * 0.99)] * 1000,
            "failures": self.failures,
        }


class Caller(asyncio.Protocol):
    """One keep-alive connection: the next request goes out when the answer to the last is complete."""

    def __init__(self, requests: list[bytes], start: int, until: float, tally: Tally) -> None:
        self._requests = requests
        self._next = start
        self._until = until
        self._tally = tally
        self._buffer = b""
        self._wanted = 0
        self._sent = 0.0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: Any = transport
        self._send()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._wanted:
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            head = self._buffer[:end].lower()
            place = head.find(b"content-length:")
            self._wanted = end + 4 + int(head[place + 15 :].split(b"\r\n", 1)[0])
        if len(self._buffer) < self._wanted:
            return
        now = time.perf_counter()
        status = self._buffer[9:12]
        if status[:1] == b"2":
            self._tally.latencies.append(now - self._sent)
        else:
            key = status.decode()
            self._tally.failures[key] = self._tally.failures.get(key, 0) + 1
        self._buffer = b""
        self._wanted = 0
        if now < self._until:
            self._send()
        else:
            self._transport.close()

    def connection_lost(self, error: Exception | None) -> None:  # noqa: ARG002 - asyncio calls it so
        if time.perf_counter() < self._until:
            self._tally.failures["lost"] = self._tally.failures.get("lost", 0) + 1
        if not self.done.done():
            self.done.set_result(None)

    def _send(self) -> None:
        request = self._requests[self._next % len(self._requests)]
        self._next += 1
        self._sent = time.perf_counter()
        self._transport.write(request)


async def _window(port: int, requests: list[bytes], seconds: float, offset: int) -> dict[str, Any]:
    loop = asyncio.get_running_loop()
    tally = Tally()
    started = time.perf_counter()
    until = started + seconds
    stride = max(1, len(requests) // CONNECTIONS)
    callers = []
    for n in range(CONNECTIONS):
        start = offset + n * stride
        _, caller = await loop.create_connection(
            lambda start=start: Caller(requests, start, until, tally), "127.0.0.1", port
        )
        callers.append(caller)
    await asyncio.wait_for(asyncio.gather(*(c.done for c in callers)), seconds + 30)
    return tally.report(time.perf_counter() - started)


def main() -> None:
    """Read orders until standard input ends."""
    sets: dict[str, list[bytes]] = {}
    for line in sys.stdin:
        order = json.loads(line)
        if "define" in order:
            sets[order["define"]] = [r.encode() for r in order["requests"]]
            continue
        offset = int(order.get("offset", 0))
        report = uvloop.run(_window(order["port"], sets[order["set"]], order["seconds"], offset))
        sys.stdout.write(json.dumps(report) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
