"""Queries of imports. Row security shows them to who prepares them and to those of the body who sign off."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select, tuple_

from casemgmt.db.paging import Position
from casemgmt.db.work import Work
from casemgmt.errors import NotFound
from casemgmt.imports.tables import ImportContent, ImportProgress, ImportRun


async def get_import(work: Work, import_id: UUID, *, for_change: bool = False) -> ImportRun:
    """Return an import that the actor sees, locked when it is about to change; else `NotFound`."""
    query = select(ImportRun).where(ImportRun.id == import_id).execution_options(populate_existing=True)
    if for_change:
        query = query.with_for_update(key_share=True)  # the rows that the worker writes meanwhile point to it
    run = (await work.session.scalars(query)).one_or_none()
    if run is None:
        raise NotFound("There is no such import.")
    return run


async def content_of(work: Work, import_id: UUID) -> ImportContent:
    """Return file and report of an import that the actor sees."""
    query = select(ImportContent).where(ImportContent.import_id == import_id).execution_options(populate_existing=True)
    return (await work.session.scalars(query)).one()


async def list_imports(work: Work, size: int, after: Position | None) -> list[ImportRun]:
    """Return up to `size` imports that the actor sees, the newest first."""
    query = select(ImportRun).order_by(col(ImportRun.created_at).desc(), col(ImportRun.id).desc()).limit(size)
    if after is not None:
        query = query.where(tuple_(col(ImportRun.created_at), col(ImportRun.id)) < (after.at, after.id))
    return list(await work.session.scalars(query))


async def imported_before(work: Work, source: str, part: str, numbers: Sequence[str]) -> dict[str, str]:
    """Return number → digest of the content, of the rows of a register of the actor's body that are here already."""
    rows = await work.rows(
        "SELECT * FROM imported_before(:source, :part, cast(:numbers AS text[]))",
        source=source,
        part=part,
        numbers=list(numbers),
    )
    return {row["number"]: row["content_digest"] for row in rows}


async def take_register(work: Work, source: str) -> bool:
    """Let imports of one register of the actor's body come one after the other; False where another one is at it."""
    taken: bool = await work.call("SELECT take_register(:source)", source=source)
    return taken


async def store(work: Work, row: ImportContent | ImportProgress) -> None:
    """Write what is no part of the log: file and report, of which the import's event tells, and how far it is."""
    work.session.add(row)
    await work.session.flush()


async def empty(work: Work, content: ImportContent) -> None:
    """Delete file, report and decisions of an import that has ended."""
    content.body = content.report = content.decisions = content.refusal = None
    await store(work, content)
