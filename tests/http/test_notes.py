"""Notes that mention colleagues, flags with reasons, warnings that say whether the person knows of them."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from casemgmt.clock import ManualClock
from casemgmt.demo.accounts import demo_id
from rules.zone import to_local
from tests.clients import World
from tests.factories import open_case
from tests.records import events, rows, running_clocks, story
from tests.steps import MANAGER, annotate, done


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime.now(UTC))


def _day(clock: ManualClock, days: int) -> date:
    return to_local(clock.now()).date() + timedelta(days=days)


def _warning(clock: ManualClock, **given: Any) -> dict[str, Any]:
    return {
        "kind": "aggressive_person",
        "note": "Әкесі ашуланшақ.",
        "told": True,
        "review_on": _day(clock, 30).isoformat(),
    } | given


async def _case(world: World, owner_url: str, **given: Any) -> str:
    """Return a case on whose team the psychologist is."""
    case = str((await open_case(owner_url, **given)).id)
    member = {"user_id": str(demo_id("psychologist.almaty")), "team_role": "psychologist", "help_kind": "psychological"}
    done(await (await world.as_(MANAGER)).post(f"/v1/cases/{case}/team", member))
    return case


async def _mention(world: World, case_id: str, *usernames: str) -> Any:
    manager = await world.as_(MANAGER)
    body = {"body": "Құжатты қараңызшы.", "mentions": [str(demo_id(each)) for each in usernames]}
    return await manager.post(f"/v1/cases/{case_id}/notes", body)


async def test_whoever_is_mentioned_in_a_note_gets_a_task_and_says_when_it_is_done(
    world: World, owner_url: str
) -> None:
    case = await _case(world, owner_url)
    note = done(await _mention(world, case, "psychologist.almaty", "supervisor.almaty"))
    psychologist = await world.as_("psychologist.almaty")
    mine = done(await psychologist.get("/v1/tasks/mine", headers={"Accept-Language": "en"}))["items"]
    task = next(t for t in mine if t["kind"] == "mention")
    assert (task["record_id"], task["label"]) == (note["id"], "You were mentioned in a note: read it and answer")
    assert done(await psychologist.get(f"/v1/cases/{case}/notes"))["items"][0]["body"] == "Құжатты қараңызшы."
    done(await psychologist.post(f"/v1/tasks/{task['id']}/complete", {"result": "Қарадым."}))
    assert [n["id"] for n in done(await psychologist.get(f"/v1/cases/{case}/notes"))["items"]] == [note["id"]]
    assert "case_note.written" in await story(owner_url, case)
    assert (await events(owner_url, note["id"]))[0] == "case_note.written"


async def test_whoever_does_not_see_the_case_cannot_be_mentioned_and_the_refusal_tells_nothing(
    world: World, owner_url: str
) -> None:
    case = str((await open_case(owner_url)).id)
    manager = await world.as_(MANAGER)
    nobody = await manager.post(f"/v1/cases/{case}/notes", {"body": "x", "mentions": [str(uuid4())]})
    answers = [nobody, *[await _mention(world, case, each) for each in ("manager2.almaty", "analyst", "qr.111")]]
    told = [{k: v for k, v in answer.json().items() if k != "request_id"} for answer in answers]
    assert {answer.status_code for answer in answers} == {409}
    assert told[0]["code"] == "not-free-for-this"
    assert all(each == told[0] for each in told)
    assert await rows(owner_url, "SELECT id FROM case_note") == []
    twice = await _mention(world, case, MANAGER, MANAGER)
    assert (twice.status_code, twice.json()["code"]) == (422, "named-twice")


async def test_of_a_restricted_case_only_its_team_is_mentioned(world: World, owner_url: str) -> None:
    case = await _case(world, owner_url, restricted=True)
    assert (await _mention(world, case, "supervisor.almaty")).status_code == 409
    assert (await _mention(world, case, "psychologist.almaty")).status_code == 201


async def test_notes_are_listed_page_by_page_to_those_who_see_the_case_alone(world: World, owner_url: str) -> None:
    case = str((await open_case(owner_url)).id)
    ids = [done(await _mention(world, case))["id"] for _ in range(3)]
    manager, path = await world.as_(MANAGER), f"/v1/cases/{case}/notes"
    first = done(await manager.get(f"{path}?limit=2"))
    rest = done(await manager.get(f"{path}?limit=2&cursor={first['next_cursor']}"))
    assert [n["id"] for n in first["items"] + rest["items"]] == ids[::-1]
    assert (await (await world.as_("manager2.almaty")).get(path)).status_code == 404
    assert (await (await world.as_("manager2.almaty")).post(path, {"body": "x"})).status_code == 404


async def test_a_flag_is_set_and_lifted_with_a_reason_and_stays_on_record(world: World, owner_url: str) -> None:
    case = str((await open_case(owner_url)).id)
    manager, path = await world.as_(MANAGER), f"/v1/cases/{case}/flags"
    assert (await manager.post(path, {"kind": "court_soon"})).status_code == 422
    flag = done(await manager.post(path, {"kind": "court_soon", "reason": "Сот 12-де"}))
    again = await manager.post(path, {"kind": "court_soon", "reason": "x"})
    assert (again.status_code, again.json()["code"]) == (409, "flag-set")
    lift = f"/v1/flags/{flag['id']}/lift"
    assert (await manager.post(lift, {})).status_code == 422
    assert (await manager.post(lift, {"reason": "x"}, headers={"If-Match": '"v9"'})).status_code == 412
    lifted = done(await manager.post(lift, {"reason": "Сот өтті"}))
    assert (lifted["lift_reason"], lifted["version"]) == ("Сот өтті", 2)
    assert (await manager.post(lift, {"reason": "x"})).json()["code"] == "flag-lifted"
    done(await manager.post(path, {"kind": "court_soon", "reason": "Жаңа сот"}))
    assert [f["reason"] for f in done(await manager.get(path))["items"]] == ["Жаңа сот", "Сот 12-де"]
    assert (await story(owner_url, case))[-3:] == ["case_flag.set", "case_flag.lifted", "case_flag.set"]


async def test_flagged_cases_are_listed_by_kind_to_those_who_see_them(world: World, owner_url: str) -> None:
    open_one, hidden = str((await open_case(owner_url)).id), str((await open_case(owner_url, restricted=True)).id)
    other = str((await open_case(owner_url, manager="manager2.almaty")).id)
    for case, username in ((open_one, MANAGER), (hidden, MANAGER), (other, "manager2.almaty")):
        await annotate(world, case, username)
    done(
        await (await world.as_(MANAGER)).post(f"/v1/cases/{open_one}/flags", {"kind": "move_soon", "reason": "Астана"})
    )
    for username, expected in (
        (MANAGER, {open_one, hidden}),
        ("manager2.almaty", {other}),
        ("supervisor.almaty", {open_one, other}),
        ("supervisor.astana", set()),
    ):
        caller = await world.as_(username)
        found = done(await caller.get("/v1/flags?kind=court_soon"))["items"]
        assert {f["case_id"] for f in found} == expected, username
        paged, cursor = [], ""
        while cursor is not None:
            page = done(await caller.get(f"/v1/flags?limit=1{cursor and f'&cursor={cursor}'}"))
            paged += page["items"]
            cursor = page["next_cursor"]
        assert len({f["id"] for f in paged}) == len(paged) == len(expected) + (open_one in expected)
    assert (await (await world.as_(MANAGER)).get("/v1/flags?kind=nothing")).status_code == 422


async def test_a_warning_says_whether_the_person_knows_and_its_review_has_a_clock(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    opened = await open_case(owner_url)
    case, manager = str(opened.id), await world.as_(MANAGER)
    path = f"/v1/cases/{case}/warnings"
    silent = await manager.post(path, _warning(clock, told=False))
    assert (silent.status_code, silent.json()["code"]) == (422, "note-needed")
    stranger = await manager.post(path, _warning(clock, person_id=str(uuid4())))
    assert (stranger.status_code, stranger.json()["code"]) == (422, "not-of-the-case")
    late = await manager.post(path, _warning(clock, review_on=_day(clock, 400).isoformat()))
    assert (late.status_code, late.json()["code"]) == (422, "review-too-late")
    child = str(opened.child_id)
    warning = done(await manager.post(path, _warning(clock, told=False, told_note="Қауіпті", person_id=child)))
    assert (warning["told"], warning["told_note"], warning["person_id"]) == (False, "Қауіпті", child)
    task = (await running_clocks(owner_url, case))["warning_review"]
    assert to_local(task["due_at"]).date() <= _day(clock, 30)
    assert task["assignee_id"] == demo_id(MANAGER)
    again = {"review_on": _day(clock, 60).isoformat(), "told": True}
    reviewed = done(await manager.post(f"{path}/{warning['id']}/review", again))
    assert (reviewed["told"], reviewed["told_note"], reviewed["review_on"]) == (True, None, again["review_on"])
    assert (await running_clocks(owner_url, case))["warning_review"]["id"] != task["id"]
    lifted = done(await manager.post(f"{path}/{warning['id']}/lift", {"note": "Көшіп кетті"}))
    assert lifted["lift_note"] == "Көшіп кетті"
    assert "warning_review" not in await running_clocks(owner_url, case)
    assert (await manager.post(f"{path}/{warning['id']}/review", again)).json()["code"] == "already-lifted"


async def test_a_warning_whose_review_was_forgotten_says_so_at_the_top(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    case = await _case(world, owner_url)
    manager, path = await world.as_(MANAGER), f"/v1/cases/{case}/warnings"
    later = done(await manager.post(path, _warning(clock, kind="dog", review_on=_day(clock, 80).isoformat())))["id"]
    sooner = done(await manager.post(path, _warning(clock, review_on=_day(clock, 2).isoformat())))["id"]
    clock.advance(timedelta(days=5))
    world.forget_tokens()
    found = done(await (await world.as_("psychologist.almaty")).get(path))["items"]
    assert [(w["id"], w["review_overdue"]) for w in found] == [(sooner, True), (later, False)]
    assert (await (await world.as_("manager2.almaty")).get(path)).status_code == 404
    assert (await (await world.as_("oversight")).post(path, _warning(clock))).status_code == 403
