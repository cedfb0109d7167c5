"""Cases: opening, stages, persons, team, restriction, closure."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from api.etags import ExpectedVersion, RequiredVersion, set_etag
from api.routing import CurrentWork, Router, direct_of, written
from api.schemas import DEFAULT_PAGE, Cursor, Limit, Page
from casemgmt.access.permissions import Permission
from casemgmt.cases import changes, closure, handover, opening, restriction, service, team
from casemgmt.cases.commands import (
    AddMember,
    AddPerson,
    ChangeCase,
    DecideClosure,
    OfferHandover,
    OpenCase,
    ProposeClosure,
    RecordChildContact,
    ReopenCase,
    SetRestriction,
)
from casemgmt.cases.states import CaseState
from casemgmt.cases.views import CaseOpened, CaseSummary, CaseView, HandoverView, MemberAdded, RestrictionChanged
from casemgmt.corrections import service as corrections
from casemgmt.corrections.commands import ProposeCorrection
from casemgmt.corrections.views import CorrectionsView, CorrectionView
from casemgmt.transfers import service as transfers
from casemgmt.transfers.commands import OfferTransfer
from casemgmt.transfers.views import TransferView

router = Router("/cases", "cases")


@router.post("", Permission.CASES_OPEN, status_code=201)
async def open_case(command: OpenCase, response: Response, work: CurrentWork) -> CaseOpened:
    """Open a case from signals, with its accountable manager. You need not be on its team to open it."""
    opened = await opening.open_case(work, command)
    response.headers["Location"] = f"/v1/cases/{opened.id}"
    return opened


@router.get("", Permission.CASES_READ, direct=True, response_model=Page[CaseSummary])
async def list_cases(
    request: Request,
    limit: Limit = DEFAULT_PAGE,
    cursor: Cursor = None,
    state: Annotated[CaseState | None, Query()] = None,
) -> Response:
    """List the cases that you may see, newest first."""
    return written(await service.list_cases(direct_of(request), limit, cursor, state))


@router.get("/{case_id}", Permission.CASES_READ, direct=True, response_model=CaseView)
async def get_case(case_id: UUID, request: Request) -> Response:
    """Read a case in full, with the actions that are allowed on it now."""
    return written(*await service.read_case(direct_of(request), case_id))


@router.patch("/{case_id}", Permission.CASES_WRITE)
async def change_case(
    case_id: UUID, command: ChangeCase, response: Response, work: CurrentWork, expected: RequiredVersion
) -> CaseView:
    """Change problem type, categories of the children or package of help."""
    return _shown(response, await changes.change_case(work, case_id, command, expected))


@router.post("/{case_id}/persons", Permission.CASES_WRITE, status_code=201)
async def add_case_person(
    case_id: UUID, command: AddPerson, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> CaseView:
    """Add a child, or somebody around the child."""
    return _shown(response, await changes.add_person(work, case_id, command, expected))


@router.post("/{case_id}/team", Permission.CASES_TEAM, status_code=201)
async def add_case_member(
    case_id: UUID, command: AddMember, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> MemberAdded:
    """Take somebody into the team."""
    view = await team.add_member(work, case_id, command, expected)
    set_etag(response, view.version)
    return view


@router.post("/{case_id}/team/{member_id}/end", Permission.CASES_TEAM)
async def end_case_membership(
    case_id: UUID, member_id: UUID, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> CaseView:
    """End somebody's membership of the team."""
    return _shown(response, await team.end_membership(work, case_id, member_id, expected))


