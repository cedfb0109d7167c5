"""Screenings by school psychologists."""

from uuid import UUID

from fastapi import Response

from api.routing import CurrentServices, CurrentWork, Router
from casemgmt.access.permissions import Permission
from casemgmt.screenings import reading, service
from casemgmt.screenings.commands import RecordScreening
from casemgmt.screenings.views import ScreeningAnswersView, ScreeningRegistered

router = Router("", "screenings")


@router.post("/screenings", Permission.SCREENINGS_WRITE, drafted=True, status_code=201)
async def create_screening(
    command: RecordScreening, response: Response, work: CurrentWork, services: CurrentServices
) -> ScreeningRegistered:
    """Report a child after a screening: it becomes a signal with its score, whose clocks start at once."""
    registered = await service.record_screening(work, command, services.settings.lookup_key)
    response.headers["Location"] = f"/v1/signals/{registered.id}"
    return registered


@router.get("/signals/{signal_id}/screening-answers", Permission.SCREENINGS_READ)
async def get_screening_answers(signal_id: UUID, work: CurrentWork) -> ScreeningAnswersView:
    """Read what the child answered at a screening: whoever asked, and the psychologists of the child's team."""
    return await reading.read_answers(work, signal_id)
