"""A specialist is away: a colleague of the same help holds the sessions and reads their notes, for that time alone."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from casemgmt.clock import ManualClock
from casemgmt.demo.accounts import demo_id
from tests.absence_steps import absence, away, of_absence
from tests.account_steps import give_role
from tests.clients import World
from tests.factories import OpenCase, open_case
from tests.http.test_sessions import HALL, HELD, attendance, booked, booking, pass_time
from tests.http.test_specialists import of, paper
from tests.records import events, rows, story
from tests.steps import MANAGER, done, refused

ABSENTEE, COLLEAGUE, LAWYER, HEAD = "psychologist.almaty", "teacher.almaty", "lawyer.almaty", "head.almaty"
NOTE = {"body": "Бала түнде қорқады."}
DAY = timedelta(days=1)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime.now(UTC))


async def _colleague(world: World, owner_url: str, clock: ManualClock) -> None:
    """Make of a colleague one who gives psychological help: with role and paper, and a place in another case."""
    await give_role(world, f"/v1/users/{demo_id(COLLEAGUE)}", "centre_specialist")
    done(await (await world.as_(HEAD)).post(of(demo_id(COLLEAGUE), "papers"), paper(clock)))
    other = await open_case(owner_url)
    member = {"user_id": str(demo_id(COLLEAGUE)), "team_role": "psychologist", "help_kind": "psychological"}
    done(await (await world.as_(other.manager)).post(f"/v1/cases/{other.id}/team", member))


async def _with_note(world: World, owner_url: str, clock: ManualClock) -> tuple[OpenCase, str]:
    """Return a case and its session with the absentee, which was held, with a note."""
    case = await open_case(owner_url)
    session = await booked(world, case, clock)
    pass_time(world, clock, DAY)
    specialist = await world.as_(ABSENTEE)
    done(await specialist.post(f"/v1/sessions/{session}/hold", {"attendance": attendance(case)} | HELD))
    done(await specialist.post(f"/v1/sessions/{session}/notes", NOTE))
    return case, session


def _named(case: OpenCase, deputy: str = COLLEAGUE, *, holds: bool = True) -> list[dict[str, Any]]:
    return [{"case_id": str(case.id), "deputy_id": str(demo_id(deputy)), "holds_sessions": holds}]


async def _notes(world: World, session: str, who: str) -> list[str] | int:
    answer = await (await world.as_(who)).get(f"/v1/sessions/{session}/notes")
    return [n["body"] for n in answer.json()["items"]] if answer.status_code == 200 else answer.status_code


async def test_a_colleague_of_the_same_help_named_for_the_case_reads_its_notes_for_that_time_and_the_log_says_for_whom(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    await _colleague(world, owner_url, clock)
    case, session = await _with_note(world, owner_url, clock)
    assert await _notes(world, session, COLLEAGUE) == 404
    entered = await away(world, by=ABSENTEE, deputy=LAWYER, cases=_named(case))
    assert entered["cases"] == _named(case)
    assert await _notes(world, session, COLLEAGUE) == [NOTE["body"]]
    assert await _notes(world, session, LAWYER) == 404, "who stands in for all of the rest"
    assert await _notes(world, session, HEAD) == []
    (read,) = await rows(
        owner_url,
        "SELECT on_behalf_of FROM audit_event WHERE kind = 'session_note.read' AND actor_id = $1",
        demo_id(COLLEAGUE),
    )
    assert read["on_behalf_of"] == demo_id(ABSENTEE)

    only_the_case = {"deputy_id": str(demo_id(LAWYER)), "cases": _named(case, holds=False)}
    done(await of_absence(world, ABSENTEE, f"{entered['id']}/deputies", only_the_case))
    assert await _notes(world, session, COLLEAGUE) == [], "of the team, and not for its sessions"
    again = only_the_case | {"cases": _named(case)}
    done(await of_absence(world, ABSENTEE, f"{entered['id']}/deputies", again))
    assert await _notes(world, session, COLLEAGUE) == [NOTE["body"]]
    done(await of_absence(world, ABSENTEE, f"{entered['id']}/end"))
    assert await _notes(world, session, COLLEAGUE) == 404
    told = Counter(e for e in await events(owner_url, str(case.id)) if e.startswith("case.stand_in"))
    assert told == {"case.stand_in_began": 3, "case.stand_in_ended": 3}


async def test_a_deputy_who_gives_other_help_is_refused_the_sessions(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    case, session = await _with_note(world, owner_url, clock)
    specialist = await world.as_(ABSENTEE)
    entry = absence(LAWYER, cases=_named(case, LAWYER))
    assert refused(await specialist.post("/v1/staff-absences", entry)) == (422, "deputy-of-other-help")
    await away(world, by=ABSENTEE, deputy=LAWYER, cases=_named(case, LAWYER, holds=False))
    assert await _notes(world, session, LAWYER) == []


async def test_the_colleague_is_booked_for_that_time_writes_the_notes_and_leaves_them_to_who_comes_back(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    await _colleague(world, owner_url, clock)
    case, _ = await _with_note(world, owner_url, clock)
    entered = await away(world, by=ABSENTEE, deputy=LAWYER, cases=_named(case))
    session = await booked(world, case, clock, specialist_id=str(demo_id(COLLEAGUE)))
    place = "SELECT absence_id FROM case_member WHERE case_id = $1 AND user_id = $2 AND ended_at IS NULL"
    (held,) = await rows(owner_url, place, case.id, demo_id(COLLEAGUE))
    assert str(held["absence_id"]) == entered["id"], "no place that lasts"
    pass_time(world, clock, DAY)
    colleague = await world.as_(COLLEAGUE)
    done(await colleague.post(f"/v1/sessions/{session}/hold", {"attendance": attendance(case)} | HELD))
    done(await colleague.post(f"/v1/sessions/{session}/notes", NOTE))
    done(await of_absence(world, ABSENTEE, f"{entered['id']}/end"))
    assert await _notes(world, session, ABSENTEE) == [NOTE["body"]]
    assert await _notes(world, session, COLLEAGUE) == 404


async def _asked_for(world: World) -> list[str]:
    found = await (await world.as_(MANAGER)).get("/v1/tasks/mine", params={"kind": "session_without_specialist"})
    return [task["record_id"] for task in done(found)["items"]]


async def _give(world: World, session: str, **given: Any) -> Any:
    to = {"specialist_id": str(demo_id(COLLEAGUE))} | given
    return await (await world.as_(MANAGER)).post(f"/v1/sessions/{session}/move", to)


async def test_a_booked_session_passes_to_the_deputy_in_one_request_which_answers_what_the_manager_was_asked(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    await _colleague(world, owner_url, clock)
    case, other = await open_case(owner_url), await open_case(owner_url)
    session = await booked(world, case, clock)
    taken = await booked(world, other, clock, specialist_id=str(demo_id(COLLEAGUE)), room_id=HALL)
    await away(world, by=ABSENTEE, deputy=LAWYER, cases=_named(case))
    assert await _asked_for(world) == [session], "the absence moves none by itself"
    assert refused(await _give(world, session)) == (409, "already-booked"), "as a booking would be"
    assert refused(await _give(world, session, specialist_id=str(demo_id(MANAGER)))) == (422, "unknown-specialist")
    assert await _asked_for(world) == [session]
    done(await (await world.as_(MANAGER)).post(f"/v1/sessions/{taken}/cancel", {"reason": "client_request"}))
    before = done(await (await world.as_(MANAGER)).get(f"/v1/sessions/{session}"))
    given = done(await _give(world, session))
    assert given["specialist_id"] == str(demo_id(COLLEAGUE))
    assert (given["starts_at"], given["room_id"]) == (before["starts_at"], before["room_id"])
    assert await _asked_for(world) == []
    assert "session.given_to_another" in await story(owner_url, str(case.id))
    pass_time(world, clock, DAY)
    colleague = await world.as_(COLLEAGUE)
    done(await colleague.post(f"/v1/sessions/{session}/hold", {"attendance": attendance(case)} | HELD))
    done(await colleague.post(f"/v1/sessions/{session}/notes", NOTE))


@pytest.mark.parametrize("by", ["end", "prolong", "deputies"])
async def test_a_session_that_the_deputy_can_give_no_more_is_asked_for_and_goes_back(
    world: World, owner_url: str, clock: ManualClock, by: str
) -> None:
    await _colleague(world, owner_url, clock)
    case = await open_case(owner_url)
    session = await booked(world, case, clock)
    entered = await away(world, by=ABSENTEE, deputy=LAWYER, cases=_named(case))
    done(await _give(world, session))
    assert await _asked_for(world) == []
    shorter = {"ends_at": (clock.now() + timedelta(hours=23)).isoformat()}
    body = {"prolong": shorter, "deputies": {"deputy_id": str(demo_id(LAWYER)), "cases": []}}.get(by)
    done(await of_absence(world, ABSENTEE, f"{entered['id']}/{by}", body))
    assert await _asked_for(world) == [session], "nobody is left before somebody who does not see the child's case"
    if by != "deputies":
        given = done(await _give(world, session, specialist_id=str(demo_id(ABSENTEE))))
        assert given["specialist_id"] == str(demo_id(ABSENTEE))
        assert await _asked_for(world) == []


async def test_a_session_of_a_series_that_a_colleague_gives_stays_when_the_rest_is_moved(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    await _colleague(world, owner_url, clock)
    case = await open_case(owner_url)
    manager = await world.as_(MANAGER)
    series = booking(case, clock, sessions=3)
    items = done(await manager.post(f"/v1/cases/{case.id}/session-series", series))["items"]
    ids, starts = [i["id"] for i in items], [datetime.fromisoformat(i["starts_at"]) for i in items]
    done(await _give(world, ids[1]))
    later = {"starts_at": starts[0] + timedelta(hours=2), "ends_at": starts[0] + timedelta(hours=3)}
    moved = {name: at.isoformat() for name, at in later.items()} | {"scope": "rest"}
    done(await manager.post(f"/v1/sessions/{ids[0]}/move", moved))
    now = [done(await manager.get(f"/v1/sessions/{each}")) for each in ids]
    hours = [datetime.fromisoformat(s["starts_at"]) - was for s, was in zip(now, starts, strict=True)]
    assert hours == [timedelta(hours=2), timedelta(), timedelta(hours=2)]
    givers = [str(demo_id(who)) for who in (ABSENTEE, COLLEAGUE, ABSENTEE)]
    assert [s["specialist_id"] for s in now] == givers
    done(await _give(world, ids[0], scope="rest"))
    now = [done(await manager.get(f"/v1/sessions/{each}")) for each in ids]
    assert {s["specialist_id"] for s in now} == {str(demo_id(COLLEAGUE))}


@pytest.mark.parametrize("half", [{}, {"starts_at": "2030-01-01T10:00:00+05:00"}])
async def test_a_move_that_says_nothing_or_half_a_time_is_refused(
    world: World, owner_url: str, clock: ManualClock, half: dict[str, str]
) -> None:
    session = await booked(world, await open_case(owner_url), clock)
    answer = await (await world.as_(MANAGER)).post(f"/v1/sessions/{session}/move", half)
    assert refused(answer) == (422, "invalid-request")
