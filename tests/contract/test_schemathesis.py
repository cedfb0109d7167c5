"""Requests made up from the contract itself: no fault, and no answer that the contract does not tell."""

import asyncio
import socket
import threading
from collections.abc import Iterator

import httpx
import pyotp
import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.app import create_app
from casemgmt.access.roles import ROLES
from casemgmt.demo.accounts import demo_id
from casemgmt.settings import Settings
from tests.clients import credentials

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


def _contract() -> dict[str, object]:
    return create_app(Settings(mode="demo", database_url="postgresql://nobody@localhost/none")).openapi()


schema = schemathesis.openapi.from_dict(_contract())


class _Running:
    """The service on a free port of this machine, in a thread of its own."""

    def __init__(self, database_url: str) -> None:
        app = create_app(Settings(mode="demo", database_url=database_url, database_connections=6))
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._server = uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False))
        self._thread = threading.Thread(target=lambda: asyncio.run(self._server.serve([self._socket])))
        self._thread.start()
        while not self._server.started:
            if not self._thread.is_alive():
                raise RuntimeError("the service did not start")

    def stop(self) -> None:
        """Stop the service and wait for its end."""
        self._server.should_exit = True
        self._thread.join(20)
        self._socket.close()


@pytest.fixture(scope="module")
def running(admin_url: str) -> Iterator[tuple[str, str]]:
    """The address of the service, and the token of an account with all roles that go together: requests go deep."""
    from tests.conftest import fresh_database  # noqa: PLC0415 - the plugin must be rewritten by pytest first

    with fresh_database(admin_url) as database_url:
        service = _Running(database_url)
        try:
            first, second = (_as(service.url, name) for name in ("admin", "admin2"))
            user = demo_id("duty2.almaty")
            for role in ROLES:
                body = {"role": role, "reason": "Бұйрық 15"}
                asked = httpx.post(f"{service.url}/v1/users/{user}/roles", json=body, headers=first)
                if asked.is_success:
                    httpx.put(f"{service.url}/v1/account-changes/{asked.json()['id']}/approval", headers=second)
            yield service.url, _log_in_with_a_new_factor(service.url, "duty2.almaty")
        finally:
            service.stop()


def _as(url: str, username: str) -> dict[str, str]:
    token = httpx.post(f"{url}/v1/token", data=credentials(username)).json()["access_token"]
    return {"Authorization": f"Bearer {token}"}


def _log_in_with_a_new_factor(url: str, username: str) -> str:
    challenge = httpx.post(f"{url}/v1/token", data=credentials(username)).json()["challenge"]
    secret = httpx.post(f"{url}/v1/second-factor", json={"challenge": challenge}).json()["secret"]
    form = {"grant_type": "second_factor", "challenge": challenge, "code": pyotp.TOTP(secret).now()}
    token: str = httpx.post(f"{url}/v1/token", data=form).json()["access_token"]
    return token


@schema.parametrize()
@settings(max_examples=2, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_the_service_keeps_to_its_contract(case: schemathesis.Case, running: tuple[str, str]) -> None:
    url, token = running
    if case.operation.label in {"POST /v1/logout", "PUT /v1/me/password"}:
        token = "none"
    answer = case.call(base_url=url, headers={"Authorization": f"Bearer {token}"})
    case.validate_response(answer, checks=CHECKS)
