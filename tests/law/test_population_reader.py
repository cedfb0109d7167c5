"""Reading a population: whole and in any batches, and refusing what does not fit with the place of the fault."""

import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rules.graph.reader import read_graph
from rules.kernel.columns import record_at
from rules.population.generate import write_population
from rules.population.layout import PopulationError, read_note
from rules.population.reader import Batch, open_population
from rules.population.run import Question, check_question
from rules.population.synthesis import generate, make_setting
from tests.law.files import small_law
from tests.law.graphs import graph
from tests.law.small_graph import GRAPH_FILES

ON = date(2025, 12, 1)
NOTE = {"source": "register", "title": "a town", "as_of": "2025-12-01"}
Change = Callable[[pa.Table], pa.Table]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "town"
    write_population(make_setting(graph(), 3), 3, 1_000, folder, lambda _: None)
    return folder


def copy(town: Path, to: Path, table: str, change: Change, row_group_size: int = 400) -> Path:
    """Write the town again with one table changed, in row groups of few rows."""
    for path in town.rglob("*.parquet"):
        target = to / path.relative_to(town)
        target.parent.mkdir(parents=True, exist_ok=True)
        read = pq.read_table(path)
        pq.write_table(change(read) if path.parent.name == table else read, target, row_group_size=row_group_size)
    (to / "population.json").write_bytes((town / "population.json").read_bytes())
    return to


def batches(folder: Path, size: int = 300) -> Iterator[Batch]:
    return open_population(graph(), folder).batches(ON, size)


def fault(folder: Path) -> str:
    with pytest.raises(PopulationError) as caught:
        list(batches(folder))
    return str(caught.value)


def put(table: pa.Table, name: str, row: int, value: object) -> pa.Table:
    kind = table.schema.field(name).type
    plain = kind.value_type if pa.types.is_dictionary(kind) else kind
    cells = table.column(name).to_pylist()
    cells[row] = value
    return table.set_column(table.schema.get_field_index(name), name, pa.array(cells, plain))


@pytest.mark.parametrize("size", [1, 7, 300, 5_000])
def test_every_family_comes_back_in_batches_of_any_size(town: Path, size: int) -> None:
    made = generate(graph(), 1_000, 3)
    population = open_population(graph(), town)
    assert population.families == 1_000
    assert population.never_stated == ()
    index = 0
    for batch in population.batches(ON, size):
        for place in range(batch.columns.families):
            if size > 1 or index % 10 == 0:
                assert record_at(graph(), batch.columns, place) == record_at(graph(), made, index)
            assert batch.ids[place] == index + 1
            index += 1
    assert index == 1_000


def test_what_is_missing_somewhere_has_a_mask_in_every_batch(town: Path, tmp_path: Path) -> None:
    folder = copy(town, tmp_path / "town", "members", lambda table: put(table, "birth_date", 5, None))
    found = list(batches(folder, 100))
    assert [bool(batch.columns.missing["birth_date"].any()) for batch in found] == [True] + 9 * [False]


def test_a_column_or_table_that_is_not_there_is_stated_nowhere(town: Path, tmp_path: Path) -> None:
    folder = copy(town, tmp_path / "town", "members", lambda table: table.drop_columns(["birth_date"]))
    for path in (folder / "incomes").iterdir():
        path.unlink()
    population = open_population(graph(), folder)
    assert population.never_stated == ("birth_date", "incomes")
    first = next(population.batches(ON))
    found = record_at(graph(), first.columns, 0)
    assert all("birth_date" not in member.facts for member in found.groups["members"])
    assert all("incomes" not in member.groups for member in found.groups["members"])


def test_a_list_can_be_said_to_be_unknown(town: Path, tmp_path: Path) -> None:
    def change(table: pa.Table) -> pa.Table:
        lone = pq.read_table(town / "incomes").column("family_id").to_numpy()
        known = np.isin(table.column("family_id").to_numpy(), lone)
        return table.append_column("incomes_stated", pa.array(known))

    folder = copy(town, tmp_path / "town", "members", change)
    for batch in batches(folder):
        for place in range(batch.columns.families):
            members = record_at(graph(), batch.columns, place).groups["members"]
            stated = any(member.groups.get("incomes") for member in members)
            assert all(("incomes" in member.groups) == stated for member in members)


