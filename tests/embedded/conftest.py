import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from signal import SIG_DFL, SIG_IGN, SIGHUP, SIGINT, SIGTERM
from typing import Any

import asyncpg
import pytest

from casemgmt.embedded.lock import is_free
from casemgmt.embedded.processes import identity
from casemgmt.embedded.server import EmbeddedServer
from tests.postgres import chosen_binaries, quick_folder

REPOSITORY = Path(__file__).parents[2]


def query(url: str, statement: str, *arguments: object) -> Any:
    async def run() -> Any:
        connection = await asyncpg.connect(url, timeout=10)
        try:
            return await connection.fetchval(statement, *arguments)
        finally:
            await connection.close()

    return asyncio.run(run())


def wait_until(condition: Callable[[], object], seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it didn't happen in time"
        time.sleep(0.02)


def gone(*pids: int) -> bool:
    return all(identity(pid) is None for pid in pids)


@dataclass
class Held:
    """A holder in a process of its own, so that it can be killed."""

    process: subprocess.Popen[str]
    url: str
    server: int
    guard: int
    home: Path

    @property
    def pid(self) -> int:
        return self.process.pid

    def everything_ended(self) -> bool:
        return gone(self.pid, self.guard, self.server) and is_free(self.home)


@contextmanager
def signals_heard() -> Iterator[None]:
    """Processes that are started meanwhile end at a signal.

    Whoever starts the tests may ignore signals (`nohup`, a job in the background of a shell), and what is
    ignored is inherited.
    """
    ignored = [number for number in (SIGINT, SIGTERM, SIGHUP) if signal.getsignal(number) == SIG_IGN]
    for number in ignored:
        signal.signal(number, SIG_DFL)
    try:
        yield
    finally:
        for number in ignored:
            signal.signal(number, SIG_IGN)


def spawn_module(
    module: str, *arguments: object, python: str = sys.executable, **options: Any
) -> subprocess.Popen[str]:
    """Run a module of this folder in a session of its own, its output to be read."""
    with signals_heard():
        return subprocess.Popen(
            [python, "-m", f"tests.embedded.{module}", *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=REPOSITORY,
            start_new_session=True,
            **options,
        )


def read_report(process: subprocess.Popen[str]) -> dict[str, Any]:
    """The first line that is a JSON object."""
    assert process.stdout is not None
    seen = []
    for line in process.stdout:
        seen.append(line)
        if line.startswith("{"):
            report: dict[str, Any] = json.loads(line)
            return report
    raise AssertionError("".join(seen))


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that every account can pass; pytest's own is closed, and root's server couldn't get there."""
    folder = Path(tempfile.mkdtemp(prefix="casemgmt-place-", dir=quick_folder()))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def made_once() -> Iterator[Path]:
    """The data folder of a server that was made and stopped in order."""
    folder = Path(tempfile.mkdtemp(prefix="casemgmt-made-", dir=quick_folder()))
    folder.chmod(0o755)
    with EmbeddedServer(folder / "data", binaries=chosen_binaries(), durable=False):
        pass
    yield folder / "data"
    shutil.rmtree(folder)


@pytest.fixture
def data(place: Path, made_once: Path) -> Path:
    """A data folder of one's own, for tests that aren't about its making, which takes the most time."""
    subprocess.run(["/bin/cp", "-a", made_once, place / "data"], check=True)
    return place / "data"


@pytest.fixture
def hold(place: Path) -> Iterator[Callable[..., Held]]:
    """Start a holder; afterwards nothing of it may be left."""
    started: list[Held] = []
    processes: list[subprocess.Popen[str]] = []

    def start(data_dir: Path, **options: Any) -> Held:
        process = spawn_module("holder", data_dir, chosen_binaries() or "", **options)
        processes.append(process)
        report = read_report(process)
        held = Held(process, report["url"], report["server"], report["guard"], Path(report["home"]))
        started.append(held)
        return held

    yield start
    for process in processes:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            assert pipe is not None
            pipe.close()
    for held in started:
        wait_until(held.everything_ended)


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
