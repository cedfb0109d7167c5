"""No message of a rightly signed sender is a fault of the service, and none holds up those behind it."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from casemgmt.contacts import receiving
from tests.clients import World
from tests.contact_steps import CONCERN, PATH, contact, headers, send
from tests.factories import count
from tests.outreach_steps import done, refused

BATCH = f"{PATH}/batch"
HALF = "\ud83d"
"""Half of a character, as a sender cuts a text by units of UTF-16."""
HEALTH = [HealthCheck.function_scoped_fixture]
TEXTS = st.one_of(
    st.text(st.characters(codec=None, exclude_categories=()), max_size=8), st.sampled_from([HALF, "\x00", "a\x00"])
)
LEAVES = st.one_of(
    TEXTS,
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([2**63, 2**64, -(2**64), 10**400]),
    st.floats(),
    st.sampled_from(["15:00:00+05:00", "15:00:00Z", "24:00", "0001-01-01T00:00:00+05:00", "9999-12-31T23:59:59-05:00"]),
)


def _deep(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


VALUES = st.one_of(
    st.recursive(
        LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3), max_leaves=6
    ),
    st.integers(1, 120).map(_deep),
)
PLACES: tuple[tuple[str | int, ...], ...] = (
    *((name,) for name in ("contact_id", "revision", "stage", "channel", "started_at", "ended_at", "language")),
    *(
        (name,)
        for name in ("function", "non_data", "region_code", "plate", "taxonomy_version", "attachments", "answer")
    ),
    *(("caller", name) for name in ("relation", "name", "phone", "safe_from", "safe_until")),
    *(("concerns", 0, name) for name in ("ref", "topic", "narrative", "place", "kato", "occurred_at")),
    ("caller",),
    ("concerns",),
    ("new",),
    (HALF,),
    ("caller", "\x00"),
)


def _spoilt(place: tuple[str | int, ...], value: Any) -> dict[str, Any]:
    told: Any = contact(concerns=[dict(CONCERN)], caller={"relation": "self", "phone": "8 701 111 22 33"})
    inner = told
    for part in place[:-1]:
        inner = inner[part]
    inner[place[-1]] = value
    return dict(told)


async def _sent(world: World, told: Any, path: str = PATH) -> Any:
    """Send what no well-behaved writer of JSON makes: as escapes, which every reader takes."""
    body = json.dumps(told).encode()
    return await world.client.post(path, content=body, headers=headers(body, f"m-{contact()['contact_id']}"))


@given(place=st.sampled_from(PLACES), value=VALUES)
@example(place=("concerns", 0, "narrative"), value=HALF)
@example(place=("contact_id",), value=HALF)
@example(place=(HALF,), value=1)
@example(place=("revision",), value=2**64)
@example(place=("caller", "phone"), value="\x00")
@example(place=("caller", "safe_from"), value="15:00:00+05:00")
@example(place=("started_at",), value="0001-01-01T00:00:00+05:00")
@example(place=("concerns", 0, "occurred_at"), value="0001-01-01T00:00:00+05:00")
@settings(max_examples=20, deadline=None, suppress_health_check=HEALTH)
async def test_whatever_a_signed_body_holds_it_is_taken_or_refused_and_stops_nobody(
    world: World, place: tuple[str | int, ...], value: Any
) -> None:
    await _neither_fault_nor_hold(world, place, value)


@pytest.mark.long
@given(place=st.sampled_from(PLACES), value=VALUES)
@settings(max_examples=400, deadline=None, suppress_health_check=HEALTH)
async def test_whatever_many_signed_bodies_hold_they_are_taken_or_refused_and_stop_nobody(
    world: World, place: tuple[str | int, ...], value: Any
) -> None:
    await _neither_fault_nor_hold(world, place, value)


async def _neither_fault_nor_hold(world: World, place: tuple[str | int, ...], value: Any) -> None:
    told = _spoilt(place, value)
    alone = await _sent(world, told)
    assert 200 <= alone.status_code < 500, alone.text
    items = [{"message_id": f"{contact()['contact_id']}-{n}", "contact": c} for n, c in enumerate((told, contact()))]
    bad, behind = done(await _sent(world, {"contacts": items}, BATCH))["items"]
    assert bad["status"] < 500, bad
    assert behind["status"] == 201


async def test_what_can_not_be_read_stands_in_the_days_account(world: World, owner_url: str) -> None:
    told = contact("call-1", concerns=[CONCERN | {"narrative": HALF}])
    for _ in range(2):
        refused(await _sent(world, told), 422, "invalid-request")
    refused(await _sent(world, told | {"contact_id": HALF}), 422, "invalid-request")
    named = "SELECT array_agg(external_id ORDER BY first_at) FROM contact_refusal"
    assert set(await count(owner_url, named)) == {"call-1", None}


async def test_a_time_with_an_offset_is_refused_and_says_so(world: World) -> None:
    told = contact(caller={"safe_from": "15:00:00+05:00", "safe_until": "17:00"})
    [fault] = refused(await send(world, told), 422, "invalid-request")["errors"]
    assert (fault["pointer"], fault["detail"]) == ("/caller/safe_from", "A local time: HH:MM.")
    assert (await send(world, contact(caller={"safe_from": "15:00:00", "safe_until": "17:00"}))).status_code == 201
    duty = await world.as_("duty.almaty")
    body = {"reporter": {"relation": "other", "safe_from": "15:00:00+05:00"}}
    faults = refused(await duty.post("/v1/signals", body), 422, "invalid-request")["errors"]
    assert "/reporter/safe_from" in {fault["pointer"] for fault in faults}


async def test_a_fault_of_ours_at_one_contact_does_not_hold_those_behind_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = receiving.take

    async def falling(work: Any, message: Any, told: Any, keys: Any) -> Any:
        if told.contact_id == "call-1":
            raise TypeError("planted")
        return await take(work, message, told, keys)

    monkeypatch.setattr(receiving, "take", falling)
    items = [{"message_id": f"m-{n}", "contact": contact(f"call-{n}")} for n in (1, 2)]
    first, second = done(await send(world, {"contacts": items}, path=BATCH))["items"]
    assert (first["status"], first["code"], second["status"]) == (500, "internal-error", 201)
    monkeypatch.undo()
    again = done(await send(world, {"contacts": items}, path=BATCH))["items"]
    assert [(i["status"], i["replayed"]) for i in again] == [(201, False), (201, True)]
