"""The audit log of the year: sealed, taken out, and verified from the file alone."""

import asyncio
from pathlib import Path

import asyncpg

from benchmarks.year.comparison import Findings
from casemgmt.audit.export import Reason, Window, export_log
from casemgmt.audit.sealer import Sealer
from casemgmt.audit.signing import make_key_file
from casemgmt.audit.verify import verify
from casemgmt.db.addresses import driver_url

_SETTLED = "SELECT pg_snapshot_xmin(pg_current_snapshot()) > max(xid) FROM audit_event"
_WRITTEN = "SELECT count(*) FROM audit_event"
_PATIENCE, _PAUSE = 2400, 0.025
"""A minute for transactions of other databases of the server: the sealer waits for all that are older."""


async def compare_log(connection: asyncpg.Connection, sealer_url: str, folder: Path, findings: Findings) -> None:
    """Seal every event that the year left, export the log, and verify the export with its key."""
    key, export = make_key_file(folder / "audit-key.json"), folder / "audit.export"
    for _ in range(_PATIENCE):
        if await connection.fetchval(_SETTLED):
            break
        await asyncio.sleep(_PAUSE)
    written = await connection.fetchval(_WRITTEN)
    sealing = await asyncpg.connect(driver_url(sealer_url))
    try:
        sealer = Sealer(sealing, key)
        while (await sealer.seal()).more:
            pass
        with export.open("wb") as out:
            await export_log(sealing, key, out, Window(), Reason())
    finally:
        await sealing.close()
    with export.open("rb") as lines:
        found = verify(lines, [key.public])
    findings.wrong.extend(f"the audit log: {fault.kind}: {fault.text}" for fault in found.faults)
    findings.differ("the audit log, sealed events", found.events, written)
    findings.compared["sealed events"] = found.events
