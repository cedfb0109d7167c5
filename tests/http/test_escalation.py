"""A warning and a breach are facts for ever; an overdue clock goes up the chain, and the chain ends with it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from casemgmt.clock import ManualClock
from casemgmt.demo.accounts import demo_id
from casemgmt.settings import Settings
from casemgmt.tasks import jobs as clock_jobs
from tests.account_steps import give_role
from tests.clients import World
from tests.conftest import worker_of
from tests.jobs.worker import do_all_due
from tests.records import rows, story
from tests.steps import MANAGER, SUPERVISOR, done, open_case

LAWYER, CENTRE_SUPERVISOR, HEAD = "lawyer.almaty", "psychologist.almaty", "head.almaty"
"""Of one centre."""
ALERTS = "SELECT kind, level, at, found_at, owner_id, told_id FROM task_alert WHERE task_id = $1 ORDER BY found_at, id"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 11, 30, 5, 0, tzinfo=UTC))


class Time:
    """Lets time pass, and the worker do what it does every minute."""

    def __init__(self, world: World, clock: ManualClock, database_url: str, settings: Settings) -> None:
        self._world, self._clock = world, clock
        self._url, self._settings = worker_of(database_url), settings

    async def to(self, moment: datetime | str) -> None:
        until = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
        self._clock.advance(until - self._clock.now())
        self._world.forget_tokens()
        await do_all_due(self._url, self._settings, self._clock, clock_jobs.SCHEDULE)


@pytest.fixture
def time(world: World, clock: ManualClock, database_url: str, settings: Settings) -> Time:
    return Time(world, clock, database_url, settings)


async def contact_of(world: World) -> tuple[str, dict[str, Any]]:
    case = await open_case(world)
    answer = await (await world.as_(MANAGER)).get("/v1/tasks/mine", params={"kind": "first_contact_with_child"})
    return case.id, answer.json()["items"][0]


async def of_kind(world: World, who: str, kind: str) -> list[dict[str, Any]]:
    """Return the tasks of a kind in somebody's queue."""
    path, english = f"/v1/tasks/mine?kind={kind}&limit=100", {"Accept-Language": "en"}
    items: list[dict[str, Any]] = done(await (await world.as_(who)).get(path, headers=english))["items"]
    return items


async def open_escalations(owner_url: str, task: dict[str, Any]) -> list[dict[str, Any]]:
    return await rows(
        owner_url,
        "SELECT * FROM task WHERE record_type = 'task' AND record_id = $1::text::uuid AND completed_at IS NULL"
        " ORDER BY started_at",
        task["id"],
    )


async def breaches(world: World, since: str | None = None) -> list[dict[str, Any]]:
    """Return the breaches as the supervisor's list shows them."""
    query = {"limit": "100"} | ({"from": since} if since else {})
    listed = await (await world.as_(SUPERVISOR)).get("/v1/tasks/breaches", params=query)
    items: list[dict[str, Any]] = done(listed)["items"]
    return items


async def alerts(owner_url: str, task: dict[str, Any]) -> list[dict[str, Any]]:
    return await rows(owner_url, ALERTS.replace("$1", "$1::text::uuid"), task["id"])


