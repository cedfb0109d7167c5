"""The audit log."""

from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import AwareDatetime

from api.routing import CurrentWork, Router
from api.schemas import DEFAULT_PAGE, Cursor, Limit, Page
from casemgmt.access.permissions import Permission
from casemgmt.audit import service
from casemgmt.audit.repository import Question
from casemgmt.audit.views import AuditEventView

router = Router("/audit", "audit")

Kind = Annotated[str | None, Query(pattern=r"^[a-z_]{1,30}\.[a-z_]{1,33}$", description="E.g. `case.read`.")]
From = Annotated[AwareDatetime | None, Query(alias="from", description="Absent: 31 days before the end.")]
To = Annotated[AwareDatetime | None, Query(alias="to", description="Not included. Absent: now. At most 93 days later.")]


@router.get("/events", Permission.AUDIT_READ)
async def list_audit_events(
    work: CurrentWork,
    limit: Limit = DEFAULT_PAGE,
    cursor: Cursor = None,
    actor_id: Annotated[UUID | None, Query(description="Who did it.")] = None,
    case_id: Annotated[UUID | None, Query(description="In which case.")] = None,
    record_id: Annotated[UUID | None, Query(description="On which record: a person, a signal, a plan ...")] = None,
    kind: Kind = None,
    since: From = None,
    until: To = None,
) -> Page[AuditEventView]:
    """Read who did and saw what, newest first. This, too, leaves its event."""
    question = Question(actor_id, case_id, record_id, kind)
    return Page.of(await service.read_events(work, question, since, until, limit, cursor))
