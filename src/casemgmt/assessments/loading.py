"""Loading of instruments into a deployment, as its owner: once, as a whole, never to be changed."""

from collections.abc import Iterable
from datetime import datetime

import asyncpg

from casemgmt.assessments.instrument import Instrument, shipped_instruments
from casemgmt.assessments.sign_off import Signed
from casemgmt.audit.commitments import Change, commitments, new_salt
from casemgmt.ids import new_id

_AUDIT = (
    "SELECT audit_write($1, $2, 'done', NULL, 'assessment_instrument', '{}', NULL, NULL, $3, $4, $5::text::jsonb, $6)"
)


class LibraryError(ValueError):
    """Instruments can't be loaded or withdrawn. It says which and why; nothing was changed."""


async def load_shipped(connection: asyncpg.Connection) -> None:
    """Load what comes with the program. LibraryError where a file differs from the version that is in use."""
    await _load(connection, [(each, None) for each in shipped_instruments()], None, source="migrate")


async def load_instruments(
    connection: asyncpg.Connection, found: Iterable[tuple[Instrument, Signed]], now: datetime
) -> list[Instrument]:
    """Load signed instruments, all or none, and return those that were not there yet. LibraryError says why not."""
    return await _load(connection, list(found), now, source="instruments")


async def _load(
    connection: asyncpg.Connection,
    found: list[tuple[Instrument, Signed | None]],
    now: datetime | None,
    *,
    source: str,
) -> list[Instrument]:
    await connection.execute("SELECT pg_advisory_xact_lock(hashtext('casemgmt.instruments'))")
    rows = await connection.fetch("SELECT code, version, digest FROM assessment_instrument")
    held = {(row["code"], row["version"]): row["digest"] for row in rows}
    new = [(i, signed) for i, signed in found if (i.code, i.version) not in held]
    if changed := [f"{i.code} {i.version}" for i, _ in found if held.get((i.code, i.version), i.digest) != i.digest]:
        raise LibraryError(
            f"{', '.join(changed)}: loaded before with another content. A version is never changed:"
            " give what is new the next version."
        )
    for instrument, signed in new:
        await connection.execute(
            "INSERT INTO assessment_instrument (code, version, digest, content, authority, signed_by, signed_on,"
            " loaded_at) VALUES ($1, $2, $3, $4::text::jsonb, $5, $6, $7, coalesce($8, now()))",
            instrument.code,
            instrument.version,
            instrument.digest,
            instrument.model_dump_json(),
            signed and signed.authority,
            signed and signed.signed_by,
            signed and signed.signed_on,
            now,
        )
    if new:
        changes = [
            Change(f"{instrument.code}/{instrument.version}", "assessment_instrument.digest", instrument.digest)
            for instrument, _ in new
        ]
        await _tell(connection, "instruments.loaded", changes, source)
    return [instrument for instrument, _ in new]


async def withdraw_instrument(connection: asyncpg.Connection, code: str, version: int, reason: str) -> None:
    """Let nothing begin with a version any more. LibraryError where there is none, or it was withdrawn before."""
    done = await connection.fetchval(
        "UPDATE assessment_instrument SET withdrawn_at = now(), withdraw_reason = $3"
        " WHERE code = $1 AND version = $2 AND withdrawn_at IS NULL RETURNING 1",
        code,
        version,
        reason,
    )
    if done is None:
        raise LibraryError(f"{code} {version}: no such version is in use.")
    change = Change(f"{code}/{version}", "assessment_instrument.withdraw_reason", reason)
    await _tell(connection, "instruments.withdrawn", [change], "instruments")


async def _tell(connection: asyncpg.Connection, kind: str, changes: list[Change], source: str) -> None:
    salt = new_salt()
    fields = sorted({change.name for change in changes})
    await connection.execute(_AUDIT, new_id(), kind, fields, source, commitments(salt, changes), salt)
