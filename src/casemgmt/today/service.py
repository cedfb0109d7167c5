"""Use case: what today demands of the actor."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any, TypeVar
from uuid import UUID

from casemgmt.access.permissions import Permission as P
from casemgmt.audit.events import Event
from casemgmt.centers.holding import booked_until
from casemgmt.centers.views import SessionSummary
from casemgmt.db.work import Work
from casemgmt.drafts.service import drafts_of
from casemgmt.organisations.notices import unread_notices
from casemgmt.reference.languages import Language
from casemgmt.staff.absence_reading import absences_at
from casemgmt.tasks.caseload import loads
from casemgmt.tasks.repository import Queue, count_tasks
from casemgmt.tasks.service import parts_of_queue
from casemgmt.tasks.views import QueueCounts, TaskSummary
from casemgmt.today import policy, repository
from casemgmt.today.views import BodyToday, Part, TodayView, Waiting, WaitingItem
from rules.zone import local_moment, to_local

ItemT = TypeVar("ItemT")

SESSIONS = ("sessions_today", "sessions_without_outcome")


async def read_today(work: Work, language: Language, most: int, ceiling: int) -> TodayView:
    """Return what today demands of the actor, `most` of each kind; one event names all that was shown."""
    day = to_local(work.now).date()
    start, midnight = local_moment(day, time()), local_moment(day + timedelta(days=1), time())
    may = work.actor.may
    queue = await _queue(work, "mine", language, most, midnight) if may(P.TASKS_READ) else {}
    sessions: dict[str, Any] = dict.fromkeys(SESSIONS)
    if may(P.SESSIONS_HOLD):
        sessions = await _sessions(work, start, midnight, most, whole_centre=False)
    unread, notices = await unread_notices(work, language, most)
    view = TodayView(
        at=work.now,
        day=day,
        **dict.fromkeys(("clocks", *policy.MINE)) | queue,
        **sessions,
        drafts=_part(await drafts_of(work), most) if may(P.DRAFTS_WRITE) else None,
        waiting=await _waiting(work, most, midnight),
        notices=Part(count=unread, items=notices),
        body=await _body(work, language, most, ceiling, start, midnight) if may(P.TASKS_SUPERVISE) else None,
    )
    work.record(Event("today.listed", "task", tuple(dict.fromkeys(_shown(view)))))
    return view


async def _body(
    work: Work, language: Language, most: int, ceiling: int, start: datetime, midnight: datetime
) -> BodyToday:
    sessions: dict[str, Any] = dict.fromkeys(SESSIONS)
    if work.actor.may(P.CENTRES_MANAGE):
        sessions = await _sessions(work, start, midnight, most, whole_centre=True)
    return BodyToday(
        **await _queue(work, "team", language, most, midnight),
        **sessions,
        away=_part(await absences_at(work, work.now), most),
        over_ceiling=_part([load for load in await loads(work, ceiling) if load.over_ceiling], most),
    )


async def _queue(work: Work, queue: Queue, language: Language, most: int, midnight: datetime) -> dict[str, Any]:
    parts = policy.MINE if queue == "mine" else policy.BODY
    found = await parts_of_queue(work, queue, parts, language, most, now=work.now, midnight=midnight)
    return {
        "clocks": QueueCounts(**await count_tasks(work, queue)),
        **{name: Part[TaskSummary](count=count, items=items) for name, (count, items) in found.items()},
    }


async def _sessions(
    work: Work, start: datetime, midnight: datetime, most: int, *, whole_centre: bool
) -> dict[str, Part[SessionSummary]]:
    """Return the sessions that are still booked, of today and of the days before."""
    found: dict[str, Part[SessionSummary]] = {}
    for name, since, until in zip(SESSIONS, (start, None), (midnight, start), strict=True):
        count, items = await booked_until(work, since, until, most, whole_centre=whole_centre)
        found[name] = Part(count=count, items=items)
    return found


async def _waiting(work: Work, most: int, midnight: datetime) -> list[Waiting]:
    found = []
    for kind, waits in repository.WAITING.items():
        if not work.actor.may(waits.permission):
            continue
        rows = await repository.what_waits(work, kind, most, midnight)
        if rows:
            items = [
                WaitingItem(record_type=waits.record_type, **{k: v for k, v in row.items() if k != "count"})
                for row in rows
            ]
            found.append(Waiting(kind=kind, count=rows[0]["count"], items=items))
    return found


def _part(items: list[ItemT], most: int) -> Part[ItemT]:
    return Part(count=len(items), items=items[:most])


def _shown(view: TodayView) -> Iterable[UUID]:
    """Yield the id of every record that was shown."""
    for each in (view, view.body):
        parts = [] if each is None else [getattr(each, name) for name in type(each).model_fields]
        for part in parts:
            if isinstance(part, Part):
                yield from (getattr(item, "id", None) or item.user_id for item in part.items)
    for waiting in view.waiting:
        yield from (item.record_id for item in waiting.items)
