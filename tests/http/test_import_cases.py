"""Open cases come in with their child, their signal, their manager and clocks that run since their own day."""

from datetime import UTC, date, datetime
from typing import Any

from tests.clients import World
from tests.factories_iin import make_iin
from tests.import_tables import (
    CASE_MAPPING,
    carried_out,
    case_row,
    cases_csv,
    checked,
    imported,
    looked_at,
    report_of,
    signed_off,
)
from tests.people import record_person
from tests.records import events, rows, running_clocks
from tests.steps import MANAGER, done

DUTY = "duty.almaty"
BY = {"mapping": CASE_MAPPING, "by": MANAGER}
GIRL = {
    "family_name": "Серікова",
    "given_name": "Аружан",
    "patronymic": "Ерланқызы",
    "sex": "female",
    "birth": {"precision": "exact", "date": "2014-03-08"},
}


async def found(world: World, run: dict[str, Any], by: str = MANAGER) -> list[tuple[Any, ...]]:
    """Return row and code of every finding."""
    report = await report_of(await world.as_(by), run["id"])
    return [(f["row"], f["level"], f["code"]) for f in report["findings"]]


async def decide(world: World, run: dict[str, Any], decisions: dict[str, Any]) -> dict[str, Any]:
    manager = await world.as_(MANAGER)
    return await looked_at(world, manager, await manager.post(f"/v1/imports/{run['id']}/decisions", decisions))


async def test_a_case_comes_in_with_its_child_its_signal_and_its_manager(world: World, owner_url: str) -> None:
    iin = make_iin(date(2014, 3, 8), "female", 1)
    await imported(world, cases_csv(case_row(iin=iin)), **BY)
    manager = await world.as_(MANAGER)
    (listed,) = done(await manager.get("/v1/cases"))["items"]
    case = done(await manager.get(f"/v1/cases/{listed['id']}"))
    assert (case["state"], case["opened_at"]) == ("opened", "2026-01-31T19:00:00+00:00")
    assert [m["team_role"] for m in case["team"]] == ["manager"]
    (child,) = case["persons"]
    person = done(await manager.get(f"/v1/persons/{child['person_id']}"))
    assert (person["family_name"], person["given_name"], person["patronymic"]) == (
        "Серікова",
        "Аружан",
        "Ерланқызы",
    )
    assert person["birth"] == {"precision": "exact", "date": "2014-03-08", "year": 2014}
    assert done(await manager.get(f"/v1/persons/{child['person_id']}/iin"))["iin"] == iin
    signal = done(await manager.get(f"/v1/signals/{case['signal_ids'][0]}"))
    assert (signal["state"], signal["narrative"]) == ("attached", "Мать ночами на работе.")
    clocks = await running_clocks(owner_url, case["id"])
    assert {"first_contact_with_child", "assessment"} <= clocks.keys()
    opened = datetime(2026, 1, 31, 19, tzinfo=UTC)
    for kind in ("first_contact_with_child", "assessment"):
        assert clocks[kind]["started_at"] == opened < clocks[kind]["due_at"] < datetime.now(UTC), kind
        assert clocks[kind]["breached_at"] == clocks[kind]["due_at"], kind
    parts = await rows(owner_url, "SELECT part, number FROM imported_record ORDER BY part")
    assert [(p["part"], p["number"]) for p in parts] == [("case", "7"), ("child", "7"), ("signal", "7")]
    assert "case.imported" in await events(owner_url, case["id"])
    for path in (f"cases/{case['id']}", f"persons/{child['person_id']}", f"signals/{signal['id']}"):
        origin = done(await manager.get(f"/v1/{path}/origin"))
        assert (origin["source"], origin["number"], origin["row"]) == ("Реестр сопровождения", "7", 2)
    assert (await (await world.as_("manager2.almaty")).get(f"/v1/cases/{case['id']}/origin")).status_code == 404
    told = done(await manager.get(f"/v1/cases/{case['id']}/timeline", headers={"Accept-Language": "ru"}))["items"]
    assert any("перенесён из журнала организации, открыт 01.02.2026" in t["text"] for t in told)


async def test_a_restricted_case_comes_in_out_of_the_sight_of_who_imports_it(world: World, owner_url: str) -> None:
    await imported(world, cases_csv(case_row(category="violence_sexual")), mapping=CASE_MAPPING, by=DUTY)
    assert [r["restricted"] for r in await rows(owner_url, "SELECT restricted FROM case_record")] == [True]
    assert done(await (await world.as_(DUTY)).get("/v1/signals"))["items"] == []
    assert len(done(await (await world.as_(MANAGER)).get("/v1/cases"))["items"]) == 1
    again = await checked(world, cases_csv(case_row(category="violence_sexual")), mapping=CASE_MAPPING, by=DUTY)
    assert (again["new_rows"], again["known_rows"], again["faults"]) == (0, 1, 0)


