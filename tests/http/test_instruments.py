"""Instruments of others: loaded as signed data, used by whom they name, kept for ever in the version that was used."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import yaml
from click.testing import Result
from typer.testing import CliRunner

from casemgmt.cli import app
from casemgmt.demo.accounts import demo_id
from tests.clients import World
from tests.records import rows
from tests.steps import MANAGER, CaseAtWork, case_in_assessment, done, shipped

Operator = Callable[..., Awaitable[Result]]
CODE = "moods_of_others"
PATH = f"/v1/assessment-instruments/{CODE}/1"
CALM = {"calm": 4, "low": 0, "tired": 0, "worry": 0, "fear": 0}


def _item(code: str, **given: Any) -> dict[str, Any]:
    return {"code": code, "text": {"kk": f"{code} kk", "ru": f"{code} ru"}} | given


def _instrument(**given: Any) -> dict[str, Any]:
    texts = {"kk": "мағынасы", "ru": "значение", "en": "meaning"}
    levels = [("low", 0), ("high", 8), ("critical", 14)]
    return {
        "code": CODE,
        "version": 1,
        "validated": True,
        "purposes": ["assessment"],
        "used_by": {"roles": ["centre_specialist"], "help_kinds": ["psychological"]},
        "languages": ["kk", "ru"],
        "kk_status": "source",
        "licence": {"holder": "A publisher", "terms": "One country", "evidence": "Contract 7", "until": "2090-12-31"},
        "source": "Manual, 2nd edition, 2020",
        "title": texts,
        "notice": texts,
        "domain_list": "diagnostic_domain",
        "scale": [{"score": n, "text": {"kk": f"{n}", "ru": f"{n}"}} for n in range(5)],
        "critical_from": 3,
        "missing": {"most_per_domain": 1, "counts_as": "mean_of_domain"},
        "cut_offs": [{"level": c, "from_total": n, "meaning": texts, "next_step": texts} for c, n in levels],
        "domains": [
            {
                "domain": "depression",
                "items": [_item("calm", reversed=True), _item("low", critical=True), _item("tired")],
                "reliable_change": {"points": 4, "source": "Manual, table 7"},
            },
            {"domain": "anxiety", "items": [_item("worry"), _item("fear")]},
        ],
    } | given


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An operator's folder with one instrument, not signed off yet."""
    _write(tmp_path, _instrument())
    return tmp_path


@pytest.fixture
def operator(owner_url: str, monkeypatch: pytest.MonkeyPatch) -> Operator:
    """The operator's terminal: `casemgmt instruments` with these words."""
    monkeypatch.setenv("CASEMGMT_MIGRATION_DATABASE_URL", owner_url)

    async def call(*words: object) -> Result:
        return await asyncio.to_thread(CliRunner().invoke, app, ["instruments", *map(str, words)])

    return call


def _write(folder: Path, document: dict[str, Any]) -> None:
    file = folder / f"{document['code']}.{document['version']}.yaml"
    file.write_text(yaml.safe_dump(document, allow_unicode=True), "utf-8")


async def _sign(folder: Path, operator: Operator) -> None:
    """Sign what the check printed to be signed."""
    (folder / "sign_off.yaml").unlink(missing_ok=True)
    printed = (await operator("check", folder)).stdout
    lines = [line for line in printed.splitlines() if line.startswith("  - {code:")]
    head = "authority: Ministry\nsigned_by: A. Expert\nsigned_on: 2026-11-01\ninstruments:\n"
    (folder / "sign_off.yaml").write_text(head + "\n".join(lines) + "\n", "utf-8")


async def _load(folder: Path, operator: Operator) -> str:
    await _sign(folder, operator)
    result = await operator("load", folder)
    assert result.exit_code == 0, result.output
    return result.stdout


async def _kept(owner_url: str) -> list[dict[str, Any]]:
    return await rows(owner_url, "SELECT version, digest, authority FROM assessment_instrument WHERE code = $1", CODE)


async def test_nothing_is_loaded_that_no_authority_signed_off(folder: Path, operator: Operator, owner_url: str) -> None:
    checked = await operator("check", folder)
    assert checked.exit_code == 1
    assert "not signed off" in checked.stdout
    refused = await operator("load", folder)
    assert refused.exit_code == 2
    assert "Nothing was loaded" in refused.stderr
    await _sign(folder, operator)
    assert (await operator("check", folder)).exit_code == 0
    _write(folder, _instrument(critical_from=2))
    changed = await operator("load", folder)
    assert changed.exit_code == 2
    assert "changed since it was signed off" in changed.stdout
    assert await _kept(owner_url) == []


