"""A determination: facts of the record with their sources, what the officer states, the answer with its receipt."""

import json
from typing import Any

import asyncpg
import pytest

from casemgmt.db.addresses import driver_url
from rules.graph.reader import read_graph
from rules.graph.receipt import recompute
from rules.loader import load_law
from tests.benefit_steps import MULTI, OFFICER, ON, FamilyAtWork, asked, determine, family_on_record, statement
from tests.clients import Caller, World
from tests.records import events, rows, story
from tests.steps import MANAGER, done


async def _refused(caller: Caller, path: str, body: dict[str, Any], status: int, code: str) -> dict[str, Any]:
    answer = await caller.post(path, body)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    told: dict[str, Any] = answer.json()
    return told


def _fact(view: dict[str, Any], person: str | None, fact: str) -> dict[str, Any]:
    return next(f for f in view["facts"] if (f["person_id"], f["fact"]) == (person, fact))


async def test_the_record_answers_with_the_source_and_day_of_every_fact(world: World) -> None:
    family = await family_on_record(world)
    view = await determine(world, family)
    assert (view["entitled"], view["amount"]["low"], view["settled"]) == ("yes", "69330", True)
    assert view["state"] == "made"
    assert view["case_id"] == family.case
    born = _fact(view, family.children[0], "birth_date")
    assert born["value"] == "2012-09-14"
    assert [(s["kind"], s["record_id"]) for s in born["sources"]] == [("person", family.children[0])]
    assert born["sources"][0]["on"]
    assert _fact(view, family.mother, "role")["value"] == "parent"
    assert {s["kind"] for s in _fact(view, family.children[1], "role")["sources"]} == {"relationship"}


async def test_no_more_is_kept_than_the_benefit_asks(world: World, owner_url: str) -> None:
    family = await family_on_record(world)
    view = await determine(world, family)
    asks = {
        f for b in (await world.client.get("/v1/benefits")).json()["benefits"] if b["code"] == MULTI for f in b["facts"]
    }
    assert {f["fact"] for f in view["facts"]} <= asks
    kept = json.loads((await rows(owner_url, "SELECT receipt FROM benefit_determination"))[0]["receipt"])
    assert {key for member in kept["facts"]["members"] for key in member} - {"id"} <= asks
    assert "Серікбаева" not in json.dumps(kept, ensure_ascii=False)


async def test_what_the_record_lacks_is_stated_with_its_paper(world: World) -> None:
    family = await family_on_record(world, births=("2005-05-05", "2012-09-14", "2015-01-20", "2019-11-03"))
    officer = await world.as_(OFFICER)
    before = done(await officer.post(family.path, asked()))
    assert before["entitled"] == "cannot_tell_yet"
    assert f"members.{family.children[0]}.full_time_student" in before["missing"]
    stated = [statement(family.children[0], "full_time_student", value=True)]
    after = done(await officer.post(family.path, asked(stated=stated)))
    assert after["entitled"] == "yes"
    source = _fact(after, family.children[0], "full_time_student")["sources"][0]
    assert (source["kind"], source["told"], source["on"]) == ("stated", "Анықтама", "2026-03-10")


async def test_the_applicants_status_is_taken_from_the_record(world: World) -> None:
    family = await family_on_record(world, births=("2026-01-10",))
    told = {"birth_grant_paid": False, "counted_in_birth_order": True}
    stated = [statement(family.children[0], fact, value) for fact, value in told.items()]
    question = {"benefit": "birth_grant", "on": ON, "applicant_id": family.mother, "stated": stated}
    view = done(await (await world.as_(OFFICER)).post(family.path, question))
    assert _fact(view, None, "residence")["value"] == "citizen"
    assert (view["entitled"], view["amount"]["exact"]) == ("yes", True)


async def test_a_family_of_another_day_is_asked_about_as_it_was_then(world: World) -> None:
    family = await family_on_record(world)
    view = await determine(world, family, mode="estimate", on="2021-06-15")
    assert len(view["person_ids"]) == 4  # the youngest was not born yet
    assert view["entitled"] == "no"


