"""Use cases of alerts: hear of them, say what they were."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from casemgmt.alerts import repository
from casemgmt.alerts.commands import CloseAlert
from casemgmt.alerts.states import ALERT, AlertFacts
from casemgmt.alerts.tables import SecurityAlert
from casemgmt.alerts.views import AlertSummary, AlertUser, AlertView
from casemgmt.alerts.wording import alert_text
from casemgmt.audit.events import Event
from casemgmt.db import paging
from casemgmt.db.work import Work, check_version
from casemgmt.models import AllowedActionView
from casemgmt.reference.languages import Language
from casemgmt.timeline.repository import staff

_STEPS = {"explained": "explain", "misuse": "find_misuse"}


async def list_alerts(
    work: Work, language: Language, limit: int, cursor: str | None, state: str | None
) -> paging.Page[AlertSummary]:
    """Return a page of the alerts that the actor hears of, the newest first."""
    rows = await repository.list_alerts(work, limit + 1, paging.decode("alerts", cursor), state)
    people = await _people(work, rows)
    found = [AlertSummary(**_summary(row, people, language)) for row in rows]
    page = paging.page("alerts", found, limit, lambda a: paging.Position(a.raised_at, a.id))
    work.record(Event("alert.listed", "alert", tuple(a.id for a in page.items)))
    return page


async def read_alert(work: Work, alert_id: UUID, language: Language) -> AlertView:
    """Return an alert with what became of it."""
    alert = await repository.get_alert(work, alert_id)
    work.record(Event("alert.read", "alert", (alert.id, alert.user_id)))
    return await _view(work, alert, language)


async def close_alert(
    work: Work, alert_id: UUID, command: CloseAlert, expected: int | None, language: Language
) -> AlertView:
    """Say what an alert was."""
    alert = await repository.get_alert(work, alert_id, for_change=True)
    check_version(alert, expected)
    step = ALERT.check(work.actor, _STEPS[command.finding], alert.state, AlertFacts(alert.user_id))
    alert.state, alert.note = step.target, command.note
    alert.closed_at, alert.closed_by_id = work.now, work.actor.user_id
    await work.save(Event("alert.closed", "alert", (alert.id, alert.user_id), reason=command.finding), alert)
    return await _view(work, alert, language)


async def _view(work: Work, alert: SecurityAlert, language: Language) -> AlertView:
    actions = ALERT.allowed_actions(work.actor, alert.state, AlertFacts(alert.user_id))
    return AlertView(
        **_summary(alert, await _people(work, [alert]), language),
        closed_at=alert.closed_at,
        closed_by_id=alert.closed_by_id,
        note=alert.note,
        allowed_actions=[AllowedActionView.model_validate(a) for a in actions],
    )


async def _people(work: Work, alerts: Sequence[SecurityAlert]) -> dict[UUID, dict[str, Any]]:
    return await staff(work, {alert.user_id for alert in alerts})


def _summary(alert: SecurityAlert, people: Mapping[UUID, Mapping[str, Any]], language: Language) -> dict[str, Any]:
    who = people[alert.user_id]
    numbers = {"count": alert.count, "threshold": alert.threshold, "minutes": alert.minutes}
    return {
        **alert.model_dump(include={"id", "kind", "day", "raised_at", "since", "until", "state", "version"}),
        "text": alert_text(alert.kind, numbers, language),
        "user": AlertUser(id=alert.user_id, name=who["name"], body=who[f"name_{language}"]),
    }
