"""Queues and tasks: who sees what is due, who may take, give, complete and cancel it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import httpx
import pytest

from casemgmt.clock import ManualClock
from casemgmt.db.addresses import driver_url
from casemgmt.demo.accounts import demo_id
from casemgmt.tasks.policy import clock_state
from casemgmt.tasks.repository import CLOCK_CONDITIONS
from casemgmt.tasks.tables import Task
from tests.clients import Caller, World
from tests.steps import notice_by_telephone, open_case

SIGNAL = {
    "source": "qr_111",
    "channel": "qr_message",
    "category": "violence_physical",
    "language": "kk",
    "narrative": "Үйде мені ұрады.",
    "region_code": "KZ-75",
}
DUTY, DUTY2 = str(demo_id("duty.almaty")), str(demo_id("duty2.almaty"))
MANAGER, MANAGER2 = str(demo_id("manager.almaty")), str(demo_id("manager2.almaty"))


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime.now(UTC))


def pass_time(world: World, clock: ManualClock, by: timedelta) -> None:
    clock.advance(by)
    world.forget_tokens()


async def record_signal(world: World, **changes: Any) -> str:
    duty = await world.as_("duty.almaty")
    created = await duty.post("/v1/signals", SIGNAL | changes)
    assert created.status_code == 201, created.text
    return str(created.json()["id"])


async def queue(caller: Caller, name: str = "mine", **options: Any) -> list[dict[str, Any]]:
    listed = await caller.get(f"/v1/tasks/{name}", **options)
    assert listed.status_code == 200, listed.text
    items: list[dict[str, Any]] = listed.json()["items"]
    return items


async def find(caller: Caller, kind: str, name: str = "mine") -> dict[str, Any]:
    return next(t for t in await queue(caller, name, params={"limit": "100"}) if t["kind"] == kind)


async def set_task(caller: Caller, clock: ManualClock, **changes: Any) -> httpx.Response:
    body = {"title": "Мектепке хабарласу", "due_at": (clock.now() + timedelta(hours=8)).isoformat()}
    return await caller.post("/v1/tasks", body | changes)


async def rows(owner_url: str, statement: str, *arguments: Any) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(driver_url(owner_url))
    try:
        found: list[asyncpg.Record] = await connection.fetch(statement, *arguments)
        return found
    finally:
        await connection.close()


# queues


async def test_a_clock_stands_in_the_queue_of_the_desk_runs_warns_and_is_breached(
    world: World, clock: ManualClock, owner_url: str
) -> None:
    signal = await record_signal(world, danger_now=True)
    duty2 = await world.as_("duty2.almaty")
    (task,) = [t for t in await queue(duty2) if t["kind"] == "triage_emergency"]
    assert task["signal_id"] == task["record_id"] == signal
    assert (task["clock"], task["time_left_seconds"]) == ("running", 900)
    assert task["deadline"] == {"status": "house_default", "is_law": False, "provisional": False}
    assert task["assignee_id"] is None
    for after, state, left in ((9, "warning", 360), (6, "warning", 0), (1, "breached", -60)):
        pass_time(world, clock, timedelta(minutes=after))
        task = await find(await world.as_("duty2.almaty"), "triage_emergency")
        assert (task["clock"], task["time_left_seconds"]) == (state, left)
    events = await rows(owner_url, "SELECT record_ids FROM audit_event WHERE kind = 'task.listed' ORDER BY at")
    assert str(events[-1]["record_ids"][0]) == task["id"]


@pytest.mark.parametrize(
    ("language", "label"),
    [
        ("kk", "Аса шұғыл сигналды бағалау"),
        ("ru-RU, en;q=0.5", "Первичная оценка экстренного сигнала"),
        ("en", "Triage of an emergency signal"),
        ("de", "Аса шұғыл сигналды бағалау"),
    ],
)
async def test_a_task_is_named_in_the_language_of_the_reader(
    world: World, clock: ManualClock, language: str, label: str
) -> None:
    await record_signal(world, danger_now=True)
    duty = await world.as_("duty.almaty")
    (task,) = await queue(duty, headers={"Accept-Language": language}, params={"kind": "triage_emergency"})
    assert task["label"] == label


async def test_a_queue_is_my_own_and_what_nobody_has_taken_in_my_group_or_at_my_desk(
    world: World, clock: ManualClock
) -> None:
    signal = await record_signal(world, danger_now=True)
    duty = await world.as_("duty.almaty")
    triage = {
        "outcome": "mobile_group_referral",
        "severity": "high",
        "reason": "visit_needed",
        "mobile_group_id": str(demo_id("group cps_almaty")),
    }
    answer = await duty.post(f"/v1/signals/{signal}/triage", triage)
    assert answer.status_code == 200, answer.text
    for member in ("lead.almaty", "nurse.almaty"):
        assert "referral_acceptance_emergency" in [t["kind"] for t in await queue(await world.as_(member))]
    for other in ("duty.astana", "lead.astana", "manager.almaty", "head.almaty"):
        assert await queue(await world.as_(other)) == [], other
    taken = await set_task(duty, clock, signal_id=signal, assignee_id=DUTY2)
    assert taken.status_code == 201, taken.text
    assert "manual" in [t["kind"] for t in await queue(await world.as_("duty2.almaty"))]
    assert "manual" not in [t["kind"] for t in await queue(duty)]


async def test_a_supervisor_sees_all_open_tasks_of_the_body_and_nobody_else_does(
    world: World, clock: ManualClock
) -> None:
    case = await open_case(world)
    supervisor = await world.as_("supervisor.almaty")
    team = await queue(supervisor, "team")
    assert {"first_contact_with_child", "assessment"} <= {t["kind"] for t in team}
    assert [t["due_at"] for t in team] == sorted(t["due_at"] for t in team)
    assert await queue(supervisor, "team", params={"clock": "breached"}) == []
    (only,) = await queue(supervisor, "team", params={"kind": "assessment", "clock": "running"})
    assert only["case_id"] == case.id
    assert await queue(await world.as_("supervisor.astana"), "team") == []
    for other in ("manager.almaty", "duty.almaty", "oversight", "auditor"):
        assert (await (await world.as_(other)).get("/v1/tasks/team")).status_code == 403, other
    pass_time(world, clock, timedelta(days=60))
    late = await queue(await world.as_("supervisor.almaty"), "team", params={"clock": "breached"})
    assert {t["id"] for t in late} >= {t["id"] for t in team}
    assert {t["clock"] for t in late} == {"breached"}


async def test_a_restricted_case_stays_out_of_the_supervisors_queue(world: World, clock: ManualClock) -> None:
    case = await open_case(world, category="violence_sexual")
    for name in ("team", "mine"):
        assert case.id not in [t["case_id"] for t in await queue(await world.as_("supervisor.almaty"), name)]
    assert case.id in [t["case_id"] for t in await queue(await world.as_("manager.almaty"))]


async def _pages(caller: Caller, name: str) -> list[dict[str, Any]]:
    seen: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await caller.get(f"/v1/tasks/{name}", params={"limit": "2", **cursor})).json()
        seen.extend(page["items"])
        if page["next_cursor"] is None:
            return seen
        cursor = {"cursor": page["next_cursor"]}


async def test_the_summary_counts_what_the_lists_show(world: World, clock: ManualClock) -> None:
    case = await open_case(world)
    for _ in range(3):
        await record_signal(world, danger_now=True)
    manager = await world.as_("manager.almaty")
    for hours in (1, 2, 300):
        due = (clock.now() + timedelta(hours=hours)).isoformat()
        assert (await set_task(manager, clock, case_id=case.id, due_at=due)).status_code == 201
    pass_time(world, clock, timedelta(minutes=100))
    for name in ("duty.almaty", "manager.almaty", "supervisor.almaty", "head.almaty", "lead.almaty", "operator.111"):
        caller = await world.as_(name)
        counts = (await caller.get("/v1/tasks/summary")).json()
        assert (counts["team"] is not None) == (name in ("supervisor.almaty", "head.almaty"))
        for queue_name in ("mine", "team"):
            if counts[queue_name] is None:
                continue
            shown = await _pages(caller, queue_name)
            assert len({t["id"] for t in shown}) == len(shown) == counts[queue_name]["total"], name
            for state in ("running", "warning", "on_hold", "breached"):
                by_clock = [t["id"] for t in shown if t["clock"] == state]
                assert len(by_clock) == counts[queue_name][state], (name, state)
                filtered = await queue(caller, queue_name, params={"clock": state, "limit": "100"})
                assert sorted(t["id"] for t in filtered) == sorted(by_clock)
    manager_counts = (await (await world.as_("manager.almaty")).get("/v1/tasks/summary")).json()["mine"]
    assert manager_counts["breached"] >= 1
    assert manager_counts["warning"] >= 1
    assert manager_counts["running"] >= 1


async def test_the_database_and_the_program_agree_where_a_clock_stands(owner_url: str) -> None:
    start = datetime(2026, 3, 2, tzinfo=UTC)
    asked = [
        {"now": now, "warn_at": warn, "due_at": start + timedelta(minutes=10), "held_until": held}
        for warn in (start + timedelta(minutes=n) for n in (0, 5, 10))
        for now in (start + timedelta(minutes=n) for n in range(12))
        for held in (None, start + timedelta(minutes=4))
    ]
    arrays = ", ".join(f"${n}::timestamptz[]" for n in range(1, 5))
    conditions = ", ".join(f"{c.replace(':now', 'now')} AS {state}" for state, c in CLOCK_CONDITIONS.items())
    statement = f"SELECT {conditions} FROM unnest({arrays}) WITH ORDINALITY AS t ({', '.join(asked[0])}, n) ORDER BY n"
    answers = await rows(owner_url, statement, *([each[name] for each in asked] for name in asked[0]))
    assert len(answers) == len(asked) == 72
    for each, answer in zip(asked, answers, strict=True):
        moments = {name: moment for name, moment in each.items() if name != "now"}
        expected = clock_state(Task(started_at=start, **moments), each["now"])
        assert [state for state in CLOCK_CONDITIONS if answer[state]] == [expected], each


@pytest.mark.parametrize(
    "query", ["clock=late", "clock=completed", "kind=DROP TABLE", "assignee_id=1", "cursor=abc", "limit=0"]
)
async def test_a_filter_that_does_not_exist_is_refused(world: World, clock: ManualClock, query: str) -> None:
    assert (await (await world.as_("duty.almaty")).get(f"/v1/tasks/mine?{query}")).status_code == 422


# one task


async def test_a_task_is_read_in_full_and_hidden_from_others(world: World, clock: ManualClock, owner_url: str) -> None:
    await record_signal(world, danger_now=True)
    duty = await world.as_("duty.almaty")
    task = await find(duty, "triage_emergency")
    read = await duty.get(f"/v1/tasks/{task['id']}")
    assert read.headers["etag"] == '"v1"'
    actions = {a["action"]: (a["allowed"], a["reason_code"]) for a in read.json()["allowed_actions"]}
    assert actions == {
        "assign": (True, None),
        "complete": (False, "closed-by-its-act"),
        "give_notice": (False, "no-notice"),
        "hold": (False, "hold-of-another"),
        "end_hold": (False, "hold-of-another"),
        "cancel": (False, "forbidden"),
    }
    (event,) = await rows(owner_url, "SELECT * FROM audit_event WHERE kind = 'task.read'")
    assert str(event["record_ids"][0]) == task["id"]
    assert str(event["signal_id"]) == task["signal_id"]
    hidden = await (await world.as_("duty.astana")).get(f"/v1/tasks/{task['id']}")
    absent = await (await world.as_("duty.astana")).get(f"/v1/tasks/{demo_id('no task')}")
    assert hidden.status_code == absent.status_code == 404
    assert {k: v for k, v in hidden.json().items() if k != "request_id"} == {
        k: v for k, v in absent.json().items() if k != "request_id"
    }
    assert (await (await world.as_("auditor")).get(f"/v1/tasks/{task['id']}")).status_code == 403


async def test_a_clock_that_waits_for_an_act_is_not_closed_by_hand(world: World, clock: ManualClock) -> None:
    await open_case(world)
    manager, supervisor = await world.as_("manager.almaty"), await world.as_("supervisor.almaty")
    task = await find(manager, "assessment")
    path = f"/v1/tasks/{task['id']}"
    done = await manager.post(f"{path}/complete", {"result": "бітті"})
    assert (done.status_code, done.json()["code"]) == (409, "closed-by-its-act")
    assert done.json()["allowed_transitions"] == ["assign", "complete", "give_notice", "hold", "end_hold", "cancel"]
    assert (await manager.post(f"{path}/cancel", {"reason": "керек емес"})).status_code == 403
    cancelled = await supervisor.post(f"{path}/cancel", {"reason": "керек емес"})
    assert (cancelled.status_code, cancelled.json()["code"]) == (409, "closed-by-its-act")
    assert (await find(manager, "assessment"))["clock"] == "running"


async def test_a_mandatory_notice_is_given_with_its_proof_and_late_stays_late(
    world: World, clock: ManualClock, owner_url: str
) -> None:
    signal = await record_signal(world, danger_now=True)
    duty = await world.as_("duty.almaty")
    triage = {"outcome": "emergency", "severity": "critical", "reason": "violence_going_on"}
    assert (await duty.post(f"/v1/signals/{signal}/triage", triage)).status_code == 200
    task = await find(duty, "mandatory_notice_police")
    pass_time(world, clock, timedelta(hours=1, seconds=1))
    duty = await world.as_("duty.almaty")
    path = f"/v1/tasks/{task['id']}"
    assert (await duty.post(f"{path}/notice", {})).status_code == 422
    given = notice_by_telephone(task["started_at"])
    done = await duty.post(f"{path}/notice", given, headers={"If-Match": '"v1"'})
    assert done.status_code == 200, done.text
    assert (done.json()["clock"], done.json()["time_left_seconds"]) == ("completed_late", None)
    assert done.json()["completed_by_id"] == DUTY
    again = await duty.post(f"{path}/notice", given)
    assert (again.status_code, again.json()["allowed_transitions"]) == (409, [])
    assert task["id"] not in [t["id"] for t in await queue(duty)]
    pass_time(world, clock, timedelta(days=400))
    assert (await (await world.as_("duty.almaty")).get(path)).json()["clock"] == "completed_late"
    (story,) = await rows(owner_url, "SELECT * FROM timeline_entry WHERE kind = 'task.notice_given'")
    assert "КУИ" not in story["data"]
    (event,) = await rows(owner_url, "SELECT * FROM audit_event WHERE kind = 'task.notice_given'")
    assert set(event["fields"]) == {"task.completed_at", "task.completed_by_id"}


async def test_a_task_is_set_for_a_case_and_is_the_managers_unless_given_to_the_team(
    world: World, clock: ManualClock, owner_url: str
) -> None:
    case = await open_case(world)
    supervisor, manager = await world.as_("supervisor.almaty"), await world.as_("manager.almaty")
    created = await set_task(supervisor, clock, case_id=case.id, note="Сынып жетекшісімен сөйлесу")
    assert created.status_code == 201, created.text
    assert created.json()["assignee_id"] == MANAGER
    assert created.json()["deadline"] == {"status": "set_by_person", "is_law": False, "provisional": False}
    assert datetime.fromisoformat(created.json()["warn_at"]) == clock.now() + timedelta(hours=6)
    seen = await find(manager, "manual")
    assert seen["label"] == "Мектепке хабарласу"
    outside = await set_task(manager, clock, case_id=case.id, assignee_id=MANAGER2)
    assert (outside.status_code, outside.json()["code"]) == (422, "assignee-out-of-sight")
    nobody = await set_task(manager, clock, case_id=case.id, assignee_id=str(demo_id("nobody")))
    assert nobody.json()["code"] == "unknown-user"
    machine = await set_task(manager, clock, case_id=case.id, assignee_id=str(demo_id("qr.111")))
    assert machine.json()["code"] == "unknown-user"
    done = await manager.post(f"/v1/tasks/{seen['id']}/complete", {"result": "Сөйлестім"})
    assert done.json()["clock"] == "completed"
    kinds = [r["kind"] for r in await rows(owner_url, "SELECT kind FROM timeline_entry WHERE record_type = 'task'")]
    assert {"task.created", "task.completed"} <= set(kinds)


async def test_an_open_task_is_in_the_way_of_nothing_hidden(world: World, clock: ManualClock) -> None:
    case = await open_case(world)
    stranger = await world.as_("manager2.almaty")
    hidden = await set_task(stranger, clock, case_id=case.id)
    absent = await set_task(stranger, clock, case_id=str(demo_id("no case")))
    assert hidden.status_code == absent.status_code == 404
    assert hidden.json()["detail"] == absent.json()["detail"]


async def test_a_task_that_can_not_be_is_refused(world: World, clock: ManualClock) -> None:
    signal = await record_signal(world)
    duty = await world.as_("duty.almaty")
    for changes, code in (
        ({}, "invalid-request"),
        ({"signal_id": signal, "case_id": signal}, "invalid-request"),
        ({"signal_id": signal, "title": ""}, "invalid-request"),
        ({"signal_id": signal, "title": "a\x00b"}, "invalid-request"),
        ({"signal_id": signal, "due_at": "2026-03-02T10:00:00"}, "invalid-request"),
        ({"signal_id": signal, "due_at": clock.now().isoformat()}, "due-in-past"),
        ({"signal_id": signal, "due_at": (clock.now() + timedelta(days=400)).isoformat()}, "due-too-late"),
        ({"signal_id": signal, "kind": "assessment"}, "invalid-request"),
    ):
        answer = await set_task(duty, clock, **changes)
        assert answer.status_code == 422, (changes, answer.text)
        assert answer.json()["code"] == code, changes
    triage = {"outcome": "consultation", "severity": "low", "reason": "question_answered", "note": "сұрақ қойды"}
    assert (await duty.post(f"/v1/signals/{signal}/triage", triage)).status_code == 200
    closed = await duty.post(f"/v1/signals/{signal}/complete-consultation", {"note": "жауап берілді"})
    assert closed.json()["state"] == "closed", closed.text
    late = await set_task(duty, clock, signal_id=signal)
    assert (late.status_code, late.json()["code"]) == (409, "record-closed")


async def test_a_task_of_the_desk_is_taken_given_and_put_back(world: World, clock: ManualClock) -> None:
    await record_signal(world, danger_now=True)
    duty, duty2 = await world.as_("duty.almaty"), await world.as_("duty2.almaty")
    task = await find(duty, "triage_emergency")
    path = f"/v1/tasks/{task['id']}/assign"
    taken = await duty.post(path, {"assignee_id": DUTY}, headers={"If-Match": '"v1"'})
    assert taken.json()["assignee_id"] == DUTY
    stale = await duty2.post(path, {"assignee_id": DUTY2}, headers={"If-Match": '"v1"'})
    assert stale.status_code == 412
    other = await duty2.post(path, {"assignee_id": DUTY2})
    assert (other.status_code, other.json()["code"]) == (409, "task-of-another")
    assert task["id"] not in [t["id"] for t in await queue(duty2)]
    out = await duty.post(path, {"assignee_id": str(demo_id("duty.astana"))})
    assert (out.status_code, out.json()["code"]) == (422, "assignee-out-of-sight")
    given = await duty.post(path, {"assignee_id": DUTY2})
    assert given.json()["assignee_id"] == DUTY2
    back = await duty2.post(path, {"assignee_id": None})
    assert back.json()["assignee_id"] is None
    supervisor = await world.as_("supervisor.almaty")
    await duty.post(path, {"assignee_id": DUTY})
    assert (await supervisor.post(path, {"assignee_id": DUTY2})).status_code == 200
    assert (await duty.post(path, {})).status_code == 422


async def test_a_task_of_a_case_is_always_somebodys(world: World, clock: ManualClock) -> None:
    case = await open_case(world)
    manager = await world.as_("manager.almaty")
    created = await set_task(manager, clock, case_id=case.id)
    answer = await manager.post(f"/v1/tasks/{created.json()['id']}/assign", {"assignee_id": None})
    assert (answer.status_code, answer.json()["code"]) == (422, "assignee-needed")


async def test_a_supervisor_cancels_a_task_set_by_hand_with_a_reason(
    world: World, clock: ManualClock, owner_url: str
) -> None:
    case = await open_case(world)
    manager, supervisor = await world.as_("manager.almaty"), await world.as_("supervisor.almaty")
    created = await set_task(manager, clock, case_id=case.id)
    path = f"/v1/tasks/{created.json()['id']}"
    assert (await manager.post(f"{path}/cancel", {"reason": "артық"})).status_code == 403
    assert (await supervisor.post(f"{path}/cancel", {})).status_code == 422
    cancelled = await supervisor.post(f"{path}/cancel", {"reason": "артық"}, headers={"If-Match": '"v1"'})
    assert cancelled.status_code == 200, cancelled.text
    assert cancelled.json()["clock"] == "cancelled"
    assert (await manager.post(f"{path}/complete", {"result": "х"})).status_code == 409
    (event,) = await rows(owner_url, "SELECT * FROM audit_event WHERE kind = 'task.cancelled'")
    assert str(event["case_id"]) == case.id


async def test_the_same_key_sets_one_task(world: World, clock: ManualClock) -> None:
    case = await open_case(world)
    manager = await world.as_("manager.almaty")
    body = {"title": "Бір рет", "case_id": case.id, "due_at": (clock.now() + timedelta(hours=2)).isoformat()}
    key = {"Idempotency-Key": "task-once"}
    first = await manager.post("/v1/tasks", body, headers=key)
    second = await manager.post("/v1/tasks", body, headers=key)
    assert first.json() == second.json()
    assert [t["kind"] for t in await queue(manager)].count("manual") == 1
