"""The service as a resource server of an OpenID Connect provider: who somebody is comes from there, rights never do."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import httpx
import pytest
from jose import jwt
from pydantic import ValidationError

from api.app import create_app
from casemgmt.clock import Clock, ManualClock, SystemClock
from casemgmt.db.addresses import driver_url
from casemgmt.demo.accounts import demo_id
from casemgmt.settings import Settings
from tests.account_steps import WHY, approve, give_role, link_identity
from tests.clients import Caller, World
from tests.oidc import SigningKey, SmallProvider, provider_process, signed_in

OFFICER, COMMISSIONER = "7f3a-officer", "7f3a-commissioner"
FIRST, SECOND, CURVE = SigningKey("first"), SigningKey("second"), SigningKey("curve", "ES256")


@pytest.fixture
def small() -> Iterator[SmallProvider]:
    provider = SmallProvider()
    provider.keys = [FIRST.public]
    yield provider
    provider.close()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime.now(UTC))


@asynccontextmanager
async def _at_work(database_url: str, issuer: str, clock: Clock, **more: Any) -> AsyncIterator[World]:
    settings = Settings(mode="demo", database_url=database_url, database_connections=6, oidc_issuer=issuer, **more)
    app = create_app(settings, clock)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://service") as client,
    ):
        yield World(client, clock)


async def _link(world: World, username: str, subject: str) -> str:
    path = f"/v1/users/{demo_id(username)}"
    return f"{path}/identities/{await link_identity(world, path, subject)}"


async def _me(world: World, token: str) -> httpx.Response:
    return await Caller(world.client, token).get("/v1/me")


async def _reasons(owner_url: str) -> list[str]:
    connection = await asyncpg.connect(driver_url(owner_url))
    try:
        rows = await connection.fetch(
            "SELECT reason FROM audit_event WHERE kind = 'access.token_refused' ORDER BY at, id"
        )
        return [r["reason"] for r in rows]
    finally:
        await connection.close()


async def test_with_a_real_provider_a_linked_person_works_with_the_roles_of_the_account(
    database_url: str, owner_url: str
) -> None:
    users = [{"sub": OFFICER}, {"sub": COMMISSIONER, "amr": ["pwd", "mfa"]}]
    with provider_process(users) as issuer:
        officer, commissioner = signed_in(issuer, OFFICER), signed_in(issuer, COMMISSIONER)
        elsewhere = signed_in(issuer, OFFICER, audience="another-service")
        async with _at_work(database_url, issuer, SystemClock()) as world:
            assert (await _me(world, officer)).status_code == 401, "nobody is made by a token"
            await _link(world, "duty.almaty", OFFICER)
            await _link(world, "oversight", COMMISSIONER)
            me = (await _me(world, officer)).json()
            assert (me["username"], me["roles"]) == ("duty.almaty", ["duty_officer"])
            assert (await _me(world, commissioner)).json()["roles"] == ["oversight_reader"]
            assert (await _me(world, elsewhere)).status_code == 401
            admin = await world.as_("admin")
            own = await Caller(world.client, officer).get("/v1/me/sessions")
            assert [s["client_name"] for s in own.json()["items"]] == ["OpenID Connect"]
            await admin.request("DELETE", f"/v1/users/{demo_id('duty.almaty')}/sessions")
            assert (await _me(world, officer)).status_code == 401, "ended here, whatever the provider says"
            assert (await _me(world, signed_in(issuer, OFFICER))).status_code == 200, "a new log-in opens another one"
    assert await _reasons(owner_url) == ["not_linked", "audience", "ended"]


async def test_a_national_role_needs_the_second_factor_at_the_provider_too(
    database_url: str, owner_url: str, small: SmallProvider, clock: ManualClock
) -> None:
    async with _at_work(database_url, small.issuer, clock, oidc_acr_values="loa3 loa4") as world:
        await _link(world, "oversight", COMMISSIONER)
        now = clock.now()
        for claims, status in (
            ({}, 401),
            ({"amr": ["pwd"]}, 401),
            ({"amr": "mfa"}, 401),
            ({"acr": "loa2"}, 401),
            ({"amr": ["pwd", "mfa"]}, 200),
            ({"acr": "loa3"}, 200),
        ):
            assert (await _me(world, FIRST.token(small.issuer, COMMISSIONER, now, **claims))).status_code == status, (
                claims
            )
    assert await _reasons(owner_url) == ["second_factor"] * 4


async def test_a_link_is_made_by_two_persons_and_taking_it_away_ends_every_session(
    database_url: str, small: SmallProvider, clock: ManualClock
) -> None:
    async with _at_work(database_url, small.issuer, clock) as world:
        path = await _link(world, "duty.almaty", OFFICER)
        admin, duty = await world.as_("admin"), await world.as_("duty.almaty")
        users = f"/v1/users/{demo_id('duty2.almaty')}/identities"
        taken = await admin.post(users, {"subject": OFFICER, "reason": WHY})
        assert (await approve(await world.as_("admin2"), taken.json())).json()["code"] == "already-exists"
        own = await admin.post(f"/v1/users/{demo_id('admin')}/identities", {"subject": "x", "reason": WHY})
        assert (own.status_code, own.json()["code"]) == (403, "own-account")
        machine = await admin.post(f"/v1/users/{demo_id('qr.111')}/identities", {"subject": "x", "reason": WHY})
        assert machine.json()["code"] == "identity-of-machine"
        assert (await duty.post(users, {"subject": "x"})).status_code == 403
        token = FIRST.token(small.issuer, OFFICER, clock.now())
        assert (await _me(world, token)).status_code == 200
        listed = (await admin.get(path.rpartition("/")[0])).json()["items"]
        assert [i["subject"] for i in listed] == [OFFICER]
        assert (await admin.request("DELETE", path)).status_code == 204
        assert (await _me(world, token)).status_code == 401
        assert (await admin.request("DELETE", path)).status_code == 404


async def test_a_change_of_roles_counts_at_once_without_a_new_token(
    database_url: str, small: SmallProvider, clock: ManualClock
) -> None:
    async with _at_work(database_url, small.issuer, clock) as world:
        await _link(world, "duty.almaty", OFFICER)
        admin = await world.as_("admin")
        token = FIRST.token(small.issuer, OFFICER, clock.now())
        assert (await _me(world, token)).json()["roles"] == ["duty_officer"]
        await give_role(world, f"/v1/users/{demo_id('duty.almaty')}", "supervisor")
        assert (await _me(world, token)).json()["roles"] == ["duty_officer", "supervisor"]
        headers = {"If-Match": (await admin.get(f"/v1/users/{demo_id('duty.almaty')}")).headers["etag"]}
        await admin.patch(f"/v1/users/{demo_id('duty.almaty')}", {"active": False}, headers=headers)
        assert (await _me(world, token)).status_code == 401


async def test_keys_are_rotated_kept_and_fetched_at_most_twice_a_minute(
    database_url: str, owner_url: str, small: SmallProvider, clock: ManualClock
) -> None:
    async with _at_work(database_url, small.issuer, clock) as world:
        await _link(world, "duty.almaty", OFFICER)
        assert (await _me(world, FIRST.token(small.issuer, OFFICER, clock.now()))).status_code == 200
        assert small.fetched == 1
        small.keys = [FIRST.public, SECOND.public, CURVE.public]
        new = SECOND.token(small.issuer, OFFICER, clock.now())
        assert (await _me(world, new)).status_code == 401, "so soon the keys are not fetched again"
        await asyncio.gather(*(_me(world, SigningKeyed(f"made-up-{n}", small, clock)) for n in range(20)))
        assert small.fetched == 1, "no flood at the provider"
        clock.advance(timedelta(seconds=31))
        assert (await _me(world, new)).status_code == 200
        assert (await _me(world, CURVE.token(small.issuer, OFFICER, clock.now()))).status_code == 200
        assert small.fetched == 2
        small.keys = [SECOND.public]
        clock.advance(timedelta(minutes=61))
        assert (await _me(world, FIRST.token(small.issuer, OFFICER, clock.now()))).status_code == 401, "withdrawn"
        assert (await _me(world, SECOND.token(small.issuer, OFFICER, clock.now()))).status_code == 200
        small.broken = True
        clock.advance(timedelta(hours=23))
        assert (await _me(world, SECOND.token(small.issuer, OFFICER, clock.now()))).status_code == 200, "kept a day"
        clock.advance(timedelta(hours=2))
        away = await _me(world, SECOND.token(small.issuer, OFFICER, clock.now()))
        assert (away.status_code, away.json()["code"]) == (503, "identity-provider-away")
    assert set(await _reasons(owner_url)) == {"key"}


def SigningKeyed(name: str, small: SmallProvider, clock: Clock) -> str:  # noqa: N802 - reads as what it makes
    return FIRST.token(small.issuer, OFFICER, clock.now(), headers={"kid": name})


async def test_every_attack_on_a_token_of_the_provider_is_refused(
    database_url: str, owner_url: str, small: SmallProvider, clock: ManualClock
) -> None:
    now = clock.now()
    seconds = int(now.timestamp())
    weak = SigningKey("weak", bits=1024)
    shared = base64.urlsafe_b64encode(b"known to all who read the set").decode().rstrip("=")
    small.keys = [FIRST.public, CURVE.public, weak.public, {"kty": "oct", "kid": "oct", "k": shared}]

    def token(key: SigningKey = FIRST, headers: dict[str, Any] | None = None, **claims: Any) -> str:
        return key.token(small.issuer, OFFICER, now, headers, **claims)

    def symmetric(secret: bytes, kid: str) -> str:
        said = jwt.get_unverified_claims(token())
        words = ".".join(
            base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")
            for part in ({"alg": "HS256", "kid": kid}, said)
        )
        mark = hmac.new(secret, words.encode(), hashlib.sha256).digest()
        return f"{words}.{base64.urlsafe_b64encode(mark).decode().rstrip('=')}"

    attacks = {
        "a symmetric key of the set": (symmetric(b"known to all who read the set", "oct"), "header"),
        "HMAC keyed with the public key": (symmetric(json.dumps(FIRST.public).encode(), "first"), "header"),
        "another key under the same name": (SECOND.token(small.issuer, OFFICER, now, {"kid": "first"}), "signature"),
        "a short key": (token(weak), "key"),
        "the key of another algorithm": (token(CURVE, {"kid": "first"}), "key"),
        "an address of keys": (token(headers={"kid": "first", "jku": "http://127.0.0.1:1/"}), "header"),
        "a key of its own": (token(headers={"kid": "first", "jwk": FIRST.public}), "header"),
        "no key named where there are two of the kind": (token(headers={"kid": "../first"}), "key"),
        "for another audience": (token(aud="another"), "audience"),
        "for no audience": (token(aud=None), "audience"),
        "of another issuer": (token(iss="https://evil.example"), "issuer"),
        "expired": (token(iat=seconds - 400, exp=seconds - 31), "expired"),
        "not yet valid": (token(nbf=seconds + 31), "not-yet-valid"),
        "without an expiry": (token(exp=None), "claims"),
        "without a subject": (token(sub=None), "claims"),
        "of an endless subject": (token(sub="x" * 256), "claims"),
        "of somebody else": (FIRST.token(small.issuer, "stranger", now), "not_linked"),
    }
    async with _at_work(database_url, small.issuer, clock) as world:
        await _link(world, "duty.almaty", OFFICER)
        for name, (attack, _) in attacks.items():
            answer = await _me(world, attack)
            assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated"), name
        assert (await _me(world, token())).status_code == 200
        assert (await _me(world, token(aud=["another", "casemgmt-api"]))).status_code == 200
        late = token(iat=seconds - 400, exp=seconds - 20)
        assert (await _me(world, late)).status_code == 200, "clocks may differ by half a minute"
    assert dict(zip(attacks, await _reasons(owner_url), strict=True)) == {n: why for n, (_, why) in attacks.items()}


async def test_a_provider_that_calls_itself_by_another_name_has_no_keys(
    database_url: str, small: SmallProvider, clock: ManualClock
) -> None:
    small.named = "http://127.0.0.1:9/other"
    async with _at_work(database_url, small.issuer, clock) as world:
        answer = await _me(world, FIRST.token(small.issuer, OFFICER, clock.now()))
        assert (answer.status_code, answer.json()["code"]) == (503, "identity-provider-away")
        assert answer.headers["retry-after"]
        assert (await (await world.as_("duty.almaty")).get("/v1/me")).status_code == 200, "local log-ins go on"
    async with _at_work(database_url, small.issuer, clock, oidc_jwks_url=f"{small.issuer}/jwks") as world:
        assert (await _me(world, FIRST.token(small.issuer, "stranger", clock.now()))).status_code == 401


async def test_without_a_provider_nobody_is_linked_and_no_foreign_token_is_read(
    world: World, clock: ManualClock
) -> None:
    admin = await world.as_("admin")
    refused = await admin.post(f"/v1/users/{demo_id('duty.almaty')}/identities", {"subject": OFFICER, "reason": WHY})
    assert (refused.status_code, refused.json()["code"]) == (409, "no-identity-provider")
    assert (await _me(world, FIRST.token("https://id.example", OFFICER, clock.now()))).status_code == 401


@pytest.mark.parametrize(
    "wrong",
    [
        {"oidc_issuer": "http://id.example"},
        {"oidc_issuer": "ftp://127.0.0.1"},
        {"oidc_issuer": "https://id.example", "oidc_jwks_url": "http://id.example/jwks"},
        {"oidc_algorithms": "RS256,HS256"},
        {"oidc_algorithms": "none"},
        {"oidc_algorithms": ""},
    ],
)
def test_settings_that_would_let_strangers_in_stop_the_service(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Settings(mode="demo", **wrong)
