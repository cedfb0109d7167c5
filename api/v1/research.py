"""Pseudonymised data for statistics and research: projects, and the tables that go out for them."""

from collections.abc import Iterator
from typing import IO, Literal
from uuid import UUID

from fastapi import Response
from starlette.responses import StreamingResponse

from api.etags import ExpectedVersion, set_etag
from api.routing import CurrentServices, CurrentWork, Router
from api.schemas import DEFAULT_PAGE, Cursor, Limit, Page
from casemgmt.access.permissions import Permission
from casemgmt.exports import projects
from casemgmt.exports.commands import ProposeProject
from casemgmt.exports.views import ProjectView, ResearchTableView

router = Router("", "research")
TableName = Literal["cases", "signals"]
_CSV = {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}}


@router.post("/research-projects", Permission.RESEARCH_EXPORT, status_code=201)
async def propose_research_project(command: ProposeProject, response: Response, work: CurrentWork) -> ProjectView:
    """Propose a project: purpose, legal basis, who gets the data, until when. Another person approves it."""
    view = await projects.propose_project(work, command)
    response.headers["Location"] = f"/v1/research-projects/{view.id}"
    return _shown(response, view)


@router.get("/research-projects", Permission.RESEARCH_READ)
async def list_research_projects(
    work: CurrentWork, limit: Limit = DEFAULT_PAGE, cursor: Cursor = None
) -> Page[ProjectView]:
    """List projects with all that went out for them, newest first."""
    return Page.of(await projects.list_projects(work, limit, cursor))


@router.get("/research-projects/{research_project_id}", Permission.RESEARCH_READ)
async def get_research_project(research_project_id: UUID, response: Response, work: CurrentWork) -> ProjectView:
    """Read a project and what went out for it."""
    return _shown(response, await projects.read_project(work, research_project_id))


@router.post("/research-projects/{research_project_id}/approve", Permission.RESEARCH_APPROVE)
async def approve_research_project(
    research_project_id: UUID, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> ProjectView:
    """Approve a project: with it the key of its pseudonyms is made."""
    return _shown(response, await projects.decide_project(work, research_project_id, "approve", expected))


@router.post("/research-projects/{research_project_id}/decline", Permission.RESEARCH_APPROVE)
async def decline_research_project(
    research_project_id: UUID, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> ProjectView:
    """Decline a project."""
    return _shown(response, await projects.decide_project(work, research_project_id, "decline", expected))


@router.post("/research-projects/{research_project_id}/end", Permission.RESEARCH_APPROVE)
async def end_research_project(
    research_project_id: UUID, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> ProjectView:
    """End a project: nothing more goes out, and the key of its pseudonyms is destroyed."""
    return _shown(response, await projects.decide_project(work, research_project_id, "end", expected))


@router.get(
    "/research-projects/{research_project_id}/tables/{table}",
    Permission.RESEARCH_EXPORT,
    fresh_factor=True,
    rate_class="exports",
    response_class=StreamingResponse,
    responses=_CSV,
)
async def export_research_table(
    research_project_id: UUID, table: TableName, work: CurrentWork, services: CurrentServices
) -> StreamingResponse:
    """Take a table out as CSV: pseudonyms, codes, months, bands of age; what too few share is left out."""
    minimum = services.settings.research_minimum_cell
    written = await projects.export_table(work, research_project_id, table, minimum)
    headers = {
        "Content-Disposition": f'attachment; filename="{table}.csv"',
        "Link": f'</v1/research-tables/{table}>; rel="describedby"',
    }
    return StreamingResponse(_blocks(written.file), media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/research-tables/{table}", Permission.RESEARCH_READ)
async def describe_research_table(table: TableName, work: CurrentWork, services: CurrentServices) -> ResearchTableView:
    """Tell what a table holds, column by column, and how it is made coarser."""
    return projects.describe_table(work, table, services.settings.research_minimum_cell)


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while block := file.read(1 << 16):
            yield block


def _shown(response: Response, view: ProjectView) -> ProjectView:
    set_etag(response, view.version)
    return view
