"""The duty desk: the rota of a body, and who is on duty now."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from pydantic import AwareDatetime

from api.etags import ExpectedVersion, set_etag
from api.routing import CurrentWork, Router
from casemgmt.access.permissions import Permission
from casemgmt.duty import rota
from casemgmt.duty.commands import OfferShift, SetShift
from casemgmt.duty.views import OnDutyView, RotaView, ShiftView

router = Router("/duty-shifts", "staff")


@router.post("", Permission.STAFF_HAND_ON, status_code=201)
async def set_duty_shift(command: SetShift, response: Response, work: CurrentWork) -> ShiftView:
    """Put a colleague of your body on the rota. Refused where the colleague is away or on duty then."""
    return _shown(response, await rota.set_shift(work, command))


@router.get("", Permission.USERS_READ)
async def get_duty_rota(
    work: CurrentWork,
    start: Annotated[AwareDatetime | None, Query(alias="from", description="Absent: now.")] = None,
    end: Annotated[AwareDatetime | None, Query(alias="until", description="Absent: a week later.")] = None,
) -> RotaView:
    """Read the rota of your body, and the times outside of working hours in which nobody is on duty."""
    return await rota.read_rota(work, start, end)


@router.get("/on-duty", Permission.USERS_READ)
async def get_on_duty(
    work: CurrentWork,
    organisation_id: Annotated[UUID | None, Query(description="Absent: your own body.")] = None,
    at: Annotated[AwareDatetime | None, Query(description="Absent: now.")] = None,
) -> OnDutyView:
    """Read who of a body is on duty: to them go emergencies, and what comes outside of working hours."""
    return await rota.on_duty(work, organisation_id, at)


@router.post("/{shift_id}/cancel", Permission.STAFF_HAND_ON)
async def cancel_duty_shift(
    shift_id: UUID, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> ShiftView:
    """Take a shift off the rota. What is open of it goes to the next on duty, or back to the desk."""
    return _shown(response, await rota.cancel_shift(work, shift_id, expected))


@router.post("/{shift_id}/offer", Permission.ABSENCES_WRITE)
async def offer_duty_shift(
    shift_id: UUID, command: OfferShift, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> ShiftView:
    """Offer your shift to a colleague, as it is or for one of theirs. It stays yours until the colleague takes it."""
    return _shown(response, await rota.offer_shift(work, shift_id, command, expected))


@router.post("/{shift_id}/accept", Permission.ABSENCES_WRITE)
async def accept_duty_shift(
    shift_id: UUID, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> ShiftView:
    """Take a shift that a colleague offers you, and give the one that was asked in return."""
    return _shown(response, await rota.accept_shift(work, shift_id, expected))


@router.post("/{shift_id}/decline", Permission.ABSENCES_WRITE)
async def decline_duty_shift(
    shift_id: UUID, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> ShiftView:
    """Decline a shift that is offered to you, or take your own offer back."""
    return _shown(response, await rota.decline_shift(work, shift_id, expected))


def _shown(response: Response, view: ShiftView) -> ShiftView:
    set_etag(response, view.version)
    return view
