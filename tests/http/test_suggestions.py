"""Words of danger over HTTP: they raise the urgency that is suggested, say why, and leave the decision to a person."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import asyncpg
import pytest

from casemgmt.clock import ManualClock
from casemgmt.db.addresses import driver_url
from tests.clients import World
from tests.contact_steps import CONCERN, contact, send
from tests.outreach_steps import DUTY, done, record_signal, refused
from tests.records import rows
from tests.webhook_steps import MACHINE, send_signal

NOON = datetime.combine((datetime.now(UTC) + timedelta(hours=5)).date(), time(7), UTC)
"""In Almaty, and the nearest one: whoever records a person sees it for a day."""
LIGHT = "hard_life_situation"
BEATEN = "Өгей әкем мені ұрады. Маған айтпа деді."
CONSULT = {"outcome": "consultation", "severity": "low", "reason": "question_answered"}


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


async def read(world: World, signal_id: str, who: str = DUTY) -> dict[str, Any]:
    return done(await (await world.as_(who)).get(f"/v1/signals/{signal_id}"))


async def kept(owner_url: str, signal_id: str) -> tuple[Any, ...]:
    [row] = await rows(
        owner_url,
        "SELECT suggested_urgency, list_urgency, word_list_version, danger_signs FROM signal WHERE id = $1",
        signal_id,
    )
    return tuple(row.values())


async def test_words_raise_what_category_and_severity_suggest_and_start_the_clock_of_it(
    world: World, owner_url: str
) -> None:
    operator = await world.as_("operator.111")
    body = {
        "source": "qr_111",
        "channel": "qr_message",
        "category": LIGHT,
        "language": "kk",
        "narrative": BEATEN,
        "region_code": "KZ-75",
    }
    answer = done(await operator.post("/v1/signals", body))
    assert answer["suggested_urgency"] == "urgent"
    tasks = await rows(owner_url, "SELECT kind FROM task WHERE signal_id = $1", answer["id"])
    assert [t["kind"] for t in tasks] == ["triage_urgent"]
    assert await kept(owner_url, answer["id"]) == ("urgent", "urgent", 1, ["beaten"])


async def test_who_reads_the_narrative_reads_which_words_of_it_weigh_how_much(world: World) -> None:
    signal = await read(world, await record_signal(world, category=LIGHT, narrative=BEATEN))
    suggestion = signal["suggestion"]
    assert signal["suggested_urgency"] == suggestion["urgency"] == "urgent"
    assert (suggestion["by_facts"], suggestion["when_recorded"]) == ("standard", "urgent")
    words = suggestion["words"]
    assert (words["total"], words["urgent_from"], words["emergency_from"]) == (6, 5, 12)
    assert words["confirmed_by"] is None
    [hit] = words["hits"]
    assert (hit["code"], hit["weight"], hit["standing"]) == ("beaten", 6, "counted")
    assert set(hit["label"]) == {"kk", "ru", "en"}
    [place] = hit["places"]
    assert BEATEN[place["start"] : place["end"]] == place["words"] == "мені ұрады"


async def test_words_never_lower_it(world: World) -> None:
    calm = await read(world, await record_signal(world, category="violence_sexual", narrative="Ешкім мені ұрмайды."))
    assert calm["suggested_urgency"] == "emergency"
    assert calm["suggestion"]["words"]["urgency"] == "standard"
    danger = await read(world, await record_signal(world, category=LIGHT, narrative="Ұйқым келеді.", danger_now=True))
    assert danger["suggested_urgency"] == "emergency"


async def test_a_person_decides_also_below_with_a_word_why(world: World, owner_url: str) -> None:
    signal_id = await record_signal(world, category=LIGHT, narrative=BEATEN)
    duty = await world.as_(DUTY)
    lower = CONSULT | {"urgency": "standard"}
    refused(await duty.post(f"/v1/signals/{signal_id}/triage", lower), 422, "note-needed")
    after = done(await duty.post(f"/v1/signals/{signal_id}/triage", lower | {"note": "Ойын туралы айтқан."}))
    assert (after["urgency"], after["suggested_urgency"]) == ("standard", "urgent")
    assert (await kept(owner_url, signal_id))[0] == "urgent"


async def test_who_says_nothing_of_the_urgency_takes_the_suggested_one(world: World) -> None:
    signal_id = await record_signal(world, category=LIGHT, narrative=BEATEN)
    duty = await world.as_(DUTY)
    assert done(await duty.post(f"/v1/signals/{signal_id}/triage", CONSULT))["urgency"] == "urgent"


async def test_a_small_child_and_the_night_weigh_beside_a_word(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    duty = await world.as_(DUTY)
    born = {"precision": "exact", "date": "2022-01-01"}
    child = done(await duty.post("/v1/persons", {"given_name": "Ая", "birth": born}))
    clock.advance(timedelta(hours=11))
    world.forget_tokens()
    signal_id = await record_signal(
        world,
        DUTY,
        category=LIGHT,
        narrative="Бала аш.",
        subjects=[{"person_id": child["id"], "role": "child"}],
    )
    assert await kept(owner_url, signal_id) == (
        "urgent",
        "urgent",
        1,
        ["hunger", "night", "small_child"],
    )
    words = (await read(world, signal_id))["suggestion"]["words"]
    assert [(h["code"], h["weight"], len(h["places"])) for h in words["hits"]] == [
        ("hunger", 3, 1),
        ("night", 1, 0),
        ("small_child", 3, 0),
    ]
    assert words["total"] == 7


async def test_of_a_contact_its_concerns_and_an_earlier_call_weigh_too(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    hungry = CONCERN | {"category": LIGHT, "narrative": "Үйде аш отырмын."}
    caller = {"relation": "self", "phone": "8 701 111 22 33"}
    started = {"caller": caller, "started_at": NOON.isoformat()}
    done(await send(world, contact("call-1", concerns=[], **started), at=NOON))
    told = contact("call-2", concerns=[hungry, CONCERN | {"ref": "2", "category": LIGHT}], **started)
    clock.advance(timedelta(minutes=1))
    signals = done(await send(world, told, at=NOON))["signals"]
    assert (await kept(owner_url, signals[0]["signal_id"]))[3] == [
        "hunger",
        "repeat_caller",
        "several_concerns",
    ]


async def test_the_same_signal_sent_again_answers_as_the_first_time(world: World) -> None:
    operator = await world.as_("operator.111")
    body = {
        "id": "01990000-0000-7000-8000-000000000001",
        "source": "qr_111",
        "channel": "qr_message",
        "category": LIGHT,
        "language": "kk",
        "narrative": BEATEN,
        "region_code": None,
    }
    first, again = [done(await operator.post("/v1/signals", body)) for _ in range(2)]
    assert again == first
    assert first["suggested_urgency"] == "urgent"


async def test_no_list_no_story_and_no_event_tells_which_words_were_found(world: World, owner_url: str) -> None:
    signal_id = await record_signal(world, category=LIGHT, narrative=BEATEN)
    duty = await world.as_(DUTY)
    done(await duty.post(f"/v1/signals/{signal_id}/triage", CONSULT))
    [shown] = [s for s in done(await duty.get("/v1/signals"))["items"] if s["id"] == signal_id]
    story = await rows(owner_url, "SELECT data::text FROM timeline_entry WHERE signal_id = $1", signal_id)
    events = await rows(owner_url, "SELECT * FROM audit_event WHERE signal_id = $1", signal_id)
    for told in (shown, *map(dict, story), *map(dict, events)):
        assert "beaten" not in str(told)
        assert "ұрады" not in str(told)


async def test_a_system_that_sends_signals_is_not_told_what_was_found(world: World) -> None:
    signal_id = await send_signal(world, category=LIGHT, narrative=BEATEN)
    signal = await read(world, signal_id, MACHINE)
    assert signal["suggestion"] is None
    assert signal["suggested_urgency"] == "urgent"


async def test_the_board_counts_what_waits_by_the_suggestion_that_the_words_raised(world: World) -> None:
    await record_signal(world, category=LIGHT, narrative=BEATEN)
    waiting = done(await (await world.as_("board.almaty")).get("/v1/board"))["waiting"]
    assert {w["urgency"]: w["total"] for w in waiting} == {"emergency": 0, "urgent": 1, "standard": 0}


async def test_a_signal_from_before_suggestions_were_kept_has_one_of_its_facts_alone(
    world: World, owner_url: str
) -> None:
    signal_id = await record_signal(world, category=LIGHT, narrative=BEATEN)
    owner = await asyncpg.connect(driver_url(owner_url))
    await owner.execute("SET session_replication_role = replica")  # as a migration leaves them, with no event
    columns = "suggested_urgency = NULL, list_urgency = NULL, word_list_version = NULL, danger_signs = '{}'"
    await owner.execute(f"UPDATE signal SET {columns} WHERE id = $1", signal_id)
    await owner.close()
    signal = await read(world, signal_id)
    assert signal["suggested_urgency"] == "standard"
    assert signal["suggestion"] == {"urgency": "standard", "by_facts": "standard", "when_recorded": None, "words": None}
