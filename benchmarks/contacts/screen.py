"""A screen on the wall, as a browser has it: it signs in, reads the stream of server-sent events, and counts."""

import asyncio
import json
import time
from typing import Any

from casemgmt.demo.accounts import DEMO_PASSWORD

USER = "board.111"
_PATIENCE = 15
"""Seconds that the last board is waited for."""


class Screen:
    """One open board. Contacts show on it as a number: the n-th of the window is there when n more are counted."""

    def __init__(self, port: int, user: str) -> None:
        self._port = port
        self._user = user
        self._told: list[tuple[float, int]] = []
        self._first = asyncio.Event()

    async def open(self) -> None:
        """Sign in, open the stream, and wait for the first board."""
        self._reading = asyncio.create_task(self._keep_reading())
        await asyncio.wait_for(self._first.wait(), 30)

    async def close(self, taken: list[tuple[float, float]]) -> list[float]:
        """Wait for the last boards; return for each contact that was seen how long after its moment it was."""
        until = time.monotonic() + _PATIENCE
        while self._short_of(len(taken)) and time.monotonic() < until:  # noqa: ASYNC110 - plain
            await asyncio.sleep(0.1)
        self._reading.cancel()
        counts = [count for _, count in self._told]
        if counts != sorted(counts):  # midnight of Kazakhstan: the day begins anew, and nothing can be told from it
            return []
        base, seen = counts[0], []
        boards = iter(self._told)
        at, count = next(boards)
        for rank, (_, due) in enumerate(sorted(taken), 1):
            while count - base < rank:
                step = next(boards, None)
                if step is None:
                    return seen
                at, count = step
            seen.append(max(0.0, at - due))
        return seen

    def _short_of(self, number: int) -> bool:
        """Answer whether the board has not counted so many since it was opened."""
        return self._told[-1][1] < self._told[0][1] + number

    async def _sign_in(self) -> str:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        body = json.dumps({"username": self._user, "password": DEMO_PASSWORD})
        head = (
            "POST /v1/board/session HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nConnection: close\r\n"
        )
        writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode())
        answer = await reader.read()
        writer.close()
        told: dict[str, Any] = json.loads(answer.partition(b"\r\n\r\n")[2])
        return str(told["access_token"])

    async def _keep_reading(self) -> None:
        """Read the stream, and open it anew whenever it ends: it does with the life of a token, as for a browser."""
        while True:
            token = await self._sign_in()
            reader, writer = await asyncio.open_connection("127.0.0.1", self._port, limit=2**22)
            # `close`: the end of the stream is then the end of the connection, which is all that is looked at here.
            head = f"GET /v1/board/stream HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\nConnection: close"
            writer.write(f"{head}\r\n\r\n".encode())
            try:
                await self._read(reader)
            finally:
                writer.close()

    async def _read(self, reader: asyncio.StreamReader) -> None:
        while line := await reader.readline():
            if line.startswith(b"data: {"):
                board = json.loads(line[6:])
                self._told.append((time.monotonic(), board["contacts"]["received_today"]))
                self._first.set()
