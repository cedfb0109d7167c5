"""What `casemgmt run` does: database, preparation, web service and what runs beside it, and a clean end of all.

The supervisor is the holder of the embedded server and the parent of the web service. Whichever of them
dies first, the others are stopped in order (service, companions, database) and the exit code is not zero. A
companion that dies stops nobody: it is started again. Should the supervisor itself be killed, the server's
guard stops the server, and on Linux the kernel tells its children to stop.
"""

import errno
import http.client
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from types import FrameType, TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from casemgmt.embedded.dsn import Dsn
from casemgmt.embedded.errors import EmbeddedServerError
from casemgmt.embedded.processes import describe_exit, die_with_parent
from casemgmt.embedded.server import EmbeddedServer

MIGRATION_URL_VARIABLE = "CASEMGMT_MIGRATION_DATABASE_URL"
_FREE_TO_ALL = range(1024, 65535)
"""Ports, but for the last, on which anybody may listen."""
READY_SECONDS = 60
LONGEST_REST = 60
"""Seconds before a companion that ends again and again is started anew; one that ran so long starts after one."""
END_SECONDS = 20
"""How long the service may finish its requests before it is killed."""


class SuperviseError(Exception):
    """The service can't be started or has ended by itself; the text is for the user."""


class StopRequested(KeyboardInterrupt):
    """Somebody pressed Ctrl-C or sent SIGTERM during the preparation."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do before the service starts: a command, or a function.

    A function gets the embedded server's address. A command runs with `CASEMGMT_MIGRATION_DATABASE_URL` set
    to the superuser's address; None stands for a database that isn't ours.
    """

    name: str
    action: Sequence[str] | Callable[[Dsn | None], None]


@dataclass(frozen=True, slots=True)
class Companion:
    """A command that runs beside the web service; when it ends, it is started again."""

    name: str
    command: Sequence[str]
    wants: Callable[[str], bool]
    """Whether a variable of the environment is its business: it gets no other."""


def no_variables(_dsn: Dsn | None) -> Mapping[str, str]:
    return {}


def say_on_stdout(text: str) -> None:
    with suppress(OSError, ValueError):  # a closed terminal must not stand in the way of an orderly end
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()


def check_port(host: str, port: int) -> None:
    """Raise `SuperviseError` when nobody could listen on `host` and `port` now."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        raise SuperviseError(f"{host!r} is no address of this machine: {error}") from error
    for family, kind, protocol, _, address in found:
        with socket.socket(family, kind, protocol) as probe:
            # As servers do: connections of an earlier run that linger in the kernel are no hindrance.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(address)
                probe.listen(1)
            except OSError as error:
                raise SuperviseError(_port_problem(host, port, error)) from error


def _port_problem(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        reason = f"Port {port} on {host} is taken by another program."
    elif error.errno == errno.EACCES:
        reason = f"You may not listen on port {port}."
    else:
        return f"Nobody can listen on {host}, port {port}: {error.strerror}."
    other = port + 1 if port in _FREE_TO_ALL else 8000
    return f"{reason} Choose another port, for example: PORT={other} make run"


class Signals:
    """Ctrl-C, SIGTERM and SIGHUP as a count, and as an exception where the work is somebody else's code."""

    def __init__(self) -> None:
        self.count = 0
        self._interrupting = False
        self._before: dict[signal.Signals, Any] = {}
        self._wakeup, self._wakeup_end = os.pipe()

    def __enter__(self) -> Self:
        os.set_blocking(self._wakeup_end, False)
        os.set_blocking(self._wakeup, False)
        signal.set_wakeup_fd(self._wakeup_end, warn_on_full_buffer=False)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if number == signal.SIGHUP and signal.getsignal(number) == signal.SIG_IGN:
                continue  # started by nohup
            self._before[number] = signal.signal(number, self._note)
        self._before[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda _number, _frame: None)  # wakes `wait`
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(-1)
        os.close(self._wakeup)
        os.close(self._wakeup_end)

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        self.count += 1
        if self._interrupting:
            self._interrupting = False  # once: the cleaning up that follows is not to be torn apart as well
            raise StopRequested

    @contextmanager
    def interrupting(self) -> Iterator[None]:
        """Let a signal raise `StopRequested` inside."""
        self._interrupting = True
        try:
            if self.count:
                raise StopRequested
            yield
        finally:
            self._interrupting = False

    def wait(self, seconds: float, *descriptors: int) -> None:
        """Sleep until a signal comes, a child ends or a descriptor has news, or the time is over."""
        select.select([self._wakeup, *descriptors], [], [], seconds)
        with suppress(BlockingIOError):
            while os.read(self._wakeup, 4096):
                pass


