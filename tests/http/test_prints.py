"""Records on paper: who may print what, what is on it, and the event that it left."""

from typing import Any
from uuid import UUID

import httpx
import pytest

from casemgmt.access.rates import COUNTED_IN_THE_LOG
from casemgmt.printing.sheet import Sheet
from tests.clients import World
from tests.conference_steps import GUARDIAN, POLICE, QUESTION, decision, meeting, minutes_of
from tests.factories import open_case
from tests.outreach_steps import ACT, DUTY, LEAD, WAY, go, record_child, refer
from tests.printed import sheets_of, words_of
from tests.records import rows
from tests.steps import MANAGER, SUPERVISOR, approve_plan, case_in_planning, done, draft_plan, refused

KK, RU = {"language": "kk"}, {"language": "ru"}


@pytest.fixture(name="sheets")
def _sheets(monkeypatch: pytest.MonkeyPatch) -> list[Sheet]:
    return sheets_of(monkeypatch)


def _is_pdf(answer: httpx.Response) -> None:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-1.7")


async def _visited(world: World) -> tuple[str, str, dict[str, Any]]:
    """Return signal, child and act of a visit to a child who is on record."""
    child = await record_child(world)
    subjects = [{"person_id": child, "role": "child"}]
    reporter = {"relation": "neighbour", "name": "Тайный Сосед", "phone": "+77010000000"}
    signal, referral = await refer(world, who=DUTY, subjects=subjects, reporter=reporter)
    await go(world, referral, *WAY)
    seen = {"health_notes": [{"person_id": child, "body": "Тек дәрігерге"}]}
    answer = await (await world.as_(LEAD)).post(f"/v1/referrals/{referral}/visit-act", ACT | seen)
    return signal, child, done(answer)


async def test_a_plan_is_printed_in_both_languages_and_the_log_says_that_it_left(
    world: World, owner_url: str, sheets: list[Sheet]
) -> None:
    case = await case_in_planning(world)
    plan = await approve_plan(world, case)
    manager = await world.as_(MANAGER)
    for language in ("kk", "ru"):
        answer = await manager.post(f"/v1/plans/{plan['id']}/print", {"language": language})
        _is_pdf(answer)
        assert answer.headers["content-disposition"].endswith(f'-1-{language}.pdf"')
        assert "Бала" not in answer.headers["content-disposition"]
    kazakh, russian = sheets
    assert kazakh.digest == russian.digest
    assert (kazakh.title, russian.title) == ("Жеке қолдау жоспары", "Индивидуальный план поддержки")
    for sheet in sheets:
        said = words_of(sheet)
        assert "Екі ай оқиғасыз" in said  # what people wrote is not translated
        assert "Мектепке барғым келеді" in said
        assert "Жұмабаева Айгүл Маратқызы" in sheet.printed
        assert sheet.stamp is not None
        assert sheet.stamp.lines[0] == "Оспанов Нұрлан Қайратұлы"
    query = "SELECT record_ids, case_id FROM audit_event WHERE kind = 'document.printed'"
    assert (
        await rows(owner_url, query)
        == [{"record_ids": [UUID(plan["id"]), UUID(case.child)], "case_id": UUID(case.id)}] * 2
    )


async def test_a_draft_is_marked_as_one_and_a_plan_that_holds_no_more_too(world: World, sheets: list[Sheet]) -> None:
    case = await case_in_planning(world)
    manager = await world.as_(MANAGER)
    drafted = await draft_plan(world, case)
    path = f"/v1/plans/{drafted['id']}"
    _is_pdf(await manager.post(f"{path}/print", RU))
    done(await manager.post(f"{path}/discard", {"reason": "Жаңадан жазылады"}))
    _is_pdf(await manager.post(f"{path}/print", RU))
    assert [sheet.mark for sheet in sheets] == ["ЧЕРНОВИК", "НЕ ДЕЙСТВУЕТ"]


async def test_what_was_done_on_a_plan_later_leaves_its_code_as_it_was(world: World, sheets: list[Sheet]) -> None:
    plan = await approve_plan(world, await case_in_planning(world))
    manager = await world.as_(MANAGER)
    measure = plan["goals"][0]["measures"][0]["id"]
    _is_pdf(await manager.post(f"/v1/plans/{plan['id']}/print", RU))
    done(await manager.post(f"/v1/plan-measures/{measure}/complete", {"evidence": "Справка № 5"}))
    _is_pdf(await manager.post(f"/v1/plans/{plan['id']}/print", RU))
    done(await manager.post(f"/v1/plans/{plan['id']}/revise"))
    revised = done(await manager.get(f"/v1/plans/{plan['id']}"))
    assert revised["state"] == "approved"
    before, after = sheets
    assert "Справка № 5" in words_of(after)
    assert before.check_code == after.check_code


