"""Log-in, refresh, log-out, who I am, and what I am told of my account."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Form, Request

from api.addresses import door_of
from api.languages import ReaderLanguage
from api.routing import CurrentActor, CurrentServices, CurrentWork, Router
from casemgmt.access.grants import Grant
from casemgmt.access.permissions import Permission
from casemgmt.audit.events import Event
from casemgmt.errors import invalid_field
from casemgmt.models import View
from casemgmt.organisations import notices
from casemgmt.organisations.accounts import read_me
from casemgmt.organisations.commands import ChangePassword, StartAccount
from casemgmt.organisations.passwords import change_password
from casemgmt.organisations.views import AccountNoticeList, MeView

router = Router("", "access")


class TokenAnswer(View):
    """OAuth2 token answer (RFC 6749, 5.1)."""

    access_token: str
    token_type: Literal["bearer"]
    expires_in: int
    refresh_token: str | None
    device_token: str | None
    """Sent with the next log-in of the same user, it makes the device known: failures elsewhere don't slow it down."""
    recovery_codes: list[str] | None
    """Shown once, when a second factor begins to count."""
    unread_notices: int
    """How much happened to the account, or to those that its owner heads, unread: `GET /v1/me/notices`."""


def _answer(grant: Grant) -> TokenAnswer:
    return TokenAnswer(
        access_token=grant.access_token,
        token_type="bearer",  # noqa: S106 - the name of the scheme
        expires_in=grant.expires_in_seconds,
        refresh_token=grant.refresh_token,
        device_token=grant.device_token,
        recovery_codes=None if grant.recovery_codes is None else list(grant.recovery_codes),
        unread_notices=grant.unread_notices,
    )


Text = Annotated[str | None, Form(max_length=300)]


@router.open("POST", "/token", "here the credentials are presented")
async def create_token(
    request: Request,
    services: CurrentServices,
    grant_type: Annotated[Literal["password", "second_factor", "refresh_token", "client_credentials"], Form()],
    username: Text = None,
    password: Text = None,
    challenge: Text = None,
    code: Annotated[str | None, Form(max_length=20)] = None,
    refresh_token: Text = None,
    client_id: Text = None,
    client_secret: Text = None,
    device_token: Text = None,
    client_name: Annotated[str | None, Form(max_length=80)] = None,
    scope: Text = None,  # noqa: ARG001 - OAuth2 clients send it; rights come from roles
) -> TokenAnswer:
    """Give an access token for a password, a refresh token or the credentials of a service account.

    Where a second factor is due, a password without a code gets the problem `second-factor-needed` with a `challenge`:
    the grant `second_factor` answers it with a code. A code may also come along with the password.
    """
    accounts = services.accounts
    door = door_of(request, services.settings, device_token, client_name)
    if grant_type == "refresh_token":
        return _answer(await accounts.refresh(_needed(refresh_token, "refresh_token"), door.request_id))
    if grant_type == "second_factor":
        return _answer(await accounts.answer(_needed(challenge, "challenge"), _needed(code, "code"), door))
    if grant_type == "client_credentials":
        name, secret = _needed(client_id, "client_id"), _needed(client_secret, "client_secret")
        return _answer(await accounts.log_in(name, secret, door, kind="service"))
    name, secret = _needed(username, "username"), _needed(password, "password")
    return _answer(await accounts.log_in(name, secret, door, code=code))


def _needed(value: str | None, field: str) -> str:
    if not value:
        raise invalid_field(f"/{field}", "missing", f"This grant needs '{field}'.")
    return value


@router.open("POST", "/start", "the two halves of a start code are the credential", body_limit=4096, status_code=204)
async def start_account(command: StartAccount, request: Request, services: CurrentServices) -> None:
    """Set the first password of my account, or another one after it was lost, with both halves of a start code.

    The code holds once and for some days. Every session of the account ends; then log in as always.
    """
    halves = (command.first_half.get_secret_value(), command.second_half.get_secret_value())
    door = door_of(request, services.settings, None, None)
    await services.accounts.start(command.username, halves, command.password.get_secret_value(), door)


@router.post("/logout", Permission.SELF_READ, status_code=204)
async def end_session(actor: CurrentActor, work: CurrentWork) -> None:
    """End the session of the token: neither it nor its refresh token works any more."""
    work.record(Event("account.logged_out", "account", (actor.user_id,)))
    await work.call("SELECT auth_end_session(:session, :at)", session=actor.session_id, at=work.now)


@router.get("/me", Permission.SELF_READ)
async def get_me(work: CurrentWork) -> MeView:
    """Return who I am, for which body I work, and what I may do."""
    return await read_me(work)


@router.guarded("PUT", "/me/password", Permission.SELF_READ, status_code=204)
async def put_my_password(command: ChangePassword, work: CurrentWork, services: CurrentServices) -> None:
    """Change my password. Every session of the account ends, this one too."""
    await change_password(work, services.accounts, command)


@router.get("/me/notices", Permission.SELF_READ)
async def list_my_notices(work: CurrentWork, language: ReaderLanguage) -> AccountNoticeList:
    """List what happened to my account and, where I head a body, to its accounts, newest first; 200 at most."""
    return await notices.list_notices(work, language)


@router.post("/me/notices/{notice_id}/read", Permission.SELF_READ, status_code=204)
async def read_my_notice(notice_id: UUID, work: CurrentWork) -> None:
    """Note that I read a notice."""
    await notices.read_notice(work, notice_id)
