"""A database of its own, a web service and a worker, each a process to be killed, with clocks that can be moved."""

import asyncio
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from signal import SIGKILL
from typing import Any

import asyncpg
import httpx
from sqlalchemy.engine import make_url

from casemgmt.db.addresses import driver_url
from casemgmt.embedded.binaries import find_binaries
from casemgmt.embedded.dsn import Dsn
from casemgmt.embedded.server import EmbeddedServer
from tests.clients import World
from tests.conftest import APP_LOGIN, PASSWORD, WORKER_LOGIN
from tests.forked import CLOCK_FILE, Forked, set_clock
from tests.postgres import chosen_binaries, quick_folder, session_server

DATABASE = "faults"
READY_SECONDS = 60
SETTINGS = {
    "CASEMGMT_MODE": "demo",
    "CASEMGMT_WEBHOOK_NETWORKS": "127.0.0.0/8",
    "CASEMGMT_WEBHOOK_POLL_SECONDS": "0.05",
    "CASEMGMT_WEBHOOK_SECONDS": "2",
    "CASEMGMT_RECEIVE_SECONDS": "2",
}
BACKENDS = "SELECT pid FROM pg_stat_activity WHERE application_name = 'casemgmt' AND datname = current_database()"


class Cluster:
    """A PostgreSQL server that may be killed: durable, unlike that of the other tests, and begun as a copy of it."""

    def __init__(self, folder: Path) -> None:
        self._home = folder / "data"
        self._copy(session_server())
        self._server = self._new_server()
        self.dsn: Dsn = self._server.start()

    def _new_server(self) -> EmbeddedServer:
        return EmbeddedServer(self._home, binaries=chosen_binaries(), database="postgres")

    def _copy(self, source: Dsn) -> None:
        """Copy the server of the session as it is, with the template that was migrated there."""
        program = (chosen_binaries() or find_binaries()) / "pg_basebackup"
        self._home.mkdir(mode=0o700)
        copied = [program, "-d", source.url(database="postgres"), "-D", self._home / "cluster"]
        # `stream` keeps the log that the copy needs, however many checkpoints the other tests make meanwhile
        subprocess.run([*copied, "--checkpoint=fast", "--wal-method=stream", "--no-sync", "--no-manifest"], check=True)
        (self._home / "superuser-password").write_text(source.password)
        owner = source.socket_folder.stat()
        if owner.st_uid != os.geteuid():  # root lends another account to the server
            for path in (self._home, *self._home.rglob("*")):
                os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)

    def url(self, login: str | None = None) -> str:
        """Return the address of the database, for a log-in or for its owner."""
        url = make_url(self.dsn.url(database=DATABASE))
        own = url if login is None else url.set(username=login, password=PASSWORD)
        return own.render_as_string(hide_password=False)

    async def make_database(self) -> None:
        """Make the database of the service: everything but the accounts and bodies of the demo is empty in it."""
        connection = await asyncpg.connect(driver_url(self.dsn.url()))
        try:
            await connection.execute(f"CREATE DATABASE {DATABASE} TEMPLATE template_casemgmt STRATEGY FILE_COPY")
        finally:
            await connection.close()

    async def kill(self) -> None:
        """Kill the server at once, and start it anew when the last of its processes is gone."""
        assert self._server.server_pid is not None
        os.kill(self._server.server_pid, SIGKILL)
        await asyncio.to_thread(self._server.stop)
        self._server = self._new_server()
        again = await asyncio.to_thread(self._server.start)
        assert again == self.dsn, "it is found where it was"

    async def kill_backend(self) -> None:
        """Kill one process that serves the service: the server then ends all others, and recovers."""
        connection = await asyncpg.connect(driver_url(self.url()))
        try:
            pids = [row["pid"] for row in await connection.fetch(BACKENDS)]
        finally:
            await connection.close()
        if pids:
            os.kill(pids[-1], SIGKILL)

    async def rows(self, query: str, *arguments: Any) -> list[dict[str, Any]]:
        """Return the rows of a query by the owner."""
        connection = await asyncpg.connect(driver_url(self.url()))
        try:
            return [dict(row) for row in await connection.fetch(query, *arguments)]
        finally:
            await connection.close()

    def stop(self) -> None:
        """Stop it in order."""
        self._server.stop()


