"""A receiver of events: a web server of its own on this machine that keeps what comes and answers as a test says."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import chain, cycle
from typing import Any

Answer = int | None
"""Status; None hangs until the caller has enough."""


@dataclass(frozen=True)
class Received:
    """One request."""

    headers: dict[str, str]
    body: bytes

    @property
    def event(self) -> dict[str, Any]:
        """What was told."""
        told: dict[str, Any] = json.loads(self.body)
        return told


@dataclass
class Receiver:
    """What came, and what is answered: the given answers first, then always `usual`."""

    port: int = 0
    usual: Answer = 204
    pause: float = 0
    """Seconds before it answers."""
    pauses: list[float] = field(default_factory=list)
    """Seconds before the first answers, one by one."""
    drips: int = 0
    """So many answers come first that never end: a byte at a time, so that the line is never silent."""
    answers: list[Answer] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)
    """Ids of what was answered with a 2xx."""

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}/events?for=111"

    @property
    def types(self) -> list[str]:
        """What was told, in the order of coming."""
        return [each.event["type"] for each in self.received]

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take one request."""
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")[1:-2]
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head)}
            one = Received(headers, await reader.readexactly(int(headers["content-length"])))
            self.received.append(one)
            if self.drips:
                self.drips -= 1
                await self._drip(writer)
            status = self.answers.pop(0) if self.answers else self.usual
            if status is None:
                await reader.read()
                return
            await asyncio.sleep(self.pauses.pop(0) if self.pauses else self.pause)
            if status < 300:
                self.taken.append(headers["webhook-id"])
            place = "location: http://127.0.0.1:1/\r\n" if status in {301, 302, 307, 308} else ""
            writer.write(f"HTTP/1.1 {status} Said\r\n{place}content-length: 0\r\nconnection: close\r\n\r\n".encode())
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()

    async def _drip(self, writer: asyncio.StreamWriter) -> None:
        """Answer without an end, until the caller has enough, which is an `OSError`."""
        for byte in chain(b"HTTP/1.1 204 Said\r\n", cycle(b"more: to come\r\n")):
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0.05)

    @asynccontextmanager
    async def listening(self, tls: ssl.SSLContext | None = None) -> AsyncIterator["Receiver"]:
        """Listen, on the same port as before where it did."""
        server = await asyncio.start_server(self.answer, "127.0.0.1", self.port, ssl=tls)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()


async def until(condition: Callable[[], bool | Awaitable[bool]], seconds: float = 30) -> None:
    """Wait for something that happens elsewhere."""
    async with asyncio.timeout(seconds):
        while True:
            met = condition()
            if met is True or (not isinstance(met, bool) and await met):
                return
            await asyncio.sleep(0.02)
