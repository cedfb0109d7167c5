"""A school psychologist's screening becomes a signal, with its score; the answers stay with psychologists."""

from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from casemgmt.db.addresses import driver_url
from casemgmt.demo.accounts import demo_id
from tests.clients import World
from tests.records import events, rows
from tests.steps import MANAGER, done, shipped

SCHOOL = "school.almaty"
CODE = "casemgmt_wellbeing_screening"
CALM = {code: 2 if item.reversed else 0 for code, item in shipped(CODE).items.items()}
"""Answers of a pupil whom nothing troubles."""


async def _child(world: World) -> str:
    return str(done(await (await world.as_(SCHOOL)).post("/v1/persons", {"given_name": "Бала"}))["id"])


def _screening(person: str, **given: Any) -> dict[str, Any]:
    return {
        "person_id": person,
        "instrument": CODE,
        "instrument_version": 1,
        "language": "kk",
        "answers": CALM,
        "category": "psycho_emotional_state",
        "narrative": "Сабақта үнсіз отырады.",
    } | given


async def _screen(world: World, **given: Any) -> dict[str, Any]:
    person = await _child(world)
    return done(await (await world.as_(SCHOOL)).post("/v1/screenings", _screening(person, **given)))


async def test_a_screening_enters_as_a_signal_with_its_score_and_the_version_of_its_instrument(world: World) -> None:
    registered = await _screen(world, answers=CALM | {"worry": 2, "sadness": 1})
    assert registered["state"] == "received"
    assert registered["triage_due_at"]
    signal = done(await (await world.as_("duty.almaty")).get(f"/v1/signals/{registered['id']}"))
    assert (signal["source"], signal["channel"]) == ("school_psychologist", "system_feed")
    found = signal["screening"]
    assert (found["instrument"], found["instrument_version"], found["language"]) == (CODE, 1, "kk")
    assert (found["total_score"], found["highest_possible"], found["suggested_risk_level"]) == (3, 28, "low")
    assert found["validated"] is False
    assert found["meaning"]["ru"] == "Балл не вызывает беспокойства"
    assert found["next_step"]["kk"]
    assert "answers" not in found


async def test_a_signal_of_another_source_has_no_screening(world: World) -> None:
    duty = await world.as_("duty.almaty")
    sent = {
        "source": "police",
        "channel": "call",
        "category": "neglect",
        "language": "kk",
        "narrative": "Бала жалғыз.",
        "region_code": "KZ-75",
    }
    signal = done(await duty.post("/v1/signals", sent))["id"]
    assert done(await duty.get(f"/v1/signals/{signal}"))["screening"] is None
    assert (await duty.get(f"/v1/signals/{signal}/screening-answers")).status_code == 403


async def test_the_score_raises_the_urgency_and_a_low_one_takes_nothing_away(world: World) -> None:
    troubled = await _screen(world, answers=CALM | {"no_wish_to_live": 1})
    assert troubled["suggested_urgency"] == "urgent"
    assert troubled["screening"]["suggested_risk_level"] == "high"
    calm = await _screen(world, category="suicidal_behaviour")
    assert calm["suggested_urgency"] == "emergency"
    said = await _screen(world, severity="critical")
    assert said["suggested_urgency"] == "emergency"
    mild = await _screen(world, severity="low", answers=dict.fromkeys(CALM, 2) | {"sleep": 0, "friend": 0})
    assert mild["suggested_urgency"] == "emergency"
    assert mild["screening"]["suggested_risk_level"] == "critical"


async def test_triage_lowers_the_urgency_that_a_score_gave_only_with_a_word(world: World) -> None:
    troubled = await _screen(world, answers=CALM | {"no_wish_to_live": 1})
    duty, path = await world.as_("duty.almaty"), f"/v1/signals/{troubled['id']}/triage"
    light = {
        "outcome": "consultation",
        "severity": "low",
        "reason": "psychological_support_given",
        "urgency": "standard",
    }
    refused = await duty.post(path, light)
    assert (refused.status_code, refused.json()["code"]) == (422, "note-needed")
    assert done(await duty.post(path, light | {"note": "Психологпен келісілді."}))["state"] == "in_consultation"


async def test_only_a_psychologist_reads_the_answers_and_the_read_stands_in_the_log(
    world: World, owner_url: str
) -> None:
    registered = await _screen(world, answers=CALM | {"unwanted_touch": 1, "worry": None})
    path = f"/v1/signals/{registered['id']}/screening-answers"
    mine = done(await (await world.as_(SCHOOL)).get(path))
    assert mine["answers"]["unwanted_touch"] == 1
    assert mine["missing_items"] == ["worry"]
    assert mine["domain_scores"]["offence_against_child"] == 1
    assert (await (await world.as_("duty.almaty")).get(path)).status_code == 403
    assert "screening_answers.read" in await events(owner_url, registered["id"])


