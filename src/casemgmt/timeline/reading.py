"""Read the story of a case or of a signal: everything that happened, in order, as far as the reader may see it."""

from typing import Any
from uuid import UUID

from casemgmt.audit.events import Event
from casemgmt.cases.repository import get_case
from casemgmt.db import paging
from casemgmt.db.work import Work
from casemgmt.reference.languages import Language, preferred_languages
from casemgmt.signals.repository import get_signal
from casemgmt.timeline import repository, wording
from casemgmt.timeline.views import Order, TimelineActor, TimelineEntryView


async def read_case_timeline(
    work: Work, case_id: UUID, limit: int, cursor: str | None, order: Order, accept_language: str | None
) -> paging.Page[TimelineEntryView]:
    """Return a page of the story of a case, with that of its signals; NotFound where the case is hidden."""
    await get_case(work, case_id)
    name = _list_name(case_id, order)
    after = paging.decode(name, cursor)
    rows = await repository.entries_of(work, "case_id", case_id, limit + 1, after, order)
    work.record(Event("case.timeline_read", "case", (case_id,), case_id=case_id))
    return paging.page(name, await _views(work, rows, case_id, accept_language), limit, _position)


async def read_signal_timeline(
    work: Work, signal_id: UUID, limit: int, cursor: str | None, order: Order, accept_language: str | None
) -> paging.Page[TimelineEntryView]:
    """Return a page of the story of a signal; NotFound where the signal is hidden."""
    signal = await get_signal(work, signal_id)
    name = _list_name(signal_id, order)
    after = paging.decode(name, cursor)
    rows = await repository.entries_of(work, "signal_id", signal_id, limit + 1, after, order)
    event = Event("signal.timeline_read", "signal", (signal_id,), case_id=signal.case_id, signal_id=signal_id)
    work.record(event)
    return paging.page(name, await _views(work, rows, signal.case_id, accept_language), limit, _position)


def _list_name(owner_id: UUID, order: Order) -> str:
    """Return the name by which a cursor belongs to one timeline, read in one direction."""
    return f"timeline {owner_id} {order}"


def _position(view: TimelineEntryView) -> paging.Position:
    return paging.Position(view.at, view.id)


async def _views(
    work: Work, rows: list[dict[str, Any]], case_id: UUID | None, accept_language: str | None
) -> list[TimelineEntryView]:
    language: Language = preferred_languages(accept_language)[0] if accept_language else "en"
    named = {row["actor_id"] for row in rows}
    for row in rows:
        named |= wording.users_in(row["kind"], row["data"])
    staff = await repository.staff(work, named)
    names: dict[UUID, str] = {user_id: person["name"] for user_id, person in staff.items()}
    wrong = set() if case_id is None else await repository.entered_in_error(work, case_id)
    return [
        TimelineEntryView(
            id=row["id"],
            at=row["at"],
            kind=row["kind"],
            text=wording.render(row["kind"], row["data"], language, names),
            actor=TimelineActor(
                id=row["actor_id"], name=names[row["actor_id"]], body=staff[row["actor_id"]][f"name_{language}"]
            ),
            record_type=row["record_type"],
            record_id=row["record_id"],
            data=row["data"],
            entered_in_error=row["record_id"] in wrong,
        )
        for row in rows
    ]