async def test_record_and_statement_that_disagree_stop_with_their_sources_and_no_values(world: World) -> None:
    family = await family_on_record(world)
    officer = await world.as_(OFFICER)
    child = family.children[0]
    body = asked(stated=[statement(child, "birth_date", "2001-02-03"), statement(child, "role", "child")])
    told = await _refused(officer, family.path, body, 409, "record-contradicts")
    assert len(told["contradictions"]) == 1
    found = told["contradictions"][0]
    assert (found["fact"], found["person_id"], found["text"]) == ("birth_date", child, None)
    assert [(s["kind"], s["statement"]) for s in found["sources"]] == [("person", None), ("stated", 0)]
    assert "2001-02-03" not in json.dumps(told)
    assert "2012-09-14" not in json.dumps(told)


async def test_two_records_that_disagree_stop_as_well(world: World) -> None:
    family = await family_on_record(world)
    manager, officer = await world.as_(MANAGER), await world.as_(OFFICER)
    body = {"other_id": family.children[1], "kind": "father"}
    done(await manager.post(f"/v1/persons/{family.children[0]}/relationships", body))
    person = await manager.get(f"/v1/persons/{family.children[0]}")
    done(
        await manager.patch(
            f"/v1/persons/{family.children[0]}", {"sex": "female"}, headers={"If-Match": person.headers["etag"]}
        )
    )
    told = await _refused(officer, family.path, asked(), 409, "record-contradicts")
    assert ("sex", family.children[0]) in [(c["fact"], c["person_id"]) for c in told["contradictions"]]
    kinds = {s["kind"] for c in told["contradictions"] if c["fact"] == "sex" for s in c["sources"]}
    assert kinds == {"person", "relationship"}


async def test_what_the_rules_say_can_not_be_together_stops_with_their_words(world: World) -> None:
    family = await family_on_record(world)
    manager = await world.as_(MANAGER)
    other = done(
        await manager.post(
            "/v1/persons",
            {"given_name": "Сәуле", "sex": "female", "birth": {"precision": "exact", "date": "1985-01-01"}},
        )
    )["id"]
    done(await manager.post(f"/v1/cases/{family.case}/persons", {"person_id": other, "role": "parent"}))
    done(await manager.post(f"/v1/persons/{other}/relationships", {"other_id": family.children[0], "kind": "mother"}))
    added = {"person_id": other, "since": "2020-01-01"}
    done(await manager.post(f"/v1/families/{family.id}/members", added))
    officer = await world.as_(OFFICER)
    answer = await officer.post(family.path, asked(), headers={"Accept-Language": "ru"})
    assert (answer.status_code, answer.json()["code"]) == (409, "record-contradicts")
    assert any((c["text"] or "").startswith("Мать в семье одна") for c in answer.json()["contradictions"])


@pytest.mark.parametrize(
    ("change", "pointer", "fault"),
    [
        ({"fact": "moon_phase"}, "/stated/0/fact", "fact-not-asked"),
        ({"fact": "carer_insured", "person_id": None}, "/stated/0/fact", "fact-not-asked"),
        ({"on": "2100-01-01"}, "/stated/0/on", "source-in-future"),
        ({"person_id": "01912345-0000-7000-8000-000000000001"}, "/stated/0/person_id", "not-of-family"),
        ({"value": "Құпия"}, "/stated/0/value", "fact-truth"),
    ],
)
async def test_a_bad_statement_is_named_and_not_repeated(
    world: World, change: dict[str, Any], pointer: str, fault: str
) -> None:
    family = await family_on_record(world, births=("2012-09-14",))
    stated = statement(family.children[0], "full_time_student", value=True) | change
    told = await _refused(await world.as_(OFFICER), family.path, asked(stated=[stated]), 422, "statements-invalid")
    assert (pointer, fault) in [(e["pointer"], e["code"]) for e in told["errors"]]
    assert "Құпия" not in json.dumps(told, ensure_ascii=False)


