"""`casemgmt import` as the secretary of a centre goes through it, from the sample to the last row; no bar that lies."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

import httpx
import pytest
from click.testing import Result
from typer.testing import CliRunner

from casemgmt.cli import app as command_line
from casemgmt.demo.accounts import DEMO_PASSWORD
from casemgmt.imports import command_line as imports
from casemgmt.imports.progress import seconds_left
from casemgmt.imports.waiting import shown
from tests.clients import World
from tests.import_tables import worked
from tests.steps import MANAGER

Run = Callable[..., Awaitable[Result]]


class _Across(httpx.BaseTransport):
    """Carries the requests of a command, which runs in a thread, to the service of the test's loop."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client
        self._loop = asyncio.get_running_loop()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        sent = httpx.Request(request.method, request.url, headers=request.headers, content=request.read())
        answer = asyncio.run_coroutine_threadsafe(self._client.send(sent), self._loop).result(60)
        return httpx.Response(answer.status_code, headers={"content-type": "application/json"}, content=answer.content)


@pytest.fixture
def run(world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Run a command beside a worker, in a folder of its own."""
    monkeypatch.chdir(tmp_path)

    async def go(*words: str) -> Result:
        across = partial(httpx.Client, transport=_Across(world.client))
        monkeypatch.setattr(imports.httpx, "Client", across)
        command = partial(CliRunner().invoke, command_line, ["import", *words], input=f"{DEMO_PASSWORD}\n")
        running = asyncio.ensure_future(asyncio.to_thread(command))
        while not running.done():
            await worked(world)
            await asyncio.sleep(0.05)
        return await running

    return go


async def test_from_the_sample_to_the_last_row(run: Run) -> None:
    assert (await run("template", "cases")).exit_code == 0
    assert "2 rows, 0 faults." in (await run("read", "cases.ru.csv", "--mapping", "cases.ru.yaml")).stdout
    tried = await run("check", "cases.ru.csv", "--mapping", "cases.ru.yaml", "--user", MANAGER)
    assert tried.exit_code == 0, tried.output
    told = dict(line.split(" ", 1) for line in tried.stdout.splitlines() if line.startswith(("import ", "report ")))
    named = (told["import"], "--report", told["report"])
    early = await run("carry-out", *named, "--user", MANAGER)
    assert early.exit_code == 2
    assert "The import is checked; possible now: receive, check, sign_off, withdraw." in early.stderr
    read = await run("report", told["import"], "--user", "supervisor.almaty")
    assert "2 rows: 2 new, 0 here already, 0 differ; 0 in the way." in read.stdout
    assert (await run("sign-off", *named, "--user", "supervisor.almaty")).exit_code == 0
    assert "done: 2 new rows." in (await run("carry-out", *named, "--user", MANAGER)).stdout
    assert "done: 2 new rows." in (await run("wait", told["import"], "--user", MANAGER)).stdout


async def test_a_file_that_is_no_table_is_refused_in_the_language_of_the_reader(run: Run, tmp_path: Path) -> None:
    await run("template", "signals")
    (tmp_path / "old.xls").write_bytes(b"\xd0\xcf\x11\xe0old")
    mapped = ("--mapping", "signals.ru.yaml", "--user", "duty.almaty")
    tried = await run("check", "old.xls", *mapped, "--language", "kk")
    assert tried.exit_code == 2
    assert "Файлды кесте ретінде сенімді оқу мүмкін емес" in tried.stderr
    assert "save it as XLSX" in tried.stderr


def test_the_bar_counts_rows_where_rows_are_counted_and_tells_no_end_that_nobody_knows() -> None:
    told = {"phase": "recording", "rows_done": 300, "rows_all": 1200, "seconds_left": None}
    assert shown(told, 5)["completed"] == 300
    assert shown(told, 5)["told"] == "300 of 1,200 rows"
    assert shown(told | {"seconds_left": 9}, 5)["told"] == "300 of 1,200 rows, about 9 s left"
    assert shown(told | {"phase": "closing"}, 5)["total"] is None
    queued = told | {"phase": "queued", "rows_done": 0, "rows_all": None}
    assert "does `casemgmt work` run" not in shown(queued, 5)["description"]
    assert "does `casemgmt work` run" in shown(queued, 31)["description"]
    assert seconds_left("recording", 300, 1200, timedelta(seconds=3)) == 9
    assert seconds_left("recording", 300, 1200, timedelta(seconds=1)) is None
    assert seconds_left("closing", 1200, 1200, timedelta(seconds=30)) is None
