"""Children who want an answer, and answers brought to a point of their route by real steps."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import httpx

from casemgmt.access.permissions import Permission
from casemgmt.access.system import system_actor
from casemgmt.answers import jobs
from casemgmt.answers.settling import settle
from casemgmt.clock import Clock, ManualClock
from casemgmt.ids import new_id
from casemgmt.jobs.work import open_work
from casemgmt.settings import Settings
from tests.clients import World
from tests.conftest import worker_of
from tests.contact_steps import contact, send
from tests.jobs.worker import do_all_due, tools_of
from tests.steps import done

DUTY, CARRIER = "duty.almaty", "qr.111"
WISH = {"wanted": True, "means": "sms", "language": "ru", "reads": "child_alone"}
AFTER_SCHOOL = [{"days": ["mon", "tue", "wed", "thu", "fri"], "safe_from": "15:00", "safe_until": "17:00"}]
TEMPLATE = {"template": "received"}
ALWAYS = [{"safe_from": "00:00", "safe_until": "12:01"}, {"safe_from": "12:00", "safe_until": "00:01"}]
HOUR = timedelta(hours=1)
Work = Callable[[], Awaitable[None]]


def monday(hour: int) -> datetime:
    """Return a moment of the next Monday by the clocks of Kazakhstan."""
    now = datetime.now(UTC)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(days=7 - now.weekday(), hours=hour - 5)


def worker(url: str, settings: Settings, clock: ManualClock) -> Work:
    """Return what lets the worker do what is due by the clock and in the queue."""
    return partial(do_all_due, url, settings, clock, jobs.SCHEDULE)


async def bring_on(database_url: str, settings: Settings, clock: Clock, answer_id: str) -> None:
    """Let the worker bring one answer to where it belongs now, and do nothing else."""
    async with (
        tools_of(worker_of(database_url), settings, clock) as tools,
        open_work(tools, system_actor({Permission.ANSWERS_WRITE}), "answers") as work,
    ):
        await settle(work, UUID(answer_id))
        await work.settle()


async def asked(
    world: World, clock: ManualClock, wish: dict[str, Any] | None = None, number: str | None = None, **given: Any
) -> tuple[str, str]:
    """Let a child get in touch; return the carrier's number of the contact, and the signal."""
    told = await tell(world, clock, number or f"call-{new_id()}", 1, wish, **given)
    return told["contact_id"], told["signals"][0]["signal_id"]


async def tell(
    world: World, clock: ManualClock, number: str, revision: int, wish: dict[str, Any] | None = None, **given: Any
) -> dict[str, Any]:
    """Tell of a contact, with a wish: the usual one, or that with changes."""
    now = clock.now()
    told = {"revision": revision, "started_at": now.isoformat(), "answer": WISH | (wish or {})} | given
    return done(await send(world, contact(number, **told), at=now))


async def options(world: World, signal: str, who: str = DUTY) -> dict[str, Any]:
    """Read whether the child may be answered."""
    return done(await (await world.as_(who)).get(f"/v1/signals/{signal}/answer-options"))


def barred(found: dict[str, Any]) -> list[str]:
    """Return the codes of what forbids to send."""
    return [each["code"] for each in found["bars"]]


async def answer(world: World, signal: str, who: str = DUTY, **given: Any) -> dict[str, Any]:
    """Write an answer."""
    return done(await (await world.as_(who)).post(f"/v1/signals/{signal}/answers", given or TEMPLATE))


async def read(world: World, answer_id: str, who: str = DUTY) -> dict[str, Any]:
    """Read an answer."""
    return done(await (await world.as_(who)).get(f"/v1/answers/{answer_id}"))


async def act(world: World, answer_id: str, step: str, who: str = DUTY) -> httpx.Response:
    """Release an answer, or take it back."""
    return await (await world.as_(who)).post(f"/v1/answers/{answer_id}/{step}")


async def fetch(world: World, answer_id: str, who: str = CARRIER) -> httpx.Response:
    """Ask for the words, as the carrier."""
    return await (await world.as_(who)).get(f"/v1/answers/{answer_id}/message")


async def receipt(
    world: World, answer_id: str, kind: str, at: datetime, name: object = "", **given: Any
) -> httpx.Response:
    """Tell what became of an answer, as the carrier."""
    path = f"/v1/answers/{answer_id}/receipts/{name or new_id()}"
    told = {"kind": kind, "occurred_at": at.isoformat()} | given
    return await (await world.as_(CARRIER)).request("PUT", path, json=told)


async def pass_time(world: World, clock: ManualClock, work: Work, by: timedelta) -> None:
    """Let time pass and the worker work; everybody signs in anew."""
    clock.advance(by)
    world.forget_tokens()
    await work()


async def fetched(world: World, clock: ManualClock, work: Work, **wish: Any) -> tuple[str, str]:
    """Bring an answer to where the carrier has its words; return it and its signal."""
    _, signal = await asked(world, clock, wish)
    given = {"template": "call_opening"} if wish.get("means") == "call" else TEMPLATE
    made = await answer(world, signal, **given)
    await work()
    done(await fetch(world, made["id"]))
    return made["id"], signal
