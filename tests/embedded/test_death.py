"""Every process of the chain is killed in turn; nothing outlives its holder, and no data are lost."""

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from casemgmt.embedded.lock import is_free
from tests.embedded.conftest import Held, gone, query, read_report, spawn_module, wait_until
from tests.postgres import chosen_binaries

Hold = Callable[..., Held]


def fill(held: Held) -> None:
    query(held.url, "CREATE TABLE kept AS SELECT generate_series(1, 20000) AS figure")


def expect_data(hold: Hold, data: Path) -> None:
    assert query(hold(data).url, "SELECT sum(figure) FROM kept") == 200010000


def test_a_killed_server_is_reported_and_the_next_start_recovers(data: Path, hold: Hold) -> None:
    held = hold(data)
    fill(held)
    os.kill(held.server, signal.SIGKILL)
    wait_until(lambda: gone(held.guard))  # it has nothing left to guard
    held.process.send_signal(signal.SIGINT)
    held.process.wait(10)
    expect_data(hold, data)


def test_the_server_does_not_outlive_a_killed_holder(data: Path, hold: Hold) -> None:
    held = hold(data)
    fill(held)
    begun = time.monotonic()
    os.kill(held.pid, signal.SIGKILL)
    held.process.wait()
    wait_until(held.everything_ended)
    assert time.monotonic() - begun < 10
    expect_data(hold, data)


def test_a_new_holder_waits_for_the_end_of_a_killed_ones_server(data: Path, hold: Hold) -> None:
    held = hold(data)
    fill(held)
    os.kill(held.pid, signal.SIGKILL)
    expect_data(hold, data)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_to_the_holder_ends_everything(data: Path, hold: Hold, number: signal.Signals) -> None:
    held = hold(data)
    held.process.send_signal(number)
    held.process.wait(15)
    wait_until(held.everything_ended)


def test_a_signal_to_the_guard_ends_the_server(data: Path, hold: Hold) -> None:
    held = hold(data)
    os.kill(held.guard, signal.SIGTERM)
    wait_until(lambda: gone(held.guard, held.server))


def test_ctrl_c_in_a_terminal_reaches_the_holder_alone(data: Path, hold: Hold) -> None:
    held = hold(data)
    assert os.getpgid(held.guard) == os.getpgid(held.server) != os.getpgid(held.pid)
    assert os.getsid(held.guard) == os.getsid(held.server) != os.getsid(held.pid)


def test_a_killed_guard_takes_the_server_along(data: Path, hold: Hold) -> None:
    held = hold(data)
    fill(held)
    os.kill(held.guard, signal.SIGKILL)
    wait_until(lambda: gone(held.server))
    held.process.send_signal(signal.SIGINT)
    held.process.wait(10)
    expect_data(hold, data)


def test_everything_killed_at_once_is_recovered(data: Path, hold: Hold) -> None:
    held = hold(data)
    fill(held)
    for pid in (held.pid, held.guard, held.server):
        os.kill(pid, signal.SIGKILL)
    expect_data(hold, data)


def test_the_lock_lasts_as_long_as_the_last_process_of_the_server(data: Path, hold: Hold) -> None:
    """A process of the server that is slow to notice still writes: nobody may start beside it."""
    held = hold(data)
    fill(held)
    slow = next(child.pid for child in psutil.Process(held.server).children() if "checkpointer" in child.cmdline()[0])
    os.kill(slow, signal.SIGSTOP)
    for pid in (held.pid, held.guard, held.server):
        os.kill(pid, signal.SIGKILL)
    held.process.wait()
    wait_until(lambda: gone(held.guard, held.server))
    next_one = spawn_module("holder", data, chosen_binaries() or "")
    try:
        try:
            assert next_one.stdout is not None
            assert "Waiting for the processes of an earlier run" in next_one.stdout.readline()
            assert not is_free(data)
        finally:
            os.kill(slow, signal.SIGCONT)
        url = read_report(next_one)["url"]
        assert query(url, "SELECT sum(figure) FROM kept") == 200010000
        next_one.send_signal(signal.SIGINT)
        next_one.wait(20)
    finally:
        with suppress(ProcessLookupError):
            os.kill(slow, signal.SIGCONT)
        next_one.kill()
        next_one.communicate()


def test_a_holder_killed_while_the_cluster_is_made(place: Path, hold: Hold) -> None:
    process = spawn_module("holder", place / "data", chosen_binaries() or "")
    assert process.stdout is not None
    assert "Making a new database" in process.stdout.readline()
    time.sleep(0.1)
    process.kill()
    process.communicate()
    held = hold(place / "data")
    assert query(held.url, "SELECT 1") == 1


@pytest.mark.long
def test_a_holder_killed_at_any_moment_of_its_start(place: Path, hold: Hold) -> None:
    for milliseconds in range(0, 1600, 40):
        process = spawn_module("holder", place / "data", chosen_binaries() or "")
        time.sleep(milliseconds / 1000)
        process.kill()
        process.communicate()
    held = hold(place / "data")
    assert query(held.url, "SELECT 1") == 1


@pytest.mark.long
def test_writes_that_were_confirmed_survive_a_kill_in_the_midst_of_writing(data: Path, hold: Hold) -> None:
    held = hold(data)
    query(held.url, "CREATE TABLE kept (figure int)")
    for turn in range(5):
        writer = spawn_module("writer", held.url, turn * 1_000_000)
        report = read_report(writer)
        time.sleep(0.5)
        os.kill((held.server, held.guard, held.pid)[turn % 3], signal.SIGKILL)
        output, _ = writer.communicate(timeout=20)
        confirmed = max([report["figure"], *(int(line) for line in output.splitlines() if line.isdigit())])
        held.process.kill()
        held.process.wait()
        held = hold(data)
        start = turn * 1_000_000
        counted = query(held.url, "SELECT count(*) FROM kept WHERE figure > $1 AND figure <= $2", start, confirmed)
        assert counted == confirmed - start
