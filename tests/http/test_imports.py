"""A register comes in whole or not at all: tried first, signed off by a second person, never twice, never changed."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.clients import World
from tests.import_tables import (
    MAPPING,
    ROWS,
    TITLES,
    announce,
    as_csv,
    carried_out,
    checked,
    imported,
    looked_at,
    report_of,
    send,
    signed_off,
)
from tests.records import events, rows
from tests.steps import done

DUTY, SUPERVISOR = "duty.almaty", "supervisor.almaty"


async def signals(world: World) -> list[dict[str, Any]]:
    duty = await world.as_(DUTY)
    found = done(await duty.get("/v1/signals"))["items"]
    return [done(await duty.get(f"/v1/signals/{s['id']}")) for s in sorted(found, key=lambda s: s["received_at"])]


async def test_looking_at_a_table_records_nothing(world: World, owner_url: str) -> None:
    run = await checked(world, as_csv())
    assert {k: run[k] for k in ("state", "rows", "new_rows", "known_rows", "differing_rows", "faults")} == {
        "state": "checked",
        "rows": 3,
        "new_rows": 3,
        "known_rows": 0,
        "differing_rows": 0,
        "faults": 0,
    }
    assert await signals(world) == []
    for table in ("signal", "task", "timeline_entry", "imported_record", "reporter"):
        assert await rows(owner_url, f"SELECT 1 FROM {table}") == [], table
    assert await events(owner_url, run["id"]) == [
        *("import.announced", "import.received", "import.checked", "import.read")
    ]


async def test_a_signed_off_table_becomes_signals_that_say_what_it_says(world: World, owner_url: str) -> None:
    run = await imported(world, as_csv())
    assert run["state"] == "done"
    first, second, third = await signals(world)
    assert [s["narrative"] for s in (first, second, third)] == [row[5] for row in ROWS]
    assert [s["category"] for s in (first, second, third)] == ["bullying", "violence_physical", "bullying"]
    assert first["received_at"] == "2024-05-11T19:00:00Z"
    assert second["received_at"] == "2024-05-13T09:30:00Z"
    assert {s["state"] for s in (first, second, third)} == {"received"}
    reporters = await rows(owner_url, "SELECT phone FROM reporter")
    assert [r["phone"] for r in reporters] == ["+77010000001"]
    done(await (await world.as_(DUTY)).get(f"/v1/signals/{first['id']}/reporter"))


async def test_every_imported_signal_has_its_owner_its_story_its_origin_and_a_clock_from_its_own_day(
    world: World, owner_url: str
) -> None:
    run = await imported(world, as_csv())
    found = await rows(
        owner_url,
        "SELECT s.id, s.organisation_id, s.registered_by_id, s.received_at, t.started_at, t.due_at, r.number, r.row,"
        " t.breached_at, r.source, r.import_id::text, e.kind FROM signal s JOIN task t ON t.signal_id = s.id"
        " JOIN imported_record r ON r.signal_id = s.id JOIN timeline_entry e ON e.signal_id = s.id ORDER BY r.row",
    )
    assert [(f["number"], f["row"]) for f in found] == [("15/1", 2), ("15/2", 3), ("15/3", 4)]
    for each in found:
        assert each["started_at"] == each["received_at"] < each["due_at"] < datetime(2024, 7, 1, tzinfo=UTC)
        assert each["breached_at"] == each["due_at"]  # overdue since its own day, and no fresh breach
        assert each["kind"] == "signal.imported"
        assert (each["source"], each["import_id"]) == ("Журнал обращений", run["id"])
        assert await events(owner_url, str(each["id"])) == ["signal.imported"]
    looked = ["import.announced", "import.received", "import.checked", "import.read"]
    did = ["import.signed_off", "import.carry_out_asked", "import.done", "import.read"]
    assert await events(owner_url, run["id"]) == [*looked, *did]


async def test_nobody_signs_off_an_import_of_their_own(world: World) -> None:
    run = await checked(world, as_csv())
    seen = {"report_digest": run["report_digest"]}
    assert (await (await world.as_(DUTY)).post(f"/v1/imports/{run['id']}/sign-off", seen)).status_code == 403
    carried = await (await world.as_(DUTY)).post(f"/v1/imports/{run['id']}/carry-out", seen)
    assert (carried.status_code, carried.json()["code"]) == (409, "wrong-state")
    assert await signals(world) == []


async def test_another_than_who_began_carries_nothing_out(world: World) -> None:
    run = await signed_off(world, await checked(world, as_csv()))
    seen = {"report_digest": run["report_digest"]}
    other = await world.as_("duty2.almaty")
    assert (await other.post(f"/v1/imports/{run['id']}/carry-out", seen)).status_code == 404
    supervisor = await world.as_(SUPERVISOR)
    assert (await supervisor.post(f"/v1/imports/{run['id']}/carry-out", seen)).status_code == 403


async def test_a_supervisor_of_another_body_sees_no_import(world: World) -> None:
    run = await checked(world, as_csv())
    stranger = await world.as_("supervisor.astana")
    assert (await stranger.get(f"/v1/imports/{run['id']}")).status_code == 404
    assert (await stranger.get(f"/v1/imports/{run['id']}/report")).status_code == 404
    assert done(await stranger.get("/v1/imports"))["items"] == []
    assert [r["id"] for r in done(await (await world.as_(SUPERVISOR)).get("/v1/imports"))["items"]] == [run["id"]]


async def test_the_same_file_again_changes_nothing_and_says_so(world: World, owner_url: str) -> None:
    await imported(world, as_csv())
    before = await rows(owner_url, "SELECT id, version FROM signal ORDER BY id")
    again = await checked(world, as_csv())
    assert (again["new_rows"], again["known_rows"], again["differing_rows"]) == (0, 3, 0)
    seen = {"report_digest": again["report_digest"]}
    answer = await (await world.as_(SUPERVISOR)).post(f"/v1/imports/{again['id']}/sign-off", seen)
    assert (answer.status_code, answer.json()["code"]) == (409, "nothing-to-import")
    assert await rows(owner_url, "SELECT id, version FROM signal ORDER BY id") == before


async def test_a_row_that_has_changed_is_told_and_not_overwritten_while_new_rows_come_in(world: World) -> None:
    await imported(world, as_csv(ROWS[:2]))
    changed = (ROWS[0], (*ROWS[1][:5], "Переписано позже.", "", ""), ROWS[2])
    run = await imported(world, as_csv(changed))
    assert (run["new_rows"], run["known_rows"], run["differing_rows"]) == (1, 1, 1)
    assert [s["narrative"] for s in await signals(world)] == [row[5] for row in ROWS]


async def test_one_bad_cell_keeps_the_whole_file_out_and_is_named(world: World) -> None:
    bad = (ROWS[0], (*ROWS[1][:1], "31.02.2024", *ROWS[1][2:]), ("", *ROWS[2][1:4], "Другое слово", *ROWS[2][5:]))
    run = await checked(world, as_csv(bad))
    assert run["faults"] == 3
    report = await report_of(await world.as_(SUPERVISOR), run["id"])
    told = [(f["row"], f["column"], f["field"], f["code"], f["cell"]) for f in report["findings"]]
    assert told == [
        (3, "Дата обращения", "received_at", "impossible-date", "31.02.2024"),
        (4, "№", "number", "number-missing", ""),
        (4, "Вид", "category", "unknown-value", "Другое слово"),
    ]
    assert report["findings"][0]["problem"] == "Такого дня нет или он слишком давний."
    answer = await (await world.as_(SUPERVISOR)).post(
        f"/v1/imports/{run['id']}/sign-off", {"report_digest": run["report_digest"]}
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "import-has-faults")


async def test_a_long_report_is_read_page_by_page(world: World) -> None:
    run = await checked(world, as_csv([(str(n), "вчера", *ROWS[0][2:]) for n in range(5)]))
    duty, read, after = await world.as_(DUTY), [], 0
    while after is not None:
        page = done(await duty.get(f"/v1/imports/{run['id']}/report?limit=2&after={after}"))
        assert (page["report_digest"], page["faults"], page["complete"]) == (run["report_digest"], 5, True)
        read += [f["row"] for f in page["findings"]]
        after = page["next_after"]
    assert read == [2, 3, 4, 5, 6]


async def test_a_mended_file_takes_the_place_of_the_one_before(world: World) -> None:
    duty = await world.as_(DUTY)
    import_id = await announce(duty)
    wrong = as_csv([(*ROWS[0][:1], "вчера", *ROWS[0][2:])])
    first = await looked_at(world, duty, await send(duty, import_id, wrong))
    assert first["faults"] == 1
    mended = await looked_at(world, duty, await send(duty, import_id, as_csv()))
    assert (mended["faults"], mended["new_rows"]) == (0, 3)
    assert mended["report_digest"] != first["report_digest"]


async def test_what_was_signed_off_is_what_is_done_or_nothing(world: World) -> None:
    """Two files of one register were signed off; the first one in makes the second another than it was."""
    one = await signed_off(world, await checked(world, as_csv(ROWS[:2])))
    two = await signed_off(world, await checked(world, as_csv()))
    await carried_out(world, one)
    late = await carried_out(world, two)
    assert (late["state"], late["stopped_because"]) == ("stopped", "import-differs-from-report")
    assert len(await signals(world)) == 2
    duty = await world.as_(DUTY)
    again = await looked_at(world, duty, await duty.post(f"/v1/imports/{two['id']}/check"))
    assert (again["state"], again["new_rows"], again["known_rows"]) == ("checked", 1, 2)
    assert (again["stopped_because"], again["signed_off_at"]) == (None, None)


async def test_an_old_report_is_not_signed_off_after_a_newer_one(world: World) -> None:
    duty = await world.as_(DUTY)
    import_id = await announce(duty)
    old = await looked_at(world, duty, await send(duty, import_id, as_csv(ROWS[:1])))
    await looked_at(world, duty, await send(duty, import_id, as_csv()))
    answer = await (await world.as_(SUPERVISOR)).post(
        f"/v1/imports/{import_id}/sign-off", {"report_digest": old["report_digest"]}
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "report-not-current")


@pytest.mark.parametrize("end", ["done", "withdrawn"])
async def test_with_the_end_of_an_import_its_file_and_its_report_are_gone(
    world: World, owner_url: str, end: str
) -> None:
    mixed = [(*ROWS[0][:5], "Мальчик плачет.", "8 701 000 00 01", "")]
    if end == "done":
        run = await imported(world, as_csv(mixed))
    else:
        run = await checked(world, as_csv(mixed))
        run = done(await (await world.as_(DUTY)).post(f"/v1/imports/{run['id']}/withdraw"))
    assert run["state"] == end
    content = await rows(owner_url, "SELECT body, report FROM import_content")
    assert content == [{"body": None, "report": None}]


async def test_a_report_as_a_table_holds_no_formula(world: World) -> None:
    run = await checked(world, as_csv([("1", "=1+1", *ROWS[0][2:])]))
    answer = await (await world.as_(DUTY)).get(f"/v1/imports/{run['id']}/report.csv", headers={"Accept-Language": "kk"})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.text.startswith("\ufeffrow,column,field,level,code,problem,advice,cell")
    assert "Бұл күн емес не басқа түрде жазылған." in answer.text
    assert answer.text.rstrip().endswith("'=1+1")


async def test_a_column_that_nobody_spoke_of_is_refused_by_its_title(world: World) -> None:
    duty = await world.as_(DUTY)
    table = as_csv([(*r, "x") for r in ROWS], titles=(*TITLES, "ФИО сестры"))
    run = await looked_at(world, duty, await send(duty, await announce(duty), table))
    assert (run["state"], run["stopped_because"], run["faults"]) == ("stopped", "table-columns", None)
    report = await report_of(duty, run["id"])
    assert report["stopped"] == {
        "code": "table-columns",
        "title": "В таблице другие столбцы",
        "detail": "Столбцы таблицы не те, что в файле соответствия; они названы ниже.",
        "errors": [
            {
                "pointer": "/table",
                "code": "column-unspoken",
                "detail": "The mapping neither reads nor ignores the column 'ФИО сестры'.",
            }
        ],
    }


async def test_a_file_that_is_no_table_stops_its_import_and_a_mended_one_goes_on(world: World, owner_url: str) -> None:
    duty = await world.as_(DUTY)
    import_id = await announce(duty)
    run = await looked_at(world, duty, await send(duty, import_id, b"\xd0\xcf\x11\xe0old"))
    assert (run["state"], run["stopped_because"]) == ("stopped", "table-unreadable")
    assert "import.file_refused" in await events(owner_url, import_id)
    mended = await looked_at(world, duty, await send(duty, import_id, as_csv()))
    assert (mended["state"], mended["stopped_because"], mended["new_rows"]) == ("checked", None, 3)


async def test_a_file_above_the_limit_is_refused(world: World) -> None:
    duty = await world.as_(DUTY)
    answer = await send(duty, await announce(duty), b"x" * 10_485_761)
    assert answer.status_code == 413


async def test_a_mapping_is_refused_with_its_lines(world: World) -> None:
    wrong = MAPPING.replace("Травля: bullying", "Травля: mobbing").replace("revision: 1", "revision: first")
    answer = await (await world.as_(DUTY)).post("/v1/imports", {"mapping": wrong})
    assert (answer.status_code, answer.json()["code"]) == (422, "mapping-invalid")
    wrong = MAPPING.replace("Травля: bullying", "Травля: mobbing").replace("narrative:", "story:")
    answer = await (await world.as_(DUTY)).post("/v1/imports", {"mapping": wrong})
    told = [(e["pointer"], e["detail"].partition(":")[0]) for e in answer.json()["errors"]]
    assert told == [
        ("/mapping/fields", "Line 7"),
        ("/mapping/fields/category/values/Травля", "Line 11"),
        ("/mapping/fields/story", "Line 13"),
    ]