async def test_a_bad_record_of_a_stated_list_is_named_inside_it(world: World) -> None:
    family = await family_on_record(world, births=("2012-09-14",))
    incomes = [{"kind": "wage", "received": 100, "received_in": "2025-12-01"}, {"kind": "Құпия", "Сыр": 1}]
    stated = [statement(family.mother, "incomes", incomes)]
    body = {"benefit": "targeted_social_assistance", "on": ON, "stated": stated}
    told = await _refused(await world.as_(OFFICER), family.path, body, 422, "statements-invalid")
    assert [e["pointer"] for e in told["errors"]] == ["/stated/0/value/1/?"]
    assert "Құпия" not in json.dumps(told, ensure_ascii=False)
    assert "Сыр" not in json.dumps(told, ensure_ascii=False)


async def test_a_question_about_today_is_refused_by_name_and_leaves_nothing(world: World, owner_url: str) -> None:
    family = await family_on_record(world, births=("2012-09-14",))
    officer = await world.as_(OFFICER)
    answer = await officer.post(family.path, asked(on="2026-11-26"), headers={"Accept-Language": "ru"})
    assert (answer.status_code, answer.json()["code"]) == (422, "law-beyond-confirmed")
    assert answer.json()["value_label"] in answer.json()["detail"]
    assert await rows(owner_url, "SELECT 1 FROM benefit_determination") == []


async def test_values_that_nobody_signed_give_an_estimate_and_no_decision(world: World) -> None:
    family = await family_on_record(world, births=("2012-09-14",))
    officer = await world.as_(OFFICER)
    question = {"benefit": "targeted_social_assistance", "on": ON}
    told = await _refused(officer, family.path, question | {"mode": "decide"}, 409, "values-not-verified")
    assert told["count"] == len(told["values"]) > 0
    estimate = done(await officer.post(family.path, question))
    assert estimate["provisional"]
    assert estimate["not_verified"]


async def test_an_example_of_a_sign_off_shows_in_the_determination_and_its_explanation(world: World) -> None:
    family = await family_on_record(world)
    view = await determine(world, family)
    assert view["sign_off"]["example"] is True
    assert view["sign_off"]["notice"].startswith("Example")
    told = done(await (await world.as_(OFFICER)).get(f"/v1/determinations/{view['id']}/explanation"))
    assert told["answer"]["sign_off"]["example"] is True


async def test_the_explanation_is_worked_out_again_from_the_receipt(world: World, owner_url: str) -> None:
    family = await family_on_record(world)
    view = await determine(world, family, mode="estimate")
    officer = await world.as_(OFFICER)
    path = f"/v1/determinations/{view['id']}/explanation"
    told = done(await officer.get(path, headers={"Accept-Language": "kk"}))
    assert (told["outcome"], told["answer"]["amount"]["low"]) == ("reproduced", "69330")
    assert told["answer"]["steps"][0]["law"]["citation"]["act"]
    stored = (await rows(owner_url, "SELECT receipt FROM benefit_determination"))[0]["receipt"]
    assert recompute(read_graph(load_law()), stored.encode()).same_result


async def test_an_explanation_that_can_not_be_made_again_says_so(world: World, owner_url: str) -> None:
    family = await family_on_record(world)
    view = await determine(world, family, mode="estimate")
    officer = await world.as_(OFFICER)
    change = (
        "BEGIN; SET LOCAL session_replication_role = replica;"
        " UPDATE benefit_determination SET receipt = replace(receipt, '69330', '69331'); COMMIT"
    )
    owner = await asyncpg.connect(driver_url(owner_url))
    await owner.execute(change)
    await owner.close()
    told = done(await officer.get(f"/v1/determinations/{view['id']}/explanation", headers={"Accept-Language": "ru"}))
    assert (told["outcome"], told["answer"]) == ("impossible", None)
    assert "обоснование восстановить нельзя" in told["notice"]


