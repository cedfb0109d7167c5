"""Routes that can't forget: each names its permission or says why it is open, and runs in one unit of work.

Order of a request: unknown query parameters are refused, the token is read, the permission is checked, the body is
read, the transaction begins with its actor, the endpoint runs, the audit events are written, the transaction commits,
and only then the answer is sent. A commit that fails is a problem document, never a 200.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends
from fastapi.params import Form
from fastapi.routing import APIRoute
from sqlalchemy.exc import TimeoutError as NoConnection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import Scope

from api.authentication import authenticate, authenticate_sender, require, with_purpose
from api.binding import bound
from api.bodies import CLOUD_EVENT, FORM, JSON, CheckedRequest, check_body, let_body_be_absent
from api.etags import etag
from api.form_drafts import HEADER, draft_id_of
from api.idempotency import check_key, remember, replay
from api.parameters import query_names, refuse_unknown_parameters
from api.refusals import record_bad_token, record_refusal, take_open
from api.services import Services, services_of
from casemgmt.access.actor import Actor
from casemgmt.access.permissions import Permission
from casemgmt.access.rates import COUNTED_IN_THE_LOG
from casemgmt.access.step_up import demand_fresh_factor
from casemgmt.db.direct import Direct
from casemgmt.db.failures import DATABASE_ERRORS, translate
from casemgmt.db.work import OpenWork, Work
from casemgmt.drafts.service import end_sent_draft, take_draft
from casemgmt.errors import (
    Forbidden,
    FreshFactorNeeded,
    NotFound,
    TooManyAttempts,
    Unauthenticated,
    Unavailable,
    WrongState,
)

EndpointT = TypeVar("EndpointT", bound=Callable[..., Any])
Handler = Callable[[Request], Coroutine[Any, Any, Response]]

SIGNED: dict[str, list[str]] = {"ContactSource": [], "WebhookId": [], "WebhookTimestamp": [], "WebhookSignature": []}
BEARER: dict[str, list[str]] = {"OAuth2": []}


@dataclass(frozen=True)
class _Asked:
    """What a route asks of its requests beside the permission."""

    media_type: str
    direct: bool
    streaming: bool
    repeatable: bool
    fresh_factor: bool
    signed: bool
    form: str | None
    """The form that may be sent from a draft here."""
    rate_class: str


class GuardedRoute(APIRoute):
    """A route that holds to its `x-permission`, or that is open for the reason in `x-open-because`."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Compare the fixed beginning of the path first: most routes differ there, at no regular expression."""
        if not scope["path"].startswith(self._beginning):
            return Match.NONE, {}
        return super().matches(scope)

    def get_route_handler(self) -> Handler:
        """Return the handler with everything that every route owes."""
        extra = self.openapi_extra or {}
        endpoint = bound(self) if "x-direct" in extra else super().get_route_handler()
        self._beginning = self.path.partition("{")[0]
        known = query_names(self.dependant)
        permission = Permission(extra["x-permission"]) if "x-permission" in extra else None
        limit = extra.get("x-body-limit")
        is_form = self.body_field is not None and isinstance(self.body_field.field_info, Form)
        asked = _Asked(
            media_type=FORM if is_form else JSON,
            direct=bool(extra.get("x-direct")),
            streaming=bool(extra.get("x-streaming")),
            repeatable=bool(extra.get("x-repeatable")),
            form=self.operation_id if extra.get("x-drafted") else None,
            fresh_factor=bool(extra.get("x-fresh-second-factor")),
            signed=bool(extra.get("x-signed")),
            rate_class=extra.get("x-rate-class") or ("reads" if self.methods == {"GET"} else "writes"),
        )

        async def handle(request: Request) -> Response:
            request = CheckedRequest(request.scope, request.receive)
            refuse_unknown_parameters(request, known)
            if permission is None:
                if limit is not None and len(await request.body()) > limit:
                    raise HTTPException(413)
                await take_open(request)
                if request.method != "GET":
                    await check_body(request, asked.media_type)
                return await _translated(endpoint, request)
            services = services_of(request)
            try:
                return await _guarded(endpoint, request, services, permission, asked)
            except Unauthenticated as refusal:
                await record_bad_token(request, services, refusal)
                raise
            except DATABASE_ERRORS as error:
                raise translate(error) or error from error

        return handle


