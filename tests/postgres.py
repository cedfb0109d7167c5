"""One fast, throw-away PostgreSQL server for a whole test session, also with several workers.

Load it once, from tests/conftest.py: `pytest_plugins = ["tests.postgres"]`. Then any test, in any worker,
calls `session_server()`. The process that controls the session keeps the server: it starts it when the
first worker asks, so a run of pure unit tests starts none, and stops it at the end. Should that process be
killed, the server's guard stops the server and removes its folder.

`CASEMGMT_TEST_PG_BIN` names the folder of another PostgreSQL's programs (for example
/usr/lib/postgresql/15/bin).
"""

import functools
import os
import shutil
import tempfile
import threading
from contextlib import suppress
from multiprocessing.connection import Client, Listener
from pathlib import Path

import pytest

from casemgmt.embedded.dsn import Dsn
from casemgmt.embedded.errors import EmbeddedServerError
from casemgmt.embedded.server import EmbeddedServer

DESK_VARIABLE = "CASEMGMT_TEST_SERVER_DESK"
BINARIES_VARIABLE = "CASEMGMT_TEST_PG_BIN"
PLENTY_BYTES = 4 * 2**30
DESK: pytest.StashKey["_Desk"] = pytest.StashKey()


@functools.cache
def session_server() -> Dsn:
    """The server of this test session, started on the first call; raises `EmbeddedServerError` when it
    can't.
    """
    desk = os.environ.get(DESK_VARIABLE)
    if desk is None:
        raise EmbeddedServerError("No session keeps a server: load the plugin tests.postgres.")
    with Client(desk, family="AF_UNIX") as connection:
        answer = connection.recv()
    if not isinstance(answer, Dsn):
        raise EmbeddedServerError(str(answer))
    return answer


def chosen_binaries() -> Path | None:
    """The programs to test with; None stands for the wheel's."""
    folder = os.environ.get(BINARIES_VARIABLE)
    return Path(folder) if folder else None


def quick_folder() -> str | None:
    """Where throw-away data are put: in memory when there is plenty of it, else in the temporary folder
    (None).
    """
    memory = Path("/dev/shm")  # noqa: S108 -- only as the parent of folders with random names and mode 0700
    if memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > PLENTY_BYTES:
        return str(memory)
    return None


class _Desk:
    """Where the workers of a session ask for the server, and where it is started for the first of them."""

    def __init__(self) -> None:
        # Directly in the temporary folder and not in pytest's: a socket's path has to be short.
        self.folder = Path(tempfile.mkdtemp(prefix="casemgmt-tests-"))
        self.data = Path(tempfile.mkdtemp(prefix="casemgmt-tests-", dir=quick_folder()))
        self.server = EmbeddedServer(self.data, binaries=chosen_binaries(), durable=False, discard=True)
        self.address = str(self.folder / "desk")
        self.listener = Listener(self.address, family="AF_UNIX", backlog=64)
        self.closing = threading.Event()
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self) -> None:
        while True:
            with self.listener.accept() as connection:
                if self.closing.is_set():
                    return
                with suppress(OSError):  # a worker that was stopped doesn't listen any more
                    connection.send(self._answer())

    @functools.cache  # noqa: B019 -- there is one desk in a process, and it lives as long
    def _answer(self) -> Dsn | str:
        try:
            return self.server.start()
        except EmbeddedServerError as error:
            return str(error)

    def close(self) -> None:
        self.closing.set()
        with suppress(OSError):
            Client(self.address, family="AF_UNIX").close()
        self.thread.join()
        self.listener.close()
        self.server.stop()
        for folder in (self.folder, self.data):
            shutil.rmtree(folder, ignore_errors=True)


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):  # a worker of pytest-xdist has it; it inherits the address
        desk = config.stash[DESK] = _Desk()
        os.environ[DESK_VARIABLE] = desk.address


def pytest_unconfigure(config: pytest.Config) -> None:
    desk = config.stash.get(DESK, None)
    if desk is not None:
        os.environ.pop(DESK_VARIABLE, None)
        desk.close()