async def test_an_answer_for_a_part_of_a_family_is_refused(world: World) -> None:
    family = await family_on_record(world, births=("2012-09-14",))
    manager, duty = await world.as_(MANAGER), await world.as_("duty.astana")
    hidden = done(await duty.post("/v1/persons", {"given_name": "Алыс"}))["id"]
    assert (await manager.get(f"/v1/persons/{hidden}")).status_code == 404
    mine = done(await manager.post("/v1/persons", {"given_name": "Жақын"}))["id"]  # seen by its recorder for a day
    done(await manager.post(f"/v1/families/{family.id}/members", {"person_id": mine, "since": "2020-01-01"}))
    done(await manager.post(family.path, asked()))
    await _refused(await world.as_(OFFICER), family.path, asked(), 409, "family-not-whole")


async def test_nobody_is_asked_about_on_a_day_without_members(world: World) -> None:
    family = await family_on_record(world, births=("2012-09-14",))
    body = asked(on="2000-01-01")
    await _refused(await world.as_(OFFICER), family.path, body, 409, "family-empty")


async def test_the_same_id_once_more_answers_the_same_and_never_two(world: World, owner_url: str) -> None:
    family = await family_on_record(world, births=("2012-09-14",))
    officer = await world.as_(OFFICER)
    body = asked(id="01912345-0000-7000-8000-0000000000aa")
    first = done(await officer.post(family.path, body))
    again = done(await officer.post(family.path, body))
    assert again == first
    await _refused(officer, family.path, body | {"on": "2026-03-01"}, 409, "already-exists")
    assert len(await rows(owner_url, "SELECT 1 FROM benefit_determination")) == 1


async def test_every_look_and_every_act_names_whose_facts_they_were(world: World, owner_url: str) -> None:
    family = await family_on_record(world, births=("2012-09-14",))
    view = await determine(world, family)
    officer = await world.as_(OFFICER)
    path = f"/v1/determinations/{view['id']}"
    for look in (path, f"{path}/explanation", f"{path}/appeals", f"{path}/recomputations", family.path):
        done(await officer.get(look))
    done(await officer.get("/v1/determinations"))
    kinds = await events(owner_url, view["id"])
    assert kinds == [
        "benefit.determined", "benefit.read", "benefit.explained", "benefit.appeals_read",
        "benefit.recomputations_read", "benefit.listed", "benefit.listed",
    ]  # fmt: skip
    assert "benefit.explained" in await events(owner_url, family.children[0])
    assert (await story(owner_url, family.case))[-1] == "benefit.determined"


async def test_lists_are_paged_and_show_the_newest_first(world: World) -> None:
    family = await family_on_record(world, births=("2012-09-14",))
    made = [(await determine(world, family, mode="estimate"))["id"] for _ in range(3)]
    officer = await world.as_(OFFICER)
    for path in (family.path, "/v1/determinations"):
        first = done(await officer.get(f"{path}?limit=2"))
        second = done(await officer.get(f"{path}?limit=2&cursor={first['next_cursor']}"))
        assert [i["id"] for i in first["items"] + second["items"]] == made[::-1]
    assert done(await officer.get("/v1/determinations?state=approved"))["items"] == []


async def _clock_of(owner_url: str, determination: str) -> dict[str, Any]:
    found = await rows(owner_url, f"SELECT * FROM task WHERE record_id = '{determination}'")
    assert len(found) == 1
    return found[0]


async def test_the_term_runs_from_the_application_and_is_the_laws_where_it_speaks(world: World, owner_url: str) -> None:
    family = await family_on_record(world)
    of_law = await determine(world, family, applied_on="2026-03-10")
    clock = await _clock_of(owner_url, of_law["id"])
    assert (clock["kind"], clock["deadline_status"]) == ("benefit_multi_child_decision", "published")
    today = await determine(world, family, applied_on=ON.replace("2026-03-15", "2026-11-25"))
    clock = await _clock_of(owner_url, today["id"])
    assert (clock["kind"], clock["deadline_status"]) == ("benefit_decision", "house_default")
    nobody = await determine(world, family)
    assert await rows(owner_url, f"SELECT 1 FROM task WHERE record_id = '{nobody['id']}'") == []


async def test_nobody_applies_tomorrow(world: World) -> None:
    family: FamilyAtWork = await family_on_record(world, births=("2012-09-14",))
    body = asked(applied_on="2100-01-01")
    await _refused(await world.as_(OFFICER), family.path, body, 422, "applied-in-future")
