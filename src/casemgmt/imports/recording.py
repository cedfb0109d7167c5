"""Does a whole import within the open transaction; whether it stays is for the caller to say."""

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from casemgmt.db.work import Work
from casemgmt.errors import Unavailable
from casemgmt.imports import repository
from casemgmt.imports.children import find_children
from casemgmt.imports.findings import Finding, Report
from casemgmt.imports.mapping import read_mapping
from casemgmt.imports.numbers import Numbers
from casemgmt.imports.preparing import Prepared, Terms, prepare, rows_for_digest
from casemgmt.imports.progress import Teller
from casemgmt.imports.reading import read_table
from casemgmt.imports.tables import ImportContent, ImportRun
from casemgmt.imports.writing import Origin, write_cases, write_children, write_signals
from casemgmt.people.policy import local_day
from casemgmt.settings import Settings

_FORGET_PLANS = "DISCARD PLANS"
_FOR_MANY_ROWS = (
    "SELECT set_config('plan_cache_mode', 'force_generic_plan', true), set_config('enable_seqscan', 'off', true),"
    " set_config('statement_timeout', :longest, true),"
    " set_config('idle_in_transaction_session_timeout', :longest, true)"
)
"""Few statements run for each of thousands of rows: to plan each anew was a quarter of the time. In a new deployment
they would be planned for tables that are empty, now or when this connection saw them first, and go through all rows of
the import for each. And while the file is read the database hears nothing for longer than in any request."""


@dataclass(frozen=True)
class Looked:
    """What a look at a file found."""

    report: Report
    sheet: str | None
    digest: str


async def record_all(
    work: Work, run: ImportRun, content: ImportContent, settings: Settings, teller: Teller, numbers: Numbers
) -> Looked:
    """Read the file and record all its new rows; looking and doing differ only in what follows.

    `Invalid` where the file can't be read as a table, `Unavailable` while another import of the register is at it.
    """
    mapping = read_mapping(run.mapping)
    report, body = Report(), content.body or b""
    terms = Terms(work.now, local_day(work.now), settings.import_rows)

    def read() -> tuple[str | None, list[Prepared]]:
        table = read_table(body, mapping)
        return table.sheet, prepare(table, mapping, terms, report)

    await (await work.driver()).execute(_FORGET_PLANS)
    await work.call(_FOR_MANY_ROWS, longest=f"{settings.import_seconds}s")
    await teller.tell("reading")
    sheet, rows = await asyncio.to_thread(read)
    if not await repository.take_register(work, run.source):
        raise Unavailable("Another import of this register is at work.", code="register-busy")
    outcomes = await _outcomes(work, run, rows, report)
    origin = Origin(run, sheet, settings.lookup_key)
    new = [row for row in rows if outcomes[row.number] == "new"]
    decisions = {str(d["number"]): d for d in content.decisions or []}
    await teller.tell("comparing", 0, len(new))
    children = await find_children(work, new, decisions, report, teller)
    await write_children(work, children)
    signals = await write_signals(work, origin, new, children, report, teller)
    if run.kind == "cases":
        await write_cases(work, origin, new, children, signals, report, numbers, teller)
    await teller.tell("closing", len(new), len(new))
    digest = report.digest(
        hashlib.sha256(body).hexdigest(),
        hashlib.sha256(run.mapping.encode()).hexdigest(),
        content.decisions,
        rows=rows_for_digest(rows, outcomes),
    )
    return Looked(report, sheet, digest)


async def _outcomes(work: Work, run: ImportRun, rows: list[Prepared], report: Report) -> dict[str, str]:
    """Return what becomes of each row: recorded as new, or left as it is because an earlier import brought it."""
    part = run.kind.removesuffix("s")
    known: Mapping[str, str] = await repository.imported_before(work, run.source, part, [r.number for r in rows])
    outcomes = {}
    for row in rows:
        before = known.get(row.number)
        if before is None:
            outcomes[row.number], report.new_rows = "new", report.new_rows + 1
        elif before == row.digest:
            outcomes[row.number], report.known_rows = "known", report.known_rows + 1
        else:
            outcomes[row.number], report.differing_rows = "differing", report.differing_rows + 1
            report.add(Finding("row-differs", row.row, level="notice"))
    return outcomes