async def _guarded(
    endpoint: Handler, request: Request, services: Services, permission: Permission, asked: _Asked
) -> Response:
    actor = await (authenticate_sender if asked.signed else authenticate)(request, services)
    in_log = asked.rate_class in COUNTED_IN_THE_LOG
    try:
        services.rates.take(actor.user_id, "reads" if in_log else asked.rate_class)
        require(actor, permission)
        actor = with_purpose(request, actor, permission)
        if asked.streaming:
            return await _translated(endpoint, request)
        if request.method != "GET":
            await check_body(request, asked.media_type)
        if asked.direct and check_key(request, actor) is None and (asked.form is None or HEADER not in request.headers):
            return await _translated(endpoint, request)
        return await _in_work(endpoint, request, services, actor, asked)
    except TooManyAttempts as refusal:
        if "rate_class" in refusal.data and services.rates.is_news(actor.user_id, str(refusal.data["rate_class"])):
            await record_refusal(request, services, actor, permission, refusal)
        raise
    except (Forbidden, FreshFactorNeeded, NotFound, WrongState) as refusal:
        # A step that no longer exists is an old screen, no refusal of anybody; a guard that said no is one.
        if refusal.code != WrongState.code:
            await record_refusal(request, services, actor, permission, refusal)
        raise


async def _in_work(endpoint: Handler, request: Request, services: Services, actor: Actor, asked: _Asked) -> Response:
    key = None if asked.repeatable else check_key(request, actor)
    async with bounded_work(request, services, actor) as work:
        request.state.work = work
        if asked.fresh_factor:
            await demand_fresh_factor(work, services.settings)
        if asked.rate_class in COUNTED_IN_THE_LOG:
            await services.rates.take_in_log(work, asked.rate_class)
        answer = None if key is None else await replay(work, request, key, services.marks)
        response = answer or await _from_draft(endpoint, request, work, asked.form)
        if key is not None and answer is None:
            await remember(work, request, key, response, services.marks)
    return response


@asynccontextmanager
async def bounded_work(request: Request, services: Services, actor: Actor) -> AsyncIterator[Work]:
    """Give a unit of work that lasts no longer than the settings allow, and is finished with the block."""
    try:
        async with (
            asyncio.timeout(services.settings.transaction_seconds) as limit,
            OpenWork(services.database, actor, services.clock, request.state.request_id) as work,
        ):
            yield work
            limit.reschedule(None)  # what is being committed is not called off: nobody could say whether it was done
            await work.finish()
    except TimeoutError:
        raise Unavailable("The request took too long and was stopped; nothing was changed.", code="too-slow") from None
    except NoConnection:
        raise Unavailable("Too many requests at once: try again.", code="overloaded") from None
    except DATABASE_ERRORS as error:
        raise translate(error) or error from error


async def _from_draft(endpoint: Handler, request: Request, work: Work, form: str | None) -> Response:
    """Run the endpoint; where it was sent from a draft, the draft is gone exactly when what it became is there."""
    draft_id = None if form is None else draft_id_of(request)
    if form is None or draft_id is None:
        return await endpoint(request)
    draft = await take_draft(work, draft_id, form, request.path_params.values())
    response = await endpoint(request)
    await end_sent_draft(work, draft)
    return response


async def _translated(endpoint: Handler, request: Request) -> Response:
    try:
        return await endpoint(request)
    except DATABASE_ERRORS as error:
        raise translate(error) or error from error


# Dependencies are coroutines although they wait for nothing: FastAPI gives every plain function to another thread.
async def current_work(request: Request) -> Work:
    """Return the unit of work of the request."""
    work: Work = request.state.work
    return work


def has_work(request: Request) -> bool:
    """Answer whether a unit of work is open: not in a streaming route, nor in a direct one without a key."""
    return getattr(request.state, "work", None) is not None


@asynccontextmanager
async def needed_work(request: Request) -> AsyncIterator[Work]:
    """Give the unit of work that is open, or one that is finished with the block."""
    if has_work(request):
        yield request.state.work
        return
    services = services_of(request)
    async with OpenWork(services.database, request.state.actor, services.clock, request.state.request_id) as work:
        yield work
        await work.finish()


@asynccontextmanager
async def passing_work(request: Request) -> AsyncIterator[Work]:
    """Give a unit of work that is not finished: for a look before the act whose own unit of work leaves the event."""
    services = services_of(request)
    async with OpenWork(services.database, request.state.actor, services.clock, request.state.request_id) as work:
        yield work


async def current_actor(request: Request) -> Actor:
    """Return the actor of the request."""
    actor: Actor = request.state.actor
    return actor


def direct_of(request: Request) -> Direct:
    """Return the way to the one SQL function that the request is. Called by endpoints: it spares a dependency."""
    services = services_of(request)
    return Direct(services.database, request.state.actor, services.clock, request.state.request_id)


async def current_services(request: Request) -> Services:
    """Return the parts of the application."""
    return services_of(request)


def written(body: bytes | str, version: int | None = None, *, created: str | None = None) -> Response:
    """Return an answer whose JSON is written already, with the ETag of a record or the path of a new one."""
    if created is not None:
        return Response(body, 201, {"Location": created}, "application/json")
    return Response(body, 200, None if version is None else {"ETag": etag(version)}, "application/json")


