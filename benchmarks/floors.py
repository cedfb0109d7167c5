"""The floors: Starlette and asyncpg with nothing between them and the statements.

*bare* sends one statement a request, as a role that row security does not bind: what the machine can give. *equal work*
does by hand what the service owes: reads the token, sets the actor, runs the same query under row security, writes the
audit event with its commitments, commits; each a prepared statement of its own, as a careful engineer would write it.
"""

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from benchmarks import statements as sql
from casemgmt.access.actor import Actor
from casemgmt.access.tokens import Tokens
from casemgmt.audit.commitments import commitments, new_row, new_salt
from casemgmt.cases.policy import ROUTE_CLOCKS
from casemgmt.clock import SystemClock
from casemgmt.db.addresses import driver_url
from casemgmt.ids import new_id
from casemgmt.settings import Settings

POOL = 16
SETTINGS = {"plan_cache_mode": "force_generic_plan", "jit": "off", "timezone": "UTC"}
"""The service's own: planning its queries anew each time would cost more than they take."""
CLOCK = SystemClock()
CLOCKS = list(ROUTE_CLOCKS)


class PlainConnection(asyncpg.Connection):
    """A connection without the reset that asyncpg sends after each use: it would be one more round trip."""

    def get_reset_query(self) -> str:
        return ""


def _json(body: Any, status: int = 200) -> Response:
    content = body if isinstance(body, bytes) else str(body).encode()
    return Response(content, status, media_type="application/json")


def _app(url: str, routes: list[Route], server_settings: dict[str, str] | None = None) -> Starlette:
    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        app.state.pool = await asyncpg.create_pool(
            driver_url(url),
            min_size=POOL,
            max_size=POOL,
            connection_class=PlainConnection,
            server_settings=SETTINGS | (server_settings or {}),
        )
        yield
        await app.state.pool.close()

    return Starlette(routes=routes, lifespan=lifespan)


def bare() -> Starlette:
    """Return the floor of one statement a request."""

    async def get(request: Request) -> Response:
        return _json(await request.app.state.pool.fetchval(sql.BARE_CASE, UUID(request.path_params["id"])))

    async def listed(request: Request) -> Response:
        return _json(await request.app.state.pool.fetchval(sql.BARE_LIST, 25))

    async def create(request: Request) -> Response:
        given = orjson.loads(await request.body())
        now = CLOCK.now()
        row = sql.signal_row(given, new_id(), sql.SOME_BODY, sql.SOME_USER, now)
        await request.app.state.pool.execute(sql.INSERT_SIGNAL, *row)
        return _json(orjson.dumps({"id": row[0]}), 201)

    # The tables demand an audit event of their writers; a single statement has none: the demand is answered before.
    return _app(os.environ["BENCH_ADMIN_URL"], _routes(get, listed, create), {"casemgmt.audited": "on"})


def equal_work() -> Starlette:
    """Return the floor that owes what the service owes."""
    tokens = Tokens(Settings())

    def actor_of(request: Request) -> Actor:
        return tokens.read(request.headers["authorization"][7:], CLOCK.now())

    async def begin(connection: asyncpg.Connection, actor: Actor) -> None:
        await connection.execute(sql.BEGIN_WORK, actor.user_id, actor.authz_version, actor.session_id, uuid4().hex)

    async def get(request: Request) -> Response:
        actor = actor_of(request)
        case = UUID(request.path_params["id"])
        async with request.app.state.pool.acquire() as connection, connection.transaction():
            await begin(connection, actor)
            row = await connection.fetchrow(sql.GET_CASE, case, CLOCKS)
            if row is None:
                return Response(status_code=404)
            await connection.execute(sql.AUDIT, new_id(), "case.read", "case", [case], case, None)
        return _json(row["document"])

    async def listed(request: Request) -> Response:
        actor = actor_of(request)
        async with request.app.state.pool.acquire() as connection, connection.transaction():
            await begin(connection, actor)
            ids, body = await connection.fetchrow(sql.LIST_CASES, 25, sql.LAST_ID)
            await connection.execute(sql.AUDIT, new_id(), "case.listed", "case", ids, None, None)
        return _json(body)

    async def create(request: Request) -> Response:
        actor = actor_of(request)
        given = orjson.loads(await request.body())
        now = CLOCK.now()
        signal = new_id()
        due = now + timedelta(hours=1)
        async with request.app.state.pool.acquire() as connection, connection.transaction():
            await begin(connection, actor)
            row = sql.signal_row(given, signal, actor.organisation_id, actor.user_id, now)
            clock = (new_id(), signal, actor.organisation_id, now, due)
            await connection.execute(sql.INSERT_SIGNAL, *row)
            await connection.execute(sql.INSERT_TASK, *clock)
            await connection.execute(
                sql.INSERT_ENTRY, new_id(), signal, actor.organisation_id, now, actor.user_id, sql.ENTRY_DATA
            )
            salt = new_salt()
            changes = [
                new_row("signal", str(signal), dict(zip(sql.SIGNAL_COLUMNS, row, strict=True))),
                new_row("task", str(clock[0]), dict(zip(sql.TASK_COLUMNS, clock, strict=True)) | sql.TASK_CONSTANTS),
            ]
            event = (new_id(), "signal.registered", "signal", [signal], None, signal)
            await connection.execute(sql.AUDIT_CHANGES, *event, commitments(salt, changes), salt)
        answer = {"id": signal, "state": "received", "triage_due_at": due, "received_at": now}
        return _json(orjson.dumps(answer), 201)

    return _app(os.environ["CASEMGMT_DATABASE_URL"], _routes(get, listed, create))


Endpoint = Callable[[Request], Awaitable[Response]]


def _routes(get: Endpoint, listed: Endpoint, create: Endpoint) -> list[Route]:
    return [
        Route("/v1/cases/{id}", get),
        Route("/v1/cases", listed),
        Route("/v1/signals", create, methods=["POST"]),
    ]
