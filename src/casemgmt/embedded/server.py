"""`EmbeddedServer`: a PostgreSQL server that lives exactly as long as the process that holds it."""

import asyncio
import getpass
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import asyncpg

from casemgmt.embedded.accounts import SYSTEM_ROOT, Place, choose_place
from casemgmt.embedded.binaries import binaries_for, find_binaries, major_version
from casemgmt.embedded.channel import Channel, ChannelClosedError
from casemgmt.embedded.cluster import serves
from casemgmt.embedded.dsn import Dsn
from casemgmt.embedded.errors import EmbeddedServerError
from casemgmt.embedded.guard import Orders
from casemgmt.embedded.lock import is_free
from casemgmt.embedded.processes import describe_exit, identity

STOP_SECONDS = 100  # longer than all that the guard grants to a slow server
CONNECT_SECONDS = 30


def _silent(_text: str) -> None:
    pass


def _never() -> bool:
    return False


class EmbeddedServer:
    """A server on the data in `data_dir`, which is made at the first start.

    The folder is only ever used by one holder at a time. Under which account the server runs when root
    starts it, and where its data are then, is told in `accounts`; `home` is the folder that was really
    taken.

    `binaries` is a folder with PostgreSQL's programs, the wheel's by default. `durable=False` gives up
    safety after a crash of the machine for speed, and `discard=True` removes the folder at the end: both
    for tests.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        binaries: Path | None = None,
        database: str = "casemgmt",
        durable: bool = True,
        discard: bool = False,
        progress: Callable[[str], None] = _silent,
        system_root: Path = SYSTEM_ROOT,
    ) -> None:
        self.data_dir = data_dir
        self.dsn: Dsn | None = None
        self.server_pid: int | None = None
        self.guard_pid: int | None = None
        self._binaries = binaries
        self._database = database
        self._durable = durable
        self._discard = discard
        self._progress = progress
        self._system_root = system_root
        self._place: Place | None = None
        self._guard: subprocess.Popen[bytes] | None = None
        self._channel: Channel | None = None
        self._failure: str | None = None
        self._has_lock = False

    @property
    def home(self) -> Path:
        """The folder with the data, log and password; known once the server was started."""
        return self._place.home if self._place else self.data_dir

    @property
    def log(self) -> Path:
        return self.home / "server.log"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> Dsn:
        """Start the server and return when a client was really let in and the database exists.

        Recovers after any kind of crash. Raises `EmbeddedServerError` with the reason in plain words:
        another holder is alive, the disk is full, a folder is closed, the data are of another version.
        After a failure, and after any exception that a signal handler raises meanwhile, nothing of it is
        left running.
        """
        if self._channel is not None:
            raise EmbeddedServerError("This embedded server was started already.")
        self._failure = None
        self._has_lock = False
        place = self._place = choose_place(self.data_dir, system_root=self._system_root)
        if place.account is not None and place.home != self.data_dir.absolute().resolve():
            self._progress(
                f"The account {place.account.name!r}, which runs the database, can't reach {self.data_dir}; "
                f"the data are kept in {place.home}."
            )
        binaries = self._binaries or find_binaries()
        version = major_version(binaries)
        binaries = binaries_for(place.account, binaries, self._system_root)
        try:
            dsn = self._launch(place, binaries, version)
            _run_apart(_ensure_database(dsn))
        except BaseException:
            with suppress(EmbeddedServerError):  # the first reason is the one to tell
                self.stop()
            raise
        self.dsn = dsn
        return dsn

    def _launch(self, place: Place, binaries: Path, version: int) -> Dsn:
        account = place.account
        orders = Orders(
            home=str(place.home),
            binaries=str(binaries),
            version=version,
            durable=self._durable,
            discard=self._discard,
            account=[account.uid, account.gid] if account else None,
            holder=identity(os.getpid()) or "",
            started_by=_who_we_are(),
        )
        guard_reads, we_write = os.pipe()
        we_read, guard_writes = os.pipe()
        # Before the guard exists: whatever interrupts us from here on, `stop` closes the pipe and the guard
        # ends.
        channel = self._channel = Channel(we_read, we_write)
        try:
            # A session of its own, so that Ctrl-C in a terminal reaches the holder alone, which ends its
            # requests first.
            self._guard = subprocess.Popen(  # nosec B603 - our own program, no argument from outside
                [sys.executable, "-P", "-m", "casemgmt.embedded.guard"],
                stdin=guard_reads,
                stdout=guard_writes,
                start_new_session=True,
                env=_clean_environment(),
            )
        finally:
            os.close(guard_reads)
            os.close(guard_writes)
        self.guard_pid = self._guard.pid
        try:
            channel.send(**asdict(orders))
            while True:
                message = channel.receive(1.0)
                if message is not None and self._handle(message):
                    return self._dsn_from(message)
        except ChannelClosedError:
            raise EmbeddedServerError(self._reason_of_end()) from None

    def _handle(self, message: dict[str, Any]) -> bool:
        """Take in one report of the guard; True when the server runs."""
        event = message["event"]
        if event == "progress":
            self._progress(message["text"])
        elif event == "locked":
            self._has_lock = True
        elif event == "failed":
            self._failure = message["message"]
            raise EmbeddedServerError(message["message"])
        return bool(event == "started")

    def _dsn_from(self, message: dict[str, Any]) -> Dsn:
        self.server_pid = message["pid"]
        return Dsn(
            socket_folder=Path(message["socket_folder"]),
            port=message["port"],
            user=message["user"],
            password=message["password"],
            database=self._database,
        )

    def fileno(self) -> int:
        """Return a descriptor to wait on: it turns readable when `failure` may have something to say."""
        if self._channel is None:
            raise EmbeddedServerError("The embedded server isn't running.")
        return self._channel.incoming

    def failure(self) -> str | None:
        """Say in plain words why the running server is no longer well; None as long as it is.

        Never waits.
        """
        if self._failure is None and self._channel is not None:
            try:
                while (message := self._channel.receive(0)) is not None:
                    self._handle(message)
            except EmbeddedServerError:
                pass
            except ChannelClosedError:
                self._failure = self._reason_of_end()
        return self._failure

    def _reason_of_end(self) -> str:
        ending = "can't be started"
        if self._guard is not None:
            with suppress(subprocess.TimeoutExpired):
                self._guard.wait(10)
            code = self._guard.returncode
            ending = "closed its pipe" if code is None else describe_exit(code)
        return f"The guard of the embedded database (pid {self.guard_pid}) ended by itself: it {ending}."

    def stop(self, *, hurry: Callable[[], bool] = _never) -> None:
        """Stop the server and return when the last of its processes is gone. Harmless when it isn't running.

        `hurry` is asked again and again; once it says yes the server stops at once, without tidying up, and
        the next start recovers. Raises `EmbeddedServerError` when processes of it are still there in the
        end.
        """
        if self._channel is None:
            return
        deadline = time.monotonic() + STOP_SECONDS
        self._say_stop(self._channel, deadline, hurry)
        self._channel.close()
        if self._guard is not None:
            try:
                self._guard.wait(10)
            except subprocess.TimeoutExpired:
                self._guard.kill()  # the kernel then tells the server to stop
                self._guard.wait()
        self._guard = self._channel = self.dsn = None
        if not self._has_lock:
            return
        if not is_free(self.home):
            self._tell_orphan()
        while not is_free(self.home):
            if time.monotonic() > deadline:
                raise EmbeddedServerError(
                    f"The database server in {self.home} (pid {self.server_pid}) doesn't end by itself."
                )
            time.sleep(0.02)
        if self._discard:
            shutil.rmtree(self.home, ignore_errors=True)  # the account of the server can't always take it away itself

    def _tell_orphan(self) -> None:
        """Tell the server to stop when its guard was killed and the kernel can't tell it (macOS)."""
        if self.server_pid is not None and serves(self.server_pid, self.home / "cluster"):
            with suppress(ProcessLookupError):
                os.kill(self.server_pid, signal.SIGINT)

    def _say_stop(self, channel: Channel, deadline: float, hurry: Callable[[], bool]) -> None:
        """Give the word and listen until the guard closes its side."""
        hurried = False
        with suppress(ChannelClosedError):
            channel.send(mode="fast")
            while time.monotonic() < deadline:
                channel.receive(0.1)
                if not hurried and hurry():
                    hurried = True
                    channel.send(mode="immediate")


