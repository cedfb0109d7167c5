"""What surrounds a contact: dropped lines, systems that are down, plates, topics, attachments."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from casemgmt.clock import ManualClock
from casemgmt.contacts import jobs
from casemgmt.demo.accounts import demo_id
from casemgmt.ids import new_id
from casemgmt.settings import Settings
from tests.clients import World
from tests.conftest import worker_of
from tests.contact_steps import CONCERN, contact, send
from tests.factories import count
from tests.jobs.worker import do_all_due
from tests.outreach_steps import done, open_clocks, record_signal, refused, stories

BY_HAND = {"source": "sandbox-111", "contact_id": "call-1", "channel": "call"}
OPERATOR = "operator.111"
HANGING = "SELECT count(*) FROM task WHERE kind = 'contact_abandoned' AND completed_at IS NULL"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime.now(UTC))


def _by_hand(clock: ManualClock, *signals: str, **given: Any) -> dict[str, Any]:
    return BY_HAND | {"started_at": clock.now().isoformat(), "signal_ids": list(signals)} | given


async def _sent(world: World, clock: ManualClock, number: str = "call-1", **given: Any) -> dict[str, Any]:
    started = (clock.now() - timedelta(minutes=5)).isoformat()
    return done(await send(world, contact(number, started_at=started, **given), at=clock.now()))


async def test_what_was_recorded_by_hand_is_not_doubled_by_what_arrives_after(
    world: World, clock: ManualClock, owner_url: str
) -> None:
    signal = await record_signal(world)
    operator = await world.as_(OPERATOR)
    settled = done(await operator.post("/v1/contacts/settled", _by_hand(clock, signal)))
    assert (settled["state"], settled["settled_by_id"]) == ("settled", str(demo_id(OPERATOR)))
    arrived = await _sent(world, clock)
    assert (arrived["outcome"], arrived["state"]) == ("matched", "finalised")
    assert arrived["signals"] == [{"ref": "1", "signal_id": signal}]
    assert await count(owner_url, "SELECT count(*) FROM signal") == 1
    read = done(await operator.get(f"/v1/contacts/{settled['id']}"))
    assert [(c["kind"], c["content"]["narrative"]) for c in read["corrections"]] == [("arrived", CONCERN["narrative"])]
    assert "contact_correction" in await open_clocks(owner_url, signal)
    assert (await stories(owner_url, signal))[-1] == "signal.contact_arrived"
    later = await _sent(world, clock, revision=2, concerns=[CONCERN, CONCERN | {"ref": "2"}])
    assert (later["outcome"], len(later["signals"])) == ("corrected", 2)


async def test_what_goes_on_after_it_was_settled_is_put_beside_it_at_once_and_in_order(
    world: World, clock: ManualClock, owner_url: str
) -> None:
    signals = [await record_signal(world) for _ in range(2)]
    await _sent(world, clock, revision=4, stage="draft", concerns=[])
    settled = done(await (await world.as_(OPERATOR)).post("/v1/contacts/settled", _by_hand(clock, *signals)))
    assert [f["ref"] for f in settled["filed"]] == ["by-hand/1", "by-hand/2"]
    late = await _sent(world, clock, revision=3, stage="draft", concerns=[CONCERN | {"ref": "by-hand-2"}])
    assert (late["outcome"], late["state"], late["revision"]) == ("matched", "finalised", 3)
    final = await _sent(world, clock, revision=5, concerns=[CONCERN | {"ref": "x"}, CONCERN | {"ref": "by-hand-2"}])
    assert {s["ref"]: s["signal_id"] for s in final["signals"]} == {"by-hand-2": signals[0], "x": signals[1]}
    assert await count(owner_url, "SELECT count(*) FROM signal") == 2


async def test_more_arrives_than_was_recorded_and_the_rest_is_filed(
    world: World, clock: ManualClock, owner_url: str
) -> None:
    signal = await record_signal(world)
    done(await (await world.as_(OPERATOR)).post("/v1/contacts/settled", _by_hand(clock, signal)))
    arrived = await _sent(world, clock, concerns=[CONCERN, CONCERN | {"ref": "b"}])
    assert arrived["signals"][0] == {"ref": "1", "signal_id": signal}
    assert await count(owner_url, "SELECT count(*) FROM signal") == 2


async def test_only_own_signals_and_open_contacts_are_settled(world: World, clock: ManualClock) -> None:
    operator, signal = await world.as_(OPERATOR), await record_signal(world)
    path = "/v1/contacts/settled"
    refused(await operator.post(path, _by_hand(clock, str(new_id()))), 404, "not-found")
    refused(await operator.post(path, _by_hand(clock, signal, source="other")), 404, "not-found")
    elsewhere = await record_signal(world, "duty.astana", region_code="KZ-71")
    refused(await operator.post(path, _by_hand(clock, elsewhere)), 404, "not-found")
    done(await operator.post(path, _by_hand(clock, signal)))
    refused(await operator.post(path, _by_hand(clock)), 409, "contact-final")
    refused(await operator.post(path, _by_hand(clock, signal, contact_id="c-2")), 409, "signal-of-another-contact")
    refused(await (await world.as_("duty.almaty")).post(path, _by_hand(clock)), 403, "forbidden")
    refused(await operator.post(path, _by_hand(clock, signal, signal, contact_id="c-2")), 422, "invalid-request")


async def test_what_a_child_said_before_the_line_dropped_is_not_settled_away(
    world: World, clock: ManualClock, owner_url: str
) -> None:
    operator, path = await world.as_(OPERATOR), "/v1/contacts/settled"
    await _sent(world, clock, stage="draft")
    refused(await operator.post(path, _by_hand(clock)), 409, "concerns-unrecorded")
    done(await operator.post(path, _by_hand(clock, await record_signal(world))))
    two = [CONCERN, CONCERN | {"ref": "2", "narrative": "Үйде де ұрады.", "danger_now": True}]
    await _sent(world, clock, "call-3", stage="draft", concerns=two)
    signals = [await record_signal(world) for _ in range(2)]
    fewer = _by_hand(clock, signals[0], contact_id="call-3")
    refused(await operator.post(path, fewer), 409, "concerns-unrecorded")
    settled = done(await operator.post(path, _by_hand(clock, *signals, contact_id="call-3")))
    assert [(c["kind"], c["signal_id"], c["content"]["narrative"]) for c in settled["corrections"]] == [
        ("arrived", signal, concern["narrative"]) for signal, concern in zip(signals, two, strict=True)
    ]
    assert "contact_correction" in await open_clocks(owner_url, signals[1])
    assert (await stories(owner_url, signals[1]))[-1] == "signal.contact_arrived"
    await _sent(world, clock, "call-2", stage="draft", concerns=[])
    assert done(await operator.post(path, _by_hand(clock, contact_id="call-2")))["signals"] == 0


async def test_the_end_of_a_contact_that_was_overtaken_by_a_draft_ends_it_all_the_same(
    world: World, clock: ManualClock
) -> None:
    caller = {"phone": "8 (701) 111 22 33", "safe_from": "15:00"}
    await _sent(world, clock, revision=2, stage="draft", caller=caller, concerns=[CONCERN | {"narrative": "Тағы да."}])
    late = await _sent(world, clock, revision=1, caller=None)
    assert (late["outcome"], late["state"], late["revision"]) == ("finalised", "finalised", 2)
    [filed] = late["signals"]
    duty = await world.as_("duty.almaty")
    assert done(await duty.get(f"/v1/signals/{filed['signal_id']}"))["narrative"] == "Тағы да."
    assert done(await duty.get(f"/v1/signals/{filed['signal_id']}/reporter"))["phone"] == "+77011112233"
    same = await _sent(world, clock, revision=3, caller=caller, concerns=[CONCERN | {"narrative": "Тағы да."}])
    assert same["outcome"] == "corrected"
    assert done(await duty.get(f"/v1/contacts/{late['id']}"))["corrections"] == [], "the same is no correction"


async def test_a_contact_that_hangs_is_told_to_its_desk_until_something_is_heard(
    world: World, clock: ManualClock, owner_url: str, database_url: str, settings: Settings
) -> None:
    contact_id = (await _sent(world, clock, stage="draft"))["id"]
    await do_all_due(worker_of(database_url), settings, clock, jobs.SCHEDULE)
    assert await count(owner_url, HANGING) == 0
    clock.advance(timedelta(minutes=31))
    world.forget_tokens()
    for _ in range(2):
        await do_all_due(worker_of(database_url), settings, clock, jobs.SCHEDULE)
    assert await count(owner_url, HANGING) == 1
    mine = done(await (await world.as_(OPERATOR)).get("/v1/tasks/mine"))["items"]
    assert "contact_abandoned" in {t["kind"] for t in mine}
    read = done(await (await world.as_(OPERATOR)).get(f"/v1/contacts/{contact_id}"))
    assert read["draft"]["concerns"][0]["narrative"] == CONCERN["narrative"]
    assert (await _sent(world, clock, revision=2))["outcome"] == "finalised"
    assert await count(owner_url, HANGING) == 0


async def test_a_clock_that_was_set_back_blinds_no_watch(
    world: World, clock: ManualClock, owner_url: str, database_url: str, settings: Settings
) -> None:
    beat = {"sent_at": clock.now().isoformat()}
    done(await send(world, beat, path="/v1/integrations/heartbeat", at=clock.now()))
    await _sent(world, clock, stage="draft")
    slightly, right = (ManualClock(clock.now() - timedelta(minutes=m)) for m in (4, 60))
    silent = "SELECT count(*) FROM task WHERE kind = 'contact_source_silent'"
    await do_all_due(worker_of(database_url), settings, slightly, jobs.SCHEDULE)
    assert (await count(owner_url, HANGING), await count(owner_url, silent)) == (0, 0)
    await do_all_due(worker_of(database_url), settings, right, jobs.SCHEDULE)
    assert (await count(owner_url, HANGING), await count(owner_url, silent)) == (1, 1)


async def test_nothing_is_settled_with_a_signal_that_its_desk_is_shut_out_of(world: World, clock: ManualClock) -> None:
    operator, signal = await world.as_(OPERATOR), await record_signal(world)
    conflict = {"kind": "close_relative", "signal_id": signal}
    done(await operator.post("/v1/me/conflicts", conflict))
    refused(await operator.post("/v1/contacts/settled", _by_hand(clock, signal)), 404, "not-found")


async def test_a_source_that_fell_silent_is_told_to_its_desk_once(
    world: World, clock: ManualClock, owner_url: str, database_url: str, settings: Settings
) -> None:
    path = "/v1/integrations/heartbeat"
    beat = done(await send(world, {"sent_at": clock.now().isoformat()}, path=path, at=clock.now()))
    assert "qr111-0" in beat["taxonomy_versions"]
    clock.advance(timedelta(minutes=11))
    for _ in range(2):
        await do_all_due(worker_of(database_url), settings, clock, jobs.SCHEDULE)
    told = "SELECT count(*) FROM task WHERE kind = 'contact_source_silent'"
    assert await count(owner_url, told) == 1
    done(await send(world, {"sent_at": clock.now().isoformat()}, path=path, at=clock.now()))
    assert await count(owner_url, f"{told} AND completed_at IS NULL") == 0, "it speaks again: nobody looks at the line"
    clock.advance(timedelta(minutes=11))
    await do_all_due(worker_of(database_url), settings, clock, jobs.SCHEDULE)
    assert await count(owner_url, told) == 2


async def test_a_plate_gives_place_and_duty_body_where_the_child_says_nothing(
    world: World, clock: ManualClock, owner_url: str
) -> None:
    admin, duty = await world.as_("admin"), str(demo_id("crd_almaty"))
    plate = {"code": "ALA-017-3", "place": "№ 17 мектеп", "region_code": "KZ-75", "duty_organisation_id": duty}
    wrong = plate | {"code": "x", "kato": "990000000"}
    problem = refused(await admin.request("PUT", "/v1/qr-plates", json={"plates": [plate, wrong]}), 422, "invalid-kato")
    assert problem["errors"][0]["pointer"] == "/plates/1/kato"
    assert (await admin.get("/v1/qr-plates/ALA-017-3")).status_code == 404, "all of them or none"
    at_school = {"plates": [plate | {"duty_organisation_id": str(demo_id("school_almaty"))}]}
    refused(await admin.request("PUT", "/v1/qr-plates", json=at_school), 422, "body-without-desk")
    done(await admin.request("PUT", "/v1/qr-plates", json={"plates": [plate]}))
    nowhere = {"ref": "1", "narrative": "Маған көмектесіңізші."}
    sent = {"channel": "qr_message", "concerns": [nowhere], "caller": None}
    taken = await _sent(world, clock, plate="ALA-017-3", **sent)
    assert taken["plate_known"] is True
    signal = done(await (await world.as_("duty.almaty")).get(f"/v1/signals/{taken['signals'][0]['signal_id']}"))
    assert (signal["region_code"], signal["place"], signal["source"]) == ("KZ-75", "№ 17 мектеп", "qr_111")
    assert signal["organisation_id"] == duty
    assert signal["received_by_organisation_id"] == str(demo_id("kc111"))
    task = "SELECT organisation_id::text FROM task WHERE kind LIKE 'triage%'"
    assert await count(owner_url, task) == duty
    other = await _sent(world, clock, "call-2", plate="unknown", **sent)
    assert (other["plate_known"], len(other["signals"])) == (False, 1)
    away = {"ref": "1", "narrative": "Астанадамын.", "region_code": "KZ-71"}
    moved = await _sent(world, clock, "call-3", plate="ALA-017-3", **sent | {"concerns": [away]})
    elsewhere = done(await (await world.as_("duty.astana")).get(f"/v1/signals/{moved['signals'][0]['signal_id']}"))
    assert (elsewhere["place"], elsewhere["organisation_id"]) == (None, str(demo_id("kc111")))
    here = {"ref": "1", "narrative": "Көмектесіңіз.", "region_code": "KZ-75"}
    same = await _sent(world, clock, "call-4", plate="ALA-017-3", **sent | {"concerns": [here]})
    read = done(await (await world.as_("duty.almaty")).get(f"/v1/signals/{same['signals'][0]['signal_id']}"))
    assert (read["place"], read["organisation_id"]) == ("№ 17 мектеп", duty)


@pytest.mark.parametrize(
    ("named", "kato", "place"),
    [
        ({}, "751310000", "№ 18 мектеп"),
        ({"region_code": "KZ-75"}, "751310000", "№ 18 мектеп"),
        ({"place": "Үйде"}, None, "Үйде"),
        ({"kato": "750000000"}, "750000000", None),
        ({"kato": "710000000"}, "710000000", None),
    ],
)
async def test_the_district_of_a_plate_is_that_of_the_signal_where_the_child_names_no_place(
    world: World, clock: ManualClock, named: dict[str, str], kato: str | None, place: str | None
) -> None:
    admin = await world.as_("admin")
    plate = {"code": "ALA-018-1", "place": "№ 18 мектеп", "region_code": "KZ-75", "kato": "751310000"}
    done(await admin.request("PUT", "/v1/qr-plates", json={"plates": [plate]}))
    concern = {"ref": "1", "narrative": "Маған көмектесіңізші."} | named
    taken = await _sent(world, clock, plate="ALA-018-1", channel="qr_message", concerns=[concern], caller=None)
    signal = done(await (await world.as_(OPERATOR)).get(f"/v1/signals/{taken['signals'][0]['signal_id']}"))
    assert (signal["kato"], signal["place"]) == (kato, place)
    assert signal["region_code"] == ("KZ-71" if kato == "710000000" else "KZ-75")


async def test_a_plate_of_a_body_that_works_no_more_leads_to_the_contact_centre(
    world: World, clock: ManualClock
) -> None:
    admin, duty = await world.as_("admin"), str(demo_id("crd_astana"))
    plate = {"code": "AST-1", "place": "№ 1 мектеп", "region_code": "KZ-71", "duty_organisation_id": duty}
    done(await admin.request("PUT", "/v1/qr-plates", json={"plates": [plate]}))
    body = await admin.get(f"/v1/organisations/{duty}")
    off = await admin.request(
        "PATCH", f"/v1/organisations/{duty}", json={"active": False}, headers={"If-Match": body.headers["etag"]}
    )
    done(off)
    nowhere = {"ref": "1", "narrative": "Маған көмектесіңізші."}
    taken = await _sent(world, clock, plate="AST-1", channel="qr_message", concerns=[nowhere])
    signal = done(await (await world.as_(OPERATOR)).get(f"/v1/signals/{taken['signals'][0]['signal_id']}"))
    assert (signal["organisation_id"], signal["region_code"]) == (str(demo_id("kc111")), "KZ-71")


async def test_topics_are_data_and_an_unknown_version_refuses_nothing(world: World, clock: ManualClock) -> None:
    admin = await world.as_("admin")
    [own] = done(await admin.get("/v1/contact-taxonomies"))["items"]
    assert len(own["topics"]) == 11
    assert sum(t["to_be_supplied"] for t in own["topics"]) == 8
    assert [t["provisional_languages"] for t in own["topics"] if t["name_kk"]] == [["kk", "en"]] * 3, (
        "no source has them"
    )
    topic = {"ref": "1", "narrative": "x", "topic": "school.bullying", "region_code": "KZ-75"}
    first = await _sent(world, clock, taxonomy_version="111-2027", concerns=[topic])
    assert first["taxonomy_known"] is False
    duty = await world.as_("duty.almaty")
    assert done(await duty.get(f"/v1/signals/{first['signals'][0]['signal_id']}"))["category"] == "other"
    [unknown] = done(await admin.get("/v1/contact-taxonomies"))["unknown"]
    assert (unknown["version"], unknown["contacts"]) == ("111-2027", 1)
    body = {
        "source": "111",
        "topics": [
            {"code": "school", "name_kk": "Мектеп"},
            {"code": "school.bullying", "within": "school", "category": "bullying"},
        ],
    }
    path = "/v1/contact-taxonomies/111-2027"
    for _ in range(2):
        done(await admin.request("PUT", path, json=body))
    refused(await admin.request("PUT", path, json=body | {"source": "112"}), 409, "taxonomy-differs")
    wrong = body | {"topics": [{"code": "a", "within": "b"}]}
    refused(await admin.request("PUT", "/v1/contact-taxonomies/other", json=wrong), 422, "unknown-topic")
    second = await _sent(world, clock, "call-2", taxonomy_version="111-2027", concerns=[topic])
    assert second["taxonomy_known"] is True
    assert done(await duty.get(f"/v1/signals/{second['signals'][0]['signal_id']}"))["category"] == "bullying"


async def test_attachments_come_by_reference(world: World, clock: ManualClock) -> None:
    kept = [{"reference": "rec-2026-000123", "media_type": "audio/ogg"}]
    contact_id = (await _sent(world, clock, attachments=kept))["id"]
    assert done(await (await world.as_(OPERATOR)).get(f"/v1/contacts/{contact_id}"))["attachments"] == kept
