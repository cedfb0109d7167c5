"""A job is there exactly where its act is, is done at least once, and none that fails stops another."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from pgqueuer.core.qm import QueueManager
from pgqueuer.domain.errors import FailingListenerError

from casemgmt.access.permissions import Permission
from casemgmt.access.system import system_actor
from casemgmt.db.addresses import driver_url
from casemgmt.db.engine import Database
from casemgmt.db.work import Work
from casemgmt.demo.accounts import demo_id
from casemgmt.errors import DomainError
from casemgmt.job_kinds import HANDLERS
from casemgmt.jobs import worker as working
from casemgmt.jobs.handling import MOST_LOSSES, MOST_TRIES, Handler, by_kind, do
from casemgmt.jobs.payload import Payload, carried_content
from casemgmt.jobs.service import enqueue
from casemgmt.jobs.work import Tools, open_work
from casemgmt.settings import Settings
from tests.forked import Forked
from tests.jobs.worker import Mark, Poison, handlers_for, marks, worker_of
from tests.records import rows

WAITING = "SELECT entrypoint, status::text, attempts FROM jobs.job ORDER BY id"


async def put(tools: Tools, *payloads: Payload, **options: Any) -> list[int | None]:
    async with open_work(tools, system_actor(()), "test") as work:
        numbers = [await enqueue(work, payload, **options) for payload in payloads]
        await work.settle()
    return numbers


async def waiting(owner_url: str) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in await rows(owner_url, WAITING)]


async def nothing_waits(owner_url: str) -> bool:
    return not await waiting(owner_url)


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(30):
        while not await condition():  # noqa: ASYNC110 - what is waited for is in another process
            await asyncio.sleep(0.05)


async def test_a_worker_that_begins_to_listen_slowly_hears_itself_all_the_same(
    tools: Tools, worker_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch, healthy = asyncpg.Connection.fetch, QueueManager.listener_healthy
    heard: list[bool] = []

    async def slow(connection: asyncpg.Connection, query: str, *arguments: Any, **options: Any) -> Any:
        if query.startswith("LISTEN"):
            await asyncio.sleep(0.3)
        return await fetch(connection, query, *arguments, **options)

    async def asked(manager: QueueManager, timeout: timedelta) -> Any:  # noqa: ASYNC109 - as the library names it
        del timeout  # ten seconds, after which the worker ends
        try:
            answer = await healthy(manager, timedelta(seconds=1))
        except FailingListenerError:
            heard.append(False)
            raise
        heard.append(True)
        return answer

    async def answered() -> bool:
        return bool(heard)

    monkeypatch.setattr(asyncpg.Connection, "fetch", slow)
    monkeypatch.setattr(QueueManager, "listener_healthy", asked)
    async with worker_of(tools, worker_url, {}) as worker:
        running = asyncio.create_task(worker.run())
        await until(answered)
        assert heard == [True]
        worker.stop()
        await running


async def test_a_job_is_rolled_back_with_its_transaction(tools: Tools, owner_url: str) -> None:
    async with open_work(tools, system_actor(()), "test") as work:
        assert await enqueue(work, Mark(number=1)) is not None
    assert await waiting(owner_url) == []
    await put(tools, Mark(number=2))
    assert await waiting(owner_url) == [("test.mark", "queued", 0)]


async def test_whoever_serves_requests_puts_jobs_in_and_reads_nothing_of_them(database_url: str) -> None:
    connection = await asyncpg.connect(driver_url(database_url))
    try:
        async with connection.transaction():
            work = Work.__new__(Work)
            work.driver = lambda: asyncio.sleep(0, connection)  # type: ignore[method-assign]  # a connection is all that enqueuing asks of it
            assert await enqueue(work, Mark(number=1), once=True) is not None
            assert await enqueue(work, Mark(number=1), once=True) is None
            assert await connection.fetchval("SELECT count(*) FROM jobs.job") == 1
        for statement in (
            "SELECT payload FROM jobs.job",
            "SELECT headers FROM jobs.job",
            "UPDATE jobs.job SET priority = 1",
            "DELETE FROM jobs.job",
            "SELECT traceback FROM jobs.log",
            "SELECT begin_system('test', '')",
            "SELECT job_identity(NULL)",
            "SELECT sweep_technical('searches', now(), 1)",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)
    finally:
        await connection.close()


async def test_the_job_of_a_killed_worker_is_done_by_another(
    tools: Tools, worker_url: str, owner_url: str, tmp_path: Path
) -> None:
    await put(tools, Mark(number=1, hang=True))
    environment = os.environ | {"CASEMGMT_WORKER_DATABASE_URL": worker_url}
    worker_process = Forked("tests.jobs.worker", str(tmp_path), environment=environment)
    try:
        await until(lambda: asyncio.to_thread((tmp_path / "begun 1").exists))
    finally:
        worker_process.kill()
    assert await waiting(owner_url) == [("test.mark", "picked", 0)]
    async with worker_of(tools, worker_url, handlers_for(tmp_path)) as worker:
        running = asyncio.create_task(worker.run())
        await until(lambda: nothing_waits(owner_url))
        worker.stop()
        await running
    assert marks(tmp_path) == ["1"]


async def test_a_job_that_always_fails_stops_no_other_and_is_kept_without_what_it_said(
    tools: Tools, worker_url: str, owner_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(working, "pause_after", lambda _: timedelta())
    child = uuid4()
    await put(tools, Poison(person_id=child), *(Mark(number=n) for n in range(20)))
    async with worker_of(tools, worker_url, handlers_for(tmp_path)) as worker:
        await worker.once()
    assert sorted(marks(tmp_path), key=int) == [str(n) for n in range(20)]
    assert await waiting(owner_url) == [("test.poison", "failed", MOST_TRIES - 1)]
    log = await rows(owner_url, "SELECT traceback::text AS said FROM jobs.log WHERE traceback IS NOT NULL")
    assert len(log) == MOST_TRIES
    assert all("RuntimeError" in row["said"] and str(child) not in row["said"] for row in log)


async def test_a_job_that_takes_its_workers_with_it_is_dead_after_a_few(
    tools: Tools, worker_url: str, owner_url: str, tmp_path: Path
) -> None:
    (number,) = await put(tools, Mark(number=1))
    await rows(
        owner_url,
        "INSERT INTO jobs.log (job_id, status, priority, entrypoint)"
        " SELECT $1, 'picked', 0, 'test.mark' FROM generate_series(1, $2)",
        number,
        MOST_LOSSES,
    )
    async with worker_of(tools, worker_url, handlers_for(tmp_path)) as worker:
        await worker.once()
    assert marks(tmp_path) == []
    assert await waiting(owner_url) == [("test.mark", "failed", 0)]


async def test_two_workers_do_every_job_once(tools: Tools, worker_url: str, tmp_path: Path) -> None:
    await put(tools, *(Mark(number=n) for n in range(60)))
    async with (
        worker_of(tools, worker_url, handlers_for(tmp_path)) as one,
        worker_of(tools, worker_url, handlers_for(tmp_path)) as other,
    ):
        await asyncio.gather(one.once(), other.once())
    assert sorted(marks(tmp_path), key=int) == [str(n) for n in range(60)]


async def test_a_job_for_somebody_sees_what_the_account_sees_and_ends_with_it(tools: Tools, owner_url: str) -> None:
    seen: list[tuple[UUID, str, bool]] = []

    async def look(work: Work, _: Mark, __: Tools) -> None:
        reach = await work.call("SELECT signal_region()")
        seen.append((await work.call("SELECT actor_user()"), reach, work.actor.may(Permission.SIGNALS_TRIAGE)))

    handler = Handler(Mark, look)
    duty = demo_id("duty.almaty")
    assert await do(handler, b'{"number": 1}', tools, "test", duty)
    assert seen == [(duty, "KZ-75", True)]
    await rows(
        owner_url,
        "WITH e AS (SELECT audit_write(gen_random_uuid(), 'test', 'done', NULL, 'test', '{}', NULL, NULL, '{}', ''))"
        " UPDATE app_user SET active = false FROM e WHERE app_user.id = $1",
        duty,
    )
    with pytest.raises(DomainError, match="no longer active"):
        await do(handler, b'{"number": 1}', tools, "test", duty)


async def test_the_service_itself_sees_no_secret_and_no_name(tools: Tools) -> None:
    hidden = ("person", "person_iin", "person_contact", "session_note", "health_note", "reporter", "adoption_fact")
    async with open_work(tools, system_actor(()), "test") as work:
        for table in hidden:
            assert (await work.rows(f"SELECT count(*) AS n FROM {table}"))[0]["n"] == 0, table


async def test_a_request_without_a_session_is_nobodys_but_the_workers(settings: Settings, database_url: str) -> None:
    database = Database(database_url, settings)
    await database.open()
    try:
        async with database.pool.acquire() as connection, connection.transaction():
            with pytest.raises(asyncpg.PostgresError) as refused:
                await connection.execute("SELECT begin_work($1, 1, NULL, 'test')", demo_id("duty.almaty"))
            assert refused.value.sqlstate == "CM401"
    finally:
        await database.close()


def test_no_job_carries_more_than_ids_moments_and_codes() -> None:
    assert [kind for kind, handler in HANDLERS.items() if carried_content(handler.payload)] == []

    class Telling(Payload):
        kind = "test.telling"
        text: str

    assert carried_content(Telling) == ["text"]


def test_a_kind_of_job_has_one_handler() -> None:
    async def nothing(_: Work, __: Mark, ___: Tools) -> None: ...

    with pytest.raises(ValueError, match="two handlers"):
        by_kind(Handler(Mark, nothing), Handler(Mark, nothing))
