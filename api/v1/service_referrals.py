"""Referrals to other bodies: one thing is asked, accepted or declined, and answered when it is done."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from api.etags import ExpectedVersion, set_etag
from api.routing import CurrentWork, Router
from api.schemas import DEFAULT_PAGE, Cursor, Limit, Page
from casemgmt.access.permissions import Permission
from casemgmt.service_referrals import service
from casemgmt.service_referrals.commands import (
    AcceptServiceReferral,
    CompleteServiceReferral,
    DeclineServiceReferral,
    OfferServiceReferral,
)
from casemgmt.service_referrals.states import ServiceReferralState
from casemgmt.service_referrals.views import ServiceReferralFileView, ServiceReferralTallyView, ServiceReferralView

router = Router("", "service referrals")


@router.post("/cases/{case_id}/service-referrals", Permission.SERVICE_REFERRALS_OFFER, status_code=201)
async def offer_service_referral(
    case_id: UUID, command: OfferServiceReferral, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> ServiceReferralFileView:
    """Ask another body to do something for a child of the case; it never sees the case."""
    view = await service.offer_service_referral(work, case_id, command, expected)
    response.headers["Location"] = f"/v1/service-referrals/{view.id}"
    set_etag(response, view.version)
    return view


@router.get("/cases/{case_id}/service-referrals", Permission.SERVICE_REFERRALS_READ)
async def list_case_service_referrals(
    case_id: UUID, work: CurrentWork, limit: Limit = DEFAULT_PAGE, cursor: Cursor = None
) -> Page[ServiceReferralView]:
    """List what other bodies were asked for this case, newest first."""
    return Page.of(await service.list_service_referrals(work, limit, cursor, case_id=case_id))


@router.get("/service-referrals", Permission.SERVICE_REFERRALS_READ)
async def list_service_referrals(
    work: CurrentWork,
    limit: Limit = DEFAULT_PAGE,
    cursor: Cursor = None,
    state: Annotated[ServiceReferralState | None, Query()] = None,
) -> Page[ServiceReferralView]:
    """List what your body is asked and has not ended yet, newest first."""
    return Page.of(await service.list_service_referrals(work, limit, cursor, state=state))


@router.get("/service-referrals/tally", Permission.SERVICE_REFERRALS_ANSWER)
async def get_service_referral_tally(work: CurrentWork) -> ServiceReferralTallyView:
    """Count what your body was asked, by where it stands: of what has ended, the number is all that stays."""
    return await service.tally_service_referrals(work)


@router.get("/service-referrals/{service_referral_id}", Permission.SERVICE_REFERRALS_READ)
async def get_service_referral(
    service_referral_id: UUID, response: Response, work: CurrentWork
) -> ServiceReferralFileView:
    """Read a referral; the body that has accepted it reads the child's name and age too."""
    view = await service.read_service_referral(work, service_referral_id)
    set_etag(response, view.version)
    return view


@router.post("/service-referrals/{service_referral_id}/accept", Permission.SERVICE_REFERRALS_ANSWER)
async def accept_service_referral(
    service_referral_id: UUID,
    command: AcceptServiceReferral,
    response: Response,
    work: CurrentWork,
    expected: ExpectedVersion,
) -> ServiceReferralFileView:
    """Accept what is asked of your body and name who does it."""
    view = await service.accept_service_referral(work, service_referral_id, command, expected)
    set_etag(response, view.version)
    return view


@router.post("/service-referrals/{service_referral_id}/decline", Permission.SERVICE_REFERRALS_ANSWER, status_code=204)
async def decline_service_referral(
    service_referral_id: UUID, command: DeclineServiceReferral, work: CurrentWork, expected: ExpectedVersion
) -> None:
    """Decline what is asked, with a reason: your body reads it no more."""
    await service.decline_service_referral(work, service_referral_id, command, expected)


@router.post("/service-referrals/{service_referral_id}/complete", Permission.SERVICE_REFERRALS_WORK, status_code=204)
async def complete_service_referral(
    service_referral_id: UUID, command: CompleteServiceReferral, work: CurrentWork, expected: ExpectedVersion
) -> None:
    """Say what came of it. The note goes to the team of the case; your body reads nothing of it any more."""
    await service.complete_service_referral(work, service_referral_id, command, expected)


@router.post("/service-referrals/{service_referral_id}/withdraw", Permission.SERVICE_REFERRALS_OFFER)
async def withdraw_service_referral(
    service_referral_id: UUID, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> ServiceReferralFileView:
    """Take back what was asked: the body reads nothing of it any more."""
    view = await service.withdraw_service_referral(work, service_referral_id, expected)
    set_etag(response, view.version)
    return view