async def test_a_loaded_version_stays_as_it_is_and_what_is_new_gets_the_next_one(
    folder: Path, operator: Operator, owner_url: str
) -> None:
    assert f"loaded: {CODE}, version 1" in await _load(folder, operator)
    assert "0 loaded, 1 were there already." in await _load(folder, operator)
    before = await _kept(owner_url)
    assert before[0]["authority"] == "Ministry"
    _write(folder, _instrument(critical_from=2))
    _write(folder, _instrument(version=2))
    await _sign(folder, operator)
    refused = await operator("load", folder)
    assert refused.exit_code == 2
    assert "A version is never changed" in refused.stderr
    assert await _kept(owner_url) == before, "all or nothing"
    _write(folder, _instrument())
    assert f"loaded: {CODE}, version 2" in await _load(folder, operator)
    query = "SELECT changes FROM audit_event WHERE kind = 'instruments.loaded' AND request_id = 'instruments'"
    told = await rows(owner_url, f"{query} ORDER BY at")
    assert [json.loads(each["changes"])[0]["record"] for each in told] == [f"{CODE}/1", f"{CODE}/2"]


async def test_a_wrong_file_is_named_with_its_place_and_nothing_of_the_folder_is_loaded(
    folder: Path, operator: Operator, owner_url: str
) -> None:
    _write(folder, _instrument(code="another", cut_offs=[]))
    (folder / "broken.1.yaml").write_text("code: [", "utf-8")
    await _sign(folder, operator)
    refused = await operator("load", folder)
    assert refused.exit_code == 2
    assert "another.1.yaml: cut_offs: " in refused.stderr
    assert "broken.1.yaml: " in refused.stderr
    assert await _kept(owner_url) == []


async def test_an_instrument_under_a_licence_shows_its_questions_to_its_users_alone(
    world: World, folder: Path, operator: Operator
) -> None:
    await _load(folder, operator)
    manager, specialist = await world.as_(MANAGER), await world.as_("psychologist.almaty")
    listed = {each["code"]: each for each in done_list(await manager.get("/v1/assessment-instruments"))}
    assert listed[CODE]["licence"]["holder"] == "A publisher"
    assert listed[CODE]["languages"] == ["kk", "ru"]
    assert listed[CODE]["authority"] == "Ministry"
    assert listed[CODE]["begins"] is True
    refused = await manager.get(PATH)
    assert (refused.status_code, refused.json()["code"]) == (403, "instrument-not-yours")
    full = done(await specialist.get(PATH))
    assert full["domains"][0]["items"][0]["text"] == {"kk": "calm kk", "ru": "calm ru", "en": None}
    assert full["domains"][0]["reliable_change"]["points"] == 4
    assert (
        done(await manager.get("/v1/assessment-instruments/casemgmt_needs_and_risk/1"))["licence"]["evidence"] is None
    )


def done_list(answer: Any) -> list[dict[str, Any]]:
    """Return the list that a step answered."""
    assert answer.is_success, answer.text
    found: list[dict[str, Any]] = answer.json()
    return found


async def _case_with(world: World, help_kind: str) -> CaseAtWork:
    case = await case_in_assessment(world)
    member = {"user_id": str(demo_id("psychologist.almaty")), "team_role": "psychologist", "help_kind": help_kind}
    done(await (await world.as_(MANAGER)).post(f"/v1/cases/{case.id}/team", member))
    return case


def _start(case: CaseAtWork, **given: Any) -> dict[str, Any]:
    return {"person_id": case.child, "instrument": CODE, "instrument_version": 1, "occasion": "review"} | given


async def _assess(world: World, case: CaseAtWork, answers: dict[str, int]) -> dict[str, Any]:
    specialist = await world.as_("psychologist.almaty")
    begun = done(await specialist.post(f"/v1/cases/{case.id}/assessments", _start(case, language="kk")))
    path = f"/v1/assessments/{begun['id']}"
    answered = await specialist.patch(path, {"answers": answers}, headers={"If-Match": '"v1"'})
    verdict = {"risk_level": done(answered)["suggested_risk_level"], "conclusion": "Қорытынды"}
    return done(await specialist.post(f"{path}/complete", verdict))


