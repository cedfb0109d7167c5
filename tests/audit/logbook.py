"""Fill the log of a test, seal it, export it and verify the export."""

import asyncio
import io
from pathlib import Path
from uuid import UUID

import asyncpg
from typer.testing import CliRunner

from casemgmt.audit.comparison import Witness
from casemgmt.audit.evidence import SignedHead
from casemgmt.audit.export import Reason, Window, export_log
from casemgmt.audit.findings import Findings
from casemgmt.audit.sealer import Sealer
from casemgmt.audit.signing import PublicKey, SigningKey
from casemgmt.audit.tree import head_of, read_log
from casemgmt.audit.verify import verify
from casemgmt.cli import app
from casemgmt.ids import new_id

WRITE = "SELECT audit_write($1, $2, 'done', NULL, 'test', $3, NULL, NULL, '{}', 'test')"


async def write_events(owner: asyncpg.Connection, count: int) -> list[UUID]:
    """Write events, each in a transaction of its own."""
    ids = [new_id() for _ in range(count)]
    for event_id in ids:
        await owner.execute(WRITE, event_id, "test.written", [new_id()])
    return ids


async def settle(owner: asyncpg.Connection) -> None:
    """Wait until no transaction of the cluster, of another test's database either, is older than the events."""
    for _ in range(2400):
        if await owner.fetchval("SELECT pg_snapshot_xmin(pg_current_snapshot()) > max(xid) FROM audit_event"):
            return
        await asyncio.sleep(0.025)
    raise TimeoutError


async def fill(owner: asyncpg.Connection, sealer: Sealer, *batches: int) -> list[UUID]:
    """Write and seal batches of events, and return the ids of all that were sealed, in their order."""
    for count in batches:
        await write_events(owner, count)
        await settle(owner)
        await sealer.seal()
    return [r["event_id"] for r in await owner.fetch("SELECT event_id FROM audit_leaf ORDER BY position")]


async def exported(sealing: asyncpg.Connection, key: SigningKey, window: Window | None = None) -> bytes:
    """Return an export."""
    out = io.BytesIO()
    await export_log(sealing, key, out, window or Window(), Reason())
    return out.getvalue()


async def witness_of(sealing: asyncpg.Connection) -> list[SignedHead]:
    """Return the heads that a witness would have kept by now."""
    log = await read_log(sealing)
    rows = await sealing.fetch("SELECT *, horizon::text AS horizon FROM audit_head ORDER BY size")
    return [SignedHead(head_of(log, row), row["signature"]) for row in rows]


def verified(
    export: bytes, key: SigningKey | PublicKey | None = None, witness: list[SignedHead] | None = None
) -> Findings:
    """Return what the verification of an export finds."""
    public = key.public if isinstance(key, SigningKey) else key
    return verify(
        io.BytesIO(export),
        None if public is None else [public],
        None if witness is None else Witness(witness, ()),
    )


def save(path: Path, export: bytes) -> Path:
    """Write an export to a file."""
    path.write_bytes(export)
    return path


def commanded(*words: str, typed: str | None = None) -> tuple[int, str]:
    """Return exit code and output of a command of `casemgmt`."""
    result = CliRunner().invoke(app, list(words), env={"COLUMNS": "200"}, input=typed)
    return result.exit_code, result.output
