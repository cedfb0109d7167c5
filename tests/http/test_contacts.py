"""Contacts of a contact centre: each is there once; what it is about has owner and clock from the first second."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

from casemgmt.demo.accounts import DEMO_SIGNING_SECRET
from casemgmt.signed_messages import new_secret
from tests.clients import World
from tests.contact_steps import CONCERN, PATH, contact, headers, send
from tests.factories import count
from tests.outreach_steps import done, events, open_clocks, refused, stories


async def test_a_final_contact_becomes_a_signal_with_its_clock(world: World, owner_url: str) -> None:
    told = contact()
    answer = await send(world, told)
    assert answer.status_code == 201, answer.text
    taken = answer.json()
    assert (taken["outcome"], taken["state"], taken["contact_id"]) == ("accepted", "finalised", told["contact_id"])
    [filed] = taken["signals"]
    assert filed["ref"] == "1"
    assert await open_clocks(owner_url, filed["signal_id"]) == ["triage_standard"]
    assert await stories(owner_url, filed["signal_id"]) == ["signal.received", "signal.from_contact"]
    assert {"signal.registered", "contact.filed"} <= await events(owner_url, filed["signal_id"])
    duty = await world.as_("duty.almaty")
    signal = done(await duty.get(f"/v1/signals/{filed['signal_id']}"))
    assert (signal["narrative"], signal["source"]) == (CONCERN["narrative"], "contact_centre_111")
    assert done(await duty.get(f"/v1/signals/{filed['signal_id']}/reporter"))["phone"] == "+77011112233"
    operator = await world.as_("operator.111")
    [listed] = done(await operator.get(f"/v1/contacts?signal_id={filed['signal_id']}"))["items"]
    read = done(await operator.get(f"/v1/contacts/{listed['id']}"))
    assert (read["filed"], read["signals"]) == ([filed], 1)
    assert read["draft"] is None


async def test_a_message_sent_again_gets_the_same_answer_and_does_nothing(world: World, owner_url: str) -> None:
    told = contact()
    first = await send(world, told, "msg-1")
    again = await send(world, told, "msg-1")
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["webhook-replayed"] == "true"
    refused(await send(world, contact(told["contact_id"], language="ru"), "msg-1"), 422, "message-id-reused")
    assert await count(owner_url, "SELECT count(*) FROM signal") == 1


async def test_copies_at_the_same_moment_are_one_contact_and_get_one_answer(world: World, owner_url: str) -> None:
    told = contact()
    answers = await asyncio.gather(
        *(send(world, told, "msg-1") for _ in range(4)), *(send(world, told, f"other-{n}") for n in range(3))
    )
    assert {a.status_code for a in answers} == {200, 201}, [a.text for a in answers]
    assert len({json.dumps(a.json()["signals"]) for a in answers}) == 1
    assert len({a.text for a in answers[:4]}) == 1
    for table in ("contact", "signal", "task"):
        assert await count(owner_url, f"SELECT count(*) FROM {table}") == 1
    assert await count(owner_url, "SELECT count(*) FROM contact_message") == 4


UNSIGNED = (
    ({"webhook-signature": "v1,AAAA"}, "message_signature"),
    ({"webhook-id": "other"}, "message_signature"),
    ({"webhook-id": ""}, "message_headers"),
    ({"webhook-timestamp": "1"}, "message_time"),
    ({"contact-source": "nobody"}, "message_source"),
    ({"contact-source": ""}, "message_source"),
)


async def test_what_is_not_rightly_signed_is_refused_in_one_way(world: World, owner_url: str) -> None:
    problems = [
        refused(await send(world, contact(), more=change), 401, "signature-refused") | {"request_id": ""}
        for change, _ in UNSIGNED
    ]
    other = refused(await send(world, contact(), secrets=(new_secret(),)), 401, "signature-refused")
    assert all(problem == other | {"request_id": ""} for problem in problems)
    told = await count(
        owner_url,
        "SELECT string_agg(reason, ' ' ORDER BY at) FROM audit_event WHERE kind = 'access.token_refused'",
    )
    assert told.split() == [*(why for _, why in UNSIGNED), "message_signature"]
    assert await count(owner_url, "SELECT count(*) FROM contact") == 0
    assert await count(owner_url, "SELECT count(*) FROM contact_refusal") == 0


async def test_a_message_from_too_early_or_too_late_is_refused(world: World) -> None:
    for minutes, status in ((-6, 401), (-4, 201), (4, 201), (6, 401)):
        answer = await send(world, contact(), at=datetime.now(UTC) + timedelta(minutes=minutes))
        assert answer.status_code == status, minutes


async def test_either_of_several_signatures_is_enough(world: World) -> None:
    assert (await send(world, contact(), secrets=(new_secret(), DEMO_SIGNING_SECRET))).status_code == 201


async def test_a_token_is_no_way_in_and_a_signature_opens_nothing_else(world: World) -> None:
    system = await world.as_("qr.111")
    refused(await system.post(PATH, contact()), 401, "signature-refused")
    body = json.dumps({}).encode()
    answer = await world.client.get("/v1/signals", headers=headers(body, "msg-1"))
    assert answer.status_code == 401


async def test_a_contact_in_an_envelope_of_cloudevents_is_taken_too(world: World) -> None:
    event = {
        "specversion": "1.0",
        "id": "e-1",
        "source": "/kc111",
        "type": "casemgmt.contact.v1",
        "datacontenttype": "application/json",
        "data": contact(),
    }
    kind = {"content-type": "application/cloudevents+json; charset=utf-8"}
    assert (await send(world, event, more=kind)).status_code == 201
    for change, place in (
        ({"type": "other"}, "/type"),
        ({"specversion": "0.3"}, "/specversion"),
        ({"data": []}, "/data"),
        ({"id": ""}, "/id"),
    ):
        problem = refused(await send(world, event | change, more=kind), 422, "unknown-envelope")
        assert problem["errors"][0]["pointer"] == place


async def test_what_is_signed_and_refused_is_kept_with_its_reason_and_nothing_of_its_content(
    world: World, owner_url: str
) -> None:
    secret = "Бала туралы сөз"
    wrong = contact("call-7", concerns=[CONCERN | {"narrative": secret, "kato": "990000000"}])
    for _ in range(2):
        problem = refused(await send(world, wrong, "msg-1"), 422, "invalid-kato")
        assert problem["errors"][0]["pointer"] == "/concerns/0/kato"
    refused(await send(world, contact("call-8", surprise=1), "msg-2"), 422, "invalid-request")
    answer = await world.client.post(PATH, content=b"{", headers=headers(b"{", "msg-3"))
    assert answer.status_code == 422
    kept = await count(
        owner_url,
        "SELECT json_agg(json_build_array(message_id, external_id, code, pointer, times) ORDER BY message_id)"
        " FROM contact_refusal",
    )
    assert json.loads(kept) == [
        ["msg-1", "call-7", "invalid-kato", "/concerns/0/kato", 2],
        ["msg-2", "call-8", "invalid-request", "/?", 1],
        ["msg-3", None, "invalid-request", "/", 1],
    ]
    assert await count(owner_url, "SELECT count(*) FROM signal") == 0
    assert (await send(world, contact("call-7"), "msg-1")).status_code == 201, "what was refused was never taken"


async def test_a_call_is_told_while_it_goes_on_and_filed_when_it_ends(world: World, owner_url: str) -> None:
    draft = contact("call-1", stage="draft", concerns=[])
    assert (await send(world, draft)).json()["state"] == "draft"
    assert (await send(world, contact("call-1", stage="draft", revision=2))).json()["outcome"] == "updated"
    assert await count(owner_url, "SELECT count(*) FROM signal") == 0
    read = done(await (await world.as_("operator.111")).get("/v1/contacts?state=draft"))["items"]
    assert [(c["contact_id"], c["revision"]) for c in read] == [("call-1", 2)]
    final = await send(world, contact("call-1", revision=3))
    assert (final.status_code, final.json()["outcome"]) == (200, "finalised")
    assert len(final.json()["signals"]) == 1
    assert await count(owner_url, "SELECT content IS NULL FROM contact") is True


async def test_a_message_that_was_overtaken_changes_nothing(world: World, owner_url: str) -> None:
    assert (await send(world, contact("call-1", revision=5))).status_code == 201
    late = await send(world, contact("call-1", revision=4, stage="draft", concerns=[]))
    assert (late.status_code, late.json()["outcome"], late.json()["revision"]) == (200, "older", 5)
    assert late.json()["state"] == "finalised"
    same = await send(world, contact("call-1", revision=5, language="ru"))
    refused(same, 409, "revision-reused")
    assert await count(owner_url, "SELECT count(*) FROM signal") == 1


async def test_a_contact_about_nobody_is_counted_and_tied_to_no_child(world: World, owner_url: str) -> None:
    told = contact("call-1", concerns=[], non_data="silent")
    assert (await send(world, told)).json()["signals"] == []
    refused(await send(world, contact("call-2", non_data="prank")), 422, "non-data-with-concerns")
    assert await count(owner_url, "SELECT count(*) FROM signal") == 0
    assert await count(owner_url, "SELECT non_data FROM contact") == "silent"


async def test_one_contact_may_be_about_several_children(world: World) -> None:
    told = contact(concerns=[CONCERN, CONCERN | {"ref": "2", "category": "neglect", "narrative": "Інісі аш."}])
    signals = (await send(world, told)).json()["signals"]
    assert [s["ref"] for s in signals] == ["1", "2"]
    assert len({s["signal_id"] for s in signals}) == 2


async def test_no_language_is_refused(world: World) -> None:
    for language in ("kk", "kk-Latn", "ru", "mul", "uz", "zh-Hant"):
        told = contact(language=language, concerns=[CONCERN | {"narrative": "Menі qorqıtady, помогите"}])
        assert (await send(world, told)).status_code == 201, language