def test_files_of_another_hand_are_read_in_the_types_they_have(tmp_path: Path) -> None:
    small = read_graph(small_law(tmp_path / "law", GRAPH_FILES))
    folder = tmp_path / "town"
    folder.mkdir()
    (folder / "population.json").write_text(json.dumps(NOTE))
    families = {"family_id": pa.array([4, 9], pa.uint16()), "region": ["south", None], "poor": [True, False]}
    members = {
        "family_id": pa.array([4, 4, 9], pa.int32()),
        "income": pa.array([b"1.20", b"-0", b"3"], pa.binary()).cast(pa.string()).cast(pa.decimal128(9, 2)),
        "born": pa.array([0, 1, None], pa.date32()),
    }
    pq.write_table(pa.table(families), folder / "families.parquet")
    pq.write_table(pa.table(members), folder / "members.parquet")
    (batch,) = open_population(small, folder).batches(ON)
    assert batch.ids.tolist() == [4, 9]
    assert batch.columns.facts["income"].tolist() == [120, 0, 300]
    assert batch.columns.facts["region"][0] == 1
    assert batch.columns.missing["region"].tolist() == [False, True]
    assert batch.columns.missing["born"].tolist() == [False, False, True]
    assert batch.columns.offsets["members"].tolist() == [0, 2, 3]