async def test_a_visit_act_names_the_child_and_the_group_and_neither_reporter_nor_health(
    world: World, owner_url: str, sheets: list[Sheet]
) -> None:
    signal, child, act = await _visited(world)
    _is_pdf(await (await world.as_(DUTY)).post(f"/v1/visit-acts/{act['id']}/print", KK))
    (sheet,) = sheets
    said = words_of(sheet)
    assert "Аружан" in said
    assert ACT["child_words"] in said
    assert sheet.signatures[0].name == "Тілеуов Дәурен"
    assert len(sheet.signatures) == 5
    for secret in ("Тайный Сосед", "+7701", "Тек дәрігерге", "Үйде мені ұрады"):
        assert secret not in said
    (event,) = await rows(owner_url, "SELECT * FROM audit_event WHERE kind = 'document.printed'")
    assert (event["record_ids"], event["signal_id"]) == ([UUID(act["id"]), UUID(child)], UUID(signal))


async def test_the_group_prints_its_act_after_it_lost_sight_of_the_child_and_the_name_stays_off_the_paper(
    world: World, sheets: list[Sheet]
) -> None:
    _, child, act = await _visited(world)
    lead = await world.as_(LEAD)
    assert (await lead.get(f"/v1/persons/{child}")).status_code == 404
    _is_pdf(await lead.post(f"/v1/visit-acts/{act['id']}/print", RU))
    assert "Аружан" not in words_of(sheets[0])
    assert "(имя – в записи)" in words_of(sheets[0])


async def test_paper_is_for_those_who_work_on_it_and_hidden_records_are_not_there(world: World) -> None:
    plan = await approve_plan(world, await case_in_planning(world))
    _, _, act = await _visited(world)
    prints = {f"/v1/plans/{plan['id']}/print": SUPERVISOR, f"/v1/visit-acts/{act['id']}/print": SUPERVISOR}
    for path, allowed in prints.items():
        _is_pdf(await (await world.as_(allowed)).post(path, KK))
        for who in ("oversight", "auditor", "admin", "guardian.almaty"):
            assert (await (await world.as_(who)).post(path, KK)).status_code == 403, who
        for who in ("manager.astana",):
            assert (await (await world.as_(who)).post(path, KK)).status_code == 404, who
        assert (await (await world.as_(allowed)).post(path, {"language": "en"})).status_code == 422


def test_prints_are_counted_with_what_else_leaves_the_service() -> None:
    assert "document.printed" in COUNTED_IN_THE_LOG["exports"]


async def test_a_plan_too_long_for_paper_is_refused_with_the_limit_and_leaves_no_event(
    world: World, owner_url: str
) -> None:
    case = await case_in_planning(world)
    long = [{"help_kind": kind, "argument": "сөз " * 4_900} for kind in ("labour", "preventive", "psychosocial")]
    goal = {"domain": "safety", "text": "сөз " * 4_900, "measured_by": "сөз " * 4_900, "measures": []}
    drafted = await draft_plan(world, case, goals=[goal] * 12, missing_help=long)
    answer = await (await world.as_(MANAGER)).post(f"/v1/plans/{drafted['id']}/print", KK)
    assert (answer.status_code, answer.json()["code"]) == (422, "print-too-long")
    assert await rows(owner_url, "SELECT 1 FROM audit_event WHERE kind = 'document.printed'") == []


async def test_the_minutes_of_a_conference_are_a_draft_until_a_second_person_has_signed(
    world: World, owner_url: str, sheets: list[Sheet]
) -> None:
    case = await open_case(owner_url)
    family = [{"person_id": str(case.child_id), "invited": True}, {"person_id": str(case.mother_id), "invited": True}]
    manager, guardian = await world.as_(MANAGER), await world.as_(GUARDIAN)
    wish = meeting(str(case.child_id), GUARDIAN, family=family)
    conference = done(await manager.post(f"/v1/cases/{case.id}/conferences", wish))
    path = f"/v1/conferences/{conference['id']}"
    assert refused(await manager.post(f"{path}/print", KK)) == (409, "no-minutes-yet")
    kept = minutes_of(conference, GUARDIAN, decisions=[decision(GUARDIAN)])
    done(await manager.post(f"{path}/hold", kept))
    _is_pdf(await manager.post(f"{path}/print", KK))
    assert (await guardian.post(f"{path}/sign")).status_code == 204
    _is_pdf(await manager.post(f"{path}/print", RU))
    draft, signed = sheets
    assert (draft.mark, signed.mark, draft.digest) == ("ЖОБА", None, signed.digest)
    assert [s.name for s in draft.signatures] == ["Жұмабаева Айгүл Маратқызы", None]
    assert signed.signatures[1].name is not None
    for said in (QUESTION, POLICE["name"], kept["minutes"], kept["decisions"][0]["wording"], "Аружан"):
        assert said in words_of(signed)
    query = "SELECT record_type FROM audit_event WHERE kind = 'document.printed' AND $1::text::uuid = ANY (record_ids)"
    assert [r["record_type"] for r in await rows(owner_url, query, conference["id"])] == ["conference"] * 2
    assert (await guardian.post(f"{path}/print", KK)).status_code == 403
