"""Research projects: proposed by a research officer, approved by a records officer, and what goes out for them."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select

from casemgmt.audit.events import Event
from casemgmt.db import paging
from casemgmt.db.work import Work, check_version
from casemgmt.errors import WrongState, invalid_field
from casemgmt.exports.coarsening import Written, write_export
from casemgmt.exports.columns import TABLES, ResearchTable
from casemgmt.exports.commands import ProposeProject
from casemgmt.exports.states import PROJECT, ProjectFacts, ProjectState
from casemgmt.exports.tables import ResearchExport, ResearchProject
from casemgmt.exports.views import ColumnView, ProjectView, ResearchExportView, ResearchTableView
from casemgmt.ids import new_id
from casemgmt.models import AllowedActionView
from casemgmt.people.policy import local_day
from casemgmt.retention import repository

_ROWS = {"cases": "SELECT * FROM research_cases(:project)", "signals": "SELECT * FROM research_signals(:project)"}
_NOTES = [
    "Pseudonyms hold within a project and can't be linked to those of another; with its end its key is destroyed.",
    "An empty value: not known, or shared by fewer than `minimum_cell` and therefore left out.",
    "The order of the rows means nothing.",
]


async def propose_project(work: Work, command: ProposeProject) -> ProjectView:
    """Propose a project; nothing goes out before another person approves it."""
    if command.expires_on <= local_day(work.now):
        raise invalid_field("/expires_on", "day-not-ahead", "The last day lies ahead.")
    project = ResearchProject(
        id=new_id(),
        state=ProjectState.PROPOSED,
        proposed_by_id=work.actor.user_id,
        proposed_at=work.now,
        **command.model_dump(),
    )
    await work.save(_event("research.proposed", project), project)
    return await _view(work, project)


async def list_projects(work: Work, limit: int, cursor: str | None) -> paging.Page[ProjectView]:
    """Return a page of projects, the newest first."""
    after = paging.decode("research", cursor)
    ids = await repository.newest_ids(work, "research_project", limit + 1, after, None)
    views = [await _view(work, await repository.get_row(work, ResearchProject, i)) for i in ids]
    shown = paging.page("research", views, limit, lambda v: paging.Position(v.proposed_at, v.id))
    work.record(Event("research.listed", "research_project", tuple(v.id for v in shown.items)))
    return shown


async def read_project(work: Work, project_id: UUID) -> ProjectView:
    """Return a project and what went out for it."""
    project = await repository.get_row(work, ResearchProject, project_id)
    work.record(_event("research.read", project))
    return await _view(work, project)


async def decide_project(work: Work, project_id: UUID, action: str, expected: int | None) -> ProjectView:
    """Approve, decline or end a project. With its end the key of its pseudonyms is destroyed."""
    project = await repository.get_row(work, ResearchProject, project_id, for_change=True)
    check_version(project, expected)
    project.state = PROJECT.check(work.actor, action, project.state, ProjectFacts(project.proposed_by_id)).target
    if project.state == ProjectState.ENDED:
        project.ended_at = work.now
    else:
        project.decided_by_id, project.decided_at = work.actor.user_id, work.now
    await work.save(_event(f"research.{project.state}", project), project)
    return await _view(work, project)


async def export_table(work: Work, project_id: UUID, name: str, minimum: int) -> Written:
    """Write a table of a project as CSV; the event tells purpose, table, columns and commits to counts and digest."""
    project = await repository.get_row(work, ResearchProject, project_id)
    key: bytes | None = await work.call("SELECT research_key(:project)", project=project_id)
    if key is None:
        raise WrongState(
            "Nothing goes out: the project is not approved, has ended or has expired.", code="not-approved"
        )
    table = TABLES[name]
    written = await write_export(table, key, _rows(work, project_id, name), minimum)
    export = ResearchExport(
        id=new_id(),
        project_id=project_id,
        name=name,
        rows=written.rows,
        coarsened=written.coarsened,
        minimum_cell=minimum,
        sha256=written.sha256,
        made_at=work.now,
        made_by_id=work.actor.user_id,
    )
    ids = (project_id, export.id)
    columns = tuple(f"{name}.{c.name}" for c in table.columns)
    event = Event("research.exported", "research_project", ids, fields=columns, purpose=project.legal_basis)
    await work.save(event, export)
    return written


async def _rows(work: Work, project_id: UUID, name: str) -> AsyncIterator[Any]:
    found = await work.session.stream(text(_ROWS[name]), {"project": project_id})
    async for row in found.mappings():
        yield row


def describe_table(work: Work, name: str, minimum: int) -> ResearchTableView:
    """Return what a table holds."""
    table: ResearchTable = TABLES[name]
    work.record(Event("research.described", "research_table"))
    return ResearchTableView(
        name=table.name,
        description=table.description,
        media_type="text/csv",
        encoding="utf-8",
        minimum_cell=minimum,
        unit=table.unit,
        cells=[list(c) for c in table.cells],
        columns=[ColumnView.model_validate(c) for c in table.columns],
        notes=_NOTES,
    )


def _event(kind: str, project: ResearchProject) -> Event:
    return Event(kind, "research_project", (project.id,), purpose=project.legal_basis)


async def _view(work: Work, project: ResearchProject) -> ProjectView:
    query = select(ResearchExport).where(ResearchExport.project_id == project.id).order_by(col(ResearchExport.made_at))
    actions = PROJECT.allowed_actions(work.actor, project.state, ProjectFacts(project.proposed_by_id))
    return ProjectView(
        **project.model_dump(exclude={"changed_xid"}),
        exports=[ResearchExportView.model_validate(e) for e in await work.session.scalars(query)],
        allowed_actions=[AllowedActionView.model_validate(a) for a in actions],
    )
