"""A backup put back into a new cluster: the same rows for the same people, the same log, and nobody signed in."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
import pytest_asyncio
from jose import jwt
from sqlalchemy.engine import make_url
from typer.testing import CliRunner

from api.app import create_app
from casemgmt.audit.sealer import Sealer
from casemgmt.audit.signing import SigningKey, make_key_file
from casemgmt.backup.making import make_backup
from casemgmt.backup.manifest import DUMP, BackupError, Manifest, write
from casemgmt.backup.restoring import restore_backup
from casemgmt.cli import app as program
from casemgmt.db.addresses import driver_url
from casemgmt.demo.accounts import ACCOUNTS, demo_id
from casemgmt.documents.keys import KeyRing
from casemgmt.documents.keys import make_key_file as make_backup_key
from casemgmt.documents.sealing import MasterKey, new_key
from casemgmt.embedded.server import EmbeddedServer
from casemgmt.settings import Settings
from tests.all_rows import TABLES
from tests.all_rows import World as Rows
from tests.audit.logbook import exported, settle, verified, witness_of
from tests.clients import World
from tests.conftest import PASSWORD, sealer_of
from tests.expectation import Expectation, keys, seen
from tests.postgres import quick_folder
from tests.steps import MANAGER, case_in_assessment, done, start_assessment

RING = KeyRing.of([MasterKey(new_key())])


@pytest.fixture(scope="module")
def other_cluster() -> Iterator[EmbeddedServer]:
    """A server that has never seen the database."""
    folder = Path(tempfile.mkdtemp(prefix="casemgmt-tests-", dir=quick_folder()))
    with EmbeddedServer(folder, durable=False, discard=True) as server:
        yield server
    shutil.rmtree(folder, ignore_errors=True)


@pytest_asyncio.fixture
async def empty_url(other_cluster: EmbeddedServer) -> AsyncIterator[str]:
    """The superuser's address of an empty database of the other cluster."""
    dsn = other_cluster.dsn
    assert dsn is not None
    connection = await asyncpg.connect(driver_url(dsn.url(database="postgres")))
    await connection.execute("DROP DATABASE IF EXISTS restored WITH (FORCE)")
    await connection.execute("CREATE DATABASE restored")
    yield dsn.url(database="restored")
    await connection.close()


@pytest.fixture
def key(tmp_path: Path) -> SigningKey:
    return make_key_file(tmp_path / "audit-key.json")


def _login(url: str, name: str) -> str:
    return make_url(url).set(username=name, password=PASSWORD).render_as_string(hide_password=False)


async def _sealed(sealer_url: str, owner_url: str, key: SigningKey) -> list[Any]:
    """Seal all there is and return the heads that a witness would have by now.

    In the new cluster nobody else is at work, and the numbers of the old one's transactions say nothing.
    """
    owner, sealing = await asyncpg.connect(driver_url(owner_url)), await asyncpg.connect(driver_url(sealer_url))
    try:
        if "restored" not in owner_url:
            await settle(owner)
        await Sealer(sealing, key).seal()
        return await witness_of(sealing)
    finally:
        await owner.close()
        await sealing.close()


async def _backed_up(owner_url: str, folder: Path) -> Manifest:
    return await asyncio.to_thread(make_backup, owner_url, folder, RING, datetime.now(UTC), lambda _: None)


async def _put_back(folder: Path, url: str, ring: KeyRing = RING) -> None:
    logins = (_login(url, "casemgmt_app"), _login(url, "casemgmt_seal"))
    await restore_backup(folder, ring, url, logins, lambda _: None, lambda _: None)


async def _differences(world: World, owner_url: str, service_url: str) -> list[tuple[str, str]]:
    """Return for whom and in which table row security shows something else than the expectation says."""
    found = []
    owner, service = await asyncpg.connect(driver_url(owner_url)), await asyncpg.connect(driver_url(service_url))
    try:
        for account in ACCOUNTS:
            claims = jwt.get_unverified_claims((await world.as_(account.username)).token)
            rows = await Rows.read(owner)
            expectation = Expectation(rows, demo_id(account.username), datetime.now(UTC))
            async with service.transaction():
                await service.execute(
                    "SELECT begin_work($1, $2, $3, 'test')", claims["sub"], claims["ver"], claims["sid"]
                )
                found += [
                    (account.username, table)
                    for table in TABLES
                    if table != "audit_event"  # it grows while it is read
                    and "id" in next(iter(rows.rows[table]), ())
                    and await seen(service, table, ["id"]) != keys(expectation.visible(table), ["id"])
                ]
    finally:
        await owner.close()
        await service.close()
    return found


async def _start_code(owner_url: str) -> None:
    """Leave a start code that holds. By hand: the codes of both administrators are needed again in this half minute."""
    owner = await asyncpg.connect(driver_url(owner_url))
    await owner.execute(
        "INSERT INTO start_code VALUES ($1, 'x', now(), now() + interval '1 day')", demo_id("lawyer.almaty")
    )
    await owner.close()


