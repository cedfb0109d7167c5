"""Electronic signatures on plans, acts and minutes: what is signed, what came, whether it holds."""

from typing import Any
from uuid import UUID

from fastapi import Response

from api.etags import ExpectedVersion, set_etag
from api.routing import CurrentServices, CurrentWork, Router
from casemgmt.access.permissions import Permission
from casemgmt.signatures import service
from casemgmt.signatures.commands import RecordMinutesSignature, RecordSignature, RecordVisitActSignature
from casemgmt.signatures.records import CLOSURES, CONFERENCES, PLANS, VISIT_ACTS
from casemgmt.signatures.views import SignaturesView, SignatureView

router = Router("", "signatures")

_JSON = "application/json"
_BYTES: dict[int | str, dict[str, Any]] = {
    200: {"description": "The bytes.", "content": {_JSON: {"schema": {"type": "object"}}}}
}


@router.get("/plans/{plan_id}/signable", Permission.PLANS_READ, response_class=Response, responses=_BYTES)
async def get_signable_plan(plan_id: UUID, work: CurrentWork) -> Response:
    """Read the bytes that an electronic signature is made over. Their SHA-256 stands on the printed plan."""
    return Response(await service.signable(work, PLANS, plan_id), 200, media_type=_JSON)


@router.post("/plans/{plan_id}/signatures", Permission.SIGNATURES_WRITE, status_code=201)
async def record_plan_signature(
    plan_id: UUID, command: RecordSignature, response: Response, work: CurrentWork, services: CurrentServices
) -> SignatureView:
    """Keep an electronic signature on a plan that its manager has signed, with what its certificate says."""
    return _shown(response, await service.record_signature(work, services.verifier, PLANS, plan_id, command))


@router.get("/plans/{plan_id}/signatures", Permission.PLANS_READ)
async def list_plan_signatures(plan_id: UUID, work: CurrentWork) -> SignaturesView:
    """Read the electronic signatures on a version of the plan, and whether each is of what the plan says now."""
    return await service.list_signatures(work, PLANS, plan_id)


@router.post("/plan-signatures/{signature_id}/verify", Permission.SIGNATURES_WRITE)
async def verify_plan_signature(
    signature_id: UUID, response: Response, work: CurrentWork, services: CurrentServices, expected: ExpectedVersion
) -> SignatureView:
    """Ask again whether a signature holds: after a verifier was set up, or a certificate ran out."""
    return _shown(response, await service.verify_signature(work, services.verifier, PLANS, signature_id, expected))


@router.get("/case-closures/{closure_id}/signable", Permission.CASES_READ, response_class=Response, responses=_BYTES)
async def get_signable_closure(closure_id: UUID, work: CurrentWork) -> Response:
    """Read the bytes that an electronic signature is made over. Their SHA-256 stands on the printed act."""
    return Response(await service.signable(work, CLOSURES, closure_id), 200, media_type=_JSON)


@router.post("/case-closures/{closure_id}/signatures", Permission.SIGNATURES_WRITE, status_code=201)
async def record_closure_signature(
    closure_id: UUID, command: RecordSignature, response: Response, work: CurrentWork, services: CurrentServices
) -> SignatureView:
    """Keep an electronic signature on an act of closure: on what was proposed, whatever is decided on it."""
    return _shown(response, await service.record_signature(work, services.verifier, CLOSURES, closure_id, command))


@router.get("/case-closures/{closure_id}/signatures", Permission.CASES_READ)
async def list_closure_signatures(closure_id: UUID, work: CurrentWork) -> SignaturesView:
    """Read the electronic signatures on an act of closure."""
    return await service.list_signatures(work, CLOSURES, closure_id)


@router.post("/closure-signatures/{closure_signature_id}/verify", Permission.SIGNATURES_WRITE)
async def verify_closure_signature(
    closure_signature_id: UUID,
    response: Response,
    work: CurrentWork,
    services: CurrentServices,
    expected: ExpectedVersion,
) -> SignatureView:
    """Ask again whether a signature holds: after a verifier was set up, or a certificate ran out."""
    found = await service.verify_signature(work, services.verifier, CLOSURES, closure_signature_id, expected)
    return _shown(response, found)


