"""The guard: the one process that touches the data folder, and the parent of PostgreSQL.

Run as `python -m casemgmt.embedded.guard` by `server.EmbeddedServer`, never by hand. It reads its orders as
one JSON line, becomes the account it is told (for good), takes the lock, starts the server and reports it.
Then it waits for the first of: the word to stop, the end of the pipe (the holder is dead), a signal, the
death of the server. It always stops the server before it ends; should it be killed itself, the kernel tells
the server to stop.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any, Literal, NoReturn

from casemgmt.embedded.channel import Channel, ChannelClosedError
from casemgmt.embedded.cluster import (
    PORT,
    SUPERUSER,
    Cluster,
    last_lines,
    make_socket_folder,
    remove_socket_folder,
)
from casemgmt.embedded.errors import EmbeddedServerError
from casemgmt.embedded.lock import DataLock, Holder, is_free
from casemgmt.embedded.processes import describe_exit, die_with_parent, identity

WAIT_FOR_OTHERS_SECONDS = 60
START_SECONDS = 900  # crash recovery of a large database; each step of it is told
FAST_STOP_SECONDS = 60
IMMEDIATE_STOP_SECONDS = 20
TOLD_EVERY_SECONDS = 5.0

Mode = Literal["fast", "immediate"]


class StopAskedError(Exception):
    """The holder is gone or wants an end."""

    def __init__(self, mode: Mode = "fast") -> None:
        self.mode = mode


@dataclass(frozen=True, slots=True)
class Orders:
    """What the holder wants. `discard` removes the whole folder at the end: for tests."""

    home: str
    binaries: str
    version: int
    durable: bool
    discard: bool
    account: list[int] | None
    holder: str
    started_by: str


class Guard:
    def __init__(self, orders: Orders, channel: Channel) -> None:
        self.orders = orders
        self.home = Path(orders.home)
        self.cluster = Cluster(self.home, Path(orders.binaries), orders.version, orders.durable)
        self.channel = channel
        self.server: subprocess.Popen[bytes] | None = None
        self.lock: DataLock | None = None
        self.signalled = False
        self.parent = os.getppid()

    def run(self) -> int:
        """Start, watch and stop the server; 0 when it ended because it was asked to."""
        try:
            self._watch(self._start())
        except StopAskedError as asked:
            self._stop(asked.mode)
            self.tell(event="stopped")
            return 0
        except (EmbeddedServerError, OSError) as error:
            self._stop("fast")
            named = isinstance(error, EmbeddedServerError)
            self.tell(
                event="failed",
                message=str(error) if named else f"The embedded database in {self.home} failed: {error}",
            )
            return 1
        finally:
            self._tidy()

    def tell(self, **message: Any) -> None:
        """Report to the holder; a dead one doesn't listen, and `pause` finds that out by itself."""
        with suppress(ChannelClosedError):
            self.channel.send(**message)

    def pause(self, seconds: float) -> None:
        """Wait a moment; raises `StopAskedError` as soon as there is a reason to end.

        A process that the holder forked keeps the pipe open, so the parent's number is looked at as well.
        """
        try:
            message = self.channel.receive(seconds)
        except ChannelClosedError:
            raise StopAskedError from None
        if message is not None:
            raise StopAskedError(message["mode"])
        if self.signalled or os.getppid() != self.parent:
            raise StopAskedError

    def _start(self) -> subprocess.Popen[bytes]:
        self.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._take_lock()
        self.tell(event="locked")
        password = self.cluster.password()
        if not self.cluster.data.exists():
            self._make_cluster()
        self.cluster.check_version()
        if self.cluster.pid_file.exists():
            self._clear_pid_file()
        socket_folder = make_socket_folder(self.home)
        server = self._start_server(socket_folder)
        self.tell(
            event="started",
            pid=server.pid,
            socket_folder=str(socket_folder),
            port=PORT,
            user=SUPERUSER,
            password=password,
        )
        return server

    def _take_lock(self) -> None:
        """Take the lock, or refuse: at once when its owner is well, later when its remains don't end."""
        self.lock = DataLock(self.home)
        deadline = time.monotonic() + WAIT_FOR_OTHERS_SECONDS
        told = False
        while not self.lock.try_to_take():
            other = self.lock.holder()
            if other is not None and other.alive:
                raise EmbeddedServerError(
                    f"The embedded database in {self.home} is already running: pid {other.pid}, "
                    f"started by {other.started_by}. Stop that one first, or choose another data folder."
                )
            if time.monotonic() > deadline:
                raise EmbeddedServerError(
                    f"Processes of an earlier database server in {self.home} don't end "
                    f"(its process id was {self.cluster.postmaster()})."
                )
            if not told:
                told = True
                self.tell(event="progress", text="Waiting for the processes of an earlier run to end …")
                self._stop_orphan(other)
            self.pause(0.1)
        self.lock.sign(Holder(self.orders.started_by, self.orders.holder, identity(os.getpid()) or ""))

    def _stop_orphan(self, other: Holder | None) -> None:
        """Tell a server to stop whose guard was killed, where the kernel doesn't tell it (macOS)."""
        pid = self.cluster.postmaster()
        guard_lives = other is not None and identity(int(other.guard.partition("@")[0] or 0)) == other.guard
        if pid is not None and not guard_lives and self.cluster.postmaster_is_ours():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGINT)

    def _make_cluster(self) -> None:
        self.tell(event="progress", text="Making a new database …")
        output = self.home / "initdb.log"
        with output.open("wb") as file:
            initdb = self.server = self._spawn(self.cluster.initdb_command(), file.fileno(), signal.SIGKILL)
        while (code := initdb.poll()) is None:
            self.pause(0.02)
        self.server = None
        if code != 0:
            raise EmbeddedServerError(
                f"The database couldn't be made: initdb {describe_exit(code)}.\n{last_lines(output)}"
            )
        output.unlink()
        self.cluster.finish_initdb()

    def _clear_pid_file(self) -> None:
        """Take away the note of a server that is dead.

        We have the lock, so no server of ours is alive and the file is left from a crash, whatever process
        now bears its number. PostgreSQL would refuse if that process is an alien one. Only a server that
        somebody started by hand on our folder lives without the lock.
        """
        if self.cluster.postmaster_is_ours():
            raise EmbeddedServerError(
                f"A PostgreSQL server that was started by other means (pid {self.cluster.postmaster()}) "
                f"uses the data in {self.home}. Stop it first."
            )
        self.tell(event="progress", text="The database was not shut down in order last time; it recovers now …")
        self.cluster.pid_file.unlink()

    def _start_server(self, socket_folder: Path) -> subprocess.Popen[bytes]:
        log = self.cluster.open_log()
        try:
            server = self.server = self._spawn(self.cluster.postgres_command(socket_folder), log, signal.SIGINT)
        finally:
            os.close(log)
        begun = told = time.monotonic()
        while not self.cluster.is_ready():
            if (code := server.poll()) is not None:
                self.server = None
                raise EmbeddedServerError(
                    f"The database server didn't start: it {describe_exit(code)}. "
                    f"The end of {self.cluster.log}:\n{last_lines(self.cluster.log)}"
                )
            now = time.monotonic()
            if now - begun > START_SECONDS:
                raise EmbeddedServerError(
                    f"The database server wasn't ready after {START_SECONDS} seconds. "
                    f"The end of {self.cluster.log}:\n{last_lines(self.cluster.log)}"
                )
            if now - told > TOLD_EVERY_SECONDS:
                told = now
                latest = last_lines(self.cluster.log, 1).strip()
                self.tell(event="progress", text=f"Still starting the database after {now - begun:.0f} s: {latest}")
            self.pause(0.02)
        return server

    def _spawn(self, command: list[str], output: int, at_our_death: signal.Signals) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603 -- PostgreSQL's programs, with words of our own
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            # So that the lock lasts as long as the last process of the server.
            pass_fds=(self.lock.descriptor,) if self.lock else (),
            preexec_fn=partial(die_with_parent, os.getpid(), at_our_death),  # noqa: PLW1509 - the guard has one thread
        )

    def _watch(self, server: subprocess.Popen[bytes]) -> NoReturn:
        while True:
            self.pause(0.1)
            if (code := server.poll()) is not None:
                self.server = None
                raise EmbeddedServerError(
                    f"The database server (pid {server.pid}) ended by itself: it {describe_exit(code)}. "
                    f"The end of {self.cluster.log}:\n{last_lines(self.cluster.log)}"
                )

    def _stop(self, mode: Mode) -> None:
        """Ask in order, then firmly, then leave no choice.

        An immediate stop loses nothing: the next start recovers.
        """
        server = self.server
        if server is None:
            return
        steps = [(signal.SIGINT, FAST_STOP_SECONDS)] if mode == "fast" else []
        for number, seconds in [*steps, (signal.SIGQUIT, IMMEDIATE_STOP_SECONDS), (signal.SIGKILL, 5)]:
            server.send_signal(number)
            if self._wait_for_end(server, seconds, hurried=number != signal.SIGINT):
                return

    def _wait_for_end(self, server: subprocess.Popen[bytes], seconds: float, *, hurried: bool) -> bool:
        deadline = time.monotonic() + seconds
        while server.poll() is None and time.monotonic() < deadline:
            try:
                message = self.channel.receive(0.02)
            except ChannelClosedError:
                time.sleep(0.02)
                continue
            if message is not None and message["mode"] == "immediate" and not hurried:
                return False
        return server.poll() is not None

    def _tidy(self) -> None:
        if self.lock is None:
            return
        mine = self.lock.try_to_take()  # also yes when we have it already; no when somebody else does
        if mine:
            remove_socket_folder(self.home)
        self.lock.close()
        if mine and self.orders.discard:
            while not is_free(self.home):  # after a kill -9 of the server its other processes still write for a moment
                time.sleep(0.02)
            shutil.rmtree(self.home, ignore_errors=True)


def become(account: list[int] | None) -> None:
    """Give up root for good, before anything is read or written."""
    if account is not None:
        uid, gid = account
        os.setgroups([])
        os.setresgid(gid, gid, gid)
        os.setresuid(uid, uid, uid)


def main() -> int:
    os.umask(0o077)
    channel = Channel(sys.stdin.fileno(), sys.stdout.fileno())
    try:
        message = channel.receive(60)
    except ChannelClosedError:
        return 1
    if message is None:
        return 1
    orders = Orders(**message)
    become(orders.account)
    os.chdir("/")
    guard = Guard(orders, channel)

    def note(_number: int, _frame: FrameType | None) -> None:
        guard.signalled = True

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, note)
    return guard.run()


if __name__ == "__main__":
    sys.exit(main())
