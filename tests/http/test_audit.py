"""The audit log as an auditor reads it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from casemgmt.audit.policy import LONGEST_WINDOW, choose_window
from casemgmt.audit.repository import Question, list_statement
from casemgmt.db.addresses import driver_url
from casemgmt.demo.accounts import demo_id
from casemgmt.errors import Invalid
from tests.clients import World
from tests.steps import open_case


async def _events(world: World, **filters: Any) -> list[dict[str, Any]]:
    listed = await (await world.as_("auditor")).get("/v1/audit/events", params=filters)
    assert listed.status_code == 200, listed.text
    items: list[dict[str, Any]] = listed.json()["items"]
    return items


async def test_an_auditor_finds_who_read_a_case_a_person_and_what_somebody_did(world: World) -> None:
    case = await open_case(world)
    manager = await world.as_("manager.almaty")
    await manager.get(f"/v1/cases/{case.id}")
    await manager.get(f"/v1/persons/{case.child}")
    by_case = await _events(world, case_id=case.id)
    assert "case.opened" in [e["kind"] for e in by_case]
    assert {e["case_id"] for e in by_case} == {case.id}
    by_kind = await _events(world, kind="case.read")
    assert [(e["actor_id"], e["record_ids"]) for e in by_kind] == [(str(demo_id("manager.almaty")), [case.id])]
    by_record = await _events(world, record_id=case.child)
    assert "person.read" in [e["kind"] for e in by_record]
    assert all(case.child in e["record_ids"] for e in by_record)
    by_actor = await _events(world, actor_id=str(demo_id("manager.almaty")))
    assert [e["kind"] for e in by_actor][:2] == ["person.read", "case.read"]
    both = await _events(world, actor_id=str(demo_id("duty.almaty")), record_id=case.child)
    assert {e["actor_id"] for e in both} == {str(demo_id("duty.almaty"))}


async def test_a_refusal_is_found_with_its_reason_and_the_log_holds_no_content(world: World) -> None:
    case = await open_case(world)
    await (await world.as_("manager2.almaty")).get(f"/v1/cases/{case.id}")
    (event,) = await _events(world, kind="cases.refused")
    assert (event["outcome"], event["reason"], event["record_ids"]) == ("refused", "not-found", [case.id])
    assert "айғай" not in str(await _events(world, limit=100))


async def test_reading_the_log_stands_in_the_log(world: World) -> None:
    watched = str(demo_id("duty.almaty"))
    await _events(world, actor_id=watched)
    event = (await _events(world, kind="audit.read"))[0]
    assert event["actor_id"] == str(demo_id("auditor"))
    assert event["record_ids"] == [watched]


async def test_the_log_is_paged_without_a_gap(world: World) -> None:
    await open_case(world)
    auditor = await world.as_("auditor")
    until = datetime.now(UTC) + timedelta(seconds=1)
    options: dict[str, str] = {"limit": "4", "to": until.isoformat(), "from": (until - timedelta(hours=1)).isoformat()}
    first = (await auditor.get("/v1/audit/events", params={**options, "limit": "100"})).json()["items"]
    seen: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await auditor.get("/v1/audit/events", params=options | cursor)).json()
        seen.extend(page["items"])
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    ids = [e["id"] for e in seen]
    assert len(set(ids)) == len(ids)
    assert [i for i in ids if i in {e["id"] for e in first}] == [e["id"] for e in first]
    assert [e["at"] for e in seen] == sorted((e["at"] for e in seen), reverse=True)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("from=2026-01-01T00:00:00Z&to=2026-06-01T00:00:00Z", "window-too-long"),
        ("from=2026-06-01T00:00:00Z&to=2026-06-01T00:00:00Z", "window-empty"),
        ("from=2020-01-01T00:00:00Z", "window-too-long"),
        ("from=2026-01-01T00:00:00", "invalid-request"),
        ("kind=SELECT", "invalid-request"),
        ("record_id=1", "invalid-request"),
        ("cursor=abc", "invalid-cursor"),
        ("outcome=refused", "unknown-parameter"),
    ],
)
async def test_a_question_that_can_not_be_is_refused(world: World, query: str, code: str) -> None:
    answer = await (await world.as_("auditor")).get(f"/v1/audit/events?{query}")
    assert (answer.status_code, answer.json()["code"]) == (422, code)


@pytest.mark.parametrize("username", ["admin", "supervisor.almaty", "oversight", "manager.almaty", "operator.111"])
async def test_nobody_but_auditors_reads_the_log(world: World, username: str) -> None:
    assert (await (await world.as_(username)).get("/v1/audit/events")).status_code == 403


async def test_an_auditor_reads_the_log_and_nothing_that_it_is_about(world: World) -> None:
    case = await open_case(world)
    auditor = await world.as_("auditor")
    for path in (f"/v1/cases/{case.id}", f"/v1/persons/{case.child}", "/v1/signals", "/v1/tasks/mine"):
        assert (await auditor.get(path)).status_code == 403, path


def test_a_window_is_31_days_unless_said_otherwise_and_93_at_most() -> None:
    now = datetime(2026, 3, 2, tzinfo=UTC)
    usual = choose_window(None, None, now)
    assert (usual.since, usual.until) == (now - timedelta(days=31), now)
    assert choose_window(now - LONGEST_WINDOW, None, now).since == now - LONGEST_WINDOW
    with pytest.raises(Invalid):
        choose_window(now - LONGEST_WINDOW - timedelta(seconds=1), None, now)


@pytest.mark.parametrize(
    "question", [Question(), Question(actor_id=demo_id("x")), Question(case_id=demo_id("x")), Question(kind="a.b")]
)
async def test_a_question_looks_through_the_months_of_its_window_only(owner_url: str, question: Question) -> None:
    now = datetime.now(UTC)
    month = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    arguments: dict[str, str] = {
        ":since": f"'{month.isoformat()}'::timestamptz",
        ":until": f"'{(month + timedelta(days=27)).isoformat()}'::timestamptz",
        ":actor_id": f"'{demo_id('x')}'::uuid",
        ":case_id": f"'{demo_id('x')}'::uuid",
        ":kind": "'a.b'",
        ":size": "26",
    }
    statement = list_statement(question, with_cursor=False)
    for name, value in arguments.items():
        statement = statement.replace(name, value)
    connection = await asyncpg.connect(driver_url(owner_url))
    try:
        plan = "\n".join(r[0] for r in await connection.fetch(f"EXPLAIN {statement}"))
    finally:
        await connection.close()
    assert f"audit_event_{month:%Y%m}" in plan
    assert plan.count(" on audit_event_") == 1, plan
    assert "Seq Scan" not in plan
    assert "Sort" not in plan or "kind" in plan, plan
