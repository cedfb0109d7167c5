"""Acts of closure on paper, and electronic signatures on them and on visit acts."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from casemgmt.printing.sheet import Sheet
from casemgmt.settings import Settings
from tests.clients import Caller, World
from tests.factories import count
from tests.http.test_case_closure import EARLY, NOTE, assessed_case, close, closed_case, end_tasks
from tests.outreach_steps import ACT, DUTY, LEAD, WAY, go, refer, stories
from tests.printed import sheets_of, words_of
from tests.records import events, rows
from tests.signature_steps import plain, trusting_settings
from tests.steps import MANAGER, SUPERVISOR, CaseAtWork, approve_plan, case_in_planning, done, open_case, refused

KK, RU = {"language": "kk"}, {"language": "ru"}
ACHIEVED = {"outcome": "achieved", "note": "Екі ай тыныш"}


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return trusting_settings(database_url, tmp_path)


@pytest.fixture(name="sheets")
def _sheets(monkeypatch: pytest.MonkeyPatch) -> list[Sheet]:
    return sheets_of(monkeypatch)


async def _closure_of(world: World, case_id: str) -> dict[str, Any]:
    shown: dict[str, Any] = done(await (await world.as_(MANAGER)).get(f"/v1/cases/{case_id}"))["closures"][-1]
    return shown


async def _closed_with_a_goal(world: World) -> tuple[CaseAtWork, str]:
    """Close a case whose goal was achieved; return it and the id of the closure."""
    case = await case_in_planning(world, category="other")
    plan = await approve_plan(world, case)
    manager = await world.as_(MANAGER)
    done(await manager.post(f"/v1/cases/{case.id}/start-support"))
    done(await manager.post(f"/v1/plan-goals/{plan['goals'][0]['id']}/outcome", ACHIEVED))
    await close(world, case.id, "contact_lost")
    return case, str((await _closure_of(world, case.id))["id"])


async def _print(caller: Caller, closure: str, language: dict[str, str]) -> None:
    answer = await caller.post(f"/v1/case-closures/{closure}/print", language)
    assert answer.status_code == 200, answer.text
    assert answer.content.startswith(b"%PDF-1.7")


async def _reported(world: World) -> str:
    _, referral = await refer(world)
    await go(world, referral, *WAY)
    return str(done(await (await world.as_(LEAD)).post(f"/v1/referrals/{referral}/visit-act", ACT))["id"])


async def test_the_act_of_closure_tells_why_what_was_reached_who_decided_and_who_looks_again(
    world: World, owner_url: str, sheets: list[Sheet]
) -> None:
    case, closure = await _closed_with_a_goal(world)
    manager = await world.as_(MANAGER)
    for language in (KK, RU):
        await _print(manager, closure, language)
    kazakh, russian = sheets
    assert (kazakh.title, russian.title) == ("Істі жабу актісі", "Акт о закрытии случая")
    assert kazakh.digest == russian.digest
    (due_on,) = [r["due_on"] for r in await rows(owner_url, "SELECT due_on FROM follow_up_check")]
    for said in (
        "Контакт потерян после всех попыток",
        "Үйде қауіпсіз",  # the goal
        "Достигнута",
        "Екі ай тыныш",
        "Жұмабаева Айгүл Маратқызы",  # who proposed
        "Оспанов Нұрлан Қайратұлы",  # who decided
        NOTE["note"],
        f"До {due_on:%d.%m.%Y} еще раз проверят",
    ):
        assert said in words_of(russian), said
    assert russian.stamp is not None
    assert russian.stamp.lines[0] == "Оспанов Нұрлан Қайратұлы"
    (printed, _) = await rows(owner_url, "SELECT record_ids::text[] FROM audit_event WHERE kind = 'document.printed'")
    assert printed["record_ids"] == [closure, case.child]


async def test_an_act_keeps_the_outcomes_of_its_day_whatever_is_said_of_a_goal_later(
    world: World, owner_url: str, sheets: list[Sheet]
) -> None:
    case, closure = await _closed_with_a_goal(world)
    manager = await world.as_(MANAGER)
    await _print(manager, closure, RU)
    done(await manager.post(f"/v1/cases/{case.id}/reopen", {"reason": "relapse", "note": "Қайта басталды"}))
    await count(
        owner_url,
        "WITH said AS (SELECT set_config('casemgmt.audited', 'on', true))"
        " UPDATE plan_goal SET outcome = 'not_achieved' FROM said RETURNING outcome",
    )
    await _print(manager, closure, RU)
    before, after = sheets
    for sheet in sheets:
        assert "Достигнута" in words_of(sheet)
    assert before.check_code == after.check_code
    assert before.notice is None
    assert "Случай снова открыт" in (after.notice or "")


async def test_a_proposed_act_waits_for_its_signature_and_a_returned_one_holds_no_more(
    world: World, sheets: list[Sheet]
) -> None:
    case = await open_case(world, category="other")
    manager, supervisor = await world.as_(MANAGER), await world.as_(SUPERVISOR)
    done(await manager.post(f"/v1/cases/{case.id}/propose-closure", EARLY))
    closure = (await _closure_of(world, case.id))["id"]
    await _print(manager, closure, RU)
    done(await supervisor.post(f"/v1/cases/{case.id}/return-closure", NOTE))
    await _print(manager, closure, RU)
    proposed, returned = sheets
    assert proposed.stamp is not None
    assert proposed.stamp.open
    assert "действующего плана не было" in words_of(proposed)
    assert "еще раз проверят" in words_of(proposed)
    assert (returned.mark, returned.stamp) == ("НЕ ДЕЙСТВУЕТ", None)
    assert "работа продолжается" in words_of(returned)


async def test_nobody_looks_again_after_a_case_that_was_opened_in_error(world: World, sheets: list[Sheet]) -> None:
    case = await closed_case(world, "opened_in_error")
    await _print(await world.as_(SUPERVISOR), (await _closure_of(world, case.id))["id"], RU)
    assert "последующей проверки не бывает" in words_of(sheets[0])


async def test_the_act_of_closure_is_signed_when_it_is_proposed_and_the_decision_leaves_the_signature_as_it_was(
    world: World, owner_url: str, sheets: list[Sheet]
) -> None:
    case = await assessed_case(world)
    await end_tasks(world, case.id)
    manager, supervisor = await world.as_(MANAGER), await world.as_(SUPERVISOR)
    proposal = {"reason": "danger_removed"} | NOTE
    proposed = done(await manager.post(f"/v1/cases/{case.id}/propose-closure", proposal))
    path = f"/v1/case-closures/{proposed['closures'][0]['id']}"
    content = (await manager.get(f"{path}/signable")).content
    assert json.loads(content)["reason"] == "danger_removed"
    signed = done(await manager.post(f"{path}/signatures", plain(content)))
    assert (signed["record_type"], signed["verification"], signed["applies"]) == ("case_closure", "verified", True)
    assert signed["digest"] == sha256(content).hexdigest()
    done(await supervisor.post(f"/v1/cases/{case.id}/approve-closure", NOTE))
    approved = done(await supervisor.post(f"{path}/signatures", plain(content, signer="approver")))
    assert approved["verification"] == "verified"
    listed = done(await supervisor.get(f"{path}/signatures"))["items"]
    assert [(each["signer"], each["applies"]) for each in listed] == [("manager", True), ("approver", True)]
    done(await supervisor.post(f"/v1/closure-signatures/{signed['id']}/verify"))
    await _print(supervisor, proposed["closures"][0]["id"], RU)
    assert ("Проверка", "подпись подтверждена") in sheets[0].electronic[0]
    assert sheets[0].digest == signed["digest"]
    assert await events(owner_url, signed["id"]) == [
        "closure_signature.recorded",
        "closure_signature.listed",
        "closure_signature.verified",
    ]


async def test_a_visit_act_is_signed_by_its_group_and_the_paper_says_so(world: World, sheets: list[Sheet]) -> None:
    act = await _reported(world)
    lead, duty, path = await world.as_(LEAD), await world.as_(DUTY), f"/v1/visit-acts/{act}"
    content = (await lead.get(f"{path}/signable")).content
    signed = done(await lead.post(f"{path}/signatures", plain(content, signer="group_lead")))
    assert (signed["record_type"], signed["verification"], signed["applies"]) == ("visit_act", "verified", True)
    done(await lead.post(f"{path}/signatures", plain(content + b" ", signer="representative")))
    done(await lead.post(f"/v1/visit-act-signatures/{signed['id']}/verify"))
    assert [each["verification"] for each in done(await duty.get(f"{path}/signatures"))["items"]] == [
        "verified",
        "refused",
    ]
    assert (await duty.post(f"{path}/print", RU)).status_code == 200
    by_lead, by_parent = sheets[0].electronic
    assert ("Кто подписал", "руководитель мобильной группы") in by_lead
    assert ("Проверка", "подпись подтверждена") in by_lead
    assert ("Проверка", "ПОДПИСЬ НЕ ПОДТВЕРЖДЕНА") in by_parent
    assert sheets[0].digest == signed["digest"]


async def test_whoever_does_not_see_the_act_sees_no_signature_on_it_and_signs_nothing(world: World) -> None:
    act = await _reported(world)
    case = await closed_case(world)
    closure = (await _closure_of(world, case.id))["id"]
    given = {
        f"/v1/visit-acts/{act}": plain(b"{}", signer="group_lead"),
        f"/v1/case-closures/{closure}": plain(b"{}"),
    }
    stranger, oversight = await world.as_("manager.astana"), await world.as_("oversight")
    for path, signature in given.items():
        assert (await stranger.get(f"{path}/signatures")).status_code == 404
        assert (await stranger.get(f"{path}/signable")).status_code == 404
        assert (await stranger.post(f"{path}/signatures", signature)).status_code == 404
        assert (await oversight.post(f"{path}/signatures", signature)).status_code == 403
    assert (await stranger.post(f"/v1/case-closures/{closure}/print", KK)).status_code == 404
    assert (await oversight.post(f"/v1/case-closures/{closure}/print", KK)).status_code == 403


async def test_an_act_that_is_corrected_leaves_the_signature_on_what_it_said_before(
    world: World, owner_url: str, sheets: list[Sheet]
) -> None:
    act = await _reported(world)
    lead, duty, path = await world.as_(LEAD), await world.as_(DUTY), f"/v1/visit-acts/{act}"
    signed = done(
        await lead.post(f"{path}/signatures", plain((await lead.get(f"{path}/signable")).content, signer="group_lead"))
    )
    assert (signed["edition"], signed["applies"]) == (1, True)
    wrong = {"reason": "wrong_facts", "note": "Баланың сөзі дәл жазылмаған.", "child_words": "Әжеме барғым келеді."}
    corrected = done(await lead.post(f"{path}/correct", wrong))
    assert (corrected["edition"], corrected["child_words"]) == (2, "Әжеме барғым келеді.")
    assert (corrected["outcome"], corrected["findings"]) == (ACT["outcome"], done(await duty.get(path))["findings"])
    (before,) = done(await duty.get(f"{path}/editions"))["items"]
    assert (before["number"], before["reason"], before["digest"]) == (1, "wrong_facts", signed["digest"])
    assert before["said"]["child_words"] == ACT["child_words"]
    (still,) = done(await duty.get(f"{path}/signatures"))["items"]
    assert (still["edition"], still["applies"], still["verification"]) == (1, False, "verified")
    again = await lead.post(f"/v1/visit-act-signatures/{signed['id']}/verify")
    assert (again.status_code, again.json()["code"]) == (409, "signed-otherwise")
    anew = plain((await lead.get(f"{path}/signable")).content, signer="group_lead")
    assert done(await lead.post(f"{path}/signatures", anew))["edition"] == 2
    assert (await duty.post(f"{path}/print", RU)).status_code == 200
    assert "редакция № 2" in (sheets[0].notice or "")
    old, new = sheets[0].electronic
    assert [value.startswith("к редакции № 1") for label, value in old if label == "К чему относится"] == [True]
    assert "К чему относится" not in dict(new)
    signal = (await rows(owner_url, "SELECT signal_id FROM visit_act"))[0]["signal_id"]
    assert (await stories(owner_url, str(signal)))[-1] == "visit_act.corrected"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, "nothing-corrected"),
        ({"child_words": ACT["child_words"]}, "nothing-corrected"),
        ({"findings": [{"domain": "safety", "level": "serious", "risk_signs": []}]}, "explanation-needed"),
        ({"findings": None}, "explanation-needed"),
        ({"outcome": "consultation"}, "invalid-request"),
        ({"present": [{"role": "child", "person_id": "01912345-0000-7000-8000-000000000001"}]}, "unknown-person"),
    ],
)
async def test_a_correction_is_held_against_what_an_act_must_be(
    world: World, changes: dict[str, Any], code: str
) -> None:
    act = await _reported(world)
    given = {"reason": "wrong_facts", "note": "Қате жазылған."} | changes
    answer = await (await world.as_(LEAD)).post(f"/v1/visit-acts/{act}/correct", given)
    assert refused(answer) == (422, code)


async def test_only_the_group_corrects_its_act_and_no_code_changes_it_without_keeping_what_it_said(
    world: World, owner_url: str
) -> None:
    act = await _reported(world)
    wrong = {"reason": "wrong_facts", "note": "Қате.", "child_words": None}
    for who, status in ((DUTY, 403), (SUPERVISOR, 403), ("lead.astana", 404)):
        assert (await (await world.as_(who)).post(f"/v1/visit-acts/{act}/correct", wrong)).status_code == status, who
    for change in ("child_words = 'x'", "outcome = 'consultation'", "visited_at = now()"):
        with pytest.raises(asyncpg.PostgresError) as lost:
            await count(owner_url, f"UPDATE visit_act SET {change} RETURNING id")
        assert lost.value.sqlstate == "CM409", change