async def test_warning_breach_and_chain_until_the_clock_is_stopped(world: World, time: Time, owner_url: str) -> None:
    case, task = await contact_of(world)
    await time.to(task["warn_at"])
    assert [(a["kind"], a["at"].isoformat()) for a in await alerts(owner_url, task)] == [
        ("warning", datetime.fromisoformat(task["warn_at"]).isoformat())
    ]
    await time.to(task["warn_at"])
    assert len(await alerts(owner_url, task)) == 1

    due = datetime.fromisoformat(task["due_at"])
    await time.to(due + timedelta(minutes=1))
    found = await alerts(owner_url, task)
    assert [(a["kind"], a["level"]) for a in found] == [
        ("warning", None),
        ("breach", None),
        ("escalation", "supervisor"),
    ]
    assert (found[1]["at"], found[1]["owner_id"]) == (due, demo_id(MANAGER))
    (told,) = [t for t in await of_kind(world, SUPERVISOR, "escalation_supervisor") if t["record_id"] == task["id"]]
    assert (told["record_type"], told["record_id"], told["about_kind"]) == ("task", task["id"], task["kind"])
    assert (told["case_id"], told["deadline"]["is_law"]) == (None, False)
    assert told["label"] == "Overdue, to the supervisor: First contact with the child"
    assert task["id"] in [t["id"] for t in await breaches(world)]
    assert "task.breached" in await story(owner_url, case)
    shown = (await (await world.as_(MANAGER)).get(f"/v1/tasks/{task['id']}/clock")).json()
    assert (shown["clock"], [a["kind"] for a in shown["alerts"]]) == ("breached", ["warning", "breach", "escalation"])

    await time.to(datetime.fromisoformat(told["due_at"]) + timedelta(minutes=1))
    levels = [a["level"] for a in await alerts(owner_url, task) if a["kind"] == "escalation"]
    assert levels == ["supervisor"], "the department has no head, and is its region itself"
    manager = await world.as_(MANAGER)
    done = await manager.post(f"/v1/tasks/{task['id']}/complete", {"result": "Балаға бардық, бәрі жақсы."})
    assert done.json()["clock"] == "completed_late"
    assert await open_escalations(owner_url, task) == []
    await time.to(due + timedelta(days=30))
    assert await open_escalations(owner_url, task) == []
    assert [a["level"] for a in await alerts(owner_url, task) if a["kind"] == "escalation"] == levels
    assert task["id"] in [t["id"] for t in await breaches(world)]


async def test_in_a_centre_with_all_three_supervisor_head_and_region_hear_of_it_one_after_the_other(
    world: World, time: Time, owner_url: str
) -> None:
    for who, role in ((LAWYER, "case_manager"), (CENTRE_SUPERVISOR, "supervisor")):
        await give_role(world, f"/v1/users/{demo_id(who)}", role)
    case = await open_case(world, manager=LAWYER)
    query = {"kind": "first_contact_with_child"}
    (task,) = done(await (await world.as_(LAWYER)).get("/v1/tasks/mine", params=query))["items"]
    chain = [
        # four working hours, then a working day, then two: from Thursday evening on
        ("escalation_supervisor", CENTRE_SUPERVISOR, "2026-12-03T18:01+05:00", "2026-12-04T13:00+05:00"),
        ("escalation_head", HEAD, "2026-12-04T13:01+05:00", "2026-12-07T18:00+05:00"),
        ("escalation_region", SUPERVISOR, "2026-12-07T18:01+05:00", "2026-12-09T18:00+05:00"),
    ]
    assert task["due_at"] == "2026-12-03T13:00:00Z"
    await time.to(task["warn_at"])
    for number, (kind, who, since, until) in enumerate(chain, 1):
        await time.to(since)
        told = await open_escalations(owner_url, task)
        assert len(told) == number, "whoever heard of it hears of it until it is done"
        assert (told[-1]["kind"], told[-1]["assignee_id"]) == (kind, demo_id(who))
        assert (told[-1]["started_at"], told[-1]["due_at"]) == tuple(map(datetime.fromisoformat, (since, until)))
        assert task["id"] in [t["record_id"] for t in await of_kind(world, who, kind)]
    await time.to("2026-12-20T10:00+05:00")
    facts = [(a["kind"], a["level"], a["at"], a["told_id"]) for a in await alerts(owner_url, task)]
    assert facts == [
        ("warning", None, datetime.fromisoformat(task["warn_at"]), None),
        ("breach", None, datetime.fromisoformat(task["due_at"]), None),
        *(
            (("escalation", kind.removeprefix("escalation_"), datetime.fromisoformat(since), demo_id(who)))
            for kind, who, since, _ in chain
        ),
    ]
    met = {"person_id": case.child, "at": "2026-12-20T09:00+05:00", "place": "home", "alone": True}
    done(await (await world.as_(LAWYER)).post(f"/v1/cases/{case.id}/child-contacts", met))
    assert await open_escalations(owner_url, task) == [], "with the clock its whole chain ends"


async def test_a_centre_without_supervisor_is_told_through_its_head_and_then_its_region(
    world: World, time: Time, owner_url: str
) -> None:
    case, task = await contact_of(world)
    await rows(
        owner_url,
        "WITH e AS (SELECT audit_write(gen_random_uuid(), 'test', 'done', NULL, 'test', '{}', NULL, NULL, '{}', ''))"
        " UPDATE case_record SET organisation_id = $2 FROM e WHERE id = $1::text::uuid",
        case,
        demo_id("cps_almaty"),
    )
    await time.to(datetime.fromisoformat(task["due_at"]) + timedelta(minutes=1))
    for level, who in (("head", "head.almaty"), ("region", SUPERVISOR)):
        told = (await open_escalations(owner_url, task))[-1]
        assert (told["kind"], told["assignee_id"]) == (f"escalation_{level}", demo_id(who))
        await time.to(told["due_at"] + timedelta(minutes=1))
    steps = [(a["level"], a["told_id"]) for a in await alerts(owner_url, task) if a["kind"] == "escalation"]
    assert steps == [("head", demo_id("head.almaty")), ("region", demo_id(SUPERVISOR))]


