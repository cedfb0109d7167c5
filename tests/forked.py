"""Programs that begin in no time: forked from a process that has read all of their modules already.

What runs is the command itself, in a process of its own, from its first line on; only the reading of its modules,
which takes seconds, is done once in a session. The clock of such a program can be moved from outside.
"""

import multiprocessing
import os
import runpy
import sys
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path
from signal import SIGKILL, SIGTERM

from casemgmt.clock import SystemClock

CLOCK_FILE = "TEST_CLOCK_FILE"
"""Names a file with the seconds by which the clock of a program is ahead; it is asked anew each time."""

_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(
    ["api.command_line", "casemgmt.jobs.work_command", "casemgmt.retention.command_line", "tests.forked"]
)


class Forked:
    """A program at work."""

    def __init__(self, *words: str, environment: Mapping[str, str], log: Path | None = None) -> None:
        self._process: BaseProcess = _forks.Process(target=_run, args=(words, dict(environment), log))
        self._process.start()

    @property
    def exit_code(self) -> int | None:
        """How it ended; None as long as it runs."""
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        with suppress(ProcessLookupError):
            if self._process.exitcode is None and self._process.pid is not None:
                os.kill(self._process.pid, number)

    def kill(self) -> None:
        """Kill it at whatever instruction it is, and return when it is gone."""
        self.send_signal(SIGKILL)
        self._process.join()

    def wait(self) -> int | None:
        """Return how it ended, when it has ended by itself."""
        self._process.join()
        return self._process.exitcode

    def stop(self, seconds: float = 20) -> int | None:
        """Ask it to end, and return how it did."""
        self.send_signal(SIGTERM)
        self._process.join(seconds)
        return self._process.exitcode


def set_clock(file: Path, seconds: float) -> None:
    """Put the clocks of the programs that follow this file so far ahead; below 0: behind."""
    part = file.with_suffix(".part")
    part.write_text(str(seconds))
    part.replace(file)


def _run(words: tuple[str, ...], environment: dict[str, str], log: Path | None) -> None:
    os.environ.clear()
    os.environ.update(environment)
    told = os.open(log or os.devnull, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for descriptor in (1, 2):
        os.dup2(told, descriptor)
    if CLOCK_FILE in os.environ:
        _follow(Path(os.environ[CLOCK_FILE]))
    sys.argv = [*words]
    runpy.run_module(words[0], run_name="__main__", alter_sys=True)


def _follow(file: Path) -> None:
    def now(_: SystemClock) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=float(file.read_text()))

    SystemClock.now = now  # type: ignore[method-assign]  # the one clock of the process, moved from outside
