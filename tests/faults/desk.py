"""A duty officer who decides on signals while everything breaks, and tries again until it is done."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from uuid import NAMESPACE_URL, uuid5

import httpx

from casemgmt.demo.stage import credentials
from tests.clients import Caller, World
from tests.faults.centre import GIVE_UP_SECONDS, Centre, check_refusal
from tests.receiver import Receiver
from tests.webhook_steps import CONSULT, DUTY, subscribe


@dataclass
class Desk:
    """Triages each signal once."""

    client: httpx.AsyncClient
    decided: set[str] = field(default_factory=set)
    _caller: Caller | None = None

    async def triage(self, signal_id: str) -> None:
        """Triage a signal. The same key, so that an answer that was lost does nothing twice."""
        headers = {"Idempotency-Key": str(uuid5(NAMESPACE_URL, signal_id))}
        async with asyncio.timeout(GIVE_UP_SECONDS):
            while signal_id not in self.decided:
                if await self._is_done(signal_id, headers):
                    self.decided.add(signal_id)

    async def _is_done(self, signal_id: str, headers: dict[str, str]) -> bool:
        with suppress(httpx.TransportError):
            answer = await self._asked(f"/v1/signals/{signal_id}/triage", headers)
            if answer.is_success:
                return True
            if answer.status_code == 401:
                self._caller = None
            elif answer.status_code != 409:  # 409: the first of the two is not over yet
                check_refusal(answer)
        await asyncio.sleep(0.05)
        return False

    async def _asked(self, path: str, headers: dict[str, str]) -> httpx.Response:
        if self._caller is None:
            answer = await self.client.post("/v1/token", data=credentials(DUTY))
            if not answer.is_success:
                return answer
            self._caller = Caller(self.client, answer.json()["access_token"])
        return await self._caller.post(path, CONSULT, headers=headers)

    async def triage_some(self, centre: Centre, most: int) -> None:
        """Triage signals that the centre was told of and that nobody has decided on."""
        waiting = [s for s in centre.signals() if s not in self.decided]
        for signal_id in waiting[:most]:
            await self.triage(signal_id)


@dataclass
class Listener:
    """A receiver of all events from now on, and the subscription by which it is told."""

    receiver: Receiver
    path: str
    before: set[str]
    """Events that had happened before it began."""


@asynccontextmanager
async def subscribed(world: World, before: set[str], receiver: Receiver) -> AsyncIterator[Listener]:
    """Subscribe a receiver that listens; afterwards it is told no more."""
    path, _ = await subscribe(world, receiver.address)
    yield Listener(receiver, path, before)
    admin = await world.as_("admin")
    await admin.post(f"{path}/disable")
