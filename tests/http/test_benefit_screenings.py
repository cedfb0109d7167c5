"""A public calculator: anybody asks, without a name, and learns what the law answers and why; nothing is kept."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest

from rules.graph.answers import ask
from rules.graph.facts import read_facts
from rules.graph.reader import read_graph
from rules.loader import load_law
from tests.records import rows

ROOT = Path(__file__).parents[2]
EXAMPLE: dict[str, Any] = json.loads((ROOT / "openapi/examples/screen_family.four_children.json").read_text("utf-8"))
PATH = "/v1/benefits/screenings"
SECRET = "Құпия-сөз-7f3a"


@pytest.fixture
def anybody(world: Any) -> httpx.AsyncClient:
    """A client without a token."""
    client: httpx.AsyncClient = world.client
    return client


def _answers(body: dict[str, Any]) -> dict[str, Any]:
    return {item["benefit"]: item["answer"] for item in body["items"]}


async def _refused(anybody: httpx.AsyncClient, question: dict[str, Any], code: str, **headers: str) -> dict[str, Any]:
    answer = await anybody.post(PATH, json=question, headers=headers)
    assert answer.status_code == 422, answer.text
    assert SECRET not in answer.text
    body: dict[str, Any] = answer.json()
    assert body["code"] == code, body
    return body


def _with(**facts: Any) -> dict[str, Any]:
    return EXAMPLE | {"facts": EXAMPLE["facts"] | facts}


async def test_a_family_of_four_children_learns_its_sums_to_the_tenge(anybody: httpx.AsyncClient) -> None:
    answer = await anybody.post(PATH, json=EXAMPLE)
    assert answer.status_code == 200, answer.text
    found = _answers(answer.json())
    assert found["multi_child_benefit"]["entitled"] == "yes"
    assert found["multi_child_benefit"]["amount"] == {
        "low": "69330", "high": "69330", "exact": True, "unit": "tenge"
    }  # fmt: skip
    assert found["birth_grant"]["amount"]["low"] == "247716"  # the fourth child, with the index of its birth in 2025
    assert {a["mode"] for a in found.values()} == {"estimate"}


async def test_the_answer_is_that_of_the_rules_with_the_law_of_every_step(anybody: httpx.AsyncClient) -> None:
    question = {k: v for k, v in EXAMPLE.items() if k != "benefits"}
    body = (await anybody.post(PATH, json=question, headers={"Accept-Language": "ru"})).json()
    graph = read_graph(load_law())
    assert [item["benefit"] for item in body["items"]] == list(graph.benefits)
    on = date.fromisoformat(EXAMPLE["on"])
    record = read_facts(graph, EXAMPLE["facts"], on)
    for name, told in _answers(body).items():
        if told is None:
            continue
        expected = ask(graph, name, record, on)
        assert told["entitled"] == str(expected.entitled)
        assert sorted(told["missing"]) == sorted(str(ref) for ref in expected.missing)
        assert told["label"] == graph.benefits[name].label.ru
        assert told["steps"][0]["law"]["citation"]["act"]
        assert told["rules_version"] == load_law().version


async def test_what_is_not_known_is_asked_for_and_not_guessed(anybody: httpx.AsyncClient) -> None:
    members = [{"id": "a"}, {"id": "b"}, {"id": "c"}, {"id": "d", "birth_date": "2015-01-01", "role": "child"}]
    question = {"on": "2026-03-15", "benefits": ["multi_child_benefit"], "facts": {"members": members}}
    told = _answers((await anybody.post(PATH, json=question)).json())["multi_child_benefit"]
    assert told["entitled"] == "cannot_tell_yet"
    assert "members.a.birth_date" in told["missing"]


async def test_an_amount_that_is_not_known_is_never_told_as_less_than_nothing(anybody: httpx.AsyncClient) -> None:
    question = {k: v for k, v in EXAMPLE.items() if k != "benefits"}
    for name, told in _answers((await anybody.post(PATH, json=question)).json()).items():
        if told is not None and told["amount"] is not None:
            assert not told["amount"]["low"].startswith("-"), name


async def test_a_large_answer_is_sent_compressed_to_who_accepts_it(anybody: httpx.AsyncClient) -> None:
    question = {k: v for k, v in EXAMPLE.items() if k != "benefits"}
    plain = await anybody.post(PATH, json=question, headers={"Accept-Encoding": "identity"})
    packed = await anybody.post(PATH, json=question, headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["vary"] == "Accept-Encoding"
    assert packed.json() == plain.json()
    assert packed.num_bytes_downloaded * 10 < len(plain.content)


async def test_a_question_about_today_is_refused_by_name_and_day(anybody: httpx.AsyncClient) -> None:
    body = await _refused(anybody, EXAMPLE | {"on": "2026-11-26"}, "law-beyond-confirmed", **{"Accept-Language": "ru"})
    assert body["confirmed_through"] == "2026-03-31"
    assert body["on"] == "2026-11-26"
    assert body["value"] in {*load_law().parameters, *read_graph(load_law()).rules}
    assert body["value_label"] in body["detail"]
    assert "2026-11-26" in body["detail"]
    assert "2026-03-31" in body["detail"]
    assert body["errors"][0]["pointer"] == "/on"


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"on": "2027-01-01"}, "law-beyond-confirmed"),
        ({"on": "2015-01-01", "facts": {}}, "law-not-in-force"),
        ({"on": "2026-03-15", "known_on": "2001-01-01"}, "law-not-known-yet"),
    ],
)
async def test_a_refusal_of_the_law_reads_well_in_every_language(
    anybody: httpx.AsyncClient, language: str, change: dict[str, Any], code: str
) -> None:
    question = EXAMPLE | change
    body = (await anybody.post(PATH, json=question, headers={"Accept-Language": language})).json()
    assert body["code"] == code
    assert "{" not in body["detail"]
    assert change["on"] in body["detail"]


async def test_one_benefit_that_has_no_answer_does_not_hide_the_others(anybody: httpx.AsyncClient) -> None:
    question = EXAMPLE | {"on": "2019-06-15", "facts": {"residence": "citizen"}}
    body = (await anybody.post(PATH, json=question)).json()
    refused = next(item for item in body["items"] if item["benefit"] == "multi_child_benefit")
    assert refused["answer"] is None
    assert refused["refusal"]["code"] == "law-not-in-force"
    assert refused["refusal"]["on"] == "2019-06-15"
    assert "2019-06-15" in refused["refusal"]["detail"]
    assert _answers(body)["birth_grant"] is not None


@pytest.mark.parametrize(
    ("facts", "pointer", "fault"),
    [
        ({"residence": SECRET}, "/facts/residence", "fact-code"),
        ({"carer_insured": SECRET}, "/facts/carer_insured", "fact-truth"),
        ({SECRET: 1}, "/facts/?", "fact-unknown"),
        ({"residense": "citizen"}, "/facts/?", "fact-unknown-near"),
        ({"members": SECRET}, "/facts/members", "fact-list"),
        ({"members": []}, "/facts/members", "fact-list"),
        ({"members": [SECRET]}, "/facts/members/0", "fact-record"),
        ({"members": [{"id": SECRET}]}, "/facts/members/0/id", "fact-id"),
        ({"members": [{"id": "a"}, {"id": "a"}]}, "/facts/members/1/id", "fact-id"),
        ({"members": [{SECRET: 1}]}, "/facts/members/0/?", "fact-unknown"),
        ({"members": [{"birth_date": SECRET}]}, "/facts/members/0/birth_date", "fact-day-past"),
        ({"members": [{"birth_date": "2026-03-16"}]}, "/facts/members/0/birth_date", "fact-day-past"),
        ({"members": [{"birth_date": 20150101}]}, "/facts/members/0/birth_date", "fact-day-past"),
        ({"poverty_line": 1.5}, "/facts/poverty_line", "fact-number"),
        ({"poverty_line": 10**30}, "/facts/poverty_line", "fact-number"),
        ({"poverty_line": True}, "/facts/poverty_line", "fact-number"),
        ({"poverty_line": "30000"}, "/facts/poverty_line", "fact-number"),
    ],
)
async def test_a_bad_fact_is_named_and_not_repeated(
    anybody: httpx.AsyncClient, facts: dict[str, Any], pointer: str, fault: str
) -> None:
    body = await _refused(anybody, EXAMPLE | {"facts": facts}, "facts-invalid")
    assert [(e["pointer"], e["code"]) for e in body["errors"]] == [(pointer, fault)]
    assert body["errors"][0]["detail"]
    assert "{" not in body["errors"][0]["detail"]


async def test_numbers_that_no_json_knows_are_refused(anybody: httpx.AsyncClient) -> None:
    for number in ("NaN", "Infinity", "1e400"):
        content = json.dumps(_with(poverty_line=0)).replace('"poverty_line": 0', f'"poverty_line": {number}')
        answer = await anybody.post(PATH, content=content.encode(), headers={"Content-Type": "application/json"})
        assert answer.status_code == 422, answer.text
        assert answer.json()["errors"][0]["pointer"] == "/facts/poverty_line"


async def test_facts_that_contradict_each_other_are_listed_in_the_readers_language(anybody: httpx.AsyncClient) -> None:
    two = [{"id": m, "role": "parent", "sex": "female", "birth_date": "1990-01-01"} for m in ("m-1", "m-2")]
    body = await _refused(anybody, _with(members=two), "facts-contradict", **{"Accept-Language": "ru"})
    assert len(body["errors"]) == 1
    assert body["errors"][0]["code"] == "fact-contradiction"
    assert body["errors"][0]["detail"].startswith("Мать в семье одна")


async def test_an_unknown_benefit_and_a_field_too_many_are_refused(anybody: httpx.AsyncClient) -> None:
    body = await _refused(anybody, EXAMPLE | {"benefits": ["birth_grant", "moon_grant"]}, "unknown-benefit")
    assert body["errors"][0]["pointer"] == "/benefits/1"
    await _refused(anybody, EXAMPLE | {"name": SECRET}, "invalid-request")
    await _refused(anybody, EXAMPLE | {"benefits": []}, "invalid-request")


async def test_more_than_a_family_is_refused_before_anything_is_reckoned(anybody: httpx.AsyncClient) -> None:
    members = [{"id": f"m{i}", "incomes": [{}] * 10} for i in range(20)]
    await _refused(anybody, EXAMPLE | {"facts": {"members": members}}, "facts-too-many")
    deep: Any = {}
    for _ in range(60):
        deep = {"members": [deep]}
    await _refused(anybody, EXAMPLE | {"facts": deep}, "facts-too-many")
    large = await anybody.post(PATH, json=EXAMPLE | {"facts": {"residence": "x" * 70_000}})
    assert (large.status_code, large.json()["code"]) == (413, "body-too-large")


async def test_an_example_of_a_sign_off_shows_in_every_answer(anybody: httpx.AsyncClient) -> None:
    body = (await anybody.post(PATH, json=EXAMPLE, headers={"Accept-Language": "ru"})).json()
    for shown in (body["sign_off"], *(item["answer"]["sign_off"] for item in body["items"])):
        assert shown["example"] is True
        assert shown["notice"].startswith("Пример")


async def test_nothing_is_stored_and_nobody_is_named(anybody: httpx.AsyncClient, owner_url: str) -> None:
    before = await rows(owner_url, "SELECT count(*) AS n FROM audit_event")
    assert (await anybody.post(PATH, json=EXAMPLE)).status_code == 200
    assert (await anybody.get("/v1/benefits")).status_code == 200
    assert await rows(owner_url, "SELECT count(*) AS n FROM audit_event") == before
    words = {fact["code"] for fact in (await anybody.get("/v1/benefits")).json()["facts"]}
    assert words.isdisjoint({"name", "family_name", "given_name", "iin", "phone", "address"})


async def test_the_catalogue_is_enough_to_build_a_form_and_ask(anybody: httpx.AsyncClient) -> None:
    catalogue = (await anybody.get("/v1/benefits", headers={"Accept-Language": "kk"})).json()
    graph = read_graph(load_law())
    assert [b["code"] for b in catalogue["benefits"]] == list(graph.benefits)
    facts = {f["code"]: f for f in catalogue["facts"]}
    groups = {g["code"]: g for g in catalogue["groups"]}
    for benefit in catalogue["benefits"]:
        assert benefit["label"] == graph.benefits[benefit["code"]].label.kk
        assert benefit["askable"], benefit
        assert set(benefit["facts"]) <= set(facts)
        assert {facts[f]["of"] for f in benefit["facts"]} - {"family"} <= set(benefit["groups"]) <= set(groups)
    assert facts["residence"]["codes"][0] == {"code": "citizen", "label": "азамат"}
    assert (facts["birth_date"]["type"], facts["birth_date"]["past"]) == ("day", True)
    assert groups["members"]["most"] == 40


async def test_a_benefit_is_askable_exactly_on_the_days_that_the_catalogue_names(anybody: httpx.AsyncClient) -> None:
    benefit = next(
        b for b in (await anybody.get("/v1/benefits")).json()["benefits"] if b["code"] == "multi_child_benefit"
    )
    first, last = benefit["askable"][0]["since"], benefit["askable"][-1]["through"]
    assert (first, last) == ("2020-01-01", "2026-03-31")
    for day, status in ((first, 200), (last, 200), ("2019-12-31", 422), ("2026-04-01", 422)):
        question = {"on": day, "benefits": ["multi_child_benefit"], "facts": {}}
        assert (await anybody.post(PATH, json=question)).status_code == status, day
