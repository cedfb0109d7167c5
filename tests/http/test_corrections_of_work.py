"""Notes, warnings, reviews, sessions in the wrong child's file: marked by two persons, kept, they count no longer."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from casemgmt.clock import ManualClock
from casemgmt.db.addresses import driver_url
from casemgmt.demo.accounts import demo_id
from rules.zone import to_local
from tests import steps
from tests.clients import World
from tests.factories import OpenCase, count, open_case
from tests.http.test_sessions import HELD, LAWYER, attendance, booked, pass_time
from tests.http.test_subject_copies import prepare
from tests.records import audited, running_clocks, story
from tests.steps import MANAGER, SUPERVISOR, done, refused

PSYCHOLOGIST = "psychologist.almaty"
SEEN = {"note": "Құжаттар тексерілді."}


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime.now(UTC))


def wrong(record_type: str, record_id: str) -> dict[str, str]:
    return {"record_type": record_type, "record_id": record_id, "reason": "wrong_person", "note": "Басқа бала туралы."}


async def propose(world: World, case_id: str, record_type: str, record_id: str, by: str = MANAGER) -> str:
    answer = await (await world.as_(by)).post(f"/v1/cases/{case_id}/corrections", wrong(record_type, record_id))
    return str(done(answer)["id"])


async def confirm(world: World, correction: str) -> dict[str, Any]:
    return done(await (await world.as_(SUPERVISOR)).post(f"/v1/corrections/{correction}/confirm", SEEN))


async def mark(world: World, case_id: str, record_type: str, record_id: str, by: str = MANAGER) -> None:
    correction = await propose(world, case_id, record_type, record_id, by)
    assert (await confirm(world, correction))["state"] == "confirmed"


async def held(world: World, case: OpenCase, clock: ManualClock, **changes: Any) -> str:
    """Book a session with the psychologist and hold it two days later."""
    session = await booked(world, case, clock, **changes)
    pass_time(world, clock, timedelta(days=2))
    psychologist = await world.as_(PSYCHOLOGIST)
    done(await psychologist.post(f"/v1/sessions/{session}/hold", {"attendance": attendance(case)} | HELD))
    return session


async def missed(world: World, case: OpenCase, clock: ManualClock) -> str:
    session = await booked(world, case, clock)
    pass_time(world, clock, timedelta(days=2))
    psychologist = await world.as_(PSYCHOLOGIST)
    done(await psychologist.post(f"/v1/sessions/{session}/no-show", {"next_step": "call_family"}))
    return session


async def told_as_wrong(world: World, case_id: str) -> set[str]:
    """Return the kinds of the entries of the story that are marked."""
    timeline = done(await (await world.as_(MANAGER)).get(f"/v1/cases/{case_id}/timeline?limit=100"))
    return {each["kind"] for each in timeline["items"] if each["entered_in_error"]}


async def test_a_note_in_the_wrong_file_stays_marked_and_asks_nobody_any_more(world: World, owner_url: str) -> None:
    case = str((await open_case(owner_url)).id)
    manager = await world.as_(MANAGER)
    body = {"body": "Көрші баланың анасымен сөйлестім.", "mentions": [str(demo_id(SUPERVISOR))]}
    note = done(await manager.post(f"/v1/cases/{case}/notes", body))["id"]
    right = done(await manager.post(f"/v1/cases/{case}/notes", {"body": "Осы бала туралы."}))["id"]
    correction = await propose(world, case, "case_note", note)
    assert "mention" in await running_clocks(owner_url, case), "one person changes nothing"
    await confirm(world, correction)
    assert "mention" not in await running_clocks(owner_url, case)
    listed = done(await manager.get(f"/v1/cases/{case}/notes"))["items"]
    assert {n["id"]: n["entered_in_error"] for n in listed} == {note: True, right: False}
    assert next(n["body"] for n in listed if n["id"] == note) == body["body"], "it is kept"
    assert await told_as_wrong(world, case) == {"case_note.written"}
    again = await manager.post(f"/v1/cases/{case}/corrections", wrong("case_note", note))
    assert (again.status_code, again.json()["errors"][0]["code"]) == (422, "not-correctable")


async def test_a_warning_about_another_family_warns_nobody_and_its_review_is_over(world: World, owner_url: str) -> None:
    case = str((await open_case(owner_url)).id)
    warning = (await steps.annotate(world, case))["warning"]
    await mark(world, case, "visitor_warning", warning)
    assert "warning_review" not in await running_clocks(owner_url, case)
    manager = await world.as_(MANAGER)
    shown = done(await manager.get(f"/v1/cases/{case}/warnings"))["items"][0]
    assert (shown["entered_in_error"], shown["note"], shown["review_overdue"]) == (True, "Ит бар.", False)
    assert shown["lifted_by_id"] == str(demo_id(SUPERVISOR))
    again = {"review_on": shown["review_on"], "told": True}
    path = f"/v1/cases/{case}/warnings/{warning}/review"
    assert refused(await manager.post(path, again)) == (409, "already-lifted")


async def test_a_review_that_never_was_moves_nothing_and_the_next_is_due_as_before(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    opened = await open_case(owner_url)
    case, path = str(opened.id), f"/v1/plans/{opened.plan_id}/reviews"
    manager = await world.as_(MANAGER)
    day = to_local(clock.now()).date()
    first = {"note": "Жүріп жатыр", "next_review_on": (day + timedelta(days=12)).isoformat()}
    done(await manager.post(path, first))
    due = (await running_clocks(owner_url, case))["plan_review"]["due_at"]
    pass_time(world, clock, timedelta(days=3))
    manager = await world.as_(MANAGER)
    done(await manager.post(f"/v1/plan-measures/{opened.measures['legal']}/start"))
    late = (day + timedelta(days=25)).isoformat()
    second = done(await manager.post(path, {"note": "Басқа отбасы", "next_review_on": late}))
    assert [m["now"] for m in second["moved"]["measures"]] == ["in_progress"]
    assert (await running_clocks(owner_url, case))["plan_review"]["due_at"] > due
    await mark(world, case, "plan_review", second["id"])
    assert (await running_clocks(owner_url, case))["plan_review"]["due_at"] == due
    listed = done(await manager.get(path))
    assert [(r["number"], r["entered_in_error"]) for r in listed["items"]] == [(2, True), (1, False)]
    assert [m["now"] for m in listed["since_then"]["measures"]] == ["in_progress"], "it moved since the one that counts"
    third = done(await manager.post(path, {"note": "Осы отбасы", "next_review_on": late}))
    assert (third["number"], [m["now"] for m in third["moved"]["measures"]]) == (3, ["in_progress"])
    after = (await running_clocks(owner_url, case))["plan_review"]["due_at"]
    await mark(world, case, "plan_review", next(r["id"] for r in listed["items"] if r["number"] == 1))
    assert (await running_clocks(owner_url, case))["plan_review"]["due_at"] == after, "a later one stands"


async def test_a_session_held_with_another_child_counts_nowhere_and_its_measure_is_planned_again(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    case = await open_case(owner_url)
    measure = case.measures["psychological"]
    session = await held(world, case, clock, plan_measure_id=str(measure))
    stands = "SELECT state FROM plan_measure WHERE id = $1"
    assert await count(owner_url, stands, measure) == "in_progress"
    await mark(world, str(case.id), "centre_session", session, by=PSYCHOLOGIST)
    assert await count(owner_url, stands, measure) == "planned"
    psychologist = await world.as_(PSYCHOLOGIST)
    shown = done(await psychologist.get(f"/v1/sessions/{session}"))
    assert (shown["state"], shown["outcome"], shown["allowed_actions"]) == ("entered_in_error", "progress", [])
    path = f"/v1/cases/{case.id}/sessions"
    assert done(await psychologist.get(f"{path}?state=held"))["items"] == []
    assert [s["id"] for s in done(await psychologist.get(f"{path}?state=entered_in_error"))["items"]] == [session]
    note = await psychologist.post(f"/v1/sessions/{session}/notes", {"body": "Кеш."})
    assert refused(note) == (409, "session-not-held")
    taken = "SELECT count(*) FROM booking WHERE session_id = $1 AND cancelled_at IS NULL"
    assert await count(owner_url, taken, session) == 0
    assert "plan_measure.put_back" in await story(owner_url, str(case.id))
    assert {"session.booked", "session.held"} == await told_as_wrong(world, str(case.id))


async def test_a_measure_stays_in_progress_as_long_as_a_session_that_counts_carries_it_out(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    case = await open_case(owner_url)
    measure = case.measures["psychological"]
    first = await held(world, case, clock, plan_measure_id=str(measure))
    second = await held(world, case, clock, plan_measure_id=str(measure))
    await mark(world, str(case.id), "centre_session", first)
    assert await count(owner_url, "SELECT state FROM plan_measure WHERE id = $1", measure) == "in_progress"
    await mark(world, str(case.id), "centre_session", second)
    assert await count(owner_url, "SELECT state FROM plan_measure WHERE id = $1", measure) == "planned"


async def test_who_was_missed_by_mistake_is_not_called_and_did_not_stay_away_twice(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    case = await open_case(owner_url)
    first = await missed(world, case, clock)
    second = await missed(world, case, clock)
    calls = "SELECT count(*) FROM task WHERE record_id = $1 AND kind = 'no_show_call' AND cancelled_at IS NULL"
    assert "repeated_no_show" in await running_clocks(owner_url, str(case.id))
    await mark(world, str(case.id), "centre_session", first)
    assert "repeated_no_show" not in await running_clocks(owner_url, str(case.id))
    assert [await count(owner_url, calls, each) for each in (first, second)] == [0, 1]
    await missed(world, case, clock)
    assert "repeated_no_show" in await running_clocks(owner_url, str(case.id)), "the other two still count"


async def test_what_has_not_taken_place_yet_is_cancelled_and_not_an_error(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    case = await open_case(owner_url)
    session = await booked(world, case, clock)
    manager = await world.as_(MANAGER)
    answer = await manager.post(f"/v1/cases/{case.id}/corrections", wrong("centre_session", session))
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "not-correctable")


async def test_a_note_of_a_session_is_marked_by_somebody_who_never_reads_it_nor_does_the_rest_of_the_team_learn_of_it(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    case = await open_case(owner_url)
    later = clock.now() + timedelta(days=5)
    times = {"starts_at": later.isoformat(), "ends_at": (later + timedelta(hours=1)).isoformat()}
    await booked(world, case, clock, specialist_id=LAWYER, help_kind="legal", **times)
    session = await held(world, case, clock)
    psychologist, path = await world.as_(PSYCHOLOGIST), f"/v1/sessions/{session}/notes"
    note = done(await psychologist.post(path, {"body": "Бала түнде қорқады."}))["id"]
    corrections = f"/v1/cases/{case.id}/corrections"
    blind = await (await world.as_("lawyer.almaty")).post(corrections, wrong("session_note", note))
    assert (blind.status_code, blind.json()["errors"][0]["code"]) == (422, "unknown-record")
    correction = await propose(world, str(case.id), "session_note", note, by=PSYCHOLOGIST)
    seen = {
        who: len(done(await (await world.as_(who)).get(corrections))["items"])
        for who in (PSYCHOLOGIST, MANAGER, SUPERVISOR, "lawyer.almaty")
    }
    assert seen == {PSYCHOLOGIST: 1, MANAGER: 1, SUPERVISOR: 1, "lawyer.almaty": 0}
    assert refused(await psychologist.post(f"/v1/corrections/{correction}/confirm", SEEN))[0] == 403
    assert done(await psychologist.get(path))["items"][0]["entered_in_error"] is False
    assert (await confirm(world, correction))["state"] == "confirmed"
    kept = done(await psychologist.get(path))["items"]
    assert [(n["body"], n["entered_in_error"]) for n in kept] == [("Бала түнде қорқады.", True)]
    assert done(await (await world.as_(SUPERVISOR)).get(path))["items"] == []
    told = "SELECT count(*) FROM timeline_entry WHERE record_id = $1 OR data::text LIKE '%session_note%'"
    assert await count(owner_url, told, correction) == 0
    again = await psychologist.post(corrections, wrong("session_note", note))
    assert (again.status_code, again.json()["errors"][0]["code"]) == (422, "not-correctable")


async def test_what_may_be_about_another_child_is_in_no_copy_for_this_one(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    case = await open_case(owner_url)
    session = await held(world, case, clock)
    manager, psychologist = await world.as_(MANAGER), await world.as_(PSYCHOLOGIST)
    note = done(await psychologist.post(f"/v1/sessions/{session}/notes", {"body": "Бала түнде қорқады."}))["id"]
    met = {"person_id": str(case.child_id), "at": clock.now().isoformat(), "place": "home", "alone": True}
    done(await manager.post(f"/v1/cases/{case.id}/child-contacts", met | {"note": "Үйде болды."}))
    contact = str(await count(owner_url, "SELECT id FROM child_contact WHERE case_id = $1", case.id))
    texts = f"/v1/subject-copies/{(await prepare(world, 'child', person_id=str(case.child_id)))['id']}/texts"

    async def offered() -> set[str]:
        return {t["id"] for t in done(await (await world.as_("subjects")).get(texts))["texts"]}

    assert {note, contact} <= await offered()
    await mark(world, str(case.id), "session_note", note, by=PSYCHOLOGIST)
    await mark(world, str(case.id), "child_contact", contact)
    assert not {note, contact} & await offered()
    second = done(await psychologist.post(f"/v1/sessions/{session}/notes", {"body": "Тағы бір жазба."}))["id"]
    assert second in await offered()
    await mark(world, str(case.id), "centre_session", session)
    assert second not in await offered(), "a note of a session that was not held with this child"


async def test_the_database_marks_none_of_them_without_the_second_person(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    case = await open_case(owner_url)
    review = {"note": "Жүріп жатыр", "next_review_on": (to_local(clock.now()).date() + timedelta(days=9)).isoformat()}
    review_id = done(await (await world.as_(MANAGER)).post(f"/v1/plans/{case.plan_id}/reviews", review))["id"]
    session = await held(world, case, clock)
    path = f"/v1/sessions/{session}/notes"
    note = done(await (await world.as_(PSYCHOLOGIST)).post(path, {"body": "Кеш."}))["id"]
    beside = await steps.annotate(world, str(case.id))
    connection = await asyncpg.connect(driver_url(owner_url))
    try:
        for table, record in (
            ("case_note", beside["note"]),
            ("visitor_warning", beside["warning"]),
            ("plan_review", review_id),
            ("session_note", note),
            ("centre_session", session),
        ):
            await propose(world, str(case.id), table, record, by=PSYCHOLOGIST)
            value = "state = 'entered_in_error'" if table == "centre_session" else "entered_in_error = true"
            with pytest.raises(asyncpg.PostgresError) as fault:
                await audited(connection, f"UPDATE {table} SET {value} WHERE id = $1", UUID(record))
            assert fault.value.sqlstate == "CM409", table
    finally:
        await connection.close()
