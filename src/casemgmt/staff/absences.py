"""Use cases of absences: enter, prolong, end, say who stands in.

The database gives the deputy places in the teams and takes them back (`db/sql/53_absences.sql`); the manager
stays the one who answers for the case, and what the deputy does is the deputy's own act.
"""

import json
from uuid import UUID

from casemgmt.audit.events import Event
from casemgmt.centers import without
from casemgmt.db.work import Work, only
from casemgmt.ids import new_id
from casemgmt.staff import absence_checks as checks
from casemgmt.staff import group_cover
from casemgmt.staff.absence_reading import Cover, cover_of, view_of
from casemgmt.staff.commands import CoverRestricted, EnterAbsence, NameDeputies, ProlongAbsence
from casemgmt.staff.tables import StaffAbsence, StaffAbsenceCase
from casemgmt.staff.views import AbsenceView
from casemgmt.tasks import clocks

_ASK = "SELECT ask_for_cover(:absence, CAST(:task AS jsonb))"


async def enter(work: Work, command: EnterAbsence) -> AbsenceView:
    """Enter an absence. Where it begins at once, the deputy sees the absentee's cases from now on.

    Errors: Conflict where the absentee is away already or stands in for somebody, or the deputy is away; WrongState
    with the cases that the deputy may not have.
    """
    user_id = command.user_id or work.actor.user_id
    await checks.require_keeper(work, user_id)
    await checks.require_cases(work, user_id, command)
    if command.covers_restricted:
        checks.require_head(work, user_id)
    starts_at, ends_at = checks.times(command.starts_at or work.now, command.ends_at, work.now)
    await checks.in_turn(work)
    await checks.require_free(work, user_id, starts_at, ends_at)
    absence = StaffAbsence(
        id=command.id or new_id(),
        organisation_id=work.actor.organisation_id,
        user_id=user_id,
        reason=command.reason,
        starts_at=starts_at,
        ends_at=ends_at,
        deputy_id=command.deputy_id,
        covers_restricted=command.covers_restricted,
        created_at=work.now,
        created_by_id=work.actor.user_id,
    )
    await checks.require_deputies(work, absence, command)
    await work.save(_event("staff.absence_entered", absence), absence, *_for_cases(absence, command))
    await checks.require_fit(work, absence)
    if starts_at <= work.now:
        await begin(work, absence)
    await ask_for_cover(work, absence)
    await without.ask_managers(work, absence)
    return await view_of(work, absence)


async def begin(work: Work, absence: StaffAbsence) -> None:
    """Let it begin: the deputies' places come into being."""
    absence.begun_at = work.now
    await _changed(work, absence, "staff.absence_begun")


async def prolong(work: Work, absence_id: UUID, command: ProlongAbsence, expected: int | None) -> AbsenceView:
    """Say how long it lasts now; the deputy's sight ends with it."""
    absence = await checks.locked(work, absence_id, expected)
    _, ends_at = checks.times(absence.starts_at, command.ends_at, work.now)
    await checks.require_free(work, absence.user_id, absence.starts_at, ends_at, but=absence.id)
    for deputy_id in {absence.deputy_id, *(n.deputy_id for n in await checks.named(work, absence))}:
        await checks.require_there(work, deputy_id, absence.starts_at, ends_at)
    absence.ends_at = ends_at
    await _changed(work, absence, "staff.absence_prolonged")
    await without.ask_managers(work, absence)
    await without.ask_after_deputies(work, absence)
    return await view_of(work, absence)


async def end(work: Work, absence_id: UUID, expected: int | None) -> AbsenceView:
    """End it: the worker is back, or does not go after all. The deputy sees nothing more by it."""
    absence = await checks.locked(work, absence_id, expected)
    if absence.begun_at is None:
        absence.withdrawn_at = work.now
        await _changed(work, absence, "staff.absence_withdrawn")
    else:
        absence.ended_at = work.now
        await _changed(work, absence, "staff.absence_ended")
    await ask_for_cover(work, absence)
    await without.ask_no_longer(work, absence)
    await without.ask_after_deputies(work, absence)
    return await view_of(work, absence)


