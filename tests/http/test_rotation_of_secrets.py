"""Every secret of a deployment can be changed, and nobody is locked out or forgotten by it."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import httpx
import pytest
from pydantic import SecretStr
from typer.testing import CliRunner

from api.app import create_app
from casemgmt.cli import app as program
from casemgmt.demo.accounts import DEMO_PASSWORD, demo_id
from casemgmt.ids import new_id
from casemgmt.settings import DEMO_LOOKUP_SECRET, DEMO_TOKEN_SECRET, Settings
from casemgmt.signed_messages import unseal
from tests.account_steps import WHY, grant, start
from tests.clients import Caller, World
from tests.records import rows
from tests.steps import done
from tests.webhook_steps import subscribe

NEW = "another-secret-of-this-test-long-enough"
PHONE = "+77011234567"


@asynccontextmanager
async def _service(database_url: str, **secrets: str) -> AsyncIterator[World]:
    settings = Settings(
        mode="demo", database_url=database_url, database_connections=4, **{k: SecretStr(v) for k, v in secrets.items()}
    )
    application = create_app(settings)
    async with (
        application.router.lifespan_context(application),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app=application, raise_app_exceptions=False), base_url="http://service"
        ) as client,
    ):
        yield World(client)


@pytest.fixture
def operator(owner_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[CliRunner]:
    monkeypatch.setenv("CASEMGMT_MODE", "demo")
    monkeypatch.setenv("CASEMGMT_MIGRATION_DATABASE_URL", owner_url)
    monkeypatch.setenv("CASEMGMT_NEW_SECRET", NEW)
    return CliRunner()


async def _reach(world: World) -> str:
    """Record a child with a phone number, and return the id."""
    duty = await world.as_("duty.almaty")
    person = str(done(await duty.post("/v1/persons", {"given_name": "Бала"}))["id"])
    done(await duty.post(f"/v1/persons/{person}/contacts", {"kind": "phone", "value": PHONE}))
    return person


async def _known(world: World) -> list[str]:
    """Return whom the duty desk finds by the phone number."""
    duty = await world.as_("duty.almaty")
    found = done(await duty.post("/v1/persons/match", {"phone": PHONE}))
    return [c["person_id"] for c in found["visible"]]


async def _invoke(operator: CliRunner, which: str) -> str:
    done_ = await asyncio.to_thread(operator.invoke, program, ["rotate-secret", which])
    assert done_.exit_code == 0, done_.output
    return done_.output


async def test_after_the_lookup_secret_changed_a_phone_still_finds_its_child(
    database_url: str, owner_url: str, operator: CliRunner
) -> None:
    async with _service(database_url) as world:
        person = await _reach(world)
        assert await _known(world) == [person]
    before = await rows(owner_url, "SELECT phone_hash FROM person_contact")
    changed = await _invoke(operator, "lookup")
    assert "1 phone numbers are hashed" in changed
    assert await rows(owner_url, "SELECT phone_hash FROM person_contact") != before
    async with _service(database_url, lookup_secret=NEW) as world:
        assert await _known(world) == [person]
    async with _service(database_url, lookup_secret=DEMO_LOOKUP_SECRET) as world:
        assert await _known(world) == [], "the old secret finds nobody any more"
    assert await rows(owner_url, "SELECT 1 FROM audit_event WHERE kind = 'secret.rotated'") != []


async def test_after_the_factor_secret_changed_the_same_authenticator_opens_the_account(
    database_url: str, operator: CliRunner
) -> None:
    assert "second factors are sealed" in await _invoke(operator, "factor")
    async with _service(database_url, factor_secret=NEW) as world:
        assert (await (await world.as_("admin")).get("/v1/me")).status_code == 200
    async with _service(database_url) as world:
        with pytest.raises(AssertionError):
            await world.as_("auditor")


async def test_while_the_token_secret_before_is_named_every_session_goes_on(database_url: str) -> None:
    async with _service(database_url) as world:
        granted = await _log_in(world)
    async with _service(database_url, token_secret=NEW, token_secret_before=DEMO_TOKEN_SECRET) as world:
        assert (await Caller(world.client, granted["access_token"]).get("/v1/me")).status_code == 200
        renewed = (await _refresh(world, granted["refresh_token"])).json()
    async with _service(database_url, token_secret=NEW) as world:
        assert (await Caller(world.client, renewed["access_token"]).get("/v1/me")).status_code == 200
        assert (await _refresh(world, renewed["refresh_token"])).status_code == 200


async def test_a_token_secret_that_somebody_knows_ends_every_session_at_once(database_url: str) -> None:
    async with _service(database_url) as world:
        granted = await _log_in(world)
    async with _service(database_url, token_secret=NEW) as world:
        assert (await Caller(world.client, granted["access_token"]).get("/v1/me")).status_code == 401
        assert (await _refresh(world, granted["refresh_token"])).status_code == 400
        assert (await (await world.as_("duty.almaty")).get("/v1/me")).status_code == 200


async def test_a_request_sent_again_after_a_change_of_the_token_secret_is_done_once(database_url: str) -> None:
    headers = {"Idempotency-Key": "k1"}
    body = {"given_name": "Бала"}
    async with _service(database_url) as world:
        first = await (await world.as_("duty.almaty")).post("/v1/persons", body, headers=headers)
        assert first.status_code == 201, first.text
    async with _service(database_url, token_secret=NEW, token_secret_before=DEMO_TOKEN_SECRET) as world:
        again = await (await world.as_("duty.almaty")).post("/v1/persons", body, headers=headers)
        assert (again.status_code, again.json()["id"]) == (201, first.json()["id"])
    async with _service(database_url, token_secret=NEW) as world:
        late = await (await world.as_("duty.almaty")).post("/v1/persons", body, headers=headers)
        assert (late.status_code, late.json()["code"]) == (422, "idempotency-key-reused")


async def test_a_start_code_holds_across_a_change_of_the_token_secret(database_url: str) -> None:
    path = f"/v1/users/{demo_id('lawyer.almaty')}"
    async with _service(database_url) as world:
        admin = await world.as_("admin")
        asked = await admin.request("PUT", f"{path}/start-codes/{new_id()}", json={"reason": WHY})
    async with _service(database_url, token_secret=NEW, token_secret_before=DEMO_TOKEN_SECRET) as world:
        second = (await grant(world, asked))["second_half"]
        halves = (asked.json()["first_half"], second)
        assert (await start(world, "lawyer.almaty", halves, "Шымбұлақта-қар-еріді-7")).status_code == 204


async def _log_in(world: World) -> dict[str, str]:
    form = {"grant_type": "password", "username": "duty.almaty", "password": DEMO_PASSWORD}
    granted: dict[str, str] = (await world.client.post("/v1/token", data=form)).json()
    return granted


async def _refresh(world: World, token: str) -> httpx.Response:
    return await world.client.post("/v1/token", data={"grant_type": "refresh_token", "refresh_token": token})


@pytest.mark.parametrize("which", ["lookup", "factor"])
async def test_from_a_wrong_old_secret_nothing_is_changed(
    database_url: str, operator: CliRunner, monkeypatch: pytest.MonkeyPatch, which: str
) -> None:
    async with _service(database_url) as world:
        person = await _reach(world)
    monkeypatch.setenv(f"CASEMGMT_{which.upper()}_SECRET", "not-the-secret-of-this-database-at-all")
    refused = await asyncio.to_thread(operator.invoke, program, ["rotate-secret", which])
    assert refused.exit_code == 2
    assert "Nothing is changed" in refused.output
    monkeypatch.delenv(f"CASEMGMT_{which.upper()}_SECRET")
    async with _service(database_url) as world:
        assert await _known(world) == [person]
        assert (await (await world.as_("admin")).get("/v1/me")).status_code == 200


def test_a_short_or_missing_new_secret_is_refused(operator: CliRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASEMGMT_NEW_SECRET", "")
    missing = operator.invoke(program, ["rotate-secret", "lookup"])
    assert (missing.exit_code, "Set CASEMGMT_NEW_SECRET" in missing.output) == (2, True)
    monkeypatch.setenv("CASEMGMT_MODE", "production")
    for name in ("TOKEN", "LOOKUP", "FACTOR", "WEBHOOK"):
        monkeypatch.setenv(f"CASEMGMT_{name}_SECRET", f"{name.lower()}-secret-of-this-test-long-enough")
    monkeypatch.setenv("CASEMGMT_NEW_SECRET", "short")
    short = operator.invoke(program, ["rotate-secret", "lookup"])
    assert (short.exit_code, "shorter than 32" in short.output) == (2, True)


async def test_after_the_webhook_secret_changed_signing_secrets_are_those_of_before(
    database_url: str, owner_url: str, operator: CliRunner
) -> None:
    async with _service(database_url) as world:
        path, secret = await subscribe(world, "https://events.example.kz/")
    assert "signing secrets of webhooks are sealed" in await _invoke(operator, "webhook")
    (kept,) = await rows(owner_url, "SELECT subscription_id, sealed FROM webhook_secret")
    assert path.endswith(str(kept["subscription_id"]))
    assert unseal(kept["sealed"], kept["subscription_id"], NEW) == secret
    wrong = await asyncio.to_thread(operator.invoke, program, ["rotate-secret", "webhook"])
    assert (wrong.exit_code, "Nothing is changed." in wrong.output) == (2, True), (
        "it is sealed under the new one already"
    )
