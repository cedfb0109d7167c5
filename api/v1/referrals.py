"""Referrals to mobile groups, and visits."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from api.etags import ExpectedVersion, set_etag
from api.routing import CurrentWork, Router
from api.schemas import DEFAULT_PAGE, Cursor, Limit, Page
from casemgmt.access.permissions import Permission
from casemgmt.outreach import correcting, reports, service, visits
from casemgmt.outreach.commands import (
    CorrectVisitAct,
    DeclineReferral,
    Depart,
    RecordNoContact,
    RecordVisit,
    ReportVisit,
    WithdrawReferral,
)
from casemgmt.outreach.states import ReferralState
from casemgmt.outreach.views import ReferralGivenBack, ReferralSummary, ReferralView, VisitActEditionsView, VisitActView

router = Router("/referrals", "referrals")
visit_acts_router = Router("/visit-acts", "referrals")


@router.get("", Permission.REFERRALS_READ)
async def list_referrals(
    work: CurrentWork,
    limit: Limit = DEFAULT_PAGE,
    cursor: Cursor = None,
    state: Annotated[ReferralState | None, Query()] = None,
) -> Page[ReferralSummary]:
    """List the referrals that you may see, newest first: of your groups, your desk, your cases."""
    return Page.of(await service.list_referrals(work, limit, cursor, state))


@router.get("/{referral_id}", Permission.REFERRALS_READ)
async def get_referral(referral_id: UUID, response: Response, work: CurrentWork) -> ReferralView:
    """Read a referral with what the visitors need of the signal, the warnings, and the actions that are allowed now."""
    return _shown(response, await service.read_referral(work, referral_id))


@router.post("/{referral_id}/accept", Permission.REFERRALS_ANSWER)
async def accept_referral(
    referral_id: UUID, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> ReferralView:
    """Take a referral on. The term of the visit runs from the moment of the offer."""
    return _shown(response, await service.accept_referral(work, referral_id, expected))


@router.post("/{referral_id}/decline", Permission.REFERRALS_ANSWER)
async def decline_referral(
    referral_id: UUID, command: DeclineReferral, work: CurrentWork, expected: ExpectedVersion
) -> ReferralGivenBack:
    """Give a referral back to the desk that offered it, with the reason. Your group sees it no more."""
    return await service.decline_referral(work, referral_id, command, expected)


@router.post("/{referral_id}/withdraw", Permission.REFERRALS_OFFER)
async def withdraw_referral(
    referral_id: UUID, command: WithdrawReferral, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> ReferralView:
    """Take a referral back from the group. The signal is triaged anew."""
    return _shown(response, await service.withdraw_referral(work, referral_id, command, expected))


@router.post("/{referral_id}/depart", Permission.VISITS_WRITE)
async def depart(
    referral_id: UUID, command: Depart, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> ReferralView:
    """Set out. Refused with `warnings-unread` until you say that the warnings in force were read."""
    return _shown(response, await visits.depart(work, referral_id, command, expected))


@router.post("/{referral_id}/no-contact", Permission.VISITS_WRITE)
async def record_no_contact(
    referral_id: UUID, command: RecordNoContact, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> ReferralView:
    """Record that nobody could be met. The group departs again; the clock of the visit runs on."""
    return _shown(response, await visits.record_no_contact(work, referral_id, command, expected))


@router.post("/{referral_id}/visit", Permission.VISITS_WRITE)
async def record_visit(
    referral_id: UUID, command: RecordVisit, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> ReferralView:
    """Record that the family was visited. The clock of the report runs from the visit."""
    return _shown(response, await visits.record_visit(work, referral_id, command, expected))


@router.post("/{referral_id}/visit-act", Permission.VISITS_WRITE, drafted=True, status_code=201)
async def report_visit(
    referral_id: UUID, command: ReportVisit, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> VisitActView:
    """Hand in the visit act. Its outcome decides where the signal goes."""
    act = await reports.report_visit(work, referral_id, command, expected)
    response.headers["Location"] = f"/v1/visit-acts/{act.id}"
    set_etag(response, act.version)
    return act


@visit_acts_router.get("/{visit_act_id}", Permission.REFERRALS_READ)
async def get_visit_act(visit_act_id: UUID, response: Response, work: CurrentWork) -> VisitActView:
    """Read a visit act."""
    act = await reports.read_act(work, visit_act_id)
    set_etag(response, act.version)
    return act


@visit_acts_router.post("/{visit_act_id}/correct", Permission.VISITS_WRITE)
async def correct_visit_act(
    visit_act_id: UUID, command: CorrectVisitAct, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> VisitActView:
    """Correct what an act of your group says wrongly. What it said before is kept, and its signatures stay on that."""
    act = await correcting.correct_act(work, visit_act_id, command, expected)
    set_etag(response, act.version)
    return act


@visit_acts_router.get("/{visit_act_id}/editions", Permission.REFERRALS_READ)
async def list_visit_act_editions(visit_act_id: UUID, work: CurrentWork) -> VisitActEditionsView:
    """Read what a visit act said before each of its corrections."""
    return await correcting.list_editions(work, visit_act_id)


def _shown(response: Response, view: ReferralView) -> ReferralView:
    set_etag(response, view.version)
    return view
