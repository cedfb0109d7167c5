"""Health and the operator's commands tell of a worker that is behind and of jobs that failed for good."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from typer.testing import CliRunner

from casemgmt.access.system import system_actor
from casemgmt.cli import app
from casemgmt.job_kinds import HANDLERS, SCHEDULE
from casemgmt.jobs import worker as working
from casemgmt.jobs.service import enqueue
from casemgmt.jobs.work import Tools, open_work
from tests.clients import World
from tests.jobs.worker import Poison, handlers_for, worker_of
from tests.records import rows


async def health(world: World) -> tuple[str, str]:
    answer = await world.client.get("/health/ready")
    assert answer.status_code == 200
    told: dict[str, Any] = answer.json()
    return told["status"], told["checks"]["jobs"]


async def test_health_tells_of_a_worker_that_is_not_there(
    world: World, tools: Tools, worker_url: str, owner_url: str
) -> None:
    assert await health(world) == ("degraded", "no worker has ever run: start `casemgmt work`")
    async with worker_of(tools, worker_url, HANDLERS, SCHEDULE) as worker:
        running = asyncio.create_task(worker.run())
        async with asyncio.timeout(20):
            while (await health(world))[1] != "in time":  # noqa: ASYNC110 - what is waited for is in the database
                await asyncio.sleep(0.1)
        worker.stop()
        await running
    await rows(owner_url, "UPDATE jobs.schedule SET next_run = now() - interval '1 hour'")
    status, said = await health(world)
    assert (status, said.partition(":")[0]) == ("degraded", "late")


async def test_a_job_that_failed_for_good_is_told_shown_and_tried_again_by_a_person(
    world: World,
    tools: Tools,
    worker_url: str,
    owner_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(working, "pause_after", lambda _: timedelta())
    monkeypatch.setenv("CASEMGMT_MIGRATION_DATABASE_URL", owner_url)
    async with open_work(tools, system_actor(()), "test") as work:
        number = await enqueue(work, Poison(person_id=uuid4()))
        await work.settle()
    async with worker_of(tools, worker_url, handlers_for(tmp_path)) as worker:
        await worker.once()
    assert "1 failed for good" in (await health(world))[1]
    listed = await command("list")
    assert "test.poison" in listed
    assert "RuntimeError" in listed
    refused = await asyncio.to_thread(CliRunner().invoke, app, ["jobs", "retry", "999999"])
    assert refused.exit_code == 2
    assert "1 jobs are tried again" in await command("retry", str(number))
    kept = await rows(owner_url, "SELECT status::text, attempts FROM jobs.job")
    assert [tuple(r.values()) for r in kept] == [("queued", 0)]
    assert len(await rows(owner_url, "SELECT 1 FROM audit_event WHERE kind = 'job.retried'")) == 1


async def command(*words: str) -> str:
    done = await asyncio.to_thread(CliRunner().invoke, app, ["jobs", *words], env={"COLUMNS": "200"})
    assert done.exit_code == 0, done.output
    return done.output