@router.post("/{case_id}/restriction", Permission.CASES_RESTRICT)
async def set_case_restriction(
    case_id: UUID, command: SetRestriction, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> RestrictionChanged:
    """Restrict a case to its team, or lift the restriction. You may lose sight of the case by it."""
    changed = await restriction.set_restriction(work, case_id, command, expected)
    set_etag(response, changed.version)
    return changed


@router.post("/{case_id}/child-contacts", Permission.CASES_WRITE, status_code=201)
async def record_child_contact(
    case_id: UUID, command: RecordChildContact, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> CaseView:
    """Record that the child itself was met."""
    return _shown(response, await changes.record_child_contact(work, case_id, command, expected))


@router.post("/{case_id}/start-assessment", Permission.CASES_WRITE)
async def start_assessment(case_id: UUID, response: Response, work: CurrentWork, expected: ExpectedVersion) -> CaseView:
    """Begin to assess needs and risks: somebody has met the child."""
    return _shown(response, await changes.move_stage(work, case_id, "start_assessment", expected))


@router.post("/{case_id}/start-planning", Permission.CASES_WRITE)
async def start_planning(case_id: UUID, response: Response, work: CurrentWork, expected: ExpectedVersion) -> CaseView:
    """Begin to plan: every child of the case is assessed."""
    return _shown(response, await changes.move_stage(work, case_id, "start_planning", expected))


@router.post("/{case_id}/start-support", Permission.CASES_WRITE)
async def start_support(case_id: UUID, response: Response, work: CurrentWork, expected: ExpectedVersion) -> CaseView:
    """Begin to support: the plan is approved."""
    return _shown(response, await changes.move_stage(work, case_id, "start_support", expected))


@router.post("/{case_id}/start-rehabilitation", Permission.CASES_WRITE)
async def start_rehabilitation(
    case_id: UUID, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> CaseView:
    """Go on to rehabilitation."""
    return _shown(response, await changes.move_stage(work, case_id, "start_rehabilitation", expected))


@router.post("/{case_id}/propose-closure", Permission.CASES_CLOSE, drafted=True)
async def propose_closure(
    case_id: UUID, command: ProposeClosure, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> CaseView:
    """Propose to close the case; a second person decides."""
    return _shown(response, await closure.propose_closure(work, case_id, command, expected))


@router.post("/{case_id}/approve-closure", Permission.CASES_APPROVE_CLOSURE)
async def approve_closure(
    case_id: UUID, command: DecideClosure, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> CaseView:
    """Close the case as its second person."""
    return _shown(response, await closure.approve_closure(work, case_id, command, expected))


@router.post("/{case_id}/return-closure", Permission.CASES_APPROVE_CLOSURE)
async def return_closure(
    case_id: UUID, command: DecideClosure, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> CaseView:
    """Send a proposed closure back to the stage that it came from."""
    return _shown(response, await closure.return_closure(work, case_id, command, expected))


@router.post("/{case_id}/reopen", Permission.CASES_REOPEN)
async def reopen_case(
    case_id: UUID, command: ReopenCase, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> CaseView:
    """Open a closed case again, with its history."""
    return _shown(response, await closure.reopen_case(work, case_id, command, expected))


@router.post("/{case_id}/handover", Permission.CASES_HANDOVER, status_code=201)
async def offer_handover(
    case_id: UUID, command: OfferHandover, work: CurrentWork, expected: ExpectedVersion
) -> HandoverView:
    """Offer the case to another case manager."""
    return await handover.offer_handover(work, case_id, command, expected)


@router.post("/{case_id}/transfers", Permission.TRANSFERS_OFFER, status_code=201)
async def offer_transfer(
    case_id: UUID, command: OfferTransfer, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> TransferView:
    """Offer the case to the body of the place to which the family moves."""
    view = await transfers.offer_transfer(work, case_id, command, expected)
    response.headers["Location"] = f"/v1/transfers/{view.id}"
    set_etag(response, view.version)
    return view


@router.post("/{case_id}/corrections", Permission.CORRECTIONS_PROPOSE, status_code=201)
async def propose_correction(
    case_id: UUID, command: ProposeCorrection, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> CorrectionView:
    """Say that a record of the case was entered in error. A second person confirms it."""
    view = await corrections.propose_correction(work, case_id, command, expected)
    set_etag(response, view.version)
    return view


@router.get("/{case_id}/corrections", Permission.CORRECTIONS_READ)
async def list_corrections(case_id: UUID, work: CurrentWork) -> CorrectionsView:
    """List what was, or may have been, entered in error."""
    return await corrections.list_corrections(work, case_id)


def _shown(response: Response, view: CaseView) -> CaseView:
    set_etag(response, view.version)
    return view
