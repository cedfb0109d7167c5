"""What runs beside the service as it does in use: its worker, and the sealer of the audit log."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.engine import make_url

from benchmarks.database import APP_PASSWORD, DATA, ROOT, BenchDatabase
from benchmarks.processes import BenchmarkError, cpu_seconds, end
from casemgmt.audit.signing import make_key_file
from casemgmt.db.migrate import migrate

_LOGINS = {"work": "casemgmt_bench_work", "seal": "casemgmt_bench_seal"}
_SETTLING = 5
"""Seconds within which one that can't run has said so and ended."""


def _url(database: BenchDatabase, command: str) -> str:
    login = make_url(database.admin_url).set(username=_LOGINS[command], password=APP_PASSWORD)
    return login.render_as_string(hide_password=False)


async def let_in(database: BenchDatabase) -> None:
    """Give both a log-in of their own."""
    await migrate(database.admin_url, database.service_url, _url(database, "seal"), _url(database, "work"))


class Companions:
    """Both of them at work."""

    def __init__(self, running: dict[str, subprocess.Popen[bytes]], logs: Path) -> None:
        self._running = running
        self._logs = logs

    def cpu_seconds(self) -> float:
        """Return the processor time that both have used. Raises `BenchmarkError` where one has ended."""
        self._check()
        return sum(cpu_seconds(process.pid) for process in self._running.values())

    def _check(self) -> None:
        for command, process in self._running.items():
            if process.poll() is not None:
                raise BenchmarkError(f"`casemgmt {command}` has ended; see {self._logs / command}.log.")


@contextmanager
def at_work(database: BenchDatabase) -> Iterator[Companions]:
    """Let worker and sealer run, and end them."""
    folder = DATA.parent / "bench-logs"
    folder.mkdir(parents=True, exist_ok=True)
    key = folder / "audit-key.json"
    key.unlink(missing_ok=True)
    make_key_file(key)
    environment = os.environ | {
        "CASEMGMT_MODE": "demo",
        "CASEMGMT_LOG_FORMAT": "json",
        "CASEMGMT_DATABASE_URL": database.service_url,
        "CASEMGMT_WORKER_DATABASE_URL": _url(database, "work"),
        "CASEMGMT_SEALER_DATABASE_URL": _url(database, "seal"),
        "CASEMGMT_AUDIT_KEY_FILE": str(key),
        "CASEMGMT_DOCUMENT_FOLDER": str(folder / "documents"),
    }
    running: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for command in _LOGINS:
            with (folder / f"{command}.log").open("wb") as log:
                running[command] = subprocess.Popen(  # noqa: S603 - our own words
                    [sys.executable, "-m", "casemgmt", command],
                    cwd=ROOT,
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                )
        time.sleep(_SETTLING)
        companions = Companions(running, folder)
        companions.cpu_seconds()
        yield companions
    finally:
        for process in running.values():
            end(process)
