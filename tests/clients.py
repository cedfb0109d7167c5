"""Accounts of the demo that call the service over HTTP."""

from typing import Any

import httpx

from api.services import Services
from casemgmt.clock import Clock, SystemClock
from casemgmt.demo.stage import credentials, usual_headers


class Caller:
    """One signed-in account."""

    def __init__(self, client: httpx.AsyncClient, token: str, usual: dict[str, str] | None = None) -> None:
        self._client = client
        self.token = token
        self._usual = usual or {}

    async def request(
        self, method: str, path: str, *, headers: dict[str, str] | None = None, **options: Any
    ) -> httpx.Response:
        """Call the service with the account's token."""
        return await self._client.request(
            method, path, headers={"Authorization": f"Bearer {self.token}"} | self._usual | (headers or {}), **options
        )

    async def get(self, path: str, **options: Any) -> httpx.Response:
        """Call with GET."""
        return await self.request("GET", path, **options)

    async def post(self, path: str, json: Any = None, **options: Any) -> httpx.Response:
        """Call with POST and a JSON body."""
        return await self.request("POST", path, json={} if json is None else json, **options)

    async def patch(self, path: str, json: Any, **options: Any) -> httpx.Response:
        """Call with PATCH and a JSON body."""
        return await self.request("PATCH", path, json=json, **options)


class World:
    """The demo's accounts, signed in when first needed."""

    def __init__(self, client: httpx.AsyncClient, clock: Clock | None = None) -> None:
        self.client = client
        self._clock = clock or SystemClock()
        self._callers: dict[str, Caller] = {}

    @property
    def services(self) -> Services:
        """What the service under test holds, for a worker beside it."""
        transport = self.client._transport  # noqa: SLF001 - the client does not tell what it calls
        services: Services = transport.app.state.services  # type: ignore[attr-defined]  # it calls an application
        return services

    async def as_(self, username: str) -> Caller:
        """Return the account, signed in."""
        if username not in self._callers:
            answer = await self.client.post("/v1/token", data=credentials(username, self._clock.now()))
            assert answer.status_code == 200, answer.text
            self._callers[username] = Caller(self.client, answer.json()["access_token"], usual_headers(username))
        return self._callers[username]

    def name_of(self, token: str) -> str:
        """Return whose token it is; empty for a call of nobody who signed in here."""
        return next((name for name, caller in self._callers.items() if caller.token == token), "")

    def forget_tokens(self) -> None:
        """Let every account sign in anew: for tests that move the clock past the life of a token."""
        self._callers.clear()
