"""Who looked at a person's record: for those who answer for it, for the person's lawful request, for auditors."""

from typing import Annotated
from uuid import UUID

from fastapi import Header, Query, Response
from pydantic import AwareDatetime

from api.routing import CurrentServices, CurrentWork, Router, written
from api.schemas import DEFAULT_PAGE, Cursor, Limit, Page
from casemgmt.access.permissions import Permission
from casemgmt.trail import export, service, unusual
from casemgmt.trail.commands import ExportAccessLog
from casemgmt.trail.views import ExportedLogView, PersonEventView, TrailEntryView, UnusualAccessView

router = Router("/persons", "access log")
audit_router = Router("/audit", "audit")

From = Annotated[AwareDatetime | None, Query(alias="from", description="Absent: 31 days before the end.")]
To = Annotated[AwareDatetime | None, Query(alias="to", description="Not included. Absent: now. At most 93 days later.")]
Languages = Annotated[str | None, Header(description="Language of the texts: kk, ru or en.")]


@router.get("/{person_id}/access-log", Permission.ACCESS_LOG_READ)
async def list_access_log(
    person_id: UUID,
    work: CurrentWork,
    limit: Limit = DEFAULT_PAGE,
    cursor: Cursor = None,
    since: From = None,
    until: To = None,
    accept_language: Languages = None,
) -> Page[TrailEntryView]:
    """Read who looked at a person or changed the record, newest first, as far as you may see it. Reading it is in it.

    Looks in lists count, and looks at the person's cases and signals and at all that belongs to these.
    """
    return Page.of(await service.read_log(work, person_id, since, until, limit, cursor, accept_language))


@router.post(
    "/{person_id}/access-log/exports",
    Permission.ACCESS_LOG_EXPORT,
    rate_class="exports",
    response_model=ExportedLogView,
    responses={200: {"content": {"text/html": {"schema": {"type": "string"}}}}},
)
async def export_access_log(person_id: UUID, command: ExportAccessLog, work: CurrentWork) -> Response:
    """Give out the log in answer to a lawful request, as a page to print or as JSON.

    Bodies and roles are named, members of staff never. The audit log keeps the export with ground and number of the
    request.
    """
    log = await export.export_log(work, person_id, command)
    if command.form == "json":
        return written(log.model_dump_json())
    headers = {"Content-Disposition": 'attachment; filename="access-log.html"'}
    return Response(export.page_of(log), 200, headers, "text/html; charset=utf-8")


@audit_router.get("/person-events", Permission.AUDIT_READ)
async def list_person_events(
    work: CurrentWork,
    person_id: Annotated[UUID, Query(description="Of whom.")],
    limit: Limit = DEFAULT_PAGE,
    cursor: Cursor = None,
    since: From = None,
    until: To = None,
) -> Page[PersonEventView]:
    """Read all events of a person, newest first: ids and names of fields, never the content.

    They are those on the record itself, in lists, and in all cases and signals of the person, restricted ones too.
    """
    return Page.of(await service.read_events(work, person_id, since, until, limit, cursor))


@audit_router.get("/unusual-access", Permission.UNUSUAL_ACCESS_READ)
async def list_unusual_access(
    work: CurrentWork,
    services: CurrentServices,
    since: Annotated[AwareDatetime | None, Query(alias="from", description="Absent: 7 days before the end.")] = None,
    until: Annotated[
        AwareDatetime | None, Query(alias="to", description="Not included. Absent: now. At most 14 days later.")
    ] = None,
    accept_language: Languages = None,
) -> UnusualAccessView:
    """Ask what access was unusual: for auditors of everybody, for others of the staff of their own body.

    Many records in a short time, many refusals, records of another region, persons with a colleague's name, looks at
    night, one child again and again without a place on its team. Thresholds are settings.
    """
    return await unusual.find_unusual(work, unusual.rules_of(services.settings), since, until, accept_language)
