"""The server of a test session (tests/postgres.py): one for all workers, and nothing left of it."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.embedded.conftest import REPOSITORY, gone, signals_heard, wait_until
from tests.postgres import DESK_VARIABLE

SUITE = """
import asyncio, os, pathlib, time
import asyncpg, pytest
from tests.postgres import session_server

async def postmaster():
    connection = await asyncpg.connect(session_server().url())
    text = await connection.fetchval("SELECT pg_read_file('postmaster.pid')")
    await connection.close()
    return text.split()[0]

@pytest.mark.parametrize("number", range(4))
def test_ask(number):
    found = asyncio.run(postmaster())
    folder = pathlib.Path(os.environ["SEEN"])
    (folder / f"{os.getpid()}-{number}").write_text(found)
    time.sleep(float(os.environ["PAUSE"]))

def test_fine():
    pass
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="casemgmt-session-") as name:
        for part in ("suite", "seen", "temporary"):
            (Path(name) / part).mkdir()
        Path(name).chmod(0o755)
        (Path(name) / "suite" / "test_it.py").write_text(SUITE, encoding="utf-8")
        yield Path(name)


def start_session(folder: Path, *options: str, pause: float = 0) -> subprocess.Popen[bytes]:
    plugins = ("-p", "tests.postgres", "-p", "xdist.plugin", "-p", "no:cacheprovider")
    environment = {
        **{name: value for name, value in os.environ.items() if name != DESK_VARIABLE and "PYTEST" not in name},
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",  # the others only cost time here
        "TMPDIR": str(folder / "temporary"),
        "SEEN": str(folder / "seen"),
        "PAUSE": str(pause),
    }
    with signals_heard():
        return subprocess.Popen(
            [sys.executable, "-m", "pytest", "-q", "-c", os.devnull, *plugins, *options, str(folder / "suite")],
            cwd=REPOSITORY,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def servers_seen(folder: Path) -> set[int]:
    return {int(path.read_text(encoding="utf-8") or 0) for path in (folder / "seen").iterdir()} - {0}


def temporary_remains(folder: Path) -> list[Path]:
    return [path for path in (folder / "temporary").iterdir() if "casemgmt" in path.name]


@pytest.mark.parametrize("options", [[], ["-n", "2"]])
def test_all_workers_share_one_server_and_nothing_is_left(folder: Path, options: list[str]) -> None:
    session = start_session(folder, *options)
    output, _ = session.communicate(timeout=60)
    assert session.returncode == 0, output.decode()
    (server,) = servers_seen(folder)
    assert gone(server)
    assert temporary_remains(folder) == []


def test_no_server_is_started_for_nobody(folder: Path) -> None:
    session = start_session(folder, "-k", "fine")
    output, _ = session.communicate(timeout=60)
    assert session.returncode == 0, output.decode()
    assert servers_seen(folder) == set()


@pytest.mark.parametrize("options", [[], ["-n", "2"]])
def test_ctrl_c_leaves_nothing(folder: Path, options: list[str]) -> None:
    session = start_session(folder, *options, pause=30)
    wait_until(lambda: servers_seen(folder), 30)
    time.sleep(0.2)
    os.killpg(session.pid, signal.SIGINT)  # as a terminal does
    session.communicate(timeout=60)
    assert all(gone(server) for server in servers_seen(folder))
    assert temporary_remains(folder) == []


def test_a_killed_session_leaves_no_server(folder: Path) -> None:
    session = start_session(folder, pause=30)
    wait_until(lambda: servers_seen(folder), 30)
    session.kill()
    session.communicate()
    wait_until(lambda: all(gone(server) for server in servers_seen(folder)))
