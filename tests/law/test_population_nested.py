"""A population in one file of nested lists is the same as one in a folder of tables, and is refused as clearly."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rules.kernel.columns import record_at
from rules.population.generate import write_population
from rules.population.layout import PopulationError
from rules.population.reader import open_population
from rules.population.synthesis import generate, make_setting
from tests.law.graphs import graph

ON = date(2025, 12, 1)
KEY = b"casemgmt.population"
Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("made") / "town.parquet"
    write_population(make_setting(graph(), 3), 3, 600, place, lambda _: None)
    return place


def change(town: Path, to: Path, act: Callable[[Rows], object]) -> Path:
    table = pq.read_table(town).slice(0, 60)
    rows = table.to_pylist()
    act(rows)
    pq.write_table(pa.Table.from_pylist(rows, schema=table.schema), to, row_group_size=20)
    return to


def fault(place: Path) -> str:
    with pytest.raises(PopulationError) as caught:
        list(open_population(graph(), place).batches(ON, 7))
    return str(caught.value)


@pytest.mark.parametrize("size", [7, 600])
def test_every_family_comes_back(town: Path, size: int) -> None:
    made = generate(graph(), 600, 3)
    population = open_population(graph(), town)
    assert (population.families, population.never_stated) == (600, ())
    assert population.note.label.startswith("SYNTHETIC")
    index = 0
    for batch in population.batches(ON, size):
        for place in range(batch.columns.families):
            assert record_at(graph(), batch.columns, place) == record_at(graph(), made, index)
            index += 1
    assert index == 600


def test_a_list_that_is_null_is_not_stated(town: Path, tmp_path: Path) -> None:
    def act(rows: Rows) -> None:
        rows[4]["members"] = None
        rows[5]["members"][0]["incomes"] = None

    batches = open_population(graph(), change(town, tmp_path / "town.parquet", act)).batches(ON, 60)
    first = next(iter(batches)).columns
    assert "members" not in record_at(graph(), first, 4).groups
    assert "incomes" not in record_at(graph(), first, 5).groups["members"][0].groups
    assert all("incomes" in member.groups for member in record_at(graph(), first, 6).groups["members"])


WRONG: dict[str, tuple[Callable[[Rows], object], str]] = {
    "a birth in the future": (
        lambda rows: rows[25]["members"][0].update(birth_date=date(2026, 1, 1)),
        "row group 1, row 5: members: birth_date: 2026-01-01 lies after the day of the question",
    ),
    "a sum below zero": (
        lambda rows: rows[41]["members"][0].update(
            incomes=[{"kind": "wage", "received": -1, "received_in": ON, "counts_by_decision": True}]
        ),
        "row group 2, row 1: incomes: received: -1 lies outside 0",
    ),
    "families out of order": (
        lambda rows: rows[20].update(family_id=2),
        "row group 1, row 0: family_id 2 comes after 20",
    ),
    "a family without members": (
        lambda rows: rows[3].update(members=[]),
        "row group 0, row 3: 0 rows of members belong to it, and 1 to 40 can be",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_family_that_can_not_be_is_refused_with_its_row(town: Path, tmp_path: Path, name: str) -> None:
    act, message = WRONG[name]
    assert message in fault(change(town, tmp_path / "town.parquet", act))


def test_a_file_is_refused_for_its_schema_or_without_a_word_on_what_it_is(tmp_path: Path) -> None:
    place = tmp_path / "town.parquet"
    note = {KEY: json.dumps({"source": "register", "title": "a town", "as_of": "2025-12-01"}).encode()}
    good = {"family_id": [1], "members": [[{"birth_date": ON}]]}
    for columns, metadata, message in (
        (good, {}, "metadata casemgmt.population: is missing. It says whether the families are real"),
        (
            good | {"members": [[{"birthdate": ON}]]},
            note,
            "members has no column 'birthdate'; did you mean 'birth_date'?",
        ),
        (good | {"members": [3]}, note, "members is stored as int64, and a list of records is needed"),
        ({"members": good["members"]}, note, "the column family_id is missing"),
    ):
        pq.write_table(pa.table(columns).replace_schema_metadata(metadata), place)
        assert message in fault(place)
    pq.write_table(pa.table(good).replace_schema_metadata(note), place)
    (batch,) = open_population(graph(), place).batches(ON)
    assert batch.columns.facts["birth_date"].tolist() == [(ON - date(1970, 1, 1)).days]
    place.write_bytes(b"PAR1")
    assert "can not be read as Parquet" in fault(place)