def _who_we_are() -> str:
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a number without an account
        user = f"uid {os.getuid()}"
    return f"{user} at {time.strftime('%Y-%m-%d %H:%M:%S')}"


def _clean_environment() -> dict[str, str]:
    """Without PG… variables, which would steer PostgreSQL's programs, and with messages that we can show."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return kept | {"LC_ALL": "C"}


def _run_apart(work: Any) -> None:
    """Run a coroutine to its end, also when the caller itself is inside an event loop."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        pool.submit(asyncio.run, work).result()


async def _ensure_database(dsn: Dsn) -> None:
    deadline = time.monotonic() + CONNECT_SECONDS
    while True:
        try:
            connection = await asyncpg.connect(dsn.url(database="postgres"), timeout=CONNECT_SECONDS)
            break
        except (OSError, TimeoutError, asyncpg.PostgresError) as error:
            if time.monotonic() > deadline or isinstance(error, asyncpg.InvalidAuthorizationSpecificationError):
                raise EmbeddedServerError(f"The database server lets nobody in: {error}") from error
            await asyncio.sleep(0.1)
    try:
        if not await connection.fetchval("SELECT count(*) FROM pg_database WHERE datname = $1", dsn.database):
            await connection.execute(f'CREATE DATABASE "{dsn.database.replace(chr(34), chr(34) * 2)}"')
    finally:
        await connection.close()