WRONG: dict[str, tuple[str, Change, str]] = {
    "below its least": (
        "incomes", lambda t: put(t, "received", 450, -1),
        "row group 1, row 50: received: -1 lies outside 0 to 1000000000",
    ),
    "an unknown code": (
        "families", lambda t: put(t, "region", 3, "almaty"),
        "row 3: region: no code is called 'almaty'",
    ),
    "a birth in the future": (
        "members", lambda t: put(t, "birth_date", 7, date(2025, 12, 2)),
        "row 7: birth_date: 2025-12-02 lies after the day of the question, 2025-12-01",
    ),
    "before all": (
        "members", lambda t: put(t, "birth_date", 7, date(1899, 1, 1)),
        "1899-01-01 lies outside 1900-01-01 to",
    ),
    "no key": ("members", lambda t: put(t, "family_id", 1, None), "row group 0, row 1: family_id is empty"),
    "a key below zero": (
        "families", lambda t: put(t, "family_id", 0, -4),
        "row 0: family_id: -4 is no number of a row",
    ),
    "unsorted families": (
        "families", lambda t: put(t, "family_id", 400, 7),
        "families/part-00000.parquet, row group 1, row 0: family_id 7 comes after 400; rows are sorted by family_id",
    ),
    "a family twice": ("families", lambda t: put(t, "family_id", 5, 5), "row 5: family_id 5 stands twice"),
    "unsorted members": ("members", lambda t: put(t, "members_id", 0, 99), "row group 0, row 1: family_id, members_id"),
    "an orphan": (
        "families", lambda t: pa.concat_tables([t.slice(0, 500), t.slice(501)]),
        "no row of families has the family_id 501",
    ),
    "an orphan at the end": ("families", lambda t: t.slice(0, 999), "no row of families has the family_id 1000"),
    "an income of nobody": (
        "incomes", lambda t: put(t, "members_id", t.num_rows - 1, 77),
        "no row of members has the family_id 1000, members_id 77",
    ),
    "told of what did not happen": (
        "families",
        lambda t: put(put(t, "social_contract_broken", 2, value=False), "social_contract_broken_on", 2, ON),
        "row 2: social_contract_broken_on is stated, though social_contract_broken is no",
    ),
    "a family without members": (
        "members", lambda t: t.filter(pa.compute.not_equal(t["family_id"], 2)),
        "families/part-00000.parquet, row group 0, row 1: 0 rows of members belong to it, and 1 to 40 can be",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_row_that_can_not_be_is_refused_with_its_place(town: Path, tmp_path: Path, name: str) -> None:
    table, change, message = WRONG[name]
    assert message in fault(copy(town, tmp_path / "town", table, change))


def test_the_place_of_a_fault_is_the_very_row(town: Path, tmp_path: Path) -> None:
    ids = pq.read_table(town / "members").column("family_id").to_numpy()
    group, row = divmod(int((ids < 501).sum()), 400)
    folder = copy(town, tmp_path / "town", *WRONG["an orphan"][:2])
    assert f"members/part-00000.parquet, row group {group}, row {row}: " in fault(folder)


SCHEMAS: dict[str, tuple[str, Change, str]] = {
    "a binary fraction": (
        "incomes", lambda t: t.drop_columns(["received"]).append_column("received", t["received"].cast("double")),
        "incomes/part-00000.parquet: received is stored as double, and a whole number is needed",
    ),
    "a misspelt column": (
        "members", lambda t: t.rename_columns({"birth_date": "birthdate"}),
        "members has no column 'birthdate'; did you mean 'birth_date'?",
    ),
    "a key that is missing": ("incomes", lambda t: t.drop_columns(["members_id"]), "the column members_id is missing"),
    "a key of text": (
        "families", lambda t: t.set_column(0, "family_id", t["family_id"].cast("string")),
        "family_id is stored as string, and a whole number is needed",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SCHEMAS)
def test_columns_that_do_not_fit_are_refused_before_a_row_is_read(town: Path, tmp_path: Path, name: str) -> None:
    table, change, message = SCHEMAS[name]
    folder = copy(town, tmp_path / "town", table, change)
    with pytest.raises(PopulationError) as caught:
        open_population(graph(), folder)
    assert message in str(caught.value)


def spoil(folder: Path, act: str) -> None:
    part = folder / "members" / "part-00000.parquet"
    if act == "cut":
        part.write_bytes(part.read_bytes()[:-100])
    elif act == "another table":
        (folder / "member").mkdir()
    elif act == "no families":
        (folder / "families" / "part-00000.parquet").unlink()
    elif act == "other columns":
        pq.write_table(pq.read_table(part).slice(0, 0).drop_columns(["role"]), part.with_name("part-00001.parquet"))
    elif act == "no note":
        (folder / "population.json").unlink()
    else:
        (folder / "population.json").write_text(json.dumps(NOTE | {"source": "census"}))


@pytest.mark.parametrize(
    ("act", "message"),
    [
        ("cut", "members/part-00000.parquet can not be read as Parquet"),
        ("another table", "member: no table is called so; did you mean 'members'?"),
        ("no families", "the table families is missing"),
        ("other columns", "part-00001.parquet: all files of a table have the same columns; not so role"),
        ("no note", "population.json: is missing. It says whether the families are real"),
        ("a wrong note", "population.json: source: Input should be 'synthetic' or 'register'"),
    ],
)
def test_files_that_do_not_fit_are_refused(town: Path, tmp_path: Path, act: str, message: str) -> None:
    folder = copy(town, tmp_path / "town", "", lambda table: table)
    spoil(folder, act)
    with pytest.raises(PopulationError) as caught:
        open_population(graph(), folder)
    assert message in str(caught.value)


def test_a_day_that_the_population_does_not_stand_for_is_refused(town: Path) -> None:
    note = read_note(town)
    poor, many = ("targeted_social_assistance",), ("multi_child_benefit",)
    check_question(note, Question(graph(), poor, ON))
    check_question(note, Question(graph(), many, date(2026, 1, 10)))
    for benefits, on, words in (
        (poor, date(2026, 1, 10), "every family would look poor"),
        (many, date(2025, 11, 30), "as of 2025-12-01"),
    ):
        with pytest.raises(PopulationError, match=words):
            check_question(note, Question(graph(), benefits, on))
