"""Unusual access: found by thresholds from the settings, shown with its events, to auditors and for one's own body."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from casemgmt.audit.policy import Window
from casemgmt.demo.accounts import demo_id
from casemgmt.settings import Settings
from casemgmt.trail.policy import nights
from rules.zone import to_local
from tests.account_steps import move
from tests.clients import World
from tests.people import record_person, statuses
from tests.records import rows
from tests.steps import CaseAtWork, done, open_case

PATH = "/v1/audit/unusual-access"


@pytest.fixture
def settings(database_url: str) -> Settings:
    """Thresholds that a test reaches, and a night that is now."""
    hour = to_local(datetime.now(UTC)).hour
    return Settings(
        mode="demo",
        database_url=database_url,
        database_connections=8,
        unusual_records=3,
        unusual_refusals=3,
        unusual_other_region=1,
        unusual_night_looks=3,
        unusual_night_from=(hour - 1) % 24,
        unusual_night_until=(hour + 2) % 24,
        unusual_repeated=3,
    )


async def _found(world: World, username: str, **options: Any) -> dict[tuple[str, str], dict[str, Any]]:
    """Return the findings by rule and account."""
    answer = done(await (await world.as_(username)).get(PATH, **options))
    assert answer["cut_off"] == []
    return {(f["rule"], f["actor"]["id"]): f for f in answer["findings"]}


async def _cases(world: World, number: int) -> list[CaseAtWork]:
    return [await open_case(world) for _ in range(number)]


async def test_what_is_out_of_the_usual_is_found_with_the_events_that_show_it(world: World, owner_url: str) -> None:
    cases = await _cases(world, 4)
    await (await world.as_("manager.almaty")).get("/v1/cases")
    for case in cases:
        assert await statuses(world, f"/v1/cases/{case.id}", "manager2.almaty") == {"manager2.almaty": 404}
    for _ in range(4):
        await (await world.as_("supervisor.almaty")).get(f"/v1/persons/{cases[0].child}")
    found = await _found(world, "auditor")
    for rule, username, count, kind in (
        ("many_records", "manager.almaty", 4, "case.listed"),
        ("refusals", "manager2.almaty", 4, "cases.refused"),
        ("repeated", "supervisor.almaty", 4, "person.read"),
        ("night", "supervisor.almaty", 4, "person.read"),
    ):
        finding = found[rule, str(demo_id(username))]
        assert (finding["count"], finding["threshold"]) == (count, 3), rule
        query = "SELECT id, kind, at, actor_id FROM audit_event WHERE id = ANY ($1) ORDER BY at"
        events = await rows(owner_url, query, [UUID(i) for i in finding["event_ids"]])
        assert {(e["kind"], e["actor_id"]) for e in events} == {(kind, demo_id(username))}, rule
        assert [datetime.fromisoformat(finding[end]) for end in ("since", "until")] == [
            events[0]["at"],
            events[-1]["at"],
        ]
    assert ("night", str(demo_id("duty.almaty"))) not in found, "a duty officer works at night"
    assert ("repeated", str(demo_id("manager.almaty"))) not in found, "the team may look"


async def test_at_the_threshold_nothing_is_unusual(world: World) -> None:
    (case,) = await _cases(world, 1)
    for _ in range(3):
        await (await world.as_("supervisor.almaty")).get(f"/v1/persons/{case.child}")
        await statuses(world, f"/v1/cases/{case.id}", "manager2.almaty")
    assert await _found(world, "auditor") == {}


async def test_a_look_at_somebody_with_the_name_of_a_colleague_is_found(world: World) -> None:
    named = {"family_name": "Оспанов", "given_name": "Нурлан", "sex": "male"}
    person = await record_person(world, "manager.almaty", named)
    stranger = await record_person(world, "manager.almaty", {"family_name": "Сергеев", "given_name": "Андрей"})
    manager = await world.as_("manager.almaty")
    await manager.get(f"/v1/persons/{stranger}")
    assert await _found(world, "auditor") == {}, "the namesake works in another body"
    await manager.get(f"/v1/persons/{person}")
    finding = (await _found(world, "auditor"))["colleague_names", str(demo_id("manager.almaty"))]
    assert finding["count"] == 1
    admin = await world.as_("admin")
    path = f"/v1/users/{demo_id('supervisor.almaty')}"
    held = await admin.get(path)
    renamed = {"family_name": "Оспан", "given_name": "Бақыт"}
    done(await admin.patch(path, renamed, headers={"If-Match": held.headers["etag"]}))
    assert await _found(world, "auditor") == {}, "a new name has a new key"


async def test_records_of_another_region_are_found_unless_the_actor_works_on_them(world: World) -> None:
    cases = await _cases(world, 2)
    for case in cases:
        await (await world.as_("oversight")).get(f"/v1/cases/{case.id}")
    assert not [k for k in await _found(world, "auditor") if k[0] == "other_region"], "a national body has no region"
    await move(world, f"/v1/users/{demo_id('oversight')}", str(demo_id("crd_astana")))
    finding = (await _found(world, "auditor"))["other_region", str(demo_id("oversight"))]
    assert (finding["count"], finding["threshold"]) == (2, 1)


async def test_whoever_answers_for_a_body_is_told_of_its_own_staff_alone(world: World) -> None:
    cases = await _cases(world, 4)
    for case in cases:
        await statuses(world, f"/v1/cases/{case.id}", "manager2.almaty", "psychologist.almaty")
    theirs = {
        name: {k[1] for k in await _found(world, name) if k[0] == "refusals"}
        for name in ("auditor", "supervisor.almaty", "head.almaty", "supervisor.111")
    }
    manager, psychologist = str(demo_id("manager2.almaty")), str(demo_id("psychologist.almaty"))
    assert theirs == {
        "auditor": {manager, psychologist},
        "supervisor.almaty": {manager},
        "head.almaty": {psychologist},
        "supervisor.111": set(),
    }
    answer = await (await world.as_("supervisor.almaty")).get(PATH)
    assert not [c.id for c in cases if c.id in answer.text or c.child in answer.text]
    others = ("oversight", "manager.almaty", "duty.almaty", "admin")
    assert await statuses(world, PATH, *others) == dict.fromkeys(others, 403)


async def test_a_finding_reads_in_the_reader_s_language_and_the_question_stands_in_the_log(
    world: World, owner_url: str
) -> None:
    for case in await _cases(world, 4):
        await statuses(world, f"/v1/cases/{case.id}", "manager2.almaty")
    key = ("refusals", str(demo_id("manager2.almaty")))
    for language, text, body in (
        ("kk", "60 минутта 4 рет рұқсат берілмеді (шегі 3)", "Алматы қ. балалар құқықтары басқармасы"),
        ("ru", "Отказов: 4 за 60 мин. (порог 3)", "Управление по правам детей г. Алматы"),
        ("en", "4 refusals in 60 minutes (threshold 3)", "Child-rights department, Almaty"),
    ):
        finding = (await _found(world, "auditor", headers={"Accept-Language": language}))[key]
        assert (finding["text"], finding["actor"]["body"]) == (text, body)
    asked = await rows(owner_url, "SELECT actor_id FROM audit_event WHERE kind = 'unusual_access.read'")
    assert [a["actor_id"] for a in asked] == [demo_id("auditor")] * 3


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("from=2026-01-01T00:00:00Z", "unusual-window-too-long"),
        ("from=2999-01-01T00:00:00Z", "window-empty"),
        ("from=2026-01-01T00:00:00", "invalid-request"),
    ],
)
async def test_a_window_that_can_not_be_is_refused(world: World, query: str, code: str) -> None:
    answer = await (await world.as_("auditor")).get(f"{PATH}?{query}")
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_nights_are_those_of_kazakhstan_and_end_with_the_window() -> None:
    since = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)  # 23:00 in Almaty
    found = nights(Window(since, since + timedelta(days=1)), 22, 6)
    assert found == [
        (since, datetime(2026, 3, 3, 1, 0, tzinfo=UTC)),
        (datetime(2026, 3, 3, 17, 0, tzinfo=UTC), since + timedelta(days=1)),
    ]
    assert nights(Window(since, since + timedelta(hours=1)), 0, 3) == []
