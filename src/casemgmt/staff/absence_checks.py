"""Who may enter an absence, for which time, and who may stand in."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from casemgmt.access.permissions import Permission
from casemgmt.db.work import Work, check_version
from casemgmt.duty.rota import coming_shifts
from casemgmt.errors import Conflict, Forbidden, NotFound, WrongState, invalid_field
from casemgmt.organisations.tables import AppUser
from casemgmt.staff.absence_reading import cover_of, get_absence
from casemgmt.staff.commands import NameDeputies
from casemgmt.staff.tables import StaffAbsence, StaffAbsenceCase

LONGEST = timedelta(days=366)
"""Who is away for longer hands on: a deputy is for a time. Set by the house, not law."""

_IN_TURN = "SELECT pg_advisory_xact_lock(hashtextextended(:body, 119))"
_AROUND = "SELECT * FROM absences_around(:user, :start, :end)"
_PLACES = "SELECT case_id FROM case_member WHERE user_id = :user AND case_id = ANY (:cases) AND ended_at IS NULL"
_MAY = "SELECT may_stand_in(:absentee, :deputy)"
_SAME_HELP = "SELECT gives_help_of(:absentee, :deputy, :case)"


def times(starts_at: datetime, ends_at: datetime, now: datetime) -> tuple[datetime, datetime]:
    """Return both moments in UTC, or refuse an absence that is over, ends before it begins, or lies far off."""
    if ends_at <= starts_at:
        raise invalid_field("/ends_at", "times-not-in-order", "It ends after it begins.")
    if ends_at <= now:
        raise invalid_field("/ends_at", "time-passed", "The absence is over already.")
    if not now - LONGEST <= starts_at <= now + LONGEST or ends_at - starts_at > LONGEST:
        raise invalid_field("/starts_at", "too-far-ahead", "An absence begins within a year and lasts at most a year.")
    return starts_at.astimezone(UTC), ends_at.astimezone(UTC)


async def require_keeper(work: Work, user_id: UUID) -> None:
    """Refuse who is neither away nor heads the body of who is."""
    user = await work.session.get(AppUser, user_id)
    if user is None or user.organisation_id != work.actor.organisation_id or not user.active or user.kind != "person":
        raise NotFound("There is no such colleague.")
    if user_id != work.actor.user_id and not work.actor.may(Permission.STAFF_HAND_ON):
        raise Forbidden("Who heads the body enters the absences of others.", code="absence-of-another")


def require_head(work: Work, user_id: UUID) -> None:
    """Refuse whoever does not head the body, and a head on the own absence: restricted cases are opened to somebody."""
    if user_id == work.actor.user_id or not work.actor.may(Permission.STAFF_HAND_ON):
        raise Forbidden("Another one who heads the body decides on restricted cases.", code="restricted-by-head-only")


async def in_turn(work: Work) -> None:
    """Let the absences of a body be entered one by one: nobody finds a deputy who is leaving at that moment."""
    await work.call(_IN_TURN, body=str(work.actor.organisation_id))


async def locked(work: Work, absence_id: UUID, expected: int | None) -> StaffAbsence:
    """Return an absence that the actor keeps and that is not over, locked."""
    await in_turn(work)
    absence = await get_absence(work, absence_id, for_change=True)
    if absence.user_id != work.actor.user_id and not work.actor.may(Permission.STAFF_HAND_ON):
        raise Forbidden("Who heads the body keeps the absences of others.", code="absence-of-another")
    check_version(absence, expected)
    if absence.withdrawn_at is not None or absence.ended_at is not None or absence.ends_at <= work.now:
        raise WrongState("The absence is over.", code="absence-over", data={"allowed_transitions": []})
    return absence


async def named(work: Work, absence: StaffAbsence) -> list[StaffAbsenceCase]:
    """Return the cases for which somebody else stands in, as far as the actor sees them."""
    query = select(StaffAbsenceCase).where(
        StaffAbsenceCase.absence_id == absence.id, col(StaffAbsenceCase.ended_at).is_(None)
    )
    return list(await work.session.scalars(query.order_by(col(StaffAbsenceCase.case_id))))


async def require_free(
    work: Work, user_id: UUID, starts_at: datetime, ends_at: datetime, *, but: UUID | None = None
) -> None:
    """Refuse a time in which the worker is away already, or stands in for somebody."""
    around = [row for row in await _around(work, user_id, starts_at, ends_at) if row["id"] != but]
    away = [row for row in around if not row["stands_in"]]
    if away:
        raise Conflict("The worker is away in that time already.", code="absence-overlaps", data=_ids(away))
    if around:
        raise Conflict(
            "The worker stands in for others in that time: name somebody else there first.",
            code="stands-in-meanwhile",
            data=_ids(around),
        )
    shifts = await coming_shifts(work, user_id, starts_at, ends_at)
    if shifts:
        raise Conflict(
            "The worker is on duty in that time: pass these shifts on first.",
            code="on-duty-meanwhile",
            data={"shift_ids": [str(shift.id) for shift in shifts]},
        )


async def require_there(work: Work, deputy_id: UUID, starts_at: datetime, ends_at: datetime) -> None:
    """Refuse a deputy who is away in that time."""
    away = [row for row in await _around(work, deputy_id, starts_at, ends_at) if not row["stands_in"]]
    if away:
        raise Conflict(
            "The deputy is away in that time: name somebody else.",
            code="deputy-away",
            data={
                "deputy_id": str(deputy_id),
                "away": [{k: row[k].isoformat() for k in ("starts_at", "ends_at")} for row in away],
            },
        )


async def require_deputies(work: Work, absence: StaffAbsence, command: NameDeputies) -> None:
    """Refuse a deputy who is no colleague, does other work, or is away."""
    places = {command.deputy_id: "/deputy_id"}
    for index, each in enumerate(command.cases):
        places.setdefault(each.deputy_id, f"/cases/{index}/deputy_id")
    for deputy_id, pointer in places.items():
        user = await work.session.get(AppUser, deputy_id)
        here = user is not None and user.organisation_id == absence.organisation_id
        if user is None or not here or not user.active or user.kind != "person" or deputy_id == absence.user_id:
            raise invalid_field(pointer, "unknown-colleague", "There is no such colleague in the body.")
        if not await work.call(_MAY, absentee=absence.user_id, deputy=deputy_id):
            raise invalid_field(pointer, "deputy-of-other-work", "The deputy has no role for the work of who is away.")
        await require_there(work, deputy_id, absence.starts_at, absence.ends_at)
    for index, each in enumerate(command.cases):
        if each.holds_sessions and not await work.call(
            _SAME_HELP, absentee=absence.user_id, deputy=each.deputy_id, case=each.case_id
        ):
            raise invalid_field(
                f"/cases/{index}/holds_sessions",
                "deputy-of-other-help",
                "Sessions pass to who gives the same kind of help, of a case in which the absentee gives one.",
            )


async def require_cases(work: Work, user_id: UUID, command: NameDeputies) -> None:
    """Refuse a case that the actor doesn't see, or that is none of who is away."""
    found = await work.rows(_PLACES, user=user_id, cases=[each.case_id for each in command.cases])
    theirs = {row["case_id"] for row in found}
    for index, each in enumerate(command.cases):
        if each.case_id not in theirs:
            raise invalid_field(f"/cases/{index}/case_id", "no-case-of-the-absentee", "It is no case of who is away.")


async def require_fit(work: Work, absence: StaffAbsence) -> None:
    """Refuse the absence, with the cases that no deputy may have."""
    cover = await cover_of(work, absence.id)
    bare = [c for c in cover if c.deputy_id is None and (not c.restricted or absence.covers_restricted)]
    if bare:
        shown = [str(c.case_id) for c in bare if c.seen]
        raise WrongState(
            "The deputy may not have some of the cases: name somebody else for each.",
            code="deputy-not-for-cases",
            data={"case_ids": shown, "hidden_cases": len(bare) - len(shown)},
        )


async def _around(work: Work, user_id: UUID, starts_at: datetime, ends_at: datetime) -> list[dict[str, Any]]:
    return await work.rows(_AROUND, user=user_id, start=starts_at, end=ends_at)


def _ids(rows: Iterable[dict[str, Any]]) -> dict[str, object]:
    return {"absence_ids": [str(row["id"]) for row in rows]}
