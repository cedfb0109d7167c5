"""The same facts under the law of another day, or as it was known then: beside the determination, never over it."""

from typing import Any

from tests.benefit_steps import OFFICER, determine, family_on_record, statement
from tests.clients import Caller, World
from tests.records import rows, story
from tests.steps import done


async def _again(caller: Caller, view: dict[str, Any], **asked: Any) -> Any:
    return await caller.post(f"/v1/determinations/{view['id']}/recomputations", asked)


async def test_another_law_date_shows_both_answers_the_difference_and_what_moved(world: World, owner_url: str) -> None:
    family = await family_on_record(world)
    view = await determine(world, family)
    officer = await world.as_(OFFICER)
    again = await _again(officer, view, on="2025-06-15")
    assert again.status_code == 201, again.text
    told = again.json()
    assert (told["before"]["amount"]["low"], told["after"]["amount"]["low"]) == ("69330", "63030")
    assert told["difference"] == "-6300"
    moved = {m["name"]: m for m in told["moved"]}
    assert [v["value"] for v in moved["mrp.benefits"]["before"]] == ["4325"]
    assert [v["value"] for v in moved["mrp.benefits"]["after"]] == ["3932"]
    assert moved["mrp.benefits"]["label"] != "mrp.benefits"
    assert done(await officer.get(f"/v1/determinations/{view['id']}"))["amount"]["low"] == "69330"
    listed = done(await officer.get(f"/v1/determinations/{view['id']}/recomputations"))["items"]
    assert listed == [told]
    assert (await story(owner_url, family.case))[-1] == "benefit.recomputed"


async def test_another_knowledge_date_shows_what_nobody_knew_then(world: World) -> None:
    family = await family_on_record(world, births=("2008-09-14", "2009-01-20", "2010-11-03", "2011-12-30"))
    stated = [statement(None, "registered_at_one_address", value=True)]
    view = await determine(world, family, on="2020-04-03", mode="estimate", stated=stated)
    told = done(await _again(await world.as_(OFFICER), view, known_on="2020-04-03"))
    assert told["known_on"] == "2020-04-03"
    assert [m["name"] for m in told["moved"]] == ["mrp.benefits"]
    assert told["moved"][0]["before"][0]["known_from"] == "2020-04-08"
    assert told["difference"].startswith("-")


async def test_the_same_question_moves_nothing(world: World) -> None:
    family = await family_on_record(world)
    told = done(await _again(await world.as_(OFFICER), await determine(world, family)))
    assert (told["difference"], told["moved"]) == ("0", [])


async def test_a_day_before_the_facts_or_past_the_law_is_refused(world: World, owner_url: str) -> None:
    family = await family_on_record(world)
    view = await determine(world, family)
    officer = await world.as_(OFFICER)
    before = await _again(officer, view, on="2021-01-01")
    assert (before.status_code, before.json()["code"]) == (422, "facts-of-later-day")
    after = await _again(officer, view, on="2026-11-26")
    assert (after.status_code, after.json()["code"]) == (422, "law-beyond-confirmed")
    assert await rows(owner_url, "SELECT 1 FROM benefit_recomputation") == []