@router.get("/visit-acts/{visit_act_id}/signable", Permission.REFERRALS_READ, response_class=Response, responses=_BYTES)
async def get_signable_visit_act(visit_act_id: UUID, work: CurrentWork) -> Response:
    """Read the bytes that an electronic signature is made over. Their SHA-256 stands on the printed act."""
    return Response(await service.signable(work, VISIT_ACTS, visit_act_id), 200, media_type=_JSON)


@router.post("/visit-acts/{visit_act_id}/signatures", Permission.SIGNATURES_WRITE, status_code=201)
async def record_visit_act_signature(
    visit_act_id: UUID,
    command: RecordVisitActSignature,
    response: Response,
    work: CurrentWork,
    services: CurrentServices,
) -> SignatureView:
    """Keep an electronic signature on a visit act, with what its certificate says."""
    return _shown(response, await service.record_signature(work, services.verifier, VISIT_ACTS, visit_act_id, command))


@router.get("/visit-acts/{visit_act_id}/signatures", Permission.REFERRALS_READ)
async def list_visit_act_signatures(visit_act_id: UUID, work: CurrentWork) -> SignaturesView:
    """Read the electronic signatures on a visit act, and whether each is of what the act says now."""
    return await service.list_signatures(work, VISIT_ACTS, visit_act_id)


@router.post("/visit-act-signatures/{visit_act_signature_id}/verify", Permission.SIGNATURES_WRITE)
async def verify_visit_act_signature(
    visit_act_signature_id: UUID,
    response: Response,
    work: CurrentWork,
    services: CurrentServices,
    expected: ExpectedVersion,
) -> SignatureView:
    """Ask again whether a signature holds: after a verifier was set up, or a certificate ran out."""
    found = await service.verify_signature(work, services.verifier, VISIT_ACTS, visit_act_signature_id, expected)
    return _shown(response, found)


@router.get(
    "/conferences/{conference_id}/signable", Permission.CONFERENCES_READ, response_class=Response, responses=_BYTES
)
async def get_signable_minutes(conference_id: UUID, work: CurrentWork) -> Response:
    """Read the bytes of the minutes that an electronic signature is made over, as one of the team or who was there."""
    return Response(await service.signable(work, CONFERENCES, conference_id), 200, media_type=_JSON)


@router.post("/conferences/{conference_id}/signatures", Permission.CONFERENCES_ATTEND, status_code=201)
async def record_minutes_signature(
    conference_id: UUID,
    command: RecordMinutesSignature,
    response: Response,
    work: CurrentWork,
    services: CurrentServices,
) -> SignatureView:
    """Keep an electronic signature on the minutes of a conference. Of another body, as long as you see them."""
    found = await service.record_signature(work, services.verifier, CONFERENCES, conference_id, command)
    return _shown(response, found)


@router.get("/conferences/{conference_id}/signatures", Permission.CONFERENCES_READ)
async def list_minutes_signatures(conference_id: UUID, work: CurrentWork) -> SignaturesView:
    """Read the electronic signatures on the minutes of a conference."""
    return await service.list_signatures(work, CONFERENCES, conference_id)


@router.post("/conference-signatures/{conference_signature_id}/verify", Permission.CONFERENCES_ATTEND)
async def verify_minutes_signature(
    conference_signature_id: UUID,
    response: Response,
    work: CurrentWork,
    services: CurrentServices,
    expected: ExpectedVersion,
) -> SignatureView:
    """Ask again whether a signature holds: after a verifier was set up, or a certificate ran out."""
    found = await service.verify_signature(work, services.verifier, CONFERENCES, conference_signature_id, expected)
    return _shown(response, found)


def _shown(response: Response, view: SignatureView) -> SignatureView:
    set_etag(response, view.version)
    return view