async def test_it_is_used_by_the_roles_and_the_kind_of_help_that_it_names_and_in_its_languages(
    world: World, folder: Path, operator: Operator
) -> None:
    await _load(folder, operator)
    case = await _case_with(world, "psychological")
    path = f"/v1/cases/{case.id}/assessments"
    refused = await (await world.as_(MANAGER)).post(path, _start(case))
    assert (refused.status_code, refused.json()["code"]) == (403, "instrument-not-yours")
    specialist = await world.as_("psychologist.almaty")
    english = await specialist.post(path, _start(case, language="en"))
    assert (english.status_code, english.json()["code"]) == (422, "not-in-language")
    assert done(await specialist.post(path, _start(case, language="ru")))["language"] == "ru"
    social = await _case_with(world, "social")
    other = await specialist.post(f"/v1/cases/{social.id}/assessments", _start(social))
    assert (other.status_code, other.json()["code"]) == (403, "instrument-not-yours")


async def test_a_later_assessment_stands_beside_the_first_with_what_is_more_than_chance(
    world: World, folder: Path, operator: Operator
) -> None:
    await _load(folder, operator)
    case = await _case_with(world, "psychological")
    first = await _assess(world, case, {"calm": 1, "low": 2, "worry": 4, "fear": 3})
    assert first["domain_scores"] == {"depression": 8, "anxiety": 7}, "the mean of two answers counts for the third"
    assert first["missing_items"] == ["tired"]
    later = await _assess(world, case, CALM | {"worry": 1, "calm": 2, "low": 2})
    compared = done(await (await world.as_(MANAGER)).get(f"/v1/assessments/{later['id']}/compare/{first['id']}"))
    changes = {each["domain"]: (each["change"], each["reliable"]) for each in compared["domains"]}
    assert changes == {"depression": (-4, True), "anxiety": (-6, None)}


async def test_a_withdrawn_version_begins_nothing_and_what_was_begun_is_finished_and_read_with_it(
    world: World, folder: Path, operator: Operator, owner_url: str
) -> None:
    await _load(folder, operator)
    case = await _case_with(world, "psychological")
    specialist = await world.as_("psychologist.almaty")
    begun = done(await specialist.post(f"/v1/cases/{case.id}/assessments", _start(case)))
    withdrawn = await operator("withdraw", CODE, "1", "--reason", "The contract ended.")
    assert withdrawn.exit_code == 0, withdrawn.output
    assert (await operator("withdraw", CODE, "1", "--reason", "Again.")).exit_code == 2
    listed = (await operator("list")).stdout
    assert CODE in listed
    path = f"/v1/assessments/{begun['id']}"
    done(await specialist.patch(path, {"answers": CALM}, headers={"If-Match": '"v1"'}))
    done(await specialist.post(f"{path}/complete", {"risk_level": "low", "conclusion": "Қорытынды"}))
    refused = await specialist.post(f"/v1/cases/{case.id}/assessments", _start(case))
    assert (refused.status_code, refused.json()["code"]) == (409, "instrument-ended")
    assert refused.json()["ground"] == "withdrawn"
    assert done(await specialist.get(PATH))["begins"] is False
    kept = await rows(owner_url, "SELECT instrument_version FROM assessment WHERE id = $1", UUID(begun["id"]))
    assert kept == [{"instrument_version": 1}]


async def test_a_licence_that_has_ended_begins_nothing(world: World, folder: Path, operator: Operator) -> None:
    _write(
        folder,
        _instrument(licence={"holder": "A publisher", "terms": "A year", "evidence": "7", "until": "2020-01-01"}),
    )
    await _load(folder, operator)
    case = await _case_with(world, "psychological")
    refused = await (await world.as_("psychologist.almaty")).post(f"/v1/cases/{case.id}/assessments", _start(case))
    assert (refused.status_code, refused.json()["ground"]) == (409, "licence_ended")


def test_the_free_examples_are_used_by_those_whose_work_they_are() -> None:
    assert shipped("casemgmt_needs_and_risk").used_by.roles == ("case_manager", "centre_specialist")
    assert shipped("casemgmt_wellbeing_screening").used_by.roles == ("school_psychologist",)
