"""Log-in, refresh, log-out, and who I am."""

from typing import Annotated, Literal

from fastapi import Form, Request

from api.routing import CurrentActor, CurrentServices, CurrentWork, Router
from casemgmt.access.permissions import Permission
from casemgmt.access.service import Grant
from casemgmt.audit.events import Event
from casemgmt.errors import invalid_field
from casemgmt.models import View
from casemgmt.organisations.accounts import read_me
from casemgmt.organisations.commands import ChangePassword
from casemgmt.organisations.passwords import change_password
from casemgmt.organisations.views import MeView

router = Router("", "access")


class TokenAnswer(View):
    """OAuth2 token answer (RFC 6749, 5.1)."""

    access_token: str
    token_type: Literal["bearer"]
    expires_in: int
    refresh_token: str | None


def _answer(grant: Grant) -> TokenAnswer:
    return TokenAnswer(
        access_token=grant.access_token,
        token_type="bearer",  # noqa: S106 - the name of the scheme
        expires_in=grant.expires_in_seconds,
        refresh_token=grant.refresh_token,
    )


Text = Annotated[str | None, Form(max_length=300)]


@router.open("POST", "/token", "here the credentials are presented")
async def create_token(
    request: Request,
    services: CurrentServices,
    grant_type: Annotated[Literal["password", "refresh_token", "client_credentials"], Form()],
    username: Text = None,
    password: Text = None,
    refresh_token: Text = None,
    client_id: Text = None,
    client_secret: Text = None,
    scope: Text = None,  # noqa: ARG001 - OAuth2 clients send it; rights come from roles
) -> TokenAnswer:
    """Give an access token for a password, a refresh token or the credentials of a service account."""
    request_id: str = request.state.request_id
    if grant_type == "refresh_token":
        return _answer(await services.accounts.refresh(_needed(refresh_token, "refresh_token"), request_id))
    if grant_type == "client_credentials":
        name, secret = _needed(client_id, "client_id"), _needed(client_secret, "client_secret")
        return _answer(await services.accounts.log_in(name, secret, request_id, kind="service"))
    name, secret = _needed(username, "username"), _needed(password, "password")
    return _answer(await services.accounts.log_in(name, secret, request_id))


def _needed(value: str | None, field: str) -> str:
    if not value:
        raise invalid_field(f"/{field}", "missing", f"This grant needs '{field}'.")
    return value


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
