"""A worker that ends, is called off or loses its right in the middle of an import leaves all of it, or nothing."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from casemgmt.demo.accounts import demo_id
from casemgmt.imports import repository
from casemgmt.imports.progress import Phase, Teller
from casemgmt.imports.steps import CarryOut
from casemgmt.job_kinds import HANDLERS
from casemgmt.jobs import worker as working
from casemgmt.jobs.handling import MOST_TRIES, do
from casemgmt.jobs.work import Tools
from tests.clients import Caller, World
from tests.import_tables import (
    CASE_MAPPING,
    ROWS,
    as_csv,
    case_row,
    cases_csv,
    checked,
    looked_at,
    report_of,
    signed_off,
    worked,
)
from tests.records import rows
from tests.steps import MANAGER, done, open_case

DUTY, MANY = "duty.almaty", 400
TABLE = as_csv([(str(n), *ROWS[0][1:]) for n in range(MANY)])


async def asked_for(
    world: World, table: bytes | None = None, by: str = DUTY, **given: Any
) -> tuple[Caller, dict[str, Any]]:
    """Bring an import so far that only the worker has to do it."""
    run = await signed_off(world, await checked(world, table or as_csv(), by=by, **given))
    caller = await world.as_(by)
    seen = {"report_digest": run["report_digest"]}
    return caller, done(await caller.post(f"/v1/imports/{run['id']}/carry-out", seen))


async def read(caller: Caller, run: dict[str, Any]) -> dict[str, Any]:
    return done(await caller.get(f"/v1/imports/{run['id']}"))


async def in_the_middle(caller: Caller, run: dict[str, Any]) -> None:
    """Wait until some rows are recorded by a worker elsewhere, and not all."""
    async with asyncio.timeout(60):
        while True:
            told = (await read(caller, run))["progress"]
            if told["phase"] == "recording" and told["rows_done"]:
                break
            await asyncio.sleep(0.02)
    assert told["rows_done"] < told["rows_all"]


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Callable[[World], AbstractAsyncContextManager[None]]:
    """Hold a worker, beside the block, in the middle of its import: rows are recorded, and nothing is committed."""
    monkeypatch.setattr(working, "pause_after", lambda _: timedelta(milliseconds=200))
    tell = Teller.tell

    @asynccontextmanager
    async def hold(world: World) -> AsyncIterator[None]:
        reached, let_go = asyncio.Event(), asyncio.Event()

        async def tell_and_wait(teller: Teller, phase: Phase, rows_done: int = 0, rows_all: int | None = None) -> None:
            await tell(teller, phase, rows_done, rows_all)
            if phase == "recording" and not reached.is_set():
                reached.set()
                await let_go.wait()

        with monkeypatch.context() as patched:
            patched.setattr(Teller, "tell", tell_and_wait)
            at_work = asyncio.ensure_future(worked(world))
            await asyncio.wait_for(reached.wait(), 60)
            try:
                yield
            finally:
                let_go.set()
                await at_work

    return hold


Held = Callable[[World], AbstractAsyncContextManager[None]]


async def there(owner_url: str) -> int:
    counts = "(SELECT count(*) FROM signal) + (SELECT count(*) FROM imported_record) AS n"
    (found,) = await rows(owner_url, f"SELECT {counts}")
    return int(found["n"])


@pytest.mark.long
async def test_a_worker_killed_in_the_middle_leaves_nothing_and_the_next_one_does_it_once(
    world: World, tools: Tools, worker_url: str, owner_url: str, tmp_path: Path
) -> None:
    duty, run = await asked_for(world, TABLE)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.jobs.worker", str(tmp_path)),
        env=os.environ | {"CASEMGMT_WORKER_DATABASE_URL": worker_url},
    )
    try:
        await in_the_middle(duty, run)
    finally:
        process.kill()
        await process.wait()
    assert await there(owner_url) == 0
    assert (await read(duty, run))["state"] == "carrying_out"
    async with asyncio.timeout(60):
        while (now := await read(duty, run))["state"] == "carrying_out":
            await worked(world)  # a worker is taken for dead when it has been silent for a second
    assert (now["state"], await there(owner_url)) == ("done", 2 * MANY)
    again = CarryOut(import_id=run["id"], version=run["version"]).model_dump_json().encode()
    assert not await do(HANDLERS["imports.carry_out"], again, tools, "test", demo_id(DUTY))
    assert await there(owner_url) == 2 * MANY


async def test_what_is_called_off_in_the_middle_leaves_nothing(world: World, owner_url: str, held: Held) -> None:
    duty, run = await asked_for(world)
    async with held(world):
        told = (await read(duty, run))["progress"]
        assert (told["phase"], told["rows_done"], told["rows_all"]) == ("recording", len(ROWS), len(ROWS))
        stopped = done(await duty.post(f"/v1/imports/{run['id']}/stop"))
    assert (stopped["state"], stopped["stopped_because"], stopped["progress"]) == ("stopped", "called-off", None)
    assert (await read(duty, run))["state"] == "stopped"
    assert await there(owner_url) == 0
    assert (await report_of(duty, run["id"]))["stopped"]["title"] == "Импорт остановлен"
    again = await looked_at(world, duty, await duty.post(f"/v1/imports/{run['id']}/check"))
    assert (again["state"], again["new_rows"], again["signed_off_at"]) == ("checked", len(ROWS), None)


async def test_an_account_that_ends_in_the_middle_imports_nothing(world: World, owner_url: str, held: Held) -> None:
    _, run = await asked_for(world)
    async with held(world):
        admin, user = await world.as_("admin"), f"/v1/users/{demo_id(DUTY)}"
        headers = {"If-Match": (await admin.get(user)).headers["etag"]}
        done(await admin.patch(user, {"active": False}, headers=headers))
    stopped = await read(await world.as_("supervisor.almaty"), run)
    assert (stopped["state"], stopped["stopped_because"]) == ("stopped", "account-inactive")
    assert await there(owner_url) == 0


async def test_who_may_no_longer_record_a_signal_by_hand_imports_none(world: World, owner_url: str) -> None:
    _, run = await asked_for(world)
    await rows(
        owner_url,
        "WITH e AS (SELECT audit_write(gen_random_uuid(), 'test', 'done', NULL, 'test', '{}', NULL, NULL, '{}', ''))"
        " UPDATE user_role SET revoked_at = now() FROM e WHERE user_id = $1",
        demo_id(DUTY),
    )
    await worked(world)
    stopped = await read(await world.as_("supervisor.almaty"), run)
    assert (stopped["state"], stopped["stopped_because"]) == ("stopped", "forbidden")
    assert await there(owner_url) == 0


async def test_a_fault_at_the_very_end_leaves_nothing_and_is_told(
    world: World, owner_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(working, "pause_after", lambda _: timedelta())

    async def fail(*_: object) -> None:
        raise RuntimeError("the machine of the test")

    duty, run = await asked_for(world)
    monkeypatch.setattr(repository, "empty", fail)
    await worked(world)
    now = await read(duty, run)
    assert (now["state"], now["stopped_because"], now["done_at"]) == ("stopped", "job-failed", None)
    assert await there(owner_url) == 0
    (job,) = await rows(owner_url, "SELECT status::text, attempts FROM jobs.job")
    assert (job["status"], job["attempts"]) == ("failed", MOST_TRIES - 1)


async def test_others_of_the_region_open_cases_while_a_register_comes_in(world: World, held: Held) -> None:
    table = cases_csv(case_row("7"), case_row("8", name="Ким Инна", born="01.02.2015"))
    manager, run = await asked_for(world, table, by=MANAGER, mapping=CASE_MAPPING)
    async with held(world):
        await open_case(world)
        assert (await read(manager, run))["state"] == "carrying_out"
    assert (await read(manager, run))["state"] == "done"
    numbers = [c["number"] for c in done(await manager.get("/v1/cases"))["items"]]
    assert len(set(numbers)) == len(numbers) == 3


async def test_imports_of_one_register_wait_for_each_other(world: World, held: Held) -> None:
    second = await checked(world, as_csv(ROWS[:1]))
    duty, first = await asked_for(world)
    async with held(world):
        done(await duty.post(f"/v1/imports/{second['id']}/check"))
        assert (await read(duty, second))["state"] == "checking"
    async with asyncio.timeout(60):
        while (now := await read(duty, second))["state"] == "checking":
            await worked(world)
    assert (await read(duty, first))["state"] == "done"
    assert (now["state"], now["new_rows"], now["known_rows"]) == ("checked", 0, 1)
