"""What takes a core for a while runs in threads beside the event loop, and no more of it than there is room for."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from casemgmt.errors import Unavailable

ResultT = TypeVar("ResultT")


class Lane:
    """Runs questions in threads: a few at once, a few more wait, the rest are asked to try again.

    A question with many unknown facts takes a core for a second; however many come, the event loop stays free.
    """

    def __init__(self, *, at_once: int, waiting: int) -> None:
        self._slots = asyncio.Semaphore(at_once)
        self._room = at_once + waiting

    async def run(self, question: Callable[[], ResultT]) -> ResultT:
        """Return what the question answers; `Unavailable` where too many wait already."""
        if self._room == 0:
            raise Unavailable("Too many questions at once: try again.", code="overloaded")
        self._room -= 1
        try:
            async with self._slots:
                return await asyncio.to_thread(question)
        finally:
            self._room += 1
