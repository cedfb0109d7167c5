"""Refusals that leave an event: what was forbidden, hidden, badly signed, or too much."""

from uuid import UUID

from starlette.requests import Request

from api.addresses import client_address
from api.services import Services, services_of
from casemgmt.access.actor import Actor
from casemgmt.access.attempts import network_of
from casemgmt.access.compact import TokenRefused
from casemgmt.access.permissions import Permission
from casemgmt.audit.events import Event
from casemgmt.db.failures import DATABASE_ERRORS, translate
from casemgmt.db.work import OpenWork
from casemgmt.errors import DomainError, TooManyAttempts, Unauthenticated


async def take_open(request: Request) -> None:
    """Count a request without an account by its address. A container runtime asks for health as often as it wants."""
    if request.url.path.startswith("/health/"):
        return
    services = services_of(request)
    caller = network_of(client_address(request, services.settings))
    try:
        services.rates.take(caller, "open")
    except TooManyAttempts:
        if services.rates.is_news(caller, "open"):
            await services.refusals.record_flood(request.state.request_id)
        raise


async def record_refusal(
    request: Request, services: Services, actor: Actor, permission: Permission, refusal: DomainError
) -> None:
    """Leave the event of a refusal, in a transaction of its own: that of the request is undone."""
    ids = tuple(i for i in map(_as_id, request.path_params.values()) if i is not None)
    event = Event(
        f"{permission.partition(':')[0]}.refused",
        "request",
        ids,
        reason=refusal.code,
        fields=(str(permission),),
        outcome="refused",
    )
    try:
        async with OpenWork(services.database, actor, services.clock, request.state.request_id) as work:
            work.record(event)
            await work.finish()
    except DATABASE_ERRORS as error:
        raise translate(error) or error from error


async def record_bad_token(request: Request, services: Services, refusal: Unauthenticated) -> None:
    """Leave the event of a token that does not hold. Without a reason of its own the database refused the session."""
    why = refusal.why if isinstance(refusal, TokenRefused) else "ended"
    actor: Actor | None = getattr(request.state, "actor", None)
    try:
        await services.refusals.record(why, actor.user_id if actor else None, request.state.request_id)
    except DATABASE_ERRORS as error:
        raise translate(error) or error from error


def _as_id(value: object) -> UUID | None:
    try:
        return UUID(str(value))
    except ValueError:
        return None
