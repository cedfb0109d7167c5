"""What a contact centre tells otherwise later reaches those who work on the signal, and overwrites nobody's word."""

from datetime import UTC, datetime
from uuid import UUID

from casemgmt.demo.accounts import demo_id
from rules.deadlines import compute_due
from tests.clients import World
from tests.contact_steps import CONCERN, contact, send
from tests.factories import count
from tests.outreach_steps import done, open_clocks, record_child, refused, stories
from tests.steps import MANAGER

OTHER = CONCERN | {"narrative": "Мектепте емес, аулада.", "danger_now": True}
PHONE = {"relation": "self", "phone": "8 701 111 22 33"}


async def _filed(world: World, **given: object) -> tuple[str, str]:
    taken = (await send(world, contact("call-1", **given))).json()
    return taken["id"], taken["signals"][0]["signal_id"]


async def test_a_correction_stands_beside_the_signal_with_a_clock_and_changes_nothing_of_it(
    world: World, owner_url: str
) -> None:
    contact_id, signal_id = await _filed(world)
    told = contact("call-1", revision=2, concerns=[OTHER])
    for again in range(2):
        answer = await send(world, told, f"again-{again}")
        assert (answer.status_code, answer.json()["outcome"]) == (200, ("corrected", "repeated")[again])
    duty = await world.as_("duty.almaty")
    signal = done(await duty.get(f"/v1/signals/{signal_id}"))
    assert (signal["narrative"], signal["danger_now"]) == (CONCERN["narrative"], False)
    [correction] = done(await duty.get(f"/v1/contacts/{contact_id}"))["corrections"]
    assert (correction["kind"], correction["revision"]) == ("changed", 2)
    assert correction["content"]["narrative"] == OTHER["narrative"]
    assert "reporter" not in correction["content"]
    assert await open_clocks(owner_url, signal_id) == ["contact_correction", "triage_standard"]
    assert (await stories(owner_url, signal_id))[-1] == "signal.contact_changed"
    assert await count(owner_url, "SELECT count(*) FROM signal") == 1
    await send(world, contact("call-1", revision=3))
    assert await open_clocks(owner_url, signal_id) == ["contact_correction", "triage_standard"], "one is enough"
    tasks = done(await duty.get("/v1/tasks/mine"))["items"]
    task = next(t for t in tasks if t["kind"] == "contact_correction")
    done(await duty.post(f"/v1/tasks/{task['id']}/complete", {"result": "Хабарласып сұрадым."}))
    assert await open_clocks(owner_url, signal_id) == ["triage_standard"]


async def test_a_correction_that_tells_of_danger_waits_for_no_other_clock(world: World, owner_url: str) -> None:
    _, signal_id = await _filed(world)
    plain = CONCERN | {"narrative": "Мектепте емес, аулада."}
    await send(world, contact("call-1", revision=2, concerns=[plain]))
    await send(world, contact("call-1", revision=3, concerns=[OTHER]))
    query = (
        "SELECT array_agg(extract(epoch FROM due_at - started_at)::integer ORDER BY due_at) FROM task"
        " WHERE record_id = $1 AND kind = 'contact_correction'"
    )
    soon, later = await count(owner_url, query, UUID(signal_id))
    assert (soon, later) == (_emergency_seconds(), 4 * 3600)


def _emergency_seconds() -> int:
    """Return the time that a desk has for a signal that is about danger now."""
    due = compute_due("triage_emergency", datetime(2026, 3, 2, 12, tzinfo=UTC))
    return int((due.due_at - due.started_at).total_seconds())


async def test_what_is_taken_back_leaves_the_signal_and_what_is_added_becomes_one(world: World, owner_url: str) -> None:
    contact_id, signal_id = await _filed(world)
    answer = await send(world, contact("call-1", revision=2, concerns=[CONCERN | {"ref": "2"}]))
    assert [s["ref"] for s in answer.json()["signals"]] == ["1", "2"]
    read = done(await (await world.as_("operator.111")).get(f"/v1/contacts/{contact_id}"))
    assert [(c["ref"], c["kind"], c["content"]) for c in read["corrections"]] == [("1", "withdrawn", None)]
    assert done(await (await world.as_("duty.almaty")).get(f"/v1/signals/{signal_id}"))["state"] == "received"
    assert await count(owner_url, "SELECT count(*) FROM signal") == 2
    await send(world, contact("call-1", revision=3, concerns=[], non_data="prank"))
    kinds = "SELECT string_agg(kind, ' ' ORDER BY received_at, id) FROM contact_correction"
    assert await count(owner_url, kinds) == "withdrawn withdrawn"
    assert (await send(world, contact("call-1", revision=4, stage="draft"))).json()["state"] == "finalised"


