"""Alerts on unusual access and suspicious log-ins."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from api.etags import ExpectedVersion, set_etag
from api.routing import CurrentWork, Router
from api.schemas import DEFAULT_PAGE, Cursor, Limit, Page
from api.v1.records import ReaderLanguage
from casemgmt.access.permissions import Permission
from casemgmt.alerts import service
from casemgmt.alerts.commands import CloseAlert
from casemgmt.alerts.states import AlertState
from casemgmt.alerts.views import AlertSummary, AlertView

router = Router("/alerts", "alerts")


@router.get("", Permission.ALERTS_READ)
async def list_alerts(
    work: CurrentWork,
    language: ReaderLanguage,
    limit: Limit = DEFAULT_PAGE,
    cursor: Cursor = None,
    state: Annotated[AlertState | None, Query(description="`open`: nobody has looked into it yet.")] = None,
) -> Page[AlertSummary]:
    """List the alerts that you hear of, newest first: your staff's access, or log-ins where you keep accounts."""
    return Page.of(await service.list_alerts(work, language, limit, cursor, state))


@router.get("/{alert_id}", Permission.ALERTS_READ)
async def get_alert(alert_id: UUID, response: Response, work: CurrentWork, language: ReaderLanguage) -> AlertView:
    """Read an alert: whose access, what was unusual, when. What was seen is not in it."""
    view = await service.read_alert(work, alert_id, language)
    set_etag(response, view.version)
    return view


@router.post("/{alert_id}/close", Permission.ALERTS_CLOSE)
async def close_alert(
    alert_id: UUID, command: CloseAlert, work: CurrentWork, expected: ExpectedVersion, language: ReaderLanguage
) -> AlertView:
    """Say what an alert was, having asked: there was a reason for it, or it was misuse."""
    return await service.close_alert(work, alert_id, command, expected, language)
