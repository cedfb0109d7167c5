"""Electronic signatures on plans: what is signed, the signatures that came, whether they hold."""

from uuid import UUID

from fastapi import Response

from api.etags import ExpectedVersion, set_etag
from api.routing import CurrentServices, CurrentWork, Router
from casemgmt.access.permissions import Permission
from casemgmt.signatures import service
from casemgmt.signatures.commands import RecordSignature
from casemgmt.signatures.views import SignaturesView, SignatureView

router = Router("", "signatures")


@router.get(
    "/plans/{plan_id}/signable",
    Permission.PLANS_READ,
    response_class=Response,
    responses={200: {"description": "The bytes.", "content": {"application/json": {"schema": {"type": "object"}}}}},
)
async def get_signable_plan(plan_id: UUID, work: CurrentWork) -> Response:
    """Read the bytes that an electronic signature is made over. Their SHA-256 stands on the printed plan."""
    return Response(await service.signable(work, plan_id), 200, media_type="application/json")


@router.post("/plans/{plan_id}/signatures", Permission.SIGNATURES_WRITE, status_code=201)
async def record_plan_signature(
    plan_id: UUID, command: RecordSignature, response: Response, work: CurrentWork, services: CurrentServices
) -> SignatureView:
    """Keep an electronic signature on a plan that its manager has signed, with what its certificate says."""
    return _shown(response, await service.record_signature(work, services.verifier, plan_id, command))


@router.get("/plans/{plan_id}/signatures", Permission.PLANS_READ)
async def list_plan_signatures(plan_id: UUID, work: CurrentWork) -> SignaturesView:
    """Read the electronic signatures on a version of the plan, and whether each is of what the plan says now."""
    return await service.list_signatures(work, plan_id)


@router.post("/plan-signatures/{signature_id}/verify", Permission.SIGNATURES_WRITE)
async def verify_plan_signature(
    signature_id: UUID, response: Response, work: CurrentWork, services: CurrentServices, expected: ExpectedVersion
) -> SignatureView:
    """Ask again whether a signature holds: after a verifier was set up, or a certificate ran out."""
    return _shown(response, await service.verify_signature(work, services.verifier, signature_id, expected))


def _shown(response: Response, view: SignatureView) -> SignatureView:
    set_etag(response, view.version)
    return view
