"""Use cases of waiting lists: put on, offer, accept, decline, end, read."""

from typing import Any, Literal
from uuid import UUID

import orjson
from sqlmodel import col, select

from casemgmt.audit.events import Event
from casemgmt.cases.repository import get_case, persons_of, team_of
from casemgmt.cases.service import refuse_closed
from casemgmt.cases.tables import CaseRecord
from casemgmt.centers import repository as centres
from casemgmt.centers.rooms import check_own_centre
from casemgmt.db.work import Work, check_version
from casemgmt.errors import Conflict, Forbidden, NotFound, invalid_field
from casemgmt.ids import new_id
from casemgmt.models import AllowedActionView
from casemgmt.tasks import clocks
from casemgmt.timeline.service import entry
from casemgmt.timeline.tables import TimelineEntry
from casemgmt.waiting.commands import OfferPlace, PutOnList
from casemgmt.waiting.states import WAITING_ENTRY, WaitingFacts, WaitingState
from casemgmt.waiting.tables import WaitingEntry
from casemgmt.waiting.views import OfferMade, QueuePlaceView, QueueView, WaitingEntries, WaitingEntryView

_CLOCK = "waiting_offer"
_LIVE = (WaitingState.WAITING, WaitingState.OFFERED)
_QUEUE = "SELECT * FROM waiting_queue(:centre, :service)"


async def put_on_list(work: Work, case_id: UUID, command: PutOnList) -> WaitingEntryView:
    """Put a person of a case on a list. Its place follows from the risk of the case and from today."""
    case = await get_case(work, case_id, for_change=True)
    if not await _on_team(work, case_id):
        raise Forbidden("Only the team of the person's case records this.", code="team-only")
    refuse_closed(case)
    try:
        await centres.get_centre(work, command.centre_id)
    except NotFound:
        raise invalid_field("/centre_id", "unknown-centre", "There is no such centre.") from None
    if command.person_id not in {p.person_id for p in await persons_of(work, case_id)}:
        raise invalid_field("/person_id", "not-of-case", "Those who wait are persons of the case.")
    same = select(WaitingEntry.id).where(
        WaitingEntry.centre_id == command.centre_id,
        WaitingEntry.service == command.service,
        WaitingEntry.person_id == command.person_id,
        col(WaitingEntry.state).in_(_LIVE),
    )
    if (await work.session.scalars(same)).first() is not None:
        raise Conflict("The person is on this list already.", code="on-the-list-already")
    row = WaitingEntry(
        id=command.id or new_id(),
        case_id=case_id,
        organisation_id=case.organisation_id,
        state=WAITING_ENTRY.initial,
        since=work.now,
        created_at=work.now,
        created_by_id=work.actor.user_id,
        **command.model_dump(include={"centre_id", "service", "person_id"}),
    )
    event = Event("waiting.listed_for", "waiting_entry", (row.id, row.person_id), case_id=case_id)
    await work.save(event, row, _story(work, case, row, "waiting.begun"))
    return await _view(work, row)


async def offer_place(work: Work, centre_id: UUID, command: OfferPlace) -> OfferMade:
    """Offer a free place to who is first: the manager of the case gets a task, and the centre learns no name."""
    await centres.get_centre(work, centre_id)
    check_own_centre(work, centre_id)
    clock = clocks.columns(work, _CLOCK, "waiting_entry", new_id(), organisation_id=centre_id)
    offered: UUID | None = await work.call(
        "SELECT offer_waiting_place(:centre, :service, :at, CAST(:clock AS jsonb), :story)",
        centre=centre_id,
        service=command.service,
        at=work.now,
        clock=orjson.dumps(clock, default=str).decode(),
        story=new_id(),
    )
    work.record(Event("waiting.offered", "waiting_entry", () if offered is None else (offered,)))
    return OfferMade(entry_id=offered, offer_until=None if offered is None else clock["due_at"])


async def read_queue(work: Work, centre_id: UUID, service: str) -> QueueView:
    """Return the queue of the own centre for a service, without a name and without a case."""
    await centres.get_centre(work, centre_id)
    check_own_centre(work, centre_id)
    rows = await work.rows(_QUEUE, centre=centre_id, service=service)
    work.record(Event("waiting.queue_read", "organisation", (centre_id,)))
    return QueueView(items=[QueuePlaceView(**row) for row in rows])


async def answer(
    work: Work, entry_id: UUID, action: Literal["accept", "decline", "end"], expected: int | None
) -> WaitingEntryView:
    """Take an offer, let it pass and wait on with the same age, or leave the list."""
    seen = await _get(work, entry_id)
    case = await get_case(work, seen.case_id, for_change=True)
    row = await _get(work, entry_id, for_change=True)
    check_version(row, expected)
    row.state = WAITING_ENTRY.check(work.actor, action, row.state, await _facts(work, row)).target
    row.offer_until = None
    if row.state in (WaitingState.PLACED, WaitingState.ENDED):
        row.ended_at = work.now
    stopped = await clocks.stop(work, row.id, (_CLOCK,), action)
    event = Event(f"waiting.{action}", "waiting_entry", (row.id,), case_id=row.case_id)
    await work.save(event, row, *stopped, _story(work, case, row, f"waiting.{row.state}"))
    return await _view(work, row)


async def list_entries(work: Work, case_id: UUID) -> WaitingEntries:
    """Return what the persons of a case wait for, each with its place and why it is that one."""
    await get_case(work, case_id)
    query = select(WaitingEntry).where(WaitingEntry.case_id == case_id)
    rows = list(await work.session.scalars(query.order_by(col(WaitingEntry.since), col(WaitingEntry.id))))
    work.record(Event("waiting.listed", "waiting_entry", tuple(r.id for r in rows), case_id=case_id))
    return WaitingEntries(items=[await _view(work, row) for row in rows])


async def _get(work: Work, entry_id: UUID, *, for_change: bool = False) -> WaitingEntry:
    query = select(WaitingEntry).where(WaitingEntry.id == entry_id)
    if for_change:
        query = query.with_for_update().execution_options(populate_existing=True)
    row = (await work.session.scalars(query)).one_or_none()
    if row is None:
        raise NotFound("There is no such entry of a waiting list.")
    return row


async def _facts(work: Work, row: WaitingEntry) -> WaitingFacts:
    lapsed = row.offer_until is not None and row.offer_until < work.now
    return WaitingFacts(on_team=await _on_team(work, row.case_id), lapsed=lapsed)


async def _on_team(work: Work, case_id: UUID) -> bool:
    return any(m.user_id == work.actor.user_id for m in await team_of(work, case_id))


async def _view(work: Work, row: WaitingEntry) -> WaitingEntryView:
    place: dict[str, Any] = {"place": None, "ahead_by_risk": None, "ahead_by_age": None}
    if row.state in _LIVE:
        queue = await work.rows(_QUEUE, centre=row.centre_id, service=row.service)
        place = next(({k: q[k] for k in place} for q in queue if q["id"] == row.id), place)
    actions = WAITING_ENTRY.allowed_actions(work.actor, row.state, await _facts(work, row))
    return WaitingEntryView(
        **row.model_dump(include=set(WaitingEntryView.model_fields)),
        **place,
        allowed_actions=[AllowedActionView.model_validate(a) for a in actions],
    )


def _story(work: Work, case: CaseRecord, row: WaitingEntry, kind: str) -> TimelineEntry:
    return entry(
        work,
        kind,
        "waiting_entry",
        row.id,
        organisation_id=case.organisation_id,
        case_id=case.id,
        data={"service": row.service},
    )