class Program:
    """A command that runs until it is stopped, and is started again when it ends or is killed."""

    def __init__(self, words: tuple[str, ...], environment: dict[str, str], log: Path) -> None:
        self._begin = partial(Forked, *words, environment=environment, log=log)
        self._log = log
        self._running: Forked | None = None
        self._keeper: asyncio.Task[None] | None = None
        self.starts = 0

    async def start(self) -> None:
        """Start it, and look after it from now on, as whoever runs the service does."""
        self._keeper = asyncio.create_task(self._keep())

    async def _keep(self) -> None:
        while True:
            if self._running is None or self._running.exit_code is not None:
                self.starts += 1
                self._running = self._begin()
            await asyncio.sleep(0.02)

    def kill(self) -> None:
        """Kill it at once; it is started again."""
        if self._running is not None:
            self._running.kill()

    async def stop(self) -> None:
        """End it for good."""
        if self._keeper is not None:
            self._keeper.cancel()
        self.kill()

    def said(self) -> str:
        """Return what it wrote of troubles."""
        lines = self._log.read_text("utf-8", "replace").splitlines()
        return "\n".join(line for line in lines if '"level":"info"' not in line)[-20_000:]


class Rig:
    """All of it at work."""

    def __init__(self, folder: Path, cluster: Cluster) -> None:
        self.cluster = cluster
        self.folder = folder
        self._clock = folder / "clock"
        self.set_clock(0)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.address = f"http://127.0.0.1:{port}"
        self.api = self._program("api", "api", "serve", "--port", str(port))
        self.worker = self._program("worker", "casemgmt", "work")
        self.client = httpx.AsyncClient(base_url=self.address, timeout=10)
        self.world = World(self.client)

    def _program(self, name: str, *words: str) -> Program:
        addresses = {"": APP_LOGIN, "WORKER_": WORKER_LOGIN}
        variables = {f"CASEMGMT_{word}DATABASE_URL": self.cluster.url(login) for word, login in addresses.items()}
        return Program(
            words, os.environ | SETTINGS | variables | {CLOCK_FILE: str(self._clock)}, self.folder / f"{name}.log"
        )

    def set_clock(self, seconds: float) -> None:
        """Put the clock of service and worker so far from that of the database and of everybody else."""
        set_clock(self._clock, seconds)

    async def until_ready(self) -> None:
        """Wait until the service answers for itself and its database."""
        await until(self._is_ready, READY_SECONDS)

    async def _is_ready(self) -> bool:
        try:
            return (await self.client.get("/health/ready")).status_code == 200
        except httpx.TransportError:
            return False


@asynccontextmanager
async def at_work() -> AsyncIterator[Rig]:
    """Give everything at work on a new database, and leave nothing behind."""
    async with AsyncExitStack() as stack:
        folder = _new_folder()
        stack.callback(shutil.rmtree, folder)
        cluster = await asyncio.to_thread(Cluster, folder)
        stack.push_async_callback(asyncio.to_thread, cluster.stop)
        await cluster.make_database()
        rig = Rig(folder, cluster)
        stack.push_async_callback(rig.client.aclose)
        for program in (rig.api, rig.worker):
            stack.push_async_callback(program.stop)
            await program.start()
        await rig.until_ready()
        yield rig


def _new_folder() -> Path:
    """Make a folder that every account can pass: root's server could not get into another one."""
    folder = Path(tempfile.mkdtemp(prefix="casemgmt-faults-", dir=quick_folder()))
    folder.chmod(0o755)
    return folder


async def until(condition: Callable[[], Awaitable[bool]], seconds: float = 30) -> None:
    """Wait for something that happens elsewhere."""
    async with asyncio.timeout(seconds):
        while not await condition():  # noqa: ASYNC110 - what is waited for is in another process
            await asyncio.sleep(0.02)
