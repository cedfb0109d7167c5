"""Use cases of the rota: set and cancel shifts, offer and take one."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import col, select

from casemgmt.audit.events import Event
from casemgmt.db.work import Work, check_version, only
from casemgmt.duty import policy
from casemgmt.duty.commands import OfferShift, SetShift
from casemgmt.duty.tables import DutyShift
from casemgmt.duty.views import GapView, OnDutyView, RotaView, ShiftView
from casemgmt.errors import Conflict, Forbidden, NotFound, WrongState, invalid_field
from casemgmt.ids import new_id
from casemgmt.organisations.tables import AppUser
from casemgmt.timeline.repository import staff

COMING = timedelta(days=7)
"""Of the rota where no time is asked for."""
MOST = 500

_IN_TURN = "SELECT pg_advisory_xact_lock(hashtextextended(:body, 119))"
_AWAY = "SELECT * FROM absences_around(:user, :start, :end) WHERE NOT stands_in"
_ACCEPT = "SELECT take_shift(:shift, :at)"


async def set_shift(work: Work, command: SetShift) -> ShiftView:
    """Put a colleague of the own body on the rota.

    Errors: Conflict where the colleague is away or on duty then; Invalid for somebody who doesn't work at the desk.
    """
    starts_at, ends_at = policy.times(command.starts_at, command.ends_at, work.now)
    await _in_turn(work)
    user = await work.session.get(AppUser, command.user_id)
    here = user is not None and user.organisation_id == work.actor.organisation_id
    if user is None or not here or not user.active or user.kind != "person":
        raise invalid_field("/user_id", "unknown-colleague", "There is no such colleague in the body.")
    if user.signal_reach in {"none", "own"}:
        raise invalid_field("/user_id", "not-of-the-desk", "This colleague does not see what comes to the desk.")
    await _require_free(work, user.id, starts_at, ends_at)
    shift = DutyShift(
        id=command.id or new_id(),
        organisation_id=work.actor.organisation_id,
        user_id=user.id,
        starts_at=starts_at,
        ends_at=ends_at,
        created_at=work.now,
        created_by_id=work.actor.user_id,
    )
    await work.save(_event("duty.shift_set", shift), shift)
    return (await _views(work, [shift]))[0]


async def cancel_shift(work: Work, shift_id: UUID, expected: int | None) -> ShiftView:
    """Take a shift off the rota; what it held goes to the next on duty, or back to the desk."""
    shift = await _locked(work, shift_id, expected)
    shift.cancelled_at, shift.offered_to_id, shift.in_return_id = work.now, None, None
    await work.save(_event("duty.shift_cancelled", shift), shift)
    return (await _views(work, [shift]))[0]


async def offer_shift(work: Work, shift_id: UUID, command: OfferShift, expected: int | None) -> ShiftView:
    """Offer one's own shift to a colleague, who has to take it."""
    shift = await _locked(work, shift_id, expected)
    if shift.user_id != work.actor.user_id:
        raise Forbidden("Whose shift it is offers it.", code="shift-of-another")
    user = await work.session.get(AppUser, command.to_user_id)
    here = user is not None and user.organisation_id == shift.organisation_id and user.active
    if user is None or not here or user.id == shift.user_id or user.signal_reach in {"none", "own"}:
        raise invalid_field("/to_user_id", "unknown-colleague", "There is no such colleague at the desk.")
    if command.in_return_id is not None:
        theirs = await work.session.get(DutyShift, command.in_return_id)
        if theirs is None or theirs.user_id != user.id or not _stands(theirs, work.now):
            raise invalid_field("/in_return_id", "no-shift-of-theirs", "It is no coming shift of this colleague.")
    shift.offered_to_id, shift.in_return_id = user.id, command.in_return_id
    await work.save(_event("duty.shift_offered", shift), shift)
    return (await _views(work, [shift]))[0]


async def accept_shift(work: Work, shift_id: UUID, expected: int | None) -> ShiftView:
    """Take a shift that a colleague offers, and give the one that was asked in return."""
    shift = await _offered(work, shift_id, expected)
    giver, but = shift.user_id, [i for i in (shift.id, shift.in_return_id) if i is not None]
    await _require_free(work, work.actor.user_id, shift.starts_at, shift.ends_at, but=but)
    if shift.in_return_id is not None:
        theirs = await work.session.get(DutyShift, shift.in_return_id)
        if theirs is None or theirs.user_id != work.actor.user_id or not _stands(theirs, work.now):
            raise WrongState("What was asked in return is gone.", code="shift-over", data={"allowed_transitions": []})
        await _require_free(work, giver, theirs.starts_at, theirs.ends_at, but=but)
    work.record(_event("duty.shift_taken", shift))
    await work.call(_ACCEPT, shift=shift.id, at=work.now)
    await work.session.refresh(shift)
    return (await _views(work, [shift]))[0]


