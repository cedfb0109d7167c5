"""Secrets by which systems sign: made by two persons, replaced without a gap, over at once when they are taken back."""

from datetime import UTC, datetime, timedelta

import asyncpg
import httpx
import pytest

from casemgmt.clock import ManualClock
from casemgmt.db.addresses import driver_url
from casemgmt.demo.accounts import demo_id
from casemgmt.ids import new_id
from tests.account_steps import WHY, approve, give_role, signing_secret
from tests.clients import World
from tests.contact_steps import contact, send
from tests.outreach_steps import done, refused

SOURCE = "kc-astana"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime.now(UTC))


async def _source(world: World) -> str:
    """Return the path of a machine account as which a new source acts."""
    admin = await world.as_("admin")
    body = {"username": "kc.astana", "kind": "service", "family_name": "КЦ", "given_name": "система"}
    created = await admin.post("/v1/users", body | {"organisation_id": str(demo_id("crd_astana"))})
    path = str(created.headers["location"])
    await give_role(world, path, "integration")
    source = {"user_id": path.rpartition("/")[2], "name": "КЦ Астана"}
    assert done(await admin.request("PUT", f"/v1/contact-sources/{SOURCE}", json=source))["active"] is True
    return path


async def _send(world: World, clock: ManualClock, *secrets: str) -> httpx.Response:
    return await send(world, contact(), source=SOURCE, secrets=secrets, at=clock.now())


async def test_two_persons_make_a_secret_of_which_each_knows_a_half(
    world: World, clock: ManualClock, owner_url: str
) -> None:
    path, admin = await _source(world), await world.as_("admin")
    secret_id, secret = await signing_secret(world, path)
    assert secret.startswith("whsec_")
    sent = await _send(world, clock, secret)
    assert sent.status_code == 201, sent.text
    signal = f"/v1/signals/{sent.json()['signals'][0]['signal_id']}"
    assert done(await (await world.as_("duty.astana")).get(signal))["organisation_id"] == str(demo_id("crd_astana"))
    [listed] = done(await admin.get(f"{path}/signing-secrets"))["items"]
    assert (listed["id"], listed["approved_by_id"]) == (secret_id, str(demo_id("admin2")))
    asked = await admin.request("PUT", f"{path}/signing-secrets/{new_id()}", json={"reason": WHY})
    refused(await approve(admin, asked.json()["change"]), 409, "second-person-needed")
    connection = await asyncpg.connect(driver_url(owner_url))
    kept = await connection.fetchval(
        "SELECT string_agg(sealed, ''::bytea)"
        " || (SELECT decode(string_agg(sealed_first, ''), 'hex') FROM account_change) FROM signing_secret"
    )
    granted = await connection.fetchval("SELECT sealed_first FROM account_change WHERE id = $1::text::uuid", secret_id)
    await connection.close()
    assert granted is None, "what was shown to who asked is forgotten with the decision"
    assert all(part.encode() not in kept for part in (secret, asked.json()["first_half"]))


async def test_one_secret_takes_the_place_of_another_without_a_gap(world: World, clock: ManualClock) -> None:
    path, admin = await _source(world), await world.as_("admin")
    old_id, old = await signing_secret(world, path)
    _, new = await signing_secret(world, path)
    for secrets in ((old,), (new,), (old, new)):
        assert (await _send(world, clock, *secrets)).status_code == 201
    third = await admin.request("PUT", f"{path}/signing-secrets/{new_id()}", json={"reason": WHY})
    refused(await approve(await world.as_("admin2"), third.json()["change"]), 409, "two-secrets-hold")
    assert (await admin.request("DELETE", f"{path}/signing-secrets/{old_id}")).status_code == 204
    assert (await admin.request("DELETE", f"{path}/signing-secrets/{old_id}")).status_code == 404
    refused(await _send(world, clock, old), 401, "signature-refused")
    assert (await _send(world, clock, new)).status_code == 201


async def test_a_secret_ends_with_its_term_with_the_sessions_of_its_account_and_with_the_account(
    world: World, clock: ManualClock
) -> None:
    path, admin = await _source(world), await world.as_("admin")
    _, short = await signing_secret(world, path, days=1)
    _, other = await signing_secret(world, path)
    clock.advance(timedelta(days=2))
    world.forget_tokens()
    refused(await _send(world, clock, short), 401, "signature-refused")
    assert (await _send(world, clock, other)).status_code == 201
    admin = await world.as_("admin")
    source = {"user_id": path.rpartition("/")[2], "name": "КЦ Астана", "active": False}
    assert (await admin.request("PUT", f"/v1/contact-sources/{SOURCE}", json=source)).status_code == 200
    refused(await _send(world, clock, other), 401, "signature-refused")
    assert (await admin.request("PUT", f"/v1/contact-sources/{SOURCE}", json=source | {"active": True})).is_success
    assert (await admin.request("DELETE", f"{path}/sessions")).is_success
    refused(await _send(world, clock, other), 401, "signature-refused")


async def test_a_source_keeps_its_account_and_a_person_is_no_source(world: World) -> None:
    path, admin = await _source(world), await world.as_("admin")
    other = {"user_id": str(demo_id("qr.111")), "name": "x"}
    refused(await admin.request("PUT", f"/v1/contact-sources/{SOURCE}", json=other), 409, "source-of-other-account")
    person = {"user_id": str(demo_id("operator.111")), "name": "x"}
    refused(await admin.request("PUT", "/v1/contact-sources/person", json=person), 409, "not-a-machine")
    listed = done(await admin.get("/v1/contact-sources"))["items"]
    assert {s["code"] for s in listed} == {"sandbox-111", SOURCE}
    assert path.rpartition("/")[2] in {s["user_id"] for s in listed}
