"""A death, an eighteenth birthday, the end of somebody's responsibility: whoever keeps the case has something to do."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from casemgmt.clock import ManualClock
from casemgmt.demo.accounts import demo_id
from casemgmt.people import jobs
from casemgmt.people.life import eighteenth_birthday
from casemgmt.settings import Settings
from rules.zone import to_local
from tests.clients import World
from tests.conftest import worker_of
from tests.factories import count
from tests.http.test_cases import open_tasks
from tests.jobs.worker import do_all_due
from tests.people import record_person
from tests.records import events
from tests.steps import MANAGER, CaseAtWork, done, open_case

TODAY = to_local(datetime.now(UTC)).date()
YEARS = 18


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime.now(UTC))


async def changed(world: World, person_id: str, by: str = MANAGER, **given: Any) -> dict[str, Any]:
    caller, path = await world.as_(by), f"/v1/persons/{person_id}"
    version = (await caller.get(path)).headers["etag"]
    return done(await caller.patch(path, given, headers={"If-Match": version}))


async def born(world: World, case: CaseAtWork, day: date) -> None:
    await changed(world, case.child, birth={"precision": "exact", "date": day.isoformat()})


async def test_a_death_gives_the_manager_of_every_case_a_task_that_a_mistake_takes_back(
    world: World, owner_url: str
) -> None:
    case = await open_case(world)
    await changed(world, case.child, died_on=(TODAY - timedelta(days=2)).isoformat())
    given = "SELECT array_agg(assignee_id) FROM task WHERE kind = 'death_review' AND cancelled_at IS NULL"
    assert await count(owner_url, given) == [demo_id(MANAGER)]
    await changed(world, case.child, died_on=(TODAY - timedelta(days=3)).isoformat())
    assert await count(owner_url, given) == [demo_id(MANAGER)], "another day is no other death"
    await changed(world, case.child, died_on=None)
    assert "death_review" not in await open_tasks(owner_url, case.id)
    assert (
        await count(owner_url, "SELECT cancel_reason FROM task WHERE kind = 'death_review'")
    ) == "recorded_by_mistake"


async def test_the_end_of_a_parents_responsibility_is_the_managers_to_think_through(
    world: World, owner_url: str
) -> None:
    case = await open_case(world)
    manager = await world.as_(MANAGER)
    mother = await record_person(world, MANAGER, {"family_name": "Тестова", "given_name": "Мадина"})
    kin = {"other_id": case.child, "kind": "mother", "parental_responsibility": True}
    made = done(await manager.post(f"/v1/persons/{mother}/relationships", kin))
    assert "responsibility_review" not in await open_tasks(owner_url, case.id)
    path = f"/v1/persons/{case.child}/relationships/{made['id']}/end"
    done(await manager.post(path, {"until": TODAY.isoformat()}))
    tasks = [t for t in done(await manager.get("/v1/tasks/mine"))["items"] if t["kind"] == "responsibility_review"]
    assert [(t["record_type"], t["record_id"]) for t in tasks] == [("person", case.child)]
    done(await manager.post(f"/v1/tasks/{tasks[0]['id']}/complete", {"result": "Әкесінің келісімі алынды."}))
    assert "responsibility_review" not in await open_tasks(owner_url, case.id)


async def test_thirty_days_before_the_birthday_the_manager_is_told_once(
    world: World, owner_url: str, database_url: str, settings: Settings, clock: ManualClock
) -> None:
    case = await open_case(world)
    birthday = TODAY + timedelta(days=31)
    await born(world, case, birthday.replace(year=birthday.year - YEARS))
    await do_all_due(worker_of(database_url), settings, clock, jobs.SCHEDULE)
    assert "coming_of_age" not in await open_tasks(owner_url, case.id), "it is 31 days to the birthday"
    for _ in range(2):
        clock.advance(timedelta(days=1))
        world.forget_tokens()
        await do_all_due(worker_of(database_url), settings, clock, jobs.SCHEDULE)
    due = "SELECT array_agg(due_at) FROM task WHERE kind = 'coming_of_age'"
    assert [to_local(at).date() for at in await count(owner_url, due)] == [birthday]
    assert await events(owner_url, case.child) == [
        *(e for e in await events(owner_url, case.child) if e != "person.coming_of_age_told"),
        "person.coming_of_age_told",
    ]
    assert await count(owner_url, "SELECT count(*) FROM jobs.job") == 0


@pytest.mark.parametrize(
    ("born_on", "of_age"),
    [
        (date(2008, 2, 29), date(2026, 3, 1)),
        (date(2008, 2, 28), date(2026, 2, 28)),
        (date(2010, 12, 31), date(2028, 12, 31)),
    ],
)
def test_the_eighteenth_birthday(born_on: date, of_age: date) -> None:
    assert eighteenth_birthday(born_on) == of_age
