"""The real service with the rich world, asked one request at a time; and the statements that a request runs."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import httpx
from sqlalchemy import event

from api.app import create_app
from casemgmt.access.roles import ROLES
from casemgmt.db.addresses import driver_url
from casemgmt.demo.stage import credentials, usual_headers
from casemgmt.settings import Settings
from tests.all_rows import World
from tests.expectation import Expectation
from tests.sight.accounts import GENERATED, PASSWORD

_DRIVER_CALLS = ("execute", "executemany", "fetch", "fetchrow", "fetchval")


_ACCOUNTS = (
    "SELECT u.username, u.id, array_agg(r.role) AS roles FROM app_user u JOIN user_role r ON r.user_id = u.id"
    " WHERE r.revoked_at IS NULL GROUP BY u.username, u.id ORDER BY u.username"
)


def _form(username: str) -> dict[str, str]:
    if any(a.username == username for a in GENERATED):
        return {"grant_type": "password", "username": username, "password": PASSWORD}
    return credentials(username)


@dataclass
class Heard:
    """The statements of a request, and what was asked with them."""

    statements: list[str] = field(default_factory=list)
    asked: str = ""

    def add(self, statement: str, arguments: Any) -> None:
        """Note a statement."""
        self.statements.append(statement)
        self.asked += repr(arguments)


class Service:
    """The service in this process, the tokens of all accounts, and the owner's look at its database."""

    def __init__(self, database_url: str, owner_url: str) -> None:
        self.loop = asyncio.new_event_loop()
        self.run = self.loop.run_until_complete
        self.ids: dict[str, UUID] = {}
        self.permissions: dict[str, frozenset[str]] = {}
        """Account → what its roles may do."""
        self._tokens: dict[str, str] = {}
        self._recorded: Heard | None = None
        self.run(self._open(database_url, owner_url))

    async def _open(self, database_url: str, owner_url: str) -> None:
        # One connection each: what is said on a fresh one must not stand among the statements of a request.
        app = create_app(Settings(mode="demo", database_url=database_url, database_connections=2))
        self._lifespan = app.router.lifespan_context(app)
        await self._lifespan.__aenter__()
        event.listen(app.state.services.database.engine.sync_engine, "before_cursor_execute", self._heard)
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        self._client = httpx.AsyncClient(transport=transport, base_url="http://service")
        self.owner = await asyncpg.connect(driver_url(owner_url))
        await self._know_accounts()
        await self.acall("duty.almaty", "GET", "/v1/tasks/mine")

    async def _know_accounts(self) -> None:
        for row in await self.owner.fetch(_ACCOUNTS):
            self.ids[row["username"]] = row["id"]
            self.permissions[row["username"]] = frozenset(str(p) for r in row["roles"] for p in ROLES[r].permissions)

    def notice_roles(self, who: str) -> None:
        """Take notice that the roles of an account changed."""
        self.permissions[who] = frozenset()
        self.run(self._know_accounts())

    def close(self) -> None:
        """Close everything."""

        async def close() -> None:
            await self._client.aclose()
            await self._lifespan.__aexit__(None, None, None)
            await self.owner.close()

        self.run(close())
        self.loop.close()

    def call(self, who: str, method: str, path: str, **options: Any) -> httpx.Response:
        """Call as an account."""
        return self.run(self.acall(who, method, path, **options))

    async def acall(self, who: str, method: str, path: str, **options: Any) -> httpx.Response:
        """Call as an account, from a coroutine."""
        for attempt in (1, 2):
            await self.sign_in(who)
            headers = {"Authorization": f"Bearer {self._tokens[who]}"} | usual_headers(who) | options.get("headers", {})
            answer = await self._client.request(method, path, **options | {"headers": headers})
            if answer.status_code != 401 or attempt == 2:
                return answer
            del self._tokens[who]  # the rights of the account changed: its token ended
        raise AssertionError

    async def sign_in(self, who: str) -> None:
        """Sign an account in, unless it is."""
        if who not in self._tokens:
            answer = await self._client.post("/v1/token", data=_form(who))
            assert answer.status_code == 200, answer.text
            self._tokens[who] = answer.json()["access_token"]

    def holders(self, permission: str | None) -> list[str]:
        """Return the accounts that hold a permission."""
        return [who for who, held in self.permissions.items() if permission in held]

    def world(self) -> World:
        """Return all rows as they are now."""
        return self.run(World.read(self.owner))

    def renewed(self, world: World) -> World:
        """Return all rows but the audit log as they are now, from how they were."""
        return self.run(world.renewed(self.owner))

    def expectation(self, world: World, username: str) -> Expectation:
        """Return who sees what, for an account."""
        return Expectation(world, self.ids[username], datetime.now(UTC))

    def fetch(self, statement: str, *arguments: Any) -> list[Any]:
        """Ask the database as its owner."""
        return list(self.run(self.owner.fetch(statement, *arguments)))

    def _heard(self, *arguments: Any) -> None:
        if self._recorded is not None:
            self._recorded.add(arguments[2], arguments[3])

    @contextmanager
    def statements(self) -> Iterator["Heard"]:
        """Record every statement that requests run, through SQLAlchemy and past it, in their order."""
        heard = Heard()
        self._recorded = heard
        originals = {name: getattr(asyncpg.Connection, name) for name in _DRIVER_CALLS}

        def listening(original: Any) -> Any:
            async def call(connection: Any, query: str, *arguments: Any, **options: Any) -> Any:
                heard.add(query, arguments)
                return await original(connection, query, *arguments, **options)

            return call

        for name, original in originals.items():
            setattr(asyncpg.Connection, name, listening(original))
        try:
            yield heard
        finally:
            self._recorded = None
            for name, original in originals.items():
                setattr(asyncpg.Connection, name, original)
