"""Log-in sessions and second factors: one's own, and those of users whom an administrator looks after.

What shows a secret is a PUT: the answer to a POST is kept with its idempotency key.
"""

from datetime import timedelta
from uuid import UUID

from fastapi import Request

from api.addresses import door_of
from api.routing import CurrentServices, CurrentWork, Router
from casemgmt.access.permissions import Permission
from casemgmt.organisations import factors, logins
from casemgmt.organisations.commands import (
    AnswerRemoval,
    BeginFactor,
    EnrolFactor,
    RemoveFactor,
    RequestRemoval,
    ShowCode,
)
from casemgmt.organisations.views import (
    EnrolmentView,
    FactorView,
    FreshFactorView,
    LoginSessionList,
    RecoveryCodesView,
    RemovalView,
)

router = Router("", "access")


@router.get("/me/sessions", Permission.SELF_READ)
async def list_my_logins(work: CurrentWork) -> LoginSessionList:
    """List the sessions in which I am logged in, the one used last first."""
    return await logins.list_logins(work, work.actor.user_id)


@router.guarded("DELETE", "/me/sessions", Permission.SELF_READ, status_code=204)
async def end_my_other_logins(work: CurrentWork) -> None:
    """End all my sessions but this one."""
    await logins.end_others(work)


@router.guarded("DELETE", "/me/sessions/{session_id}", Permission.SELF_READ, status_code=204)
async def end_my_login(session_id: UUID, work: CurrentWork) -> None:
    """End one of my sessions: its tokens do not work at the next request."""
    await logins.end_login(work, session_id)


@router.get("/users/{user_id}/sessions", Permission.USERS_MANAGE)
async def list_user_logins(user_id: UUID, work: CurrentWork) -> LoginSessionList:
    """List the sessions in which a user is logged in."""
    return await logins.list_logins(work, user_id)


@router.guarded("DELETE", "/users/{user_id}/sessions", Permission.USERS_MANAGE, status_code=204)
async def end_user_logins(user_id: UUID, work: CurrentWork) -> None:
    """End all sessions of a user: a lost telephone, an account in strange hands."""
    await logins.end_all(work, user_id)


@router.open("POST", "/second-factor", "the challenge of a right password is the credential", body_limit=4096)
async def enrol_second_factor(command: EnrolFactor, request: Request, services: CurrentServices) -> EnrolmentView:
    """Begin a second factor during a log-in that demands one; the grant `second_factor` shows its first code."""
    door = door_of(request, services.settings, None, None)
    enrolment = await services.accounts.enrol(command.challenge, door)
    return EnrolmentView(secret=enrolment.secret, uri=enrolment.uri)


@router.get("/me/second-factor", Permission.SELF_READ)
async def get_my_second_factor(work: CurrentWork, services: CurrentServices) -> FactorView:
    """Tell whether my account has a second factor, and whether my roles demand one."""
    return await factors.read_factor(work, services.accounts)


@router.guarded("PUT", "/me/second-factor", Permission.SELF_READ)
async def begin_my_second_factor(command: BeginFactor, work: CurrentWork, services: CurrentServices) -> EnrolmentView:
    """Begin a second factor, having shown the password. It counts when a code of it was shown."""
    return await factors.begin_factor(work, services.accounts, command)


@router.guarded("PUT", "/me/second-factor/confirmation", Permission.SELF_READ)
async def confirm_my_second_factor(
    command: ShowCode, work: CurrentWork, services: CurrentServices
) -> RecoveryCodesView:
    """Let the second factor count, and get the recovery codes, which are shown this once."""
    return await factors.confirm_factor(work, services.accounts, command)


@router.post("/me/second-factor/show", Permission.SELF_READ, repeatable=True)
async def show_my_second_factor(command: ShowCode, work: CurrentWork, services: CurrentServices) -> FreshFactorView:
    """Show a code anew, for steps that ask for a fresh second factor: for a few minutes they go through."""
    lasts = timedelta(minutes=services.settings.fresh_factor_minutes)
    return await factors.show_code(work, services.accounts, command, lasts)


@router.post("/me/second-factor/remove", Permission.SELF_READ, status_code=204)
async def remove_my_second_factor(command: RemoveFactor, work: CurrentWork, services: CurrentServices) -> None:
    """Take my second factor away where my roles do not demand one."""
    await factors.remove_own(work, services.accounts, command)


@router.post("/users/{user_id}/second-factor/removal", Permission.USERS_MANAGE, status_code=201)
async def request_factor_removal(user_id: UUID, command: RequestRemoval, work: CurrentWork) -> RemovalView:
    """Ask that a user's second factor be taken away: another administrator decides."""
    return await factors.request_removal(work, user_id, command)


@router.post("/users/{user_id}/second-factor/removal/decide", Permission.USERS_MANAGE)
async def decide_factor_removal(user_id: UUID, command: AnswerRemoval, work: CurrentWork) -> RemovalView:
    """Decide on another administrator's request. With a yes the factor and all sessions of the user end."""
    return await factors.decide_removal(work, user_id, command)