async def test_a_correction_of_a_secret_case_reaches_its_manager_and_nobody_else(world: World, owner_url: str) -> None:
    contact_id, signal_id = await _filed(world, concerns=[CONCERN | {"category": "violence_sexual"}], caller=PHONE)
    child = await record_child(world)
    duty = await world.as_("duty.almaty")
    done(await duty.post(f"/v1/signals/{signal_id}/subjects", {"person_id": child, "role": "child"}))
    done(
        await duty.post(
            f"/v1/signals/{signal_id}/triage",
            {"outcome": "emergency", "severity": "critical", "reason": "danger_to_life"},
        )
    )
    wish = {"signal_ids": [signal_id], "children": [child], "manager_id": str(demo_id(MANAGER))}
    done(await duty.post("/v1/cases", wish))
    refused(await duty.get(f"/v1/signals/{signal_id}"), 404, "not-found")
    answer = await send(world, contact("call-1", revision=2, concerns=[OTHER | {"category": "violence_sexual"}]))
    assert answer.json()["outcome"] == "corrected"
    assert answer.json()["signals"] == [{"ref": "1", "signal_id": signal_id}]
    mine = done(await (await world.as_(MANAGER)).get("/v1/tasks/mine"))["items"]
    assert "contact_correction" in {t["kind"] for t in mine}
    refused(await duty.get(f"/v1/contacts/{contact_id}"), 404, "not-found")
    operator = await world.as_("operator.111")
    read = done(await operator.get(f"/v1/contacts/{contact_id}"))
    assert (read["filed"], read["corrections"], read["signals"]) == ([], [], 1)
    refused(await operator.get(f"/v1/contacts/{contact_id}/caller"), 404, "not-found")
    assert await count(owner_url, "SELECT restricted FROM task WHERE kind = 'contact_correction'") is True


async def test_a_number_is_known_again_and_shown_to_those_alone_who_may_know_reporters(world: World) -> None:
    caller = {"relation": "self", "phone": "sip:+77011112233@kc111"}
    for number in range(3):
        silent = {"concerns": [], "non_data": "silent"} if number < 2 else {}
        taken = (await send(world, contact(f"call-{number}", caller=caller, **silent))).json()
    path = f"/v1/contacts/{taken['id']}/caller"
    for who in ("operator.111", "duty.almaty"):
        seen = done(await (await world.as_(who)).get(path))
        assert (seen["phone"], seen["earlier_contacts"]) == ("+77011112233", 2), (
            "two silent calls, wherever they came in"
        )
        read = done(await (await world.as_(who)).get(f"/v1/contacts/{taken['id']}"))
        assert read["earlier_contacts"] == 2
    refused(await (await world.as_("supervisor.almaty")).get(path), 403, "forbidden")
    refused(await (await world.as_("duty.astana")).get(path), 404, "not-found")


async def test_who_wants_to_stay_unknown_leaves_no_number_and_is_known_again_all_the_same(
    world: World, owner_url: str
) -> None:
    for number in range(2):
        taken = (await send(world, contact(f"call-{number}", anonymous=True))).json()
    assert await count(owner_url, "SELECT count(*) FROM contact_caller WHERE phone IS NOT NULL") == 0
    assert await count(owner_url, "SELECT count(*) FROM reporter WHERE phone IS NOT NULL") == 0
    seen = done(await (await world.as_("operator.111")).get(f"/v1/contacts/{taken['id']}/caller"))
    assert (seen["phone"], seen["earlier_contacts"], seen["relation"]) == (None, 1, "anonymous")


async def test_a_number_that_can_t_be_dialled_refuses_no_contact(world: World) -> None:
    taken = (await send(world, contact(caller={"phone": "скрыт"}))).json()
    seen = done(await (await world.as_("operator.111")).get(f"/v1/contacts/{taken['id']}/caller"))
    assert (seen["phone"], seen["earlier_contacts"]) == ("скрыт", None)


async def test_who_wants_to_stay_unknown_at_last_is_named_no_more(world: World) -> None:
    named = {"relation": "self", "name": "Айгерим", "phone": "8 701 111 22 33"}
    await send(world, contact("call-1", stage="draft", caller=named))
    final = contact("call-1", revision=2, anonymous=True)
    del final["caller"]
    contact_id = (await send(world, final)).json()["id"]
    seen = done(await (await world.as_("operator.111")).get(f"/v1/contacts/{contact_id}/caller"))
    assert (seen["relation"], seen["name"], seen["phone"]) == ("anonymous", None, None)
    await send(world, contact("call-2"))
    other = (await send(world, contact("call-3"))).json()["id"]
    again = done(await (await world.as_("operator.111")).get(f"/v1/contacts/{other}/caller"))
    assert again["earlier_contacts"] == 2, "the number is known again all the same"