async def test_a_backup_comes_back_in_a_new_cluster_and_the_work_goes_on(
    world: World, owner_url: str, database_url: str, empty_url: str, tmp_path: Path, key: SigningKey
) -> None:
    case = await case_in_assessment(world)
    hidden = await case_in_assessment(world, category="violence_sexual")
    token = (await world.as_(MANAGER)).token
    await _start_code(owner_url)
    witness = await _sealed(sealer_of(database_url), owner_url, key)
    made = await _backed_up(owner_url, tmp_path / "backup")
    assert made.sealed is not None
    assert made.sealed.size == witness[-1].head.size

    await _put_back(tmp_path / "backup", empty_url)

    service_url = _login(empty_url, "casemgmt_app")
    application = create_app(Settings(mode="demo", database_url=service_url, database_connections=4))
    async with (
        application.router.lifespan_context(application),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app=application, raise_app_exceptions=False), base_url="http://restored"
        ) as client,
    ):
        old = await client.get(f"/v1/cases/{case.id}", headers={"Authorization": f"Bearer {token}"})
        assert old.status_code == 401, "a session of before is no way in"
        restored = World(client)
        manager = await restored.as_(MANAGER)
        assert done(await manager.get(f"/v1/cases/{case.id}"))["state"] == "assessment"
        assert done(await manager.get(f"/v1/cases/{hidden.id}"))["state"] == "assessment"
        await start_assessment(restored, case)
        assert await _differences(restored, empty_url, service_url) == []

    await _sealed(_login(empty_url, "casemgmt_seal"), empty_url, key)
    sealing = await asyncpg.connect(driver_url(_login(empty_url, "casemgmt_seal")))
    found = verified(await exported(sealing, key), key, witness)
    await sealing.close()
    assert found.hold, found.faults
    assert found.generations == 2
    assert found.events > made.events

    owner = await asyncpg.connect(driver_url(empty_url))
    assert await owner.fetchval("SELECT value FROM deployment WHERE key = 'generation'") != made.generation
    assert await owner.fetchval("SELECT value FROM deployment WHERE key = 'log'") == made.log
    assert await owner.fetchval("SELECT count(*) FROM audit_event WHERE kind = 'database.restored'") == 1
    assert await owner.fetchval("SELECT count(*) FROM start_code") == 0, "one may have been used after the backup"
    await owner.close()


async def test_a_damaged_backup_changes_nothing(owner_url: str, empty_url: str, tmp_path: Path) -> None:
    await _backed_up(owner_url, tmp_path / "backup")
    dump = tmp_path / "backup" / DUMP
    content = bytearray(dump.read_bytes())
    content[len(content) // 2] ^= 1
    dump.write_bytes(content)
    with pytest.raises(BackupError, match="is not the file that was backed up"):
        await _put_back(tmp_path / "backup", empty_url)
    await _assert_empty(empty_url)


async def test_a_backup_shows_nothing_of_a_child_to_who_has_no_key(
    world: World, owner_url: str, empty_url: str, tmp_path: Path
) -> None:
    case = await case_in_assessment(world)
    await _backed_up(owner_url, tmp_path / "backup")
    content = (tmp_path / "backup" / DUMP).read_bytes()
    assert not any(word in content for word in (b"PGDMP", b"case_record", case.child.encode()))
    with pytest.raises(BackupError, match="sealed under the key"):
        await _put_back(tmp_path / "backup", empty_url, KeyRing.of([MasterKey(new_key())]))


async def test_a_backup_whose_description_was_made_to_fit_another_dump_is_refused(
    owner_url: str, empty_url: str, tmp_path: Path
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    said = await _backed_up(owner_url, first)
    other = await _backed_up(owner_url, second)
    (first / DUMP).write_bytes((second / DUMP).read_bytes())
    write(first, said.model_copy(update={"sha256": other.sha256, "bytes": other.bytes}))
    with pytest.raises(BackupError, match="not what was sealed"):
        await _put_back(first, empty_url)
    await _assert_empty(empty_url)


async def _assert_empty(url: str) -> None:
    owner = await asyncpg.connect(driver_url(url))
    assert await owner.fetchval("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == 0
    await owner.close()


async def test_a_backup_is_never_put_over_another_database(owner_url: str, tmp_path: Path) -> None:
    await _backed_up(owner_url, tmp_path / "backup")
    with pytest.raises(BackupError, match="not empty"):
        await _put_back(tmp_path / "backup", owner_url)


async def test_a_folder_without_a_manifest_is_no_backup(empty_url: str, tmp_path: Path) -> None:
    (tmp_path / "backup").mkdir()
    with pytest.raises(BackupError, match="no finished backup"):
        await _put_back(tmp_path / "backup", empty_url)


def test_the_commands_say_what_they_did_and_what_is_left_to_do(
    owner_url: str, empty_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, key = str(tmp_path / "backup"), ["--key", str(tmp_path / "backup-keys")]
    make_backup_key(tmp_path / "backup-keys")
    monkeypatch.setenv("CASEMGMT_MODE", "demo")
    monkeypatch.setenv("CASEMGMT_MIGRATION_DATABASE_URL", owner_url)
    made = CliRunner().invoke(program, ["backup", folder, *key])
    assert made.exit_code == 0, made.output
    assert "audit events" in made.output
    again = CliRunner().invoke(program, ["backup", folder, *key])
    assert (again.exit_code, "never writes over" in again.output) == (2, True)
    monkeypatch.setenv("CASEMGMT_MIGRATION_DATABASE_URL", empty_url)
    restored = CliRunner().invoke(program, ["restore", folder, *key])
    assert restored.exit_code == 0, restored.output
    assert "All sessions are ended" in restored.output
    assert "--accept-loss" in restored.output
