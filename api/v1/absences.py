"""Absences of staff: who is away, and who stands in."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from pydantic import AwareDatetime

from api.etags import ExpectedVersion, set_etag
from api.routing import CurrentWork, Router
from casemgmt.access.permissions import Permission
from casemgmt.staff import absence_reading, absences
from casemgmt.staff.commands import CoverRestricted, EnterAbsence, NameDeputies, ProlongAbsence
from casemgmt.staff.views import AbsenceList, AbsenceView

router = Router("/staff-absences", "staff")


@router.post("", Permission.ABSENCES_WRITE, status_code=201)
async def enter_absence(command: EnterAbsence, response: Response, work: CurrentWork) -> AbsenceView:
    """Enter an absence of your own, or of a colleague whose body you head, and say who stands in.

    For exactly that time the deputy sees and works the cases and tasks of who is away, those that come meanwhile too.
    The manager stays accountable; what the deputy does stands in the log as the deputy's. You are told which cases the
    deputy may not have: name somebody else for each. Restricted cases only where who heads the body says so.
    """
    view = await absences.enter(work, command)
    response.headers["Location"] = f"/v1/staff-absences/{view.id}"
    return _shown(response, view)


@router.get("", Permission.USERS_READ)
async def list_absences(
    work: CurrentWork,
    at: Annotated[AwareDatetime | None, Query(description="Those who are away at this moment.")] = None,
) -> AbsenceList:
    """List who of your body is away now and in the coming time, until when, and who stands in.

    Why is told to who is away and who heads the body, and to nobody else.
    """
    return await absence_reading.list_absences(work, at)


@router.get("/{staff_absence_id}", Permission.USERS_READ)
async def get_absence(staff_absence_id: UUID, response: Response, work: CurrentWork) -> AbsenceView:
    """Read an absence. Who is away and who heads the body are told its cases, and for which nobody stands in."""
    return _shown(response, await absence_reading.read_absence(work, staff_absence_id))


@router.post("/{staff_absence_id}/prolong", Permission.ABSENCES_WRITE)
async def prolong_absence(
    staff_absence_id: UUID, command: ProlongAbsence, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> AbsenceView:
    """Change when it ends, later or earlier: the deputy's sight ends with it."""
    return _shown(response, await absences.prolong(work, staff_absence_id, command, expected))


@router.post("/{staff_absence_id}/end", Permission.ABSENCES_WRITE)
async def end_absence(
    staff_absence_id: UUID, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> AbsenceView:
    """Come back early, or take it back before it begins. The deputy sees nothing more by it from this moment."""
    return _shown(response, await absences.end(work, staff_absence_id, expected))


@router.post("/{staff_absence_id}/deputies", Permission.ABSENCES_WRITE)
async def name_deputies(
    staff_absence_id: UUID, command: NameDeputies, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> AbsenceView:
    """Say anew who stands in, for all of the work and for single cases."""
    return _shown(response, await absences.name_deputies(work, staff_absence_id, command, expected))


@router.post("/{staff_absence_id}/restricted-cases", Permission.STAFF_HAND_ON)
async def cover_restricted_cases(
    staff_absence_id: UUID, command: CoverRestricted, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> AbsenceView:
    """Say whether the deputy sees the restricted cases of a colleague too. You are told how many, not which."""
    return _shown(response, await absences.cover_restricted(work, staff_absence_id, command, expected))


def _shown(response: Response, view: AbsenceView) -> AbsenceView:
    set_etag(response, view.version)
    return view
