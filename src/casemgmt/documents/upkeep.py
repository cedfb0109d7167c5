"""What an operator does with the storage: compare it with the database, and change the master key.

Both work past row security, as the owner of the tables, and leave their events.
"""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import asyncpg

from casemgmt.audit.commitments import commit
from casemgmt.db.addresses import OWNER_ROLE, driver_url
from casemgmt.documents.keys import KeyRing
from casemgmt.documents.sealing import DamagedError, content_digest, open_sealed
from casemgmt.documents.storage import Storage, StoredFile
from casemgmt.ids import new_id

_BATCH = 100
_BLOCK = 262_144
_AUDIT = "SELECT audit_write($1, $2, $3, $4, 'document', $5, NULL, NULL, $6, 'cli')"
_NEXT = (
    "SELECT d.id, d.storage_name, d.digest, k.master_key_id, k.wrapped FROM document d"
    " LEFT JOIN document_key k ON k.document_id = d.id WHERE d.storage_name IS NOT NULL AND d.id > $1"
    " ORDER BY d.id LIMIT $2"
)
_STILL = "SELECT 1 FROM document WHERE id = $1 AND storage_name = $2"
_LOGGED = (
    "SELECT e.changes::text AS changes, s.salt FROM audit_event e JOIN audit_salt s ON s.event_id = e.id"
    " WHERE e.record_ids @> ARRAY[$1::uuid] AND e.kind = 'document.received'"
)
_STALE = (
    "SELECT document_id, master_key_id, wrapped FROM document_key WHERE wrapped IS NOT NULL AND master_key_id <> $1"
    " ORDER BY document_id LIMIT $2 FOR UPDATE"
)


class UpkeepError(Exception):
    """The work can't be done; the text is for the operator."""


@dataclass
class Findings:
    """What the comparison of storage and database found."""

    documents: int = 0
    faults: list[tuple[UUID, str]] = field(default_factory=list)
    """Documents whose content is `missing`, `damaged`, has no key here (`no_key`), or not the digest that the log
    keeps a commitment to (`not_as_logged`)."""
    left_over: list[StoredFile] = field(default_factory=list)
    """Files that no document names, older than the grace."""
    young: int = 0
    """Files that no document names yet: uploads that may still be running."""


async def check_storage(
    url: str, storage: Storage, keys: KeyRing, grace_seconds: float, progress: Callable[[int, int], None]
) -> Findings:
    """Open every content, compare it with its digest and with the log, and find the files that nobody names.

    `progress` is told how many documents are done, of how many.
    """
    found = Findings()
    files = list(storage.files())  # before the rows: what gets its place meanwhile is not taken for left over
    named: set[str] = set()
    async with _owner(url) as connection:
        total = await connection.fetchval("SELECT count(*) FROM document WHERE storage_name IS NOT NULL")
        last = UUID(int=0)
        while rows := await connection.fetch(_NEXT, last, _BATCH):
            for row in rows:
                named.add(row["storage_name"])
                fault = await _fault_of(connection, storage, keys, row)
                if fault is not None and await connection.fetchval(_STILL, row["id"], row["storage_name"]):
                    found.faults.append((row["id"], fault))
                found.documents += 1
                progress(found.documents, max(total, found.documents))
            last = rows[-1]["id"]
        for document_id, fault in found.faults:
            await connection.execute(_AUDIT, new_id(), "document.unreadable", "refused", fault, [document_id], [])
    unnamed = [f for f in files if f.incoming or f.name not in named]
    found.left_over = [f for f in unnamed if f.age_seconds > grace_seconds]
    found.young = len(unnamed) - len(found.left_over)
    return found


async def sweep(url: str, storage: Storage, files: list[StoredFile]) -> int:
    """Remove files that no document names, and record it."""
    for file in files:
        storage.remove(file.name)
    if files:
        async with _owner(url) as connection:
            await connection.execute(_AUDIT, new_id(), "document.files_swept", "done", None, [], [])
    return len(files)


async def rotate_keys(url: str, keys: KeyRing, progress: Callable[[int, int], None]) -> int:
    """Wrap every key of a document by the current master key; return how many there were.

    A batch is a transaction: who stops it begins later where it stopped. Raises `UpkeepError` where a master key that
    is still needed is not among the keys; what was wrapped until then stays so.
    """
    done = 0
    async with _owner(url) as connection:
        total = await connection.fetchval(
            "SELECT count(*) FROM document_key WHERE wrapped IS NOT NULL AND master_key_id <> $1", keys.current.id
        )
        while True:
            async with connection.transaction():
                rows = await connection.fetch(_STALE, keys.current.id, _BATCH)
                if not rows:
                    return done
                wrapped = [_wrap_anew(keys, row) for row in rows]
                ids = [row["document_id"] for row in rows]
                await connection.execute(
                    _AUDIT, new_id(), "document.keys_rewrapped", "done", None, ids, ["document_key.wrapped"]
                )
                await connection.execute(
                    "UPDATE document_key k SET master_key_id = $1, wrapped = n.wrapped"
                    " FROM unnest($2::uuid[], $3::text[]) AS n (id, wrapped) WHERE k.document_id = n.id",
                    keys.current.id,
                    ids,
                    wrapped,
                )
            done += len(rows)
            progress(done, max(total, done))


def _wrap_anew(keys: KeyRing, row: Any) -> str:
    master = keys.by_id.get(row["master_key_id"])
    if master is None:
        raise UpkeepError(f"Documents are still under the master key {row['master_key_id']}, which is not in the file.")
    try:
        return keys.current.wrap(master.unwrap(row["wrapped"], row["document_id"]), row["document_id"])
    except DamagedError:
        raise UpkeepError(f"The key of document {row['document_id']} can't be read: it was changed.") from None


async def _fault_of(connection: asyncpg.Connection, storage: Storage, keys: KeyRing, row: Any) -> str | None:
    master = keys.by_id.get(row["master_key_id"])
    if master is None or row["wrapped"] is None:
        return "no_key"
    try:
        key = master.unwrap(row["wrapped"], row["id"])
        digest = content_digest(key)
        with open_sealed(storage.open(row["storage_name"]), key, row["id"]) as content:
            while block := content.read(_BLOCK):
                digest.update(block)
    except DamagedError:
        return "damaged"
    except OSError:
        return "missing"
    if digest.hexdigest() != row["digest"]:
        return "damaged"
    return None if await _is_as_logged(connection, row) else "not_as_logged"


async def _is_as_logged(connection: asyncpg.Connection, row: Any) -> bool:
    """Answer whether the log committed to this digest. Where its salt is gone nothing can be compared any more."""
    logged = await connection.fetchrow(_LOGGED, row["id"])
    if logged is None:
        return True
    mine = commit(logged["salt"], str(row["id"]), "document.digest", "after", row["digest"])
    kept = [c["after"] for c in json.loads(logged["changes"]) if c["field"] == "document.digest"]
    return kept == [mine]


@asynccontextmanager
async def _owner(url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(driver_url(url), server_settings={"application_name": "casemgmt-files"})
    try:
        await connection.execute(f"SET ROLE {OWNER_ROLE}")
        yield connection
    finally:
        await connection.close()
