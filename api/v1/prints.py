"""Records as documents to print and to sign."""

from uuid import UUID

from fastapi import Response

from api.routing import CurrentServices, CurrentWork, Router
from casemgmt.access.permissions import Permission
from casemgmt.printing import service
from casemgmt.printing.commands import PrintDocument
from casemgmt.printing.service import Printed

router = Router("", "prints")

_PDF = "application/pdf"
_DOCUMENT = {
    200: {
        "description": "The document as PDF/A.",
        "content": {_PDF: {"schema": {"type": "string", "format": "binary"}}},
    }
}


@router.post(
    "/plans/{plan_id}/print",
    Permission.PLANS_PRINT,
    rate_class="exports",
    repeatable=True,
    response_class=Response,
    responses=_DOCUMENT,
)
async def print_plan(plan_id: UUID, command: PrintDocument, work: CurrentWork, services: CurrentServices) -> Response:
    """Print a version of the plan, in Kazakh or Russian. A draft, and what holds no more, says so on each page."""
    return _handed_out(await service.print_plan(work, services.printer, plan_id, command))


@router.post(
    "/visit-acts/{visit_act_id}/print",
    Permission.VISITS_PRINT,
    rate_class="exports",
    repeatable=True,
    response_class=Response,
    responses=_DOCUMENT,
)
async def print_visit_act(
    visit_act_id: UUID, command: PrintDocument, work: CurrentWork, services: CurrentServices
) -> Response:
    """Print a visit act, in Kazakh or Russian. Who reported, and what was seen of health, is not on it."""
    return _handed_out(await service.print_visit_act(work, services.printer, visit_act_id, command))


@router.post(
    "/case-closures/{closure_id}/print",
    Permission.CASES_PRINT,
    rate_class="exports",
    repeatable=True,
    response_class=Response,
    responses=_DOCUMENT,
)
async def print_case_closure(
    closure_id: UUID, command: PrintDocument, work: CurrentWork, services: CurrentServices
) -> Response:
    """Print an act of closure, in Kazakh or Russian: why, what was reached, who decided, who looks again and when."""
    return _handed_out(await service.print_closure(work, services.printer, closure_id, command))


@router.post(
    "/conferences/{conference_id}/print",
    Permission.CASES_PRINT,
    rate_class="exports",
    repeatable=True,
    response_class=Response,
    responses=_DOCUMENT,
)
async def print_conference(
    conference_id: UUID, command: PrintDocument, work: CurrentWork, services: CurrentServices
) -> Response:
    """Print the minutes of a conference, in Kazakh or Russian. Until a second person has signed, they say so."""
    return _handed_out(await service.print_conference(work, services.printer, conference_id, command))


def _handed_out(printed: Printed) -> Response:
    headers = {
        "Content-Disposition": f'attachment; filename="{printed.file_name}"',
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    return Response(printed.content, 200, headers, _PDF)
