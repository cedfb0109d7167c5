"""Use cases of the log of a person's record: who looked at it, who changed it. Reading the log stands in it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from casemgmt.audit.events import Event
from casemgmt.audit.policy import choose_window
from casemgmt.db import paging
from casemgmt.db.work import Work
from casemgmt.people.repository import get_person
from casemgmt.reference.languages import Language, preferred_languages
from casemgmt.timeline.repository import staff
from casemgmt.trail import repository
from casemgmt.trail.views import PersonEventView, TrailActor, TrailEntryView
from casemgmt.trail.wording import act_of, area_of, line, purpose_text, role_names

Rows = list[dict[str, Any]]


async def read_log(
    work: Work,
    person_id: UUID,
    since: datetime | None,
    until: datetime | None,
    limit: int,
    cursor: str | None,
    accept_language: str | None,
) -> paging.Page[TrailEntryView]:
    """Return a page of who looked at a person, newest first; NotFound where the person is hidden."""
    await get_person(work, person_id)
    name = f"access-log {person_id}"
    after = paging.decode(name, cursor)
    window = choose_window(since, until, await _log_time(work))
    rows = await repository.trail_of(work, person_id, window, limit + 1, after)
    work.record(Event("access_log.read", "person", (person_id,)))
    language: Language = preferred_languages(accept_language)[0] if accept_language else "en"
    return paging.page(name, await _entries(work, rows, language), limit, _position)


async def read_events(
    work: Work, person_id: UUID, since: datetime | None, until: datetime | None, limit: int, cursor: str | None
) -> paging.Page[PersonEventView]:
    """Return a page of the events of a person for an auditor: all of them, as they stand in the log."""
    name = f"person-events {person_id}"
    after = paging.decode(name, cursor)
    window = choose_window(since, until, await _log_time(work))
    rows = await repository.events_of(work, person_id, window, limit + 1, after)
    work.record(Event("audit.read", "audit", (person_id,)))
    return paging.page(name, [PersonEventView(**row) for row in rows], limit, lambda e: paging.Position(e.at, e.id))


async def _log_time(work: Work) -> datetime:
    """Return the time of the database: the events bear it, so windows are counted from it."""
    now: datetime = await work.call("SELECT clock_timestamp()")
    return now


def _position(entry: TrailEntryView) -> paging.Position:
    return paging.Position(entry.at, entry.id)


async def _entries(work: Work, rows: Rows, language: Language) -> list[TrailEntryView]:
    people = await staff(work, actors_in(rows))
    return [
        TrailEntryView(
            id=row["id"],
            at=row["at"],
            actor=_actor(row, people, language),
            act=act_of(row),
            area=area_of(row),
            text=line(act_of(row), area_of(row), language),
            on_behalf_of=row["on_behalf_of"],
            purpose=row["purpose"],
            purpose_text=purpose_text(row["purpose"], language),
            case_id=row["case_id"],
        )
        for row in rows
    ]


def actors_in(rows: Iterable[Mapping[str, Any]]) -> set[UUID]:
    """Return the accounts that acted."""
    return {row["actor_id"] for row in rows if row["actor_id"] is not None}


def _actor(row: Mapping[str, Any], people: Mapping[UUID, Mapping[str, Any]], language: Language) -> TrailActor | None:
    who = people.get(row["actor_id"])
    if who is None:
        return None
    return TrailActor(
        id=row["actor_id"],
        name=who["name"],
        body=who[f"name_{language}"],
        roles=row["roles"],
        role_names=role_names(row["roles"], language),
    )
