"""The walk of answers to children: prepared, held, handed out, and what became of them."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx

from casemgmt.demo.accounts import demo_id
from tests.answer_steps import ALWAYS, CARRIER, DUTY, TEMPLATE, WISH, bring_on
from tests.contact_steps import contact, send
from tests.steps import MANAGER, done
from tests.walk.ground import Cell, Ground, Record, Walk, operation

BY_THE_CLOCK = "the worker takes it when a safe time comes or goes, or something forbids it: tests/http/test_answers.py"


def _answer(*steps: str) -> Any:
    async def reach(ground: Ground, cell: Cell) -> Record:
        number = f"asked-{uuid4()}"
        ground.clock.advance(timedelta(seconds=1))  # after whatever somebody else read of the number's earlier answers
        signal = await _asked(ground, number)
        if cell.role == "case_manager":
            await _case(ground, signal)
        made = (await ground.act(DUTY, f"/v1/signals/{signal}/answers", TEMPLATE))["id"]
        record = Record(made, {"signal_id": signal, "number": number})
        for step in steps:
            await _STEPS[step](ground, record)
        return record

    return reach


async def _asked(ground: Ground, number: str, **given: Any) -> str:
    now = ground.clock.now()
    wish = WISH | {"safe_times": ALWAYS}
    told = contact(number, started_at=now.isoformat(), answer=wish) | given
    return str(done(await send(ground.world, told, at=now))["signals"][0]["signal_id"])


async def _case(ground: Ground, signal: str) -> None:
    """Open a case of the manager from a signal: so the manager sees it."""
    child = (await ground.act(DUTY, "/v1/persons", {"given_name": "Бала"}))["id"]
    await ground.act(DUTY, f"/v1/signals/{signal}/subjects", {"person_id": child, "role": "child"})
    triage = {"outcome": "emergency", "severity": "critical", "reason": "violence_going_on"}
    await ground.act(DUTY, f"/v1/signals/{signal}/triage", triage)
    wish = {"signal_ids": [signal], "children": [child], "manager_id": str(demo_id(MANAGER))}
    await ground.act(DUTY, "/v1/cases", wish)


async def _announce(ground: Ground, record: Record) -> None:
    settings = ground.world.services.settings
    await bring_on(str(settings.database_url), settings, ground.clock, record.id)


async def _hold(ground: Ground, record: Record) -> None:
    """What the child asks for changes in what forbids nothing: a person has to look at it."""
    await _asked(ground, str(record.about["number"]), revision=2, answer=WISH)
    await _announce(ground, record)
    await _asked(ground, str(record.about["number"]), revision=3)


async def _fetch(ground: Ground, record: Record) -> None:
    done(await (await ground.world.as_(CARRIER)).get(f"/v1/answers/{record.id}/message"))


async def _withdraw(ground: Ground, record: Record) -> None:
    await ground.act(DUTY, f"/v1/answers/{record.id}/withdraw")


def _told(kind: str, **given: Any) -> Any:
    async def tell(ground: Ground, record: Record) -> None:
        done(await _receipt(ground, record, kind, **given))

    return tell


async def _receipt(ground: Ground, record: Record, kind: str, **given: Any) -> httpx.Response:
    """Tell what became of an answer; what is told later happened later."""
    ground.clock.advance(timedelta(seconds=1))
    told = {"kind": kind, "occurred_at": ground.clock.now().isoformat()} | given
    path = f"/v1/answers/{record.id}/receipts/{uuid4()}"
    return await (await ground.world.as_(CARRIER)).request("PUT", path, json=told)


def _take(kind: str, **given: Any) -> Any:
    async def take(ground: Ground, _: Cell, record: Record) -> httpx.Response:
        return await _receipt(ground, record, kind, **given)

    return take


_STEPS = {
    "announce": _announce,
    "hold": _hold,
    "fetch": _fetch,
    "withdraw": _withdraw,
    "deliver": _told("delivered"),
    "fail": _told("not_delivered", failure="unreachable"),
}
ANSWERS = Walk(
    states={
        "waiting": _answer(),
        "ready": _answer("announce"),
        "held": _answer("hold"),
        "fetched": _answer("announce", "fetch"),
        "delivered": _answer("announce", "fetch", "deliver"),
        "failed": _answer("announce", "fetch", "fail"),
        "withdrawn": _answer("announce", "fetch", "withdraw"),
    },
    steps={
        "release": operation("release_answer"),
        "withdraw": operation("withdraw_answer"),
        "fetch": operation("fetch_answer"),
        "deliver": _take("delivered"),
        "fail": _take("not_delivered", failure="unreachable"),
        "expose": _take("read_by_other"),
    },
    cannot={"announce": BY_THE_CLOCK, "put_off": BY_THE_CLOCK, "hold": BY_THE_CLOCK},
)
