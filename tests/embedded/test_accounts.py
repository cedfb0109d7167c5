"""Root and ordinary users, open and closed folders."""

import os
import pwd
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from casemgmt.embedded import accounts
from casemgmt.embedded.binaries import LIBRARIES, WHEEL, find_binaries
from casemgmt.embedded.errors import EmbeddedServerError
from casemgmt.embedded.server import EmbeddedServer
from tests.embedded.conftest import REPOSITORY, Held, needs_root, query, spawn_module
from tests.postgres import chosen_binaries

ORDINARY = pwd.getpwnam("daemon")


def as_ordinary_user() -> dict[str, Any]:
    """Options of a process of the ordinary user, with an interpreter that it can run.

    Root's own may lie in a closed folder; then the system's of the same version serves, with our packages.
    """
    environment = {name: value for name, value in os.environ.items() if name != "XDG_RUNTIME_DIR"}
    options: dict[str, Any] = {
        "user": ORDINARY.pw_uid,
        "group": ORDINARY.pw_gid,
        "extra_groups": [],
        "env": environment | {"PYTHONPATH": os.pathsep.join(sys.path)},
    }
    system = f"/usr/bin/python{sys.version_info.major}.{sys.version_info.minor}"
    for python in (sys.executable, system):
        with suppress(OSError, subprocess.CalledProcessError):
            probe = [python, "-c", "import casemgmt.embedded.server"]
            subprocess.run(probe, check=True, cwd=REPOSITORY, capture_output=True, **options)
            return options | {"python": python}
    pytest.skip("no interpreter or checkout that an ordinary user can reach")


def process_owner(pid: int) -> int:
    return Path(f"/proc/{pid}").stat().st_uid


@needs_root
def test_root_lends_an_unprivileged_account(place: Path, hold: Callable[..., Held]) -> None:
    before = Path("/etc/passwd").read_bytes()
    held = hold(place / "below" / "data")
    assert {process_owner(held.guard), process_owner(held.server)} == {pwd.getpwnam("nobody").pw_uid}
    assert held.home == place / "below" / "data"
    assert stat.S_IMODE((place / "below").stat().st_mode) == 0o755
    assert Path("/etc/passwd").read_bytes() == before


@needs_root
def test_an_ordinary_user_after_root_in_a_folder_of_their_own(place: Path, hold: Callable[..., Held]) -> None:
    (place / "root").mkdir()
    (place / "own").mkdir(mode=0o700)
    os.chown(place / "own", ORDINARY.pw_uid, ORDINARY.pw_gid)
    by_root = hold(place / "root" / "data")
    by_user = hold(place / "own" / "data", **as_ordinary_user())
    assert process_owner(by_user.server) == ORDINARY.pw_uid
    assert query(by_root.url, "SELECT 1") == query(by_user.url, "SELECT 1") == 1


@needs_root
def test_what_root_starts_in_a_users_folder_stays_the_users(place: Path, hold: Callable[..., Held]) -> None:
    own = place / "own"
    own.mkdir(mode=0o700)
    os.chown(own, ORDINARY.pw_uid, ORDINARY.pw_gid)
    by_root = hold(own / ".data" / "postgres")
    assert process_owner(by_root.server) == ORDINARY.pw_uid
    query(by_root.url, "CREATE TABLE kept AS SELECT 7 AS figure")
    by_root.process.terminate()
    by_root.process.wait()
    by_user = hold(own / ".data" / "postgres", **as_ordinary_user())
    assert query(by_user.url, "SELECT figure FROM kept") == 7
    assert {path.stat().st_uid for path in own.rglob("*")} == {ORDINARY.pw_uid}


@needs_root
@pytest.mark.skipif(chosen_binaries() is not None, reason="only the wheel's programs can be copied")
def test_root_in_a_closed_checkout(place: Path, hold: Callable[..., Held]) -> None:
    """Code, programs and data folder lie where the server's account can't get."""
    closed = place / "closed"
    closed.mkdir(mode=0o700)
    install = find_binaries().parent
    shutil.copytree(REPOSITORY / "src" / "casemgmt", closed / "casemgmt")
    shutil.copytree(install, closed / WHEEL / install.name)
    shutil.copytree(install.parents[1] / LIBRARIES, closed / LIBRARIES)
    told: list[str] = []
    server = EmbeddedServer(
        closed / "data",
        binaries=closed / WHEEL / install.name / "bin",
        system_root=place / "system",
        progress=told.append,
    )
    original = os.environ.get("PYTHONPATH", "")
    os.environ["PYTHONPATH"] = str(closed)  # the guard is to find its code there
    try:
        for _ in range(2):
            with server:
                assert server.dsn is not None
                assert query(server.dsn.url(), "SELECT 1") == 1
                assert server.home.parent == place / "system"
    finally:
        os.environ["PYTHONPATH"] = original
    assert "can't reach" in told[0]
    assert sorted(path.name.split("-")[0] for path in (place / "system").iterdir()) == ["data", "postgresql"]
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    assert not (closed / "data").exists()


@needs_root
def test_a_folder_with_somebodys_files_is_not_taken(place: Path) -> None:
    (place / "data").mkdir()
    (place / "data" / "thesis.txt").write_text("years of work", encoding="utf-8")
    with pytest.raises(EmbeddedServerError, match="isn't empty and doesn't belong to 'nobody'"):
        EmbeddedServer(place / "data", binaries=chosen_binaries()).start()
    assert (place / "data").stat().st_uid == 0


@needs_root
def test_a_system_folder_that_others_can_write_is_not_used(place: Path) -> None:
    (place / "system").mkdir()
    (place / "system").chmod(0o777)
    (place / "closed").mkdir(mode=0o700)
    with pytest.raises(EmbeddedServerError, match="doesn't belong to us alone"):
        accounts.choose_place(place / "closed" / "data", system_root=place / "system")


@needs_root
def test_a_folder_that_the_user_may_not_write_is_named(place: Path) -> None:
    process = spawn_module(
        "holder", place / "data", chosen_binaries() or "", stderr=subprocess.PIPE, **as_ordinary_user()
    )
    output, errors = process.communicate(timeout=20)
    assert process.returncode == 1
    assert "Permission denied" in output
    assert str(place / "data") in output
    assert errors == ""
