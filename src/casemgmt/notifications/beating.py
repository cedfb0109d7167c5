"""Heartbeats to subscribers that asked for them: sent once, kept nowhere, so that none is ever late.

They come from where events come from, by the same way and under the same sight: as long as they arrive, what happens is
told. A subscription is taken for a heartbeat and marked in one step; who dies with it in hand has left one out.
"""

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

import orjson
import structlog
from sqlalchemy import text

from casemgmt.access.permissions import Permission
from casemgmt.errors import DomainError
from casemgmt.ids import new_id
from casemgmt.jobs.work import Tools, actor_for, open_work
from casemgmt.notifications.events import JSON, SOURCE, SPEC_VERSION, look_up
from casemgmt.notifications.kinds import EventType
from casemgmt.notifications.sending import Wire, send
from casemgmt.notifications.signing import secrets_of
from casemgmt.notifications.views import EventView, HeartbeatData, HeartbeatMessage

AT_ONCE = 100
"""Subscriptions that are told in one go: a deployment has few."""
_LOOKED_AT = 50
"""Of the newest events of a subscription so many are looked at for one that it still sees."""
_REQUEST = "heartbeat"

_DUE = text("SELECT * FROM webhook_beats(:now, :every, :most)")
_TAKEN = text("SELECT webhook_beaten(:id, :at, :failure)")
_NEWEST = "SELECT webhook_newest AS id FROM webhook_newest(:id, :most)"
_GENERATION = "SELECT cluster_generation()"

log = structlog.get_logger()


@dataclass(frozen=True)
class _Subscriber:
    id: UUID
    account_id: UUID
    address: str
    purpose: str


class Heartbeats:
    """Tells subscribers that the service is there. `turn`: how many transactions there may be side by side."""

    def __init__(self, tools: Tools, wire: Wire, turn: asyncio.Semaphore) -> None:
        self._tools = tools
        self._wire = wire
        self._turn = turn
        self._every = tools.settings.webhook_heartbeat_seconds
        self._telling: set[asyncio.Task[None]] = set()

    async def once(self) -> None:
        """Tell all whose turn it is."""
        await asyncio.gather(*(self._tell(each) for each in await self._take()))

    async def run(self, stopping: asyncio.Event) -> None:
        """Tell each in its turn until `stopping`. A receiver that hangs holds up nobody."""
        while not stopping.is_set():
            try:
                for subscriber in await self._take():
                    task = asyncio.create_task(self._tell(subscriber))
                    self._telling.add(task)
                    task.add_done_callback(self._telling.discard)
            except Exception as error:  # noqa: BLE001 - told, and tried again at the next look
                log.error("heartbeats.not_taken", kind=type(error).__name__)  # noqa: TRY400 - the text may quote data
            try:
                await asyncio.wait_for(stopping.wait(), self._tools.settings.webhook_poll_seconds)
            except TimeoutError:
                continue
        if self._telling:
            await asyncio.wait(self._telling)

    async def _take(self) -> list[_Subscriber]:
        arguments = {"now": self._tools.clock.now(), "every": timedelta(seconds=self._every), "most": AT_ONCE}
        async with self._turn, self._tools.database.sessions() as session:
            rows = list((await session.execute(_DUE, arguments)).mappings())
            await session.commit()
        return [_Subscriber(**row) for row in rows]

    async def _tell(self, subscriber: _Subscriber) -> None:
        with structlog.contextvars.bound_contextvars(subscription=str(subscriber.id)):
            try:
                message = await self._message(subscriber)
                if message is None:
                    return
                async with self._turn:
                    secrets = await secrets_of(self._tools, subscriber.id)
                body, now = orjson.dumps(message.model_dump(mode="json")), self._tools.clock.now()
                outcome = await send(self._wire, subscriber.address, body, message.id, secrets, now)
                async with self._turn, self._tools.database.sessions() as session:
                    arguments = {"id": subscriber.id, "at": self._tools.clock.now(), "failure": outcome.failure}
                    await session.execute(_TAKEN, arguments)
                    await session.commit()
            except DomainError as refusal:
                log.warning("heartbeats.refused", code=refusal.code)
            except Exception as error:  # noqa: BLE001 - this one is left out, the next one comes in its time
                log.error("heartbeats.not_sent", kind=type(error).__name__)  # noqa: TRY400 - the text may quote data

    async def _message(self, subscriber: _Subscriber) -> HeartbeatMessage | None:
        """Return what is to be told now; None where the account may be told nothing."""
        actor = await actor_for(self._tools, subscriber.account_id)
        if not (actor.may(Permission.EVENTS_READ) and actor.may(Permission.SIGNALS_READ)):
            return None
        async with self._turn, open_work(self._tools, replace(actor, purpose=subscriber.purpose), _REQUEST) as work:
            ids = [row["id"] for row in await work.rows(_NEWEST, id=subscriber.id, most=_LOOKED_AT)]
            seen = await look_up(work, ids)
            generation: UUID = await work.call(_GENERATION)
            now = work.now
            await work.settle()
        last: EventView | None = next((seen[each] for each in ids if each in seen), None)
        return HeartbeatMessage(
            specversion=SPEC_VERSION,
            id=new_id(),
            source=SOURCE,
            type=EventType.SERVICE_HEARTBEAT,
            time=now,
            datacontenttype=JSON,
            generation=generation,
            data=HeartbeatData(
                every_seconds=self._every,
                last_event_id=None if last is None else last.id,
                last_event_at=None if last is None else last.time,
            ),
        )