async def test_the_psychologist_of_the_team_reads_the_answers_and_nobody_else_of_it(
    world: World, owner_url: str
) -> None:
    registered = await _screen(world, answers=CALM | {"hit_at_home": 2}, category="violence_physical")
    signal, duty = registered["id"], await world.as_("duty.almaty")
    triage = {"outcome": "emergency", "severity": "critical", "reason": "violence_going_on"}
    done(await duty.post(f"/v1/signals/{signal}/triage", triage))
    child = registered["screening"]["person_id"]
    wish = {"signal_ids": [signal], "children": [child], "manager_id": str(demo_id(MANAGER))}
    case_id = done(await duty.post("/v1/cases", wish))["id"]
    manager, path = await world.as_(MANAGER), f"/v1/signals/{signal}/screening-answers"
    for username, team_role, help_kind in (
        ("psychologist.almaty", "psychologist", "psychological"),
        ("lawyer.almaty", "lawyer", "legal"),
    ):
        member = {"user_id": str(demo_id(username)), "team_role": team_role, "help_kind": help_kind}
        done(await manager.post(f"/v1/cases/{case_id}/team", member))
    assert done(await (await world.as_("psychologist.almaty")).get(path))["answers"]["hit_at_home"] == 2
    for username in (MANAGER, "lawyer.almaty"):
        caller = await world.as_(username)
        assert (await caller.get(path)).status_code == 404
        assert done(await caller.get(f"/v1/signals/{signal}"))["screening"]["total_score"] == 2
    kept = await rows(owner_url, "SELECT restricted, region_code FROM screening WHERE signal_id = $1", UUID(signal))
    assert [r["region_code"] for r in kept] == ["KZ-75"]


async def test_the_same_screening_sent_twice_is_one_and_another_under_its_id_is_refused(world: World) -> None:
    school, person = await world.as_(SCHOOL), await _child(world)
    sent = _screening(person, id=str(uuid4()))
    first, again = done(await school.post("/v1/screenings", sent)), done(await school.post("/v1/screenings", sent))
    assert first == again
    other = await school.post("/v1/screenings", sent | {"answers": CALM | {"worry": 1}})
    assert (other.status_code, other.json()["code"]) == (409, "id-in-use")


@pytest.mark.parametrize(
    ("spoil", "status", "code"),
    [
        ({"instrument": "casemgmt_needs_and_risk"}, 422, "unknown-instrument"),
        ({"instrument_version": 7}, 422, "unknown-instrument"),
        ({"answers": {"worry": 1}}, 409, "answers-missing"),
        ({"answers": CALM | {"no_wish_to_live": None}}, 409, "answers-missing"),
        ({"answers": CALM | {"worry": 9}}, 422, "score-off-scale"),
        ({"answers": CALM | {"nothing": None}}, 422, "unknown-item"),
    ],
)
async def test_a_screening_that_cannot_be_scored_changes_nothing(
    spoil: dict[str, Any], status: int, code: str, world: World, owner_url: str
) -> None:
    person = await _child(world)
    refused = await (await world.as_(SCHOOL)).post("/v1/screenings", _screening(person, **spoil))
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert await rows(owner_url, "SELECT id FROM signal") == []


async def test_a_screening_is_recorded_by_a_school_psychologist_on_a_child_it_sees(world: World) -> None:
    person = await _child(world)
    for username in ("psychologist.almaty", "duty.almaty"):
        assert (await (await world.as_(username)).post("/v1/screenings", _screening(person))).status_code == 403
    hidden = done(await (await world.as_("duty.astana")).post("/v1/persons", {"given_name": "Басқа"}))["id"]
    refused = await (await world.as_(SCHOOL)).post("/v1/screenings", _screening(hidden))
    assert refused.status_code == 422


async def test_the_database_lets_nobody_change_an_instrument(owner_url: str) -> None:
    owner = await asyncpg.connect(driver_url(owner_url))
    try:
        for act in (
            "UPDATE assessment_instrument SET content = '{}'",
            "UPDATE assessment_instrument SET digest = ''",
            "DELETE FROM assessment_instrument",
        ):
            with pytest.raises(asyncpg.PostgresError, match="never changed"):
                await owner.execute(act)
    finally:
        await owner.close()
