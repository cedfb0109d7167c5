"""Who asks: the bearer of a token or the sender of a signed body, with what for, and whether that account may."""

from dataclasses import replace

import structlog
from starlette.requests import Request

from api.refusals import take_open
from api.services import Services
from casemgmt.access.actor import Actor
from casemgmt.access.compact import TokenRefused
from casemgmt.access.permissions import Permission
from casemgmt.access.purposes import HEADER as PURPOSE
from casemgmt.access.purposes import purpose_of
from casemgmt.errors import Forbidden, Unauthenticated


def with_purpose(request: Request, actor: Actor, permission: Permission) -> Actor:
    """Return the actor with the purpose that the request states; refused where one must be stated and is not."""
    purpose = purpose_of(request.headers.get(PURPOSE), actor.roles, permission)
    if purpose is None:
        return actor
    request.state.actor = replace(actor, purpose=purpose)
    return request.state.actor  # type: ignore[no-any-return]  # what was just put there


def require(actor: Actor, permission: Permission) -> None:
    """Refuse an actor without the permission."""
    if not actor.may(permission):
        raise Forbidden(f"This needs the permission '{permission}'.")


async def authenticate(request: Request, services: Services) -> Actor:
    """Return the actor of the bearer token and put it where the endpoint finds it."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise TokenRefused("missing")
    actor = await services.bearers.read(token.strip(), request.state.request_id)
    request.state.actor = actor
    structlog.contextvars.bind_contextvars(actor=str(actor.user_id))
    return actor


async def authenticate_sender(request: Request, services: Services) -> Actor:
    """Return the account for which the body was signed. Who signs wrongly is counted by the address."""
    try:
        actor = await services.senders.read(request.headers, await request.body())
    except Unauthenticated:
        await take_open(request)
        raise
    request.state.actor = actor
    structlog.contextvars.bind_contextvars(actor=str(actor.user_id))
    return actor