async def test_breaches_are_counted_as_they_are_listed_and_older_ones_are_there_for_who_asks(
    world: World, time: Time
) -> None:
    case, task = await contact_of(world)
    other, _ = await contact_of(world)
    due = datetime.fromisoformat(task["due_at"])

    async def counted() -> list[dict[str, Any]]:
        summary = done(await (await world.as_(SUPERVISOR)).get("/v1/tasks/summary"))["breaches"]
        listed = await breaches(world)
        assert summary["total"] == len(listed)
        assert summary["undone"] == len([t for t in listed if t["clock"] == "breached"])
        assert listed == await breaches(world, since=summary["since"])
        return listed

    assert await counted() == []
    await time.to(due + timedelta(minutes=1))
    late = await counted()
    assert {t["case_id"] for t in late} == {case, other}
    assert {t["clock"] for t in late} == {"breached"}
    manager = await world.as_(MANAGER)
    done(await manager.post(f"/v1/tasks/{task['id']}/complete", {"result": "Кеш болды."}))
    assert [t["clock"] for t in await counted() if t["id"] == task["id"]] == ["completed_late"]
    assert done(await manager.get("/v1/tasks/summary"))["breaches"] is None
    assert done(await (await world.as_(HEAD)).get("/v1/tasks/summary"))["breaches"]["total"] == 0

    await time.to(due + timedelta(days=31))
    assert task["id"] not in [t["id"] for t in await counted()]
    assert task["id"] in [t["id"] for t in await breaches(world, since=due.isoformat())]


async def test_what_was_done_too_late_before_anybody_looked_is_a_breach_all_the_same(
    world: World, time: Time, clock: ManualClock, owner_url: str
) -> None:
    _, task = await contact_of(world)
    due = datetime.fromisoformat(task["due_at"])
    clock.advance(due + timedelta(hours=1) - clock.now())
    world.forget_tokens()
    await (await world.as_(MANAGER)).post(f"/v1/tasks/{task['id']}/complete", {"result": "Кеш болды."})
    await time.to(due + timedelta(hours=2))
    assert [(a["kind"], a["at"]) for a in await alerts(owner_url, task)] == [("breach", due)]
    assert await open_escalations(owner_url, task) == []


async def test_what_was_done_in_time_leaves_no_breach(world: World, time: Time, owner_url: str) -> None:
    _, task = await contact_of(world)
    await (await world.as_(MANAGER)).post(f"/v1/tasks/{task['id']}/complete", {"result": "Бардық."})
    await time.to(datetime.fromisoformat(task["due_at"]) + timedelta(days=3))
    assert await alerts(owner_url, task) == []


async def test_a_breach_is_changed_by_nobody(world: World, time: Time, owner_url: str) -> None:
    _, task = await contact_of(world)
    await time.to(datetime.fromisoformat(task["due_at"]) + timedelta(minutes=1))
    for statement in ("UPDATE task_alert SET at = now()", "DELETE FROM task_alert"):
        with pytest.raises(asyncpg.PostgresError, match="never changed"):
            await rows(owner_url, statement)


async def test_an_escalation_is_ended_by_its_clock_alone_and_tells_nothing_of_the_child(
    world: World, time: Time, owner_url: str
) -> None:
    case, task = await contact_of(world)
    await time.to(datetime.fromisoformat(task["due_at"]) + timedelta(minutes=1))
    (told,) = await open_escalations(owner_url, task)
    assert (told["case_id"], told["signal_id"], told["title"], told["note"]) == (None, None, None, None)
    supervisor = await world.as_(SUPERVISOR)
    refused = await supervisor.post(f"/v1/tasks/{told['id']}/complete", {"result": "Көрдім."})
    assert refused.json()["code"] == "closed-by-its-act"
    assert case not in str((await supervisor.get(f"/v1/tasks/{told['id']}")).json())
