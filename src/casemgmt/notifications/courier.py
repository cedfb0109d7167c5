"""Sends events: looks what is new for each subscription, calls its address, notes what came of it. At least once.

Each subscription is served by itself, so a receiver that hangs holds up nobody. No transaction is open during a call.
A courier takes a subscription for a while (a lease in the database): where it dies, another one goes on from what is
noted, and sends again what was sent and not noted.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import orjson
import structlog
from sqlalchemy import text

from casemgmt.access.permissions import Permission
from casemgmt.access.system import system_actor
from casemgmt.audit.events import Event
from casemgmt.errors import DomainError, Unavailable
from casemgmt.ids import new_id
from casemgmt.jobs.work import JobWork, Tools, actor_for, open_work
from casemgmt.notifications.beating import Heartbeats
from casemgmt.notifications.events import Place, look_on, look_up, records_of, written
from casemgmt.notifications.kinds import EventType
from casemgmt.notifications.policy import PULLED_FORWARD, Outcome, judge
from casemgmt.notifications.sending import Wire, send
from casemgmt.notifications.signing import secrets_of

AT_ONCE = 32
"""Subscriptions that one courier serves side by side."""
_LOOKED_AT = 500
"""Events that are looked at in one transaction."""
_BATCH = 20
"""Events that are prepared in one transaction."""
_REST = timedelta(minutes=5)
"""After it an account that may not be told anything is looked at again."""
DATABASE_AT_ONCE = 4
"""Transactions of one courier side by side: jobs have connections left."""
_REQUEST = "events"

_CLAIM = text("SELECT * FROM webhook_claim(:holder, :now, :lease, :most)")
_KEEP = text("SELECT webhook_keep(:id, :holder, :lease)")
_DUE = "SELECT * FROM webhook_due(:id, :now, :most)"
_RELEASE = "SELECT webhook_release(:id, :holder, CAST(:place AS jsonb), :at)"
_TRIED = "SELECT webhook_tried(CAST(:p AS jsonb))"

log = structlog.get_logger()


@dataclass(frozen=True)
class Claimed:
    """A subscription that this courier serves."""

    id: UUID
    account_id: UUID
    address: str
    types: tuple[EventType, ...]
    purpose: str
    place: Place
    holder: UUID


@dataclass(frozen=True)
class Message:
    """An event that is to be sent now."""

    event_id: UUID
    body: bytes
    tried: dict[str, Any]
    """What was tried before: `attempts`, `first_tried_at`, `failing_since`."""


class Courier:
    """Serves subscriptions until it is stopped, or once all that is due."""

    def __init__(self, tools: Tools, lease: timedelta | None = None) -> None:
        self._tools = tools
        self._wire = Wire.of(tools.settings)
        # Kept anew before each call. What a courier that died had in hand waits for so long.
        self._lease = lease or timedelta(seconds=2 * tools.settings.webhook_seconds + 5)
        self._stopping = asyncio.Event()
        self._serving: set[asyncio.Task[None]] = set()
        self._turn = asyncio.Semaphore(DATABASE_AT_ONCE)
        self._heartbeats = Heartbeats(tools, self._wire, self._turn)

    def stop(self) -> None:
        """Ask for the end. What has been sent is noted first."""
        self._stopping.set()

    async def once(self) -> None:
        """Send all that is due now, and all that follows at once."""
        while claimed := await self._claim(AT_ONCE):
            await asyncio.gather(*(self._serve(each) for each in claimed))
        await self._heartbeats.once()

    async def run(self) -> None:
        """Send until `stop`. A database that is away for a moment is waited for."""
        beating = asyncio.create_task(self._heartbeats.run(self._stopping))
        while not self._stopping.is_set():
            try:
                for claimed in await self._claim(AT_ONCE - len(self._serving)):
                    task = asyncio.create_task(self._serve(claimed))
                    self._serving.add(task)
                    task.add_done_callback(self._serving.discard)
            except Exception as error:  # noqa: BLE001 - told, and tried again at the next look
                log.error("events.not_claimed", kind=type(error).__name__)  # noqa: TRY400 - the text may quote data
            try:
                await asyncio.wait_for(self._stopping.wait(), self._tools.settings.webhook_poll_seconds)
            except TimeoutError:
                continue
        await asyncio.wait([beating, *self._serving])

    async def _claim(self, most: int) -> list[Claimed]:
        if most <= 0:
            return []
        holder = uuid4()
        arguments = {"holder": holder, "now": self._tools.clock.now(), "lease": self._lease, "most": most}
        async with self._tools.database.sessions() as session:
            rows = list((await session.execute(_CLAIM, arguments)).mappings())
            await session.commit()
        return [
            Claimed(
                row["id"],
                row["account_id"],
                row["address"],
                tuple(EventType(each) for each in row["types"]),
                row["purpose"],
                Place(row["generation"], row["xid"], row["event_id"]),
                holder,
            )
            for row in rows
        ]

    async def _keep(self, claimed: Claimed, lease: timedelta) -> bool:
        arguments = {"id": claimed.id, "holder": claimed.holder, "lease": lease}
        async with self._turn, self._tools.database.sessions() as session:
            kept = bool((await session.execute(_KEEP, arguments)).scalar())
            await session.commit()
        return kept

    async def _serve(self, claimed: Claimed) -> None:
        with structlog.contextvars.bound_contextvars(subscription=str(claimed.id)):
            try:
                await self._send_all(claimed)
                await self._keep(claimed, timedelta())
            except Exception as error:  # noqa: BLE001 - the lease ends by itself, and another look begins anew
                log.error("events.not_sent", kind=type(error).__name__)  # noqa: TRY400 - the text may quote data

    async def _send_all(self, claimed: Claimed) -> None:
        while not self._stopping.is_set():
            try:
                claimed, messages, more = await self._prepare(claimed)
            except Unavailable:
                raise  # of the database, not of the account
            except DomainError as refusal:  # the account was switched off, or may not be told of anything any more
                log.warning("events.account_refused", code=refusal.code)
                await self._rest(claimed)
                return
            secrets = await self._secrets(claimed) if messages else []
            for message in messages:
                if self._stopping.is_set() or not await self._keep(claimed, self._lease):
                    return
                outcome = await self._call(claimed, message, secrets)
                if not await self._note(claimed, message, outcome):
                    return
            if not messages and not more:
                return

    async def _prepare(self, claimed: Claimed) -> tuple[Claimed, list[Message], bool]:
        """Look at what is new and return what is to be sent now, all under the sight of the account."""
        actor = await actor_for(self._tools, claimed.account_id)
        async with self._turn, open_work(self._tools, replace(actor, purpose=claimed.purpose), _REQUEST) as work:
            types = claimed.types if actor.may(Permission.EVENTS_READ) and actor.may(Permission.SIGNALS_READ) else ()
            seen, place, more = await look_on(work, claimed.place, _LOOKED_AT, types)
            if place != claimed.place and not await work.call(
                _RELEASE,
                id=claimed.id,
                holder=claimed.holder,
                place=_release(place, [event.id for event in seen]),
                at=work.now,
            ):
                return claimed, [], False
            messages = await self._due(work, claimed, allowed=bool(types))
            if seen or place != claimed.place or messages:
                work.record(Event("webhook_event.told", "webhook_event", records_of(seen), purpose=claimed.purpose))
            await work.settle()
        return replace(claimed, place=place), messages, more

    async def _due(self, work: JobWork, claimed: Claimed, *, allowed: bool) -> list[Message]:
        due = {row["event_id"]: row for row in await work.rows(_DUE, id=claimed.id, now=work.now, most=_BATCH)}
        if not due:
            return []
        visible = await look_up(work, list(due)) if allowed else {}
        hidden = [event_id for event_id in due if event_id not in visible]
        if hidden:
            await work.call("SELECT webhook_withhold(:id, :events, :at)", id=claimed.id, events=hidden, at=work.now)
            work.record(Event("webhook_event.withheld", "webhook_event", purpose=claimed.purpose))
        return [Message(i, written(visible[i]), row) for i, row in due.items() if i in visible]

    async def _secrets(self, claimed: Claimed) -> list[str]:
        async with self._turn:
            return await secrets_of(self._tools, claimed.id)

    async def _call(self, claimed: Claimed, message: Message, secrets: Sequence[str]) -> Outcome:
        now = self._tools.clock.now()
        return await send(self._wire, claimed.address, message.body, message.event_id, secrets, now)

    async def _note(self, claimed: Claimed, message: Message, outcome: Outcome) -> bool:
        """Note a try; answers whether the next event may be sent."""
        async with self._turn, open_work(self._tools, system_actor(()), _REQUEST) as work:
            tried = message.tried
            first, tries = min(tried["first_tried_at"] or work.now, work.now), tried["attempts"] + 1
            verdict = judge(outcome, tries, first, tried["failing_since"], work.now)
            noted = {
                "id": new_id(),
                "subscription_id": claimed.id,
                "event_id": message.event_id,
                "at": work.now,
                "pull_tried_before": work.now - PULLED_FORWARD,
                **vars(outcome),
                **vars(verdict),
            }
            await work.call(_TRIED, p=_json(noted))
            kind = "webhook.delivered" if outcome.failure is None else "webhook.not_delivered"
            work.record(Event(kind, "webhook_event", (message.event_id, claimed.id), reason=outcome.failure))
            await work.settle()
        log.info("events.tried", status=outcome.status, failure=outcome.failure, ms=outcome.milliseconds)
        return verdict.resume_at is None and verdict.disabled is None

    async def _rest(self, claimed: Claimed) -> None:
        until = self._tools.clock.now() + _REST
        async with self._tools.database.sessions() as session:
            await session.execute(text("SELECT webhook_rest(:id, :until)"), {"id": claimed.id, "until": until})
            await session.commit()


def _release(place: Place, events: list[UUID]) -> str:
    return _json({**place.columns(), "events": events})


def _json(value: dict[str, Any]) -> str:
    return orjson.dumps(value, default=str).decode()
