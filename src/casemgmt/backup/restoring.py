"""Put a backup into a database of another cluster, so that the service can go on there and nobody is deceived.

What a copy of the rows alone would get wrong is mended before anybody can log in: sessions that were ended after the
backup was made would live again, and cursors of devices would count transactions that this cluster never had.
"""

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import asyncpg

from casemgmt.backup import manifest, programs
from casemgmt.backup.manifest import BackupError, Manifest
from casemgmt.db.addresses import OWNER_ROLE, driver_url
from casemgmt.db.migrate import make_roles, migrate
from casemgmt.documents.keys import KeyRing
from casemgmt.documents.sealing import DamagedError, open_sealed
from casemgmt.ids import new_id

_HELD = (
    "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p', 'v', 'S')"
)


async def restore_backup(
    folder: Path,
    ring: KeyRing,
    url: str,
    logins: tuple[str | None, ...],
    say: Callable[[str], None],
    progress: Callable[[int], None],
    binaries: Path | None = None,
) -> Manifest:
    """Put a backup into an empty database and return what it said of itself.

    `logins` are the addresses of the service, of the sealer and of the worker. In a new cluster nobody can log in with
    them before the last step. The database stays empty where the backup is damaged or can't be put back whole.
    """
    say("Reading the backup …")
    said = manifest.read(folder, progress)
    key = _key(said, ring)
    await _refuse_unless_empty(url, said)
    await make_roles(url)
    say("Putting the database back …")
    _load(folder / manifest.DUMP, url, key, said.id, binaries)
    say("Ending sessions, beginning a new generation …")
    await _begin_anew(url, said)
    await migrate(url, *logins)
    return said


def _key(said: Manifest, ring: KeyRing) -> bytes:
    master = ring.by_id.get(said.key_id)
    if master is None:
        raise BackupError(f"The backup is sealed under the key {said.key_id}, which the key file does not hold.")
    try:
        return master.unwrap(said.wrapped_key, said.id)
    except DamagedError:
        raise BackupError("The backup's key does not open: its description was changed.") from None


def _load(file: Path, url: str, key: bytes, backup_id: UUID, binaries: Path | None) -> None:
    command = [programs.program("pg_restore", binaries), "--single-transaction", "--exit-on-error"]
    try:
        with file.open("rb") as sealed, open_sealed(sealed, key, backup_id) as plain:
            programs.load(command, url, plain)
    except DamagedError as error:
        raise BackupError(f"{file} is not what was sealed: {error}.") from None


async def _refuse_unless_empty(url: str, said: Manifest) -> None:
    connection = await asyncpg.connect(driver_url(url))
    try:
        if await connection.fetchval(_HELD):
            raise BackupError("The database is not empty: a backup is put into a new one, never over another.")
        if connection.get_server_version().major < said.postgresql:
            raise BackupError(f"The backup was made of PostgreSQL {said.postgresql}: this server is older.")
    finally:
        await connection.close()


async def _begin_anew(url: str, said: Manifest) -> None:
    connection = await asyncpg.connect(driver_url(url))
    try:
        async with connection.transaction():
            await _compare(connection, said)
            await connection.execute(f"SET LOCAL ROLE {OWNER_ROLE}")
            await connection.execute("UPDATE deployment SET value = $1 WHERE key = 'generation'", str(new_id()))
            ended = await connection.fetch(
                "UPDATE auth_session SET revoked_at = clock_timestamp() WHERE revoked_at IS NULL RETURNING id"
            )
            await connection.execute("DELETE FROM start_code")  # one that was used after the backup would hold again
            await connection.execute(
                "SELECT audit_write($1, 'database.restored', 'done', NULL, 'session', $2, NULL, NULL, $3, 'restore')",
                new_id(),
                [r["id"] for r in ended],
                ["deployment.generation", "auth_session.revoked_at", "start_code.*"],
            )
    finally:
        await connection.close()


async def _compare(connection: asyncpg.Connection, said: Manifest) -> None:
    """Refuse a dump that does not hold the sealed log of which the manifest tells."""
    log = await connection.fetchval("SELECT value FROM deployment WHERE key = 'log'")
    sealed = said.sealed
    root = (
        None
        if sealed is None
        else await connection.fetchval("SELECT root FROM audit_head WHERE size = $1", sealed.size)
    )
    if log != said.log or (sealed is not None and (root is None or root.hex() != sealed.root)):
        raise BackupError(
            "The database that was put back holds another audit log than the backup tells of. Empty it; don't use it."
        )
