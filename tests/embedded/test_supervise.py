import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from casemgmt.embedded.lock import is_free
from casemgmt.embedded.server import EmbeddedServer
from casemgmt.supervise import SuperviseError, check_port
from tests.embedded.conftest import gone, query, read_report, spawn_module, wait_until
from tests.postgres import chosen_binaries


class Running:
    """A supervised service in a process of its own, and what its processes said of themselves."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        web, database = read_report(process), read_report(process)
        self.web: int = web["web"]
        self.worker: int = web["worker"]
        self.url: str = web["url"]
        self.admin: bool = web["admin"]
        self.server: int = database["server"]
        self.guard: int = database["guard"]

    def everything_ended(self) -> bool:
        return gone(self.process.pid, self.web, self.worker, self.server, self.guard)

    def end(self, seconds: float = 20) -> tuple[int, str]:
        """Exit code and the rest of the output; nothing may be left at that moment."""
        output, _ = self.process.communicate(timeout=seconds)
        assert self.everything_ended()
        return self.process.returncode, output


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


Launch = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def launch(port: int) -> Iterator[Launch]:
    processes = []

    def start(**wish: Any) -> subprocess.Popen[str]:
        wish = {"port": port} | {name: str(value) for name, value in wish.items()}
        processes.append(spawn_module("runner", json.dumps(wish)))
        return processes[-1]

    yield start
    for process in processes:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_everything_in_order(data: Path, launch: Launch, number: signal.Signals) -> None:
    running = Running(launch(data=data))
    assert query(running.url, "SELECT 1") == 1
    assert not running.admin
    running.process.send_signal(number)
    code, output = running.end()
    assert (code, output) == (0, "Stopping …\n")
    log = (data / "server.log").read_text(encoding="utf-8")
    assert "database system is shut down" in log


@pytest.mark.parametrize(
    ("victim", "message"),
    [
        ("web", "The web service (pid {}) was killed by SIGKILL"),
        ("server", "The database server (pid {}) ended by itself: it was killed by SIGKILL"),
        ("guard", "The guard of the embedded database (pid {}) ended by itself: it was killed by SIGKILL"),
    ],
)
def test_the_death_of_one_ends_the_others(data: Path, launch: Launch, victim: str, message: str) -> None:
    running = Running(launch(data=data))
    pid = getattr(running, victim)
    os.kill(pid, signal.SIGKILL)
    code, output = running.end()
    assert code == 1
    assert message.format(pid) in output
    assert is_free(data)
    with EmbeddedServer(data, binaries=chosen_binaries()) as server:
        assert server.dsn is not None
        assert query(server.dsn.url(), "SELECT 1") == 1


def test_nothing_outlives_a_killed_supervisor(data: Path, launch: Launch) -> None:
    running = Running(launch(data=data))
    running.process.kill()
    running.process.wait()
    wait_until(lambda: gone(running.web, running.server, running.guard))
    assert is_free(data)
    # Its worker isn't ours to find any more; a real service ends its workers when it is told to end.
    os.kill(running.worker, signal.SIGKILL)


def test_a_second_ctrl_c_makes_it_quick(data: Path, launch: Launch) -> None:
    running = Running(launch(data=data, web="stubborn"))
    begun = time.monotonic()
    running.process.send_signal(signal.SIGINT)
    time.sleep(0.5)
    assert running.process.poll() is None
    running.process.send_signal(signal.SIGINT)
    code, output = running.end()
    assert code == 1
    assert "was killed" in output
    assert time.monotonic() - begun < 10


def test_a_taken_port_is_named_before_the_database_is_started(place: Path, port: int, launch: Launch) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        process = launch(data=place / "data")
        output, _ = process.communicate(timeout=20)
    assert process.returncode == 1
    assert f"Port {port} on 127.0.0.1 is taken by another program." in output
    assert f"PORT={port + 1}" in output
    assert not (place / "data").exists()


def test_instead_of_a_high_port_that_is_taken_one_beside_it_is_named_too() -> None:
    with socket.socket() as other:
        for port in range(60_500, 60_600):
            with suppress(OSError):  # taken by another program: the next one then
                other.bind(("127.0.0.1", port))
                break
        other.listen()
        with pytest.raises(SuperviseError, match=f"PORT={other.getsockname()[1] + 1} "):
            check_port("127.0.0.1", other.getsockname()[1])


def test_a_host_that_is_not_ours_is_named() -> None:
    with pytest.raises(SuperviseError, match=r"192\.0\.2\.1"):
        check_port("192.0.2.1", 8000)


def test_a_service_that_ends_at_once_is_reported(data: Path, launch: Launch) -> None:
    process = launch(data=data, web="broken")
    output, _ = process.communicate(timeout=20)
    assert process.returncode == 1
    assert "ended with code 3" in output
    assert is_free(data)


def test_a_step_that_fails_ends_it_all(data: Path, launch: Launch) -> None:
    process = launch(data=data, step="import sys; sys.exit(4)")
    output, _ = process.communicate(timeout=20)
    assert process.returncode == 1
    assert "Working failed: the command ended with code 4." in output
    assert is_free(data)


def test_a_step_gets_the_superusers_address(data: Path, launch: Launch) -> None:
    step = "import os; print('admin is', os.environ['CASEMGMT_MIGRATION_DATABASE_URL'][:22], flush=True)"
    running = launch(data=data, step=step)
    assert running.stdout is not None
    lines = [running.stdout.readline() for _ in range(4)]
    assert "admin is postgresql://postgres:\n" in lines
    running.send_signal(signal.SIGTERM)
    running.communicate(timeout=20)
    assert running.returncode == 0


@pytest.mark.parametrize("phase", ["database", "step"])
def test_ctrl_c_during_the_preparation(place: Path, launch: Launch, phase: str) -> None:
    process = launch(data=place / "data", step="import time; time.sleep(60)")
    assert process.stdout is not None
    word = "Making a new" if phase == "database" else "Working"
    while word not in process.stdout.readline():
        pass
    time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=20)
    assert process.returncode == 0
    assert output.endswith("Stopping …\n")
    wait_until(lambda: is_free(place / "data"))


def test_without_a_server_of_ours_only_the_service_is_run(launch: Launch) -> None:
    process = launch()
    web = read_report(process)
    assert web["url"] == "elsewhere"
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=20)
    assert process.returncode == 0
    assert gone(web["web"], web["worker"])


def _two_reports(process: subprocess.Popen[str]) -> dict[str, Any]:
    """What web service and companion say of themselves, whoever is first."""
    return read_report(process) | read_report(process)


def test_what_runs_beside_the_service_is_started_again_and_disturbs_nobody(launch: Launch) -> None:
    process = launch(companion=True)
    said = _two_reports(process)
    os.kill(said["companion"], signal.SIGKILL)
    assert process.stdout is not None
    assert process.stdout.readline() == (
        f"The helper (pid {said['companion']}) was killed by SIGKILL; it is started again in 2 s.\n"
    )
    again = read_report(process)
    assert again["companion"] != said["companion"]
    process.send_signal(signal.SIGTERM)
    output, _ = process.communicate(timeout=20)
    assert (process.returncode, output) == (0, "Stopping …\nthe companion ends\n")
    assert gone(said["web"], again["companion"])


def test_service_and_companion_get_none_of_each_others_secrets(launch: Launch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASEMGMT_MIGRATION_DATABASE_URL", "of-the-owner")
    process = launch(companion=True)
    said = _two_reports(process)
    assert not said["admin"]
    assert said["given"] == ["CASEMGMT_OF_HELPER"]
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=20)


def test_a_companion_does_not_outlive_a_killed_supervisor(launch: Launch) -> None:
    process = launch(companion=True)
    said = _two_reports(process)
    process.kill()
    wait_until(lambda: gone(said["web"], said["companion"]))
    os.kill(said["worker"], signal.SIGKILL)
