"""Case conferences: called, answered, held, signed; what they decide is done by somebody until a day."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from api.etags import ExpectedVersion, set_etag
from api.routing import CurrentWork, Router
from api.schemas import DEFAULT_PAGE, Cursor, Limit, Page
from casemgmt.access.permissions import Permission
from casemgmt.conferences import answering, calling, deciding, holding, reading
from casemgmt.conferences.commands import (
    CallConference,
    CancelConference,
    CompleteDecision,
    DeclineInvitation,
    DropDecision,
    HoldConference,
    Invite,
    MoveConference,
    PassDecisionOn,
    SendAnother,
)
from casemgmt.conferences.states import ConferenceState
from casemgmt.conferences.views import (
    ConferenceFileView,
    ConferenceView,
    DecisionFileView,
    DecisionList,
    DecisionView,
)

router = Router("", "conferences")


@router.post("/cases/{case_id}/conferences", Permission.CONFERENCES_CALL, status_code=201)
async def call_conference(
    case_id: UUID, command: CallConference, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> ConferenceFileView:
    """Call a conference on a case; those invited never see the case."""
    view = await calling.call_conference(work, case_id, command, expected)
    response.headers["Location"] = f"/v1/conferences/{view.id}"
    set_etag(response, view.version)
    return view


@router.get("/cases/{case_id}/conferences", Permission.CONFERENCES_READ)
async def list_case_conferences(
    case_id: UUID, work: CurrentWork, limit: Limit = DEFAULT_PAGE, cursor: Cursor = None
) -> Page[ConferenceView]:
    """List the conferences on a case, newest first."""
    return Page.of(await reading.list_conferences(work, limit, cursor, case_id=case_id))


@router.get("/conferences", Permission.CONFERENCES_READ)
async def list_conferences(
    work: CurrentWork,
    limit: Limit = DEFAULT_PAGE,
    cursor: Cursor = None,
    state: Annotated[ConferenceState | None, Query()] = None,
) -> Page[ConferenceView]:
    """List the conferences to which you are invited and which are not over, newest first."""
    return Page.of(await reading.list_conferences(work, limit, cursor, state=state))


@router.get("/conferences/{conference_id}", Permission.CONFERENCES_READ)
async def get_conference(conference_id: UUID, response: Response, work: CurrentWork) -> ConferenceFileView:
    """Read a conference; whoever has accepted reads the children's first names and ages too."""
    view = await reading.read_conference(work, conference_id)
    set_etag(response, view.version)
    return view


@router.post("/conferences/{conference_id}/participants", Permission.CONFERENCES_CALL)
async def invite_to_conference(
    conference_id: UUID, command: Invite, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> ConferenceFileView:
    """Invite one more."""
    view = await calling.invite(work, conference_id, command, expected)
    set_etag(response, view.version)
    return view


@router.post("/conferences/{conference_id}/move", Permission.CONFERENCES_CALL)
async def move_conference(
    conference_id: UUID, command: MoveConference, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> ConferenceFileView:
    """Move a conference; everybody invited is asked, or reminded, anew."""
    view = await calling.move_conference(work, conference_id, command, expected)
    set_etag(response, view.version)
    return view


@router.post("/conferences/{conference_id}/cancel", Permission.CONFERENCES_CALL)
async def cancel_conference(
    conference_id: UUID, command: CancelConference, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> ConferenceFileView:
    """Cancel a conference; nobody invited reads anything of it any more."""
    view = await calling.cancel_conference(work, conference_id, command, expected)
    set_etag(response, view.version)
    return view


@router.post("/conferences/{conference_id}/hold", Permission.CONFERENCES_CALL)
async def hold_conference(
    conference_id: UUID, command: HoldConference, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> ConferenceFileView:
    """Write down who came, what was said and what was decided; each decision becomes a task at once."""
    view = await holding.hold_conference(work, conference_id, command, expected)
    set_etag(response, view.version)
    return view


@router.post("/conferences/{conference_id}/sign", Permission.CONFERENCES_ATTEND, status_code=204)
async def sign_conference(conference_id: UUID, work: CurrentWork, expected: ExpectedVersion) -> None:
    """Sign the minutes as somebody else who was there; with it the conference is over for all who were invited."""
    await holding.sign_minutes(work, conference_id, expected)


@router.post("/conference-participants/{invitation_id}/accept", Permission.CONFERENCES_ATTEND, status_code=204)
async def accept_invitation(invitation_id: UUID, work: CurrentWork, expected: ExpectedVersion) -> None:
    """Accept an invitation: from now on the conference tells of the children, and nothing is kept to be repeated."""
    await answering.accept(work, invitation_id, expected)


@router.post("/conference-participants/{invitation_id}/decline", Permission.CONFERENCES_ATTEND, status_code=204)
async def decline_invitation(
    invitation_id: UUID, command: DeclineInvitation, work: CurrentWork, expected: ExpectedVersion
) -> None:
    """Decline an invitation, with a reason: you read nothing of the conference any more."""
    await answering.decline(work, invitation_id, command, expected)


@router.post("/conference-participants/{invitation_id}/send-another", Permission.CONFERENCES_ATTEND, status_code=204)
async def send_another(invitation_id: UUID, command: SendAnother, work: CurrentWork, expected: ExpectedVersion) -> None:
    """Send somebody else of your body, who is invited in your place."""
    await answering.send_another(work, invitation_id, command, expected)


@router.post("/conference-participants/{invitation_id}/withdraw", Permission.CONFERENCES_CALL)
async def withdraw_invitation(
    invitation_id: UUID, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> ConferenceFileView:
    """Take an invitation back: whoever was invited reads nothing of the conference any more."""
    view = await calling.withdraw_invitation(work, invitation_id, expected)
    set_etag(response, view.version)
    return view


@router.get("/conference-decisions", Permission.CONFERENCES_READ)
async def list_my_conference_decisions(work: CurrentWork) -> DecisionList:
    """List what conferences decided that you do and have not done yet, the soonest first."""
    return await reading.list_decisions(work)


@router.get("/conference-decisions/{decision_id}", Permission.CONFERENCES_READ)
async def get_conference_decision(decision_id: UUID, response: Response, work: CurrentWork) -> DecisionFileView:
    """Read what was decided; whoever does it reads the children's first names and ages too."""
    view = await reading.read_decision(work, decision_id)
    set_etag(response, view.version)
    return view


@router.post("/conference-decisions/{decision_id}/complete", Permission.CONFERENCES_ATTEND, status_code=204)
async def complete_conference_decision(
    decision_id: UUID, command: CompleteDecision, work: CurrentWork, expected: ExpectedVersion
) -> None:
    """Say what came of it. The note goes to the team of the case; you read nothing of it any more."""
    await deciding.complete_decision(work, decision_id, command, expected)


@router.post("/conference-decisions/{decision_id}/pass-on", Permission.CONFERENCES_CALL)
async def pass_conference_decision_on(
    decision_id: UUID, command: PassDecisionOn, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> DecisionView:
    """Name another who does it; the term stays."""
    view = await deciding.pass_on(work, decision_id, command, expected)
    set_etag(response, view.version)
    return view


@router.post("/conference-decisions/{decision_id}/drop", Permission.CONFERENCES_CALL)
async def drop_conference_decision(
    decision_id: UUID, command: DropDecision, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> DecisionView:
    """Say why it will not be done."""
    view = await deciding.drop_decision(work, decision_id, command, expected)
    set_etag(response, view.version)
    return view
