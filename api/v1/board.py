"""The board: numbers of the day for a screen on a wall, and the door by which a screen comes in."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Cookie, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import Field, SecretStr

from api.addresses import door_of
from api.routing import CurrentActor, CurrentServices, CurrentWork, Router, needed_work
from casemgmt.access.actor import Actor
from casemgmt.access.grants import Grant
from casemgmt.access.permissions import Permission
from casemgmt.audit.events import Event
from casemgmt.board.live import Boards
from casemgmt.board.service import read_board
from casemgmt.board.views import BoardView
from casemgmt.errors import Unauthenticated
from casemgmt.models import Command, View
from casemgmt.settings import Settings

router = Router("/board", "board")
COOKIE = "casemgmt_display"
_PATH = "/v1/board/session"


class SignInDisplay(Command):
    """Sign a screen in."""

    username: Annotated[str, Field(min_length=1, max_length=80)]
    password: SecretStr = Field(max_length=300)


class DisplayToken(View):
    """The access token of a screen. Its refresh token is in a cookie that no script reads."""

    access_token: str
    expires_in: int


@router.open("POST", "/session", "here a screen shows its credentials", body_limit=4096)
async def sign_in_display(
    command: SignInDisplay, request: Request, response: Response, services: CurrentServices
) -> DisplayToken:
    """Sign a screen in with a display account; it stays so for `CASEMGMT_DISPLAY_DAYS`.

    The refresh token comes in an HttpOnly cookie for this path alone.
    """
    door = door_of(request, services.settings, None, "board", on_the_wall=True)
    grant = await services.accounts.log_in(command.username, command.password.get_secret_value(), door)
    return _given(grant, response, services.settings)


@router.open("POST", "/session/renewal", "the cookie of the screen is the credential", body_limit=4096)
async def renew_display(
    request: Request,
    response: Response,
    services: CurrentServices,
    casemgmt_display: Annotated[str | None, Cookie(max_length=300)] = None,
) -> DisplayToken:
    """Give the next access token for the cookie of a screen, and the next cookie."""
    if casemgmt_display is None:
        raise Unauthenticated("No screen is signed in here.", code="invalid-grant")
    grant = await services.accounts.refresh(casemgmt_display, request.state.request_id)
    return _given(grant, response, services.settings)


@router.guarded("DELETE", "/session", Permission.BOARD_READ, status_code=204)
async def sign_out_display(actor: CurrentActor, work: CurrentWork, response: Response) -> None:
    """Sign the screen out: neither its token nor its cookie works any more."""
    work.record(Event("account.logged_out", "account", (actor.user_id,)))
    await work.call("SELECT auth_end_session(:session, :at)", session=actor.session_id, at=work.now)
    response.delete_cookie(COOKIE, path=_PATH, httponly=True, samesite="strict")


@router.get("", Permission.BOARD_READ)
async def get_board(work: CurrentWork) -> BoardView:
    """Return the board as it is now: of the region of the screen's body, or of the country."""
    return await read_board(work)


@router.guarded(
    "GET",
    "/stream",
    Permission.BOARD_READ,
    streaming=True,
    response_class=StreamingResponse,
    responses={200: {"description": "Server-sent events", "content": {"text/event-stream": {"schema": {}}}}},
)
async def stream_board(request: Request, actor: CurrentActor, services: CurrentServices) -> StreamingResponse:
    """Follow the board as server-sent events.

    `board`: the whole board, as `GET /v1/board` returns it, at once and with each change; nothing has to be kept or
    asked for after a break. `beat`: what was told last is still true. `renew`: get another token and come again.
    `ended`: the session is over.
    """
    async with needed_work(request) as work:
        await services.boards.open(work)
    return StreamingResponse(_told(services.boards, actor), media_type="text/event-stream")


async def _told(boards: Boards, actor: Actor) -> AsyncIterator[bytes]:
    async for news in boards.follow(actor):
        yield f"event: {news.kind}\ndata: {news.board}\n\n".encode()


def _given(grant: Grant, response: Response, settings: Settings) -> DisplayToken:
    response.set_cookie(
        COOKIE,
        grant.refresh_token or "",
        max_age=settings.display_days * 86_400,
        path=_PATH,
        secure=settings.tls_only,
        httponly=True,
        samesite="strict",
    )
    return DisplayToken(access_token=grant.access_token, expires_in=grant.expires_in_seconds)
