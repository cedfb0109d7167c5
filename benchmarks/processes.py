"""The processes of a run: one server per version, one load generator. All of them end with the run."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psutil

from benchmarks.database import DATA, ROOT, BenchDatabase
from benchmarks.serve import VERSIONS

START_SECONDS = 90


class BenchmarkError(Exception):
    """The run can't go on; the text is for the person who started it."""


def cpu_seconds(pid: int, *, children: bool = False) -> float:
    """Return the processor time that a process has used, with its children where asked."""
    process = psutil.Process(pid)
    total = 0.0
    for each in [process, *(process.children() if children else ())]:
        with suppress(psutil.NoSuchProcess):
            used = each.cpu_times()
            total += used.user + used.system
    return total


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """One version of the service on one database."""

    def __init__(self, version: str, database: BenchDatabase, logs: Path) -> None:
        self.version = version
        self.port = _free_port()
        self.log = logs / f"{version}.log"
        environment = os.environ | {
            "CASEMGMT_MODE": "demo",
            "CASEMGMT_DATABASE_URL": database.service_url,
            "CASEMGMT_LOG_FORMAT": "json",
            "BENCH_ADMIN_URL": database.admin_url,
            # One account asks for a whole country: its limits are checked as ever, and never reached.
            **{f"CASEMGMT_RATE_{kind}": "1000000000" for kind in ("READS", "WRITES", "SEARCHES", "OPEN")},
        }
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(  # noqa: S603 - our own words
                [sys.executable, "-m", "benchmarks.serve", version, str(self.port)],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def wait_until_ready(self) -> None:
        """Return when the port answers."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return
            time.sleep(0.05)
        raise BenchmarkError(f"The version '{self.version}' doesn't start; see {self.log}.")

    def memory_mib(self) -> float:
        """Return the resident memory of the worker process."""
        return float(psutil.Process(self.process.pid).memory_info().rss) / 2**20

    def stop(self) -> None:
        """End the process."""
        end(self.process)


class Load:
    """The load generator's process."""

    def __init__(self, module: str = "benchmarks.load") -> None:
        self.process = subprocess.Popen(  # noqa: S603 - our own program, no argument from outside
            [sys.executable, "-m", module],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def define(self, name: str, requests: list[str]) -> None:
        """Hand over a set of requests."""
        self._write({"define": name, "requests": requests})

    def window(self, name: str, port: int, seconds: float, offset: int = 0) -> dict[str, Any]:
        """Send requests of a set for some seconds and return what came of it."""
        return self.order({"set": name, "port": port, "seconds": seconds, "offset": offset})

    def order(self, order: dict[str, Any]) -> dict[str, Any]:
        """Have something done and return what came of it."""
        self._write(order)
        answer = self.process.stdout.readline() if self.process.stdout else ""
        if not answer:
            raise BenchmarkError("The load generator has ended.")
        report: dict[str, Any] = json.loads(answer)
        return report

    def _write(self, order: dict[str, Any]) -> None:
        if self.process.stdin is None:
            raise BenchmarkError("The load generator doesn't listen.")
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        end(self.process)


class Servers:
    """Several versions at once, on one database."""

    def __init__(self, database: BenchDatabase, versions: Iterable[str] = VERSIONS) -> None:
        logs = DATA.parent / "bench-logs"
        logs.mkdir(parents=True, exist_ok=True)
        self._database = database
        self._versions = tuple(versions)
        self._logs = logs
        self.by_version: dict[str, Server] = {}

    def __enter__(self) -> dict[str, Server]:
        try:
            for version in self._versions:
                self.by_version[version] = Server(version, self._database, self._logs)
            for server in self.by_version.values():
                server.wait_until_ready()
        except BaseException:
            self._stop()
            raise
        return self.by_version

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def _stop(self) -> None:
        for server in self.by_version.values():
            server.process.terminate()
        for server in self.by_version.values():
            server.stop()


def end(process: subprocess.Popen[Any]) -> None:
    """Ask a process to end, and kill it where it doesn't."""
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
