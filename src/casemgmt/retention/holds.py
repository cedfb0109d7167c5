"""Legal holds and court holds: placed by one person, reviewed by any, lifted by two."""

from datetime import date
from uuid import UUID

from casemgmt.audit.events import Event
from casemgmt.db import paging
from casemgmt.db.work import Work, check_version
from casemgmt.errors import invalid_field
from casemgmt.ids import new_id
from casemgmt.models import AllowedActionView
from casemgmt.people.policy import local_day
from casemgmt.retention import repository
from casemgmt.retention.commands import PlaceHold, RequestLift, ReviewHold
from casemgmt.retention.states import HOLD, HoldState, TwoPersons
from casemgmt.retention.tables import LegalHold
from casemgmt.retention.views import HoldView


async def place_hold(work: Work, command: PlaceHold) -> HoldView:
    """Place a hold on a record, seen or not: from now on nothing of it is destroyed."""
    _ahead(work, command.review_on)
    if command.from_on > local_day(work.now):
        raise invalid_field("/from_on", "day-in-the-future", "A hold rests on an order that was given.")
    hold = LegalHold(
        id=new_id(),
        state=HoldState.IN_FORCE,
        target_type=command.target.type,
        target_id=await repository.find_record(work, command.target),
        placed_by_id=work.actor.user_id,
        placed_at=work.now,
        **command.model_dump(exclude={"target"}),
    )
    await work.save(_event("hold.placed", hold), hold)
    return _view(work, hold)


async def list_holds(work: Work, limit: int, cursor: str | None, state: HoldState | None) -> paging.Page[HoldView]:
    """Return a page of holds, the newest first."""
    ids = await repository.newest_ids(work, "legal_hold", limit + 1, paging.decode("holds", cursor), state)
    views = [_view(work, await repository.get_row(work, LegalHold, i)) for i in ids]
    shown = paging.page("holds", views, limit, lambda v: paging.Position(v.placed_at, v.id))
    work.record(Event("hold.listed", "legal_hold", tuple(v.id for v in shown.items)))
    return shown


async def read_hold(work: Work, hold_id: UUID) -> HoldView:
    """Return a hold."""
    hold = await repository.get_row(work, LegalHold, hold_id)
    work.record(_event("hold.read", hold))
    return _view(work, hold)


async def review_hold(work: Work, hold_id: UUID, command: ReviewHold, expected: int | None) -> HoldView:
    """Say that a hold still holds, and when to look again."""
    hold = await _begin(work, hold_id, "review", expected)
    _ahead(work, command.review_on)
    hold.review_on, hold.reviewed_by_id, hold.reviewed_at = command.review_on, work.actor.user_id, work.now
    return await _save(work, hold, "hold.reviewed")


async def request_lift(work: Work, hold_id: UUID, command: RequestLift, expected: int | None) -> HoldView:
    """Ask that a hold be lifted; until another person does, it holds."""
    hold = await _begin(work, hold_id, "request_lift", expected)
    hold.lift_reason, hold.lift_requested_by_id, hold.lift_requested_at = command.reason, work.actor.user_id, work.now
    return await _save(work, hold, "hold.lift_requested")


async def lift_hold(work: Work, hold_id: UUID, expected: int | None) -> HoldView:
    """Lift a hold: the second person."""
    hold = await _begin(work, hold_id, "lift", expected)
    hold.lifted_by_id, hold.lifted_at = work.actor.user_id, work.now
    return await _save(work, hold, "hold.lifted")


async def keep_hold(work: Work, hold_id: UUID, expected: int | None) -> HoldView:
    """Decline to lift a hold, or take the wish back: it goes on."""
    hold = await _begin(work, hold_id, "keep", expected)
    hold.lift_reason = hold.lift_requested_by_id = hold.lift_requested_at = None
    return await _save(work, hold, "hold.kept")


async def _begin(work: Work, hold_id: UUID, action: str, expected: int | None) -> LegalHold:
    hold = await repository.get_row(work, LegalHold, hold_id, for_change=True)
    check_version(hold, expected)
    hold.state = HOLD.check(work.actor, action, hold.state, TwoPersons(hold.lift_requested_by_id)).target
    return hold


async def _save(work: Work, hold: LegalHold, kind: str) -> HoldView:
    await work.save(_event(kind, hold), hold)
    return _view(work, hold)


def _ahead(work: Work, review_on: date) -> None:
    if review_on <= local_day(work.now):
        raise invalid_field("/review_on", "day-not-ahead", "The next review lies ahead.")


def _event(kind: str, hold: LegalHold) -> Event:
    return Event(kind, "legal_hold", (hold.id, hold.target_id))


def _view(work: Work, hold: LegalHold) -> HoldView:
    actions = HOLD.allowed_actions(work.actor, hold.state, TwoPersons(hold.lift_requested_by_id))
    return HoldView(
        **hold.model_dump(exclude={"changed_xid"}),
        allowed_actions=[AllowedActionView.model_validate(a) for a in actions],
    )