async def test_every_imported_record_can_be_opened_in_the_log_by_itself(world: World, owner_url: str) -> None:
    """What functions of the database wrote is committed to in the event of its own case, not of another one."""
    await imported(world, cases_csv(case_row("7"), case_row("8", name="Ким Инна", born="01.02.2015")), **BY)
    found_events = await rows(
        owner_url,
        "SELECT case_id::text, changes::text FROM audit_event WHERE kind = 'case.imported' ORDER BY at",
    )
    assert len(found_events) == 2
    for own, other in (found_events, found_events[::-1]):
        assert own["case_id"] in own["changes"]
        assert own["case_id"] not in other["changes"]


async def test_no_case_comes_in_without_a_manager_of_the_own_body(world: World) -> None:
    table = cases_csv(
        case_row("1", manager="ivanova"),
        case_row("2", manager="", name="Ким Инна", born="01.02.2015"),
        case_row("3", manager="manager.astana", name="Ли Анна", born="01.02.2013"),
        case_row("4", manager="supervisor.almaty", name="Пак Юлия", born="01.02.2012"),
    )
    run = await checked(world, table, **BY)
    assert await found(world, run) == [
        (3, "fault", "value-missing"),
        (2, "fault", "unknown-manager"),
        (4, "fault", "manager-of-another-body"),
        (5, "fault", "unknown-manager"),
    ]


async def test_a_child_who_may_be_on_record_is_asked_about_and_never_guessed(world: World, owner_url: str) -> None:
    known = await record_person(world, MANAGER, GIRL)
    run = await checked(world, cases_csv(case_row()), **BY)
    manager = await world.as_(MANAGER)
    (question,) = (await report_of(manager, run["id"]))["findings"]
    assert (question["level"], question["code"]) == ("question", "child-perhaps-on-record")
    assert question["candidates"] == [known]
    refused = await (await world.as_("supervisor.almaty")).post(
        f"/v1/imports/{run['id']}/sign-off", {"report_digest": run["report_digest"]}
    )
    assert refused.json()["code"] == "import-has-faults"
    same = {"decisions": [{"number": "7", "person_id": known}]}
    decided = await decide(world, run, same)
    assert decided["faults"] == 0
    decided = await signed_off(world, decided)
    await carried_out(world, decided, MANAGER)
    assert len(await rows(owner_url, "SELECT 1 FROM person")) == 1
    assert await rows(owner_url, "SELECT person_id::text AS p FROM case_person") == [{"p": known}]


async def test_a_child_decided_to_be_another_one_is_recorded_anew(world: World, owner_url: str) -> None:
    await record_person(world, MANAGER, GIRL)
    run = await checked(world, cases_csv(case_row()), **BY)
    new = {"decisions": [{"number": "7", "new": True}]}
    decided = await signed_off(world, await decide(world, run, new))
    await carried_out(world, decided, MANAGER)
    assert len(await rows(owner_url, "SELECT 1 FROM person")) == 2
    assert await rows(owner_url, "SELECT decisions FROM import_content") == [{"decisions": None}]


async def test_a_hidden_child_of_the_same_name_is_not_told_of(world: World) -> None:
    await record_person(world, "duty.astana", GIRL)
    run = await checked(world, cases_csv(case_row()), **BY)
    assert (run["faults"], await found(world, run)) == (0, [])


async def test_a_decision_names_nobody_whom_the_report_did_not_name(world: World) -> None:
    await record_person(world, MANAGER, GIRL)
    other = await record_person(world, MANAGER, GIRL | {"family_name": "Ким"})
    run = await checked(world, cases_csv(case_row()), **BY)
    wrong = {"decisions": [{"number": "7", "person_id": other}]}
    decided = await decide(world, run, wrong)
    assert await found(world, decided) == [(2, "fault", "decision-does-not-fit")]


async def test_the_same_child_in_two_rows_is_asked_about_and_has_one_case(world: World) -> None:
    run = await checked(world, cases_csv(case_row("7"), case_row("8")), **BY)
    assert await found(world, run) == [(3, "question", "child-perhaps-in-another-row")]
    same = {"decisions": [{"number": "8", "same_as": "7"}]}
    decided = await decide(world, run, same)
    assert await found(world, decided) == [(3, "fault", "child-has-a-case")]


async def test_cells_about_a_child_that_contradict_one_another_are_named(world: World) -> None:
    table = cases_csv(
        case_row("1", iin=make_iin(date(2013, 3, 8), "female", 2)),
        case_row("2", name="Ким Инна; Ким Олег"),
        case_row("3", name="Ким"),
        case_row("4", iin="9,50101E+11", name="Ли Анна"),
    )
    run = await checked(world, table, **BY)
    assert await found(world, run) == [
        (2, "fault", "iin-disagrees"),
        (3, "fault", "several-in-one-cell"),
        (4, "fault", "name-not-split"),
        (5, "fault", "digits-lost"),
    ]


async def test_a_worker_who_may_open_no_case_imports_none(world: World) -> None:
    operator = await world.as_("operator.111")
    answer = await operator.post("/v1/imports", {"mapping": CASE_MAPPING})
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