async def decline_shift(work: Work, shift_id: UUID, expected: int | None) -> ShiftView:
    """Decline a shift that a colleague offers, or take one's own offer back: it stays the holder's."""
    shift = await _locked(work, shift_id, expected)
    if work.actor.user_id not in {shift.user_id, shift.offered_to_id} or shift.offered_to_id is None:
        raise WrongState("The shift is not offered to you.", code="shift-not-offered", data={"allowed_transitions": []})
    shift.offered_to_id, shift.in_return_id = None, None
    await work.save(_event("duty.shift_declined", shift), shift)
    return (await _views(work, [shift]))[0]


async def read_rota(work: Work, start: datetime | None, end: datetime | None) -> RotaView:
    """Return the rota of the own body in a time, a week from now where none is asked for, with its gaps."""
    start = start or work.now
    policy.check_near("/query/from", start, work.now)
    end = end or start + COMING
    if not start < end <= start + policy.FARTHEST:
        raise invalid_field("/until", "times-not-in-order", "It ends after it begins, within a year.")
    query = select(DutyShift).where(
        DutyShift.organisation_id == work.actor.organisation_id,
        col(DutyShift.cancelled_at).is_(None),
        col(DutyShift.starts_at) < end,
        col(DutyShift.ends_at) > start,
    )
    rows = list(await work.session.scalars(query.order_by(col(DutyShift.starts_at), col(DutyShift.id)).limit(MOST)))
    work.record(Event("duty.rota_read", "duty_shift", tuple(row.id for row in rows)))
    bare = policy.gaps(start, end, [(row.starts_at, row.ends_at) for row in rows])
    return RotaView(items=await _views(work, rows), gaps=[GapView(starts_at=a, ends_at=b) for a, b in bare if a < b])


async def on_duty(work: Work, organisation_id: UUID | None, at: datetime | None) -> OnDutyView:
    """Return who of a body, the own one where none is named, is on duty at a moment."""
    moment = at or work.now
    policy.check_near("/query/at", moment, work.now)
    query = select(DutyShift).where(
        DutyShift.organisation_id == (organisation_id or work.actor.organisation_id),
        col(DutyShift.cancelled_at).is_(None),
        col(DutyShift.starts_at) <= moment,
        col(DutyShift.ends_at) > moment,
    )
    rows = list(await work.session.scalars(query.order_by(col(DutyShift.starts_at), col(DutyShift.id))))
    work.record(Event("duty.rota_read", "duty_shift", tuple(row.id for row in rows)))
    return OnDutyView(at=moment, working_hours=policy.in_working_hours(moment), items=await _views(work, rows))


async def coming_shifts(work: Work, user_id: UUID, start: datetime, end: datetime) -> list[DutyShift]:
    """Return the shifts of a user that touch a time."""
    query = select(DutyShift).where(
        DutyShift.user_id == user_id,
        col(DutyShift.cancelled_at).is_(None),
        col(DutyShift.starts_at) < end,
        col(DutyShift.ends_at) > start,
    )
    return list(await work.session.scalars(query.order_by(col(DutyShift.starts_at))))


async def _in_turn(work: Work) -> None:
    """One after the other with the body's absences: nobody is put on the rota while leaving."""
    await work.call(_IN_TURN, body=str(work.actor.organisation_id))


async def _require_free(
    work: Work, user_id: UUID, starts_at: datetime, ends_at: datetime, *, but: Sequence[UUID] = ()
) -> None:
    taken = [s for s in await coming_shifts(work, user_id, starts_at, ends_at) if s.id not in but]
    if taken:
        raise Conflict(
            "The colleague is on duty in that time already.",
            code="shifts-overlap",
            data={"shift_ids": [str(s.id) for s in taken]},
        )
    away = await work.rows(_AWAY, user=user_id, start=starts_at, end=ends_at)
    if away:
        raise Conflict(
            "The colleague is away in that time.",
            code="worker-away",
            data={"absence_ids": [str(row["id"]) for row in away]},
        )


async def _locked(work: Work, shift_id: UUID, expected: int | None) -> DutyShift:
    await _in_turn(work)
    shift = await work.session.get(DutyShift, shift_id)
    if shift is None or shift.organisation_id != work.actor.organisation_id:
        raise NotFound("There is no such shift.")
    check_version(shift, expected)
    if not _stands(shift, work.now):
        raise WrongState("The shift is over.", code="shift-over", data={"allowed_transitions": []})
    return shift


async def _offered(work: Work, shift_id: UUID, expected: int | None) -> DutyShift:
    shift = await _locked(work, shift_id, expected)
    if shift.offered_to_id != work.actor.user_id:
        raise WrongState("The shift is not offered to you.", code="shift-not-offered", data={"allowed_transitions": []})
    return shift


def _stands(shift: DutyShift, now: datetime) -> bool:
    return shift.cancelled_at is None and shift.ends_at > now


def _event(kind: str, shift: DutyShift) -> Event:
    return Event(kind, "duty_shift", only(shift.id, shift.user_id, shift.offered_to_id))


async def _views(work: Work, rows: Sequence[DutyShift]) -> list[ShiftView]:
    names = await staff(work, {row.user_id for row in rows})
    same = set(ShiftView.model_fields) - {"name"}
    return [ShiftView(**row.model_dump(include=same), name=names[row.user_id]["name"]) for row in rows]