async def name_deputies(work: Work, absence_id: UUID, command: NameDeputies, expected: int | None) -> AbsenceView:
    """Say anew who stands in, for all cases and for single ones."""
    absence = await checks.locked(work, absence_id, expected)
    await checks.require_cases(work, absence.user_id, command)
    before, held = await _before(work, absence), await checks.named(work, absence)
    wanted = {(each.case_id, each.deputy_id): each.holds_sessions for each in command.cases}
    kept = {(row.case_id, row.deputy_id) for row in held} & wanted.keys()
    for row in held:
        if (row.case_id, row.deputy_id) in kept:
            row.holds_sessions = wanted[row.case_id, row.deputy_id]
        else:
            row.ended_at = work.now
    absence.deputy_id = command.deputy_id
    await checks.require_deputies(work, absence, command)
    fresh = [row for row in _for_cases(absence, command) if (row.case_id, row.deputy_id) not in kept]
    await work.save(_event("staff.deputies_named", absence), absence, *held, *fresh)
    await checks.require_fit(work, absence)
    await _tell(work, absence, before)
    await ask_for_cover(work, absence)
    await without.ask_after_deputies(work, absence)
    return await view_of(work, absence)


async def cover_restricted(work: Work, absence_id: UUID, command: CoverRestricted, expected: int | None) -> AbsenceView:
    """Say whether the deputy sees the restricted cases too: who heads the body, never of one's own absence."""
    absence = await checks.locked(work, absence_id, expected)
    checks.require_head(work, absence.user_id)
    absence.covers_restricted = command.covers_restricted
    await _changed(work, absence, "staff.restricted_cases_covered")
    await checks.require_fit(work, absence)
    await ask_for_cover(work, absence)
    return await view_of(work, absence)


async def ask_for_cover(work: Work, absence: StaffAbsence) -> int:
    """Put what nobody covers before who heads the body: cases, whose number is answered, and places in groups."""
    await group_cover.ask_for_groups(work, absence)
    task = clocks.columns(
        work,
        "absence_uncovered",
        "staff_absence",
        absence.id,
        organisation_id=absence.organisation_id,
        blocks_closure=False,
    )
    bare: int = await work.call(_ASK, absence=absence.id, task=json.dumps(task, default=str))
    return bare


async def note_end(work: Work, absence: StaffAbsence) -> None:
    """Note that its time is over. The places ended by their own dates."""
    absence.ended_at = work.now
    await _changed(work, absence, "staff.absence_ended")


async def _changed(work: Work, absence: StaffAbsence, kind: str) -> None:
    before = await _before(work, absence)
    await work.save(_event(kind, absence), absence)
    await _tell(work, absence, before)


async def _before(work: Work, absence: StaffAbsence) -> tuple[list[Cover], group_cover.Places]:
    return await cover_of(work, absence.id), await group_cover.places_of(work, absence)


async def _tell(work: Work, absence: StaffAbsence, before: tuple[list[Cover], group_cover.Places]) -> None:
    """Record in each case and group whose sight it gave or took: who looks into it finds it there."""
    cover, groups = before
    await group_cover.tell(work, absence, groups)
    places = {(c.case_id, c.deputy_id, c.holds_sessions) for c in cover if c.placed}
    now = {(c.case_id, c.deputy_id, c.holds_sessions) for c in await cover_of(work, absence.id) if c.placed}
    for kind, found in (("case.stand_in_began", now - places), ("case.stand_in_ended", places - now)):
        for case_id, deputy_id, _ in sorted(found, key=str):
            work.record(Event(kind, "case", only(case_id, deputy_id, absence.user_id), case_id=case_id))


def _event(kind: str, absence: StaffAbsence) -> Event:
    return Event(kind, "staff_absence", (absence.id, absence.user_id, absence.deputy_id))


def _for_cases(absence: StaffAbsence, command: NameDeputies) -> list[StaffAbsenceCase]:
    return [
        StaffAbsenceCase(
            id=new_id(), absence_id=absence.id, organisation_id=absence.organisation_id, **each.model_dump()
        )
        for each in command.cases
    ]