class Child:
    """A command in a session of its own: Ctrl-C in the terminal reaches us alone, and we tell it."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        try:
            self.process = subprocess.Popen(  # noqa: S603 -- the caller's own command
                list(command),
                env=environment,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                preexec_fn=partial(die_with_parent, os.getpid(), signal.SIGTERM),  # noqa: PLW1509 -- one thread here
            )
        except OSError as error:
            raise SuperviseError(f"{command[0]} can't be started: {error}") from error

    def stop(self, signals: Signals) -> bool:
        """End it and all it started; False when it had to be killed, being slow or after a second signal."""
        enough = max(signals.count, 1) + 1
        deadline = time.monotonic() + END_SECONDS
        with suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGTERM)
        while self.process.poll() is None and time.monotonic() < deadline and signals.count < enough:
            signals.wait(0.2)
        in_order = self.process.poll() is not None
        self.kill_rest()
        return in_order

    def kill_rest(self) -> None:
        """Kill all that is left of the session, and return when the kernel knows of none."""
        for _ in range(100):
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):  # macOS says the latter of a group of the dead
                break
            self.process.poll()
            time.sleep(0.02)
        self.process.wait()


class Beside:
    """A companion at work: started, looked after, stopped."""

    def __init__(self, companion: Companion, variables: Mapping[str, str], say: Callable[[str], None]) -> None:
        self._companion = companion
        self._variables = variables
        self._say = say
        self._child: Child | None = None
        self._rest = 1.0
        self._begun = self._due = 0.0

    def tend(self) -> None:
        """Start it where it does not run and its rest is over."""
        now = time.monotonic()
        if self._child is None:
            if now >= self._due:
                self._begun = now
                self._child = Child(self._companion.command, self._variables)
        elif self._child.process.poll() is not None:
            self._child.kill_rest()
            self._rest = 1.0 if now - self._begun >= LONGEST_REST else min(self._rest * 2, LONGEST_REST)
            process, self._child = self._child.process, None
            self._due = now + self._rest
            self._say(
                f"{self._companion.name} (pid {process.pid}) {describe_exit(process.returncode)};"
                f" it is started again in {self._rest:.0f} s."
            )

    def stop(self, signals: Signals) -> bool:
        """End it; False when it had to be killed."""
        if self._child is None or self._child.stop(signals):
            return True
        self._say(f"{self._companion.name} didn't end in time and was killed.")
        return False


class Supervisor:
    def __init__(
        self,
        *,
        server: EmbeddedServer | None,
        environment: Callable[[Dsn | None], Mapping[str, str]],
        withheld: Collection[str],
        say: Callable[[str], None],
    ) -> None:
        self.server = server
        self.environment = environment
        self.withheld = withheld
        self.beside: list[Beside] = []
        self.say = say
        self.signals = Signals()
        self.child: Child | None = None
        self.dsn: Dsn | None = None

    def start_database(self) -> None:
        if self.server is not None:
            with self.signals.interrupting():
                self.dsn = self.server.start()

    def prepare(self, steps: Sequence[Step]) -> None:
        for step in steps:
            self.say(f"{step.name} …")
            if callable(step.action):
                with self.signals.interrupting():
                    step.action(self.dsn)
            else:
                self._run_command(step.name, step.action)

    def _run_command(self, name: str, command: Sequence[str]) -> None:
        self.child = Child(command, self._variables_of_steps())
        while self.child.process.poll() is None:
            self._wait_a_moment(0.5)
        self.child.kill_rest()
        code, self.child = self.child.process.returncode, None
        if code != 0:
            raise SuperviseError(f"{name} failed: the command {describe_exit(code)}.")

    def serve(
        self, command: Sequence[str], companions: Sequence[Companion], ready_url: str, on_ready: Callable[[], None]
    ) -> None:
        """Run the web service until the end is asked for; raises `SuperviseError` when it or the database dies."""
        child = self.child = Child(command, self._variables(lambda name: name not in self.withheld))
        self.beside = [Beside(companion, self._variables(companion.wants), self.say) for companion in companions]
        deadline = time.monotonic() + READY_SECONDS
        ready = False
        while True:
            for companion in self.beside:
                companion.tend()
            self._wait_a_moment(1.0 if ready else 0.05)
            if child.process.poll() is not None:
                raise SuperviseError(
                    f"The web service (pid {child.process.pid}) {describe_exit(child.process.returncode)}."
                )
            if not ready and answers(ready_url):
                ready = True
                on_ready()
            if not ready and time.monotonic() > deadline:
                raise SuperviseError(f"The web service didn't answer at {ready_url} for {READY_SECONDS} seconds.")

    def _wait_a_moment(self, seconds: float) -> None:
        """Wait for news; raises when the end is asked for or the database is no longer well."""
        watched = [self.server.fileno()] if self.server is not None else []
        if not self.signals.count:
            self.signals.wait(seconds, *watched)
        if self.signals.count:
            raise StopRequested
        failure = self.server.failure() if self.server is not None else None
        if failure is not None:
            raise SuperviseError(failure)

    def _variables(self, wanted: Callable[[str], bool]) -> dict[str, str]:
        """Our own variables and the caller's, as far as they are wanted; never the superuser's address."""
        variables = os.environ | dict(self.environment(self.dsn))
        return {n: value for n, value in variables.items() if n != MIGRATION_URL_VARIABLE and wanted(n)}

    def _variables_of_steps(self) -> dict[str, str]:
        variables = os.environ | dict(self.environment(self.dsn))
        return variables if self.dsn is None else variables | {MIGRATION_URL_VARIABLE: self.dsn.url()}

    def stop(self) -> bool:
        """Stop the service, what runs beside it, then the database; True when all ended in order."""
        in_order = True
        if self.child is not None and not self.child.stop(self.signals):
            self.say("The web service didn't end in time and was killed.")
            in_order = False
        for companion in self.beside:
            in_order = companion.stop(self.signals) and in_order
        if self.server is not None:
            asked = max(self.signals.count, 1)
            try:
                self.server.stop(hurry=lambda: self.signals.count > asked)
            except EmbeddedServerError as error:
                self.say(str(error))
                in_order = False
        return in_order


def answers(url: str) -> bool:
    """Whether a GET of `url` gives 200 within a second."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "127.0.0.1", parts.port or 80, timeout=1)
    try:
        connection.request("GET", parts.path or "/")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def run_service(
    *,
    server: EmbeddedServer | None,
    prepare: Sequence[Step],
    command: Sequence[str],
    host: str,
    port: int,
    ready_url: str,
    companions: Sequence[Companion] = (),
    environment: Callable[[Dsn | None], Mapping[str, str]] = no_variables,
    withheld: Collection[str] = (),
    on_ready: Callable[[], None] = lambda: None,
    say: Callable[[str], None] = say_on_stdout,
) -> int:
    """Run the whole service in the foreground and return the exit code; for the main thread only.

    Checks the port, starts `server` (None: the database is elsewhere), does the steps of `prepare` in
    order, starts `command` and the companions, calls `on_ready` when `ready_url` answers 200, and waits.
    `environment` makes the variables of all of them from the embedded server's address, such as the address
    for the service's own role; those that are `withheld` go to the steps and companions alone.

    0: ended in order because SIGINT, SIGTERM or SIGHUP asked for it. 1: something couldn't be started,
    died, or had to be killed; said in plain words. A second signal makes the end quick. No process is left
    in any case.
    """
    supervisor = Supervisor(server=server, environment=environment, withheld=withheld, say=say)
    with supervisor.signals:
        code = 0
        try:
            check_port(host, port)
            supervisor.start_database()
            supervisor.prepare(prepare)
            supervisor.serve(command, companions, ready_url, on_ready)
        except StopRequested:
            say("Stopping …")
        except (SuperviseError, EmbeddedServerError) as error:
            say(str(error))
            code = 1
        finally:
            if not supervisor.stop():
                code = 1
        return code