CurrentWork = Annotated[Work, Depends(current_work)]
CurrentActor = Annotated[Actor, Depends(current_actor)]
CurrentServices = Annotated[Services, Depends(current_services)]


class Router:
    """Collects the routes of one resource. There is no way to add one without saying who may call it."""

    def __init__(self, prefix: str, tag: str, version: str = "/v1") -> None:
        self.routes = APIRouter(prefix=version + prefix, tags=[tag], route_class=GuardedRoute)

    def guarded(
        self,
        method: str,
        path: str,
        permission: Permission,
        *,
        direct: bool = False,
        streaming: bool = False,
        repeatable: bool = False,
        fresh_factor: bool = False,
        drafted: bool = False,
        rate_class: str | None = None,
        **options: Any,
    ) -> Callable[[EndpointT], EndpointT]:
        """Add a route that needs a permission.

        `fresh_factor`: the session shows its second factor anew first (`access/step_up.py`); not for direct and
        streaming routes, whose units of work begin elsewhere.

        `drafted`: a form of `drafts/forms.py`, which may be sent from its draft (`Draft-Id`).

        `repeatable`: a POST that may be sent again without harm; no answer of it is kept, whatever key comes with it.
        `rate_class`: one of `COUNTED_IN_THE_LOG`; other routes are counted as reads or writes by their method.

        `direct`: the endpoint's SQL function sets the actor and audits itself; with an idempotency key the endpoint
        gets a unit of work all the same, because key and answer are kept in the transaction of the act.

        `streaming`: the endpoint takes the body in as it comes, and opens its units of work before and after.
        """
        extra: dict[str, Any] = {"x-permission": str(permission), "security": [BEARER]}
        if direct:
            extra["x-direct"] = True
        if streaming:
            extra["x-streaming"] = True
        if repeatable:
            extra["x-repeatable"] = True
        if fresh_factor:
            extra["x-fresh-second-factor"] = True
        if drafted:
            extra["x-drafted"] = True
        if rate_class is not None:
            extra["x-rate-class"] = rate_class
        return self._add(method, path, extra, options)

    def signed(
        self, path: str, permission: Permission, *bodies: str, **options: Any
    ) -> Callable[[EndpointT], EndpointT]:
        """Add a POST that bears no token: its body is signed (Standard Webhooks), and acts as the signer's account.

        `bodies`: names of the schemas of which the body is one; the endpoint reads it itself, because what was signed
        are its bytes, and a body that is refused is told of too. It opens its units of work (`bounded_work`).
        """
        schemas = [{"$ref": f"#/components/schemas/{name}"} for name in bodies]
        content = {JSON: {"schema": {"anyOf": schemas}}, CLOUD_EVENT: {"schema": {"anyOf": schemas}}}
        extra: dict[str, Any] = {
            "x-permission": str(permission),
            "x-signed": True,
            "x-streaming": True,
            "x-repeatable": True,
            "x-rate-class": "messages",
            "security": [SIGNED],
            "requestBody": {"required": True, "content": content},
        }
        return self._add("POST", path, extra, options)

    def open(
        self, method: str, path: str, because: str, *, body_limit: int | None = None, **options: Any
    ) -> Callable[[EndpointT], EndpointT]:
        """Add a route that anybody may call, and say why. `body_limit`: bytes, where less than usual is accepted."""
        extra: dict[str, Any] = {"x-open-because": because, "security": []}
        if body_limit is not None:
            extra["x-body-limit"] = body_limit
        return self._add(method, path, extra, options)

    def get(self, path: str, permission: Permission, **options: Any) -> Callable[[EndpointT], EndpointT]:
        """Add a guarded GET."""
        return self.guarded("GET", path, permission, **options)

    def post(self, path: str, permission: Permission, **options: Any) -> Callable[[EndpointT], EndpointT]:
        """Add a guarded POST: it creates or acts, and takes an idempotency key."""
        return self.guarded("POST", path, permission, **options)

    def patch(self, path: str, permission: Permission, **options: Any) -> Callable[[EndpointT], EndpointT]:
        """Add a guarded PATCH."""
        return self.guarded("PATCH", path, permission, **options)

    def _add(
        self, method: str, path: str, extra: dict[str, Any], options: dict[str, Any]
    ) -> Callable[[EndpointT], EndpointT]:
        def decorate(endpoint: EndpointT) -> EndpointT:
            let_body_be_absent(endpoint)
            self.routes.add_api_route(
                path,
                endpoint,
                methods=[method],
                operation_id=endpoint.__name__,
                openapi_extra=extra,
                **options,
            )
            return endpoint

        return decorate
