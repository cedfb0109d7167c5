"""Make a backup of the database, from one moment, while the service works."""

import asyncio
import os
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import asyncpg

from casemgmt.backup import manifest, programs
from casemgmt.backup.manifest import BackupError, Manifest, SealedHead
from casemgmt.db.addresses import driver_url
from casemgmt.documents.keys import KeyRing
from casemgmt.documents.sealing import Sealer, new_key
from casemgmt.ids import new_id


def make_backup(
    url: str, folder: Path, ring: KeyRing, made_at: datetime, say: Callable[[str], None], binaries: Path | None = None
) -> Manifest:
    """Write a backup into a new folder, sealed under the current key of `ring`, and return what it holds.

    `url` is that of a role which row security doesn't bind, as for migrations: a dump by anybody else would lack what
    its maker may not see. Nothing is left in the folder's place where it fails, and nothing of it is ever on the disk
    in clear.
    """
    if folder.exists():
        raise BackupError(f"{folder} exists: a backup never writes over another one.")
    unfinished = folder.with_name(folder.name + ".part")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True, mode=0o700)
    backup_id, key = new_id(), new_key()
    try:
        held = asyncio.run(_look(url))
        say("Copying the database …")
        file = unfinished / manifest.DUMP
        _copy(url, file, Sealer(key, backup_id), binaries)
        say("Reading it back …")
        whole = Manifest(
            id=backup_id,
            key_id=ring.current.id,
            wrapped_key=ring.current.wrap(key, backup_id),
            made_at=made_at,
            bytes=file.stat().st_size,
            sha256=manifest.digest(file, lambda _: None),
            **held,
        )
        manifest.write(unfinished, whole)
        unfinished.rename(folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return whole


def _copy(url: str, file: Path, sealer: Sealer, binaries: Path | None) -> None:
    command = [programs.program("pg_dump", binaries), "--format=custom"]
    with file.open("xb") as target:
        file.chmod(0o600)
        programs.dump(command, url, lambda piece: target.write(sealer.update(piece)))
        target.write(sealer.finish())
        target.flush()
        os.fsync(target.fileno())


async def _look(url: str) -> dict[str, Any]:
    """Return what the database holds before the dump begins: the dump holds that, and perhaps more."""
    connection = await asyncpg.connect(driver_url(url))
    try:
        try:
            facts = dict(await connection.fetch("SELECT key, value FROM deployment"))
        except asyncpg.UndefinedTableError:
            raise BackupError("This database holds no casemgmt: there is nothing to back up.") from None
        head = await connection.fetchrow("SELECT size, root, key_id FROM audit_head ORDER BY size DESC LIMIT 1")
        return {
            "tables": await connection.fetchval("SELECT version_num FROM alembic_version"),
            "postgresql": connection.get_server_version().major,
            "log": facts["log"],
            "generation": facts["generation"],
            "sealed": None
            if head is None
            else SealedHead(size=head["size"], root=head["root"].hex(), key_id=head["key_id"]),
            "events": await connection.fetchval("SELECT count(*) FROM audit_event"),
        }
    finally:
        await connection.close()
