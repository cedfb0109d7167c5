"""Invented populations: whole, plausible, and the same for the same seed."""

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.__main__ import main
from rules.graph.conditions import find_contradictions
from rules.graph.domain import Days
from rules.graph.models import FAMILY
from rules.graph.nodes import Type
from rules.graph.reader import read_graph
from rules.graph.run import Run
from rules.kernel.columns import EPOCH, Columns, record_at
from rules.population.chance import Chance
from rules.population.generate import write_population
from rules.population.synthesis import generate, join_columns, make_blocks, make_setting
from tests.law.files import small_law
from tests.law.graphs import graph
from tests.law.small_graph import GRAPH_FILES

NEW_WORDS = """\
groups:
  pets: {label: {kk: a, ru: b, en: c}, most: 5}
facts:
  new_truth: {label: {kk: a, ru: b, en: c}, type: truth}
  new_code: {label: {kk: a, ru: b, en: c}, type: code, codes: {one: {kk: a, ru: b, en: c}, two: {kk: a, ru: b, en: c}}}
  new_sum: {label: {kk: a, ru: b, en: c}, type: number, unit: tenge, least: 5, most: 9, decimals: 2}
  new_day: {label: {kk: a, ru: b, en: c}, of: pets, type: day, earliest: 2024-01-01, latest: 2024-06-30}
"""


def same(left: Columns, right: Columns) -> bool:
    assert left.families == right.families
    for name in ("facts", "offsets", "missing"):
        ours, theirs = getattr(left, name), getattr(right, name)
        assert ours.keys() == theirs.keys()
        for key, cells in ours.items():
            assert cells.dtype == theirs[key].dtype
            assert np.array_equal(cells, theirs[key]), key
    return True


@given(st.integers(0, 2**40), st.integers(1, 400), st.integers(1, 150))
@settings(max_examples=20, deadline=None)
def test_a_family_is_the_same_whatever_is_made_beside_it(seed: int, families: int, size: int) -> None:
    setting = make_setting(graph(), seed)
    parts = [block.columns for block in make_blocks(setting, families, size)]
    assert same(join_columns(parts), generate(graph(), families, seed))


def test_another_seed_makes_other_families() -> None:
    one, other = (generate(graph(), 200, seed).facts["received"] for seed in (1, 2))
    assert len(one) != len(other) or not np.array_equal(one, other)


def test_drawn_numbers_are_spread_evenly_for_every_purpose() -> None:
    ids = np.arange(1, 200_001, dtype=np.uint64)
    first, second = (Chance(7).draw(purpose, ids, 10) for purpose in ("one", "another"))
    for drawn in (first, second, (first + second) % 10):
        counts = np.bincount(drawn, minlength=10)
        assert counts.min() > 19_400
        assert counts.max() < 20_600


def test_every_fact_is_told_and_inside_its_limits() -> None:
    columns = generate(graph(), 3_000, 5)
    assert set(columns.facts) == set(graph().facts)
    assert set(columns.offsets) == set(graph().groups)
    today = make_setting(graph(), 5).as_of_day
    for name, fact in graph().facts.items():
        cells = columns.facts[name]
        holders = columns.families if fact.of == FAMILY else int(columns.offsets[fact.of][-1])
        assert len(cells) == holders, name
        if fact.type is Type.NUMBER:
            scale = 10**fact.decimals
            assert (fact.least or 0) * scale <= cells.min() <= cells.max() <= (fact.most or 0) * scale, name
        elif fact.type is Type.CODE:
            assert 0 <= cells.min() <= cells.max() < len(fact.codes or {}), name
        elif fact.type is Type.DAY:
            assert cells.min() >= (fact.earliest or date.min).toordinal() - EPOCH, name
            assert not fact.past or cells.max() <= today, name
    for name, group in graph().groups.items():
        sizes = np.diff(columns.offsets[name])
        assert group.least <= sizes.min() <= sizes.max() <= group.most, name


def test_no_family_contradicts_itself() -> None:
    columns = generate(graph(), 400, 6)
    as_of = make_setting(graph(), 6).as_of
    for index in range(columns.families):
        run = Run(graph(), record_at(graph(), columns, index), Days(as_of, as_of))
        assert list(find_contradictions(run)) == []


def test_the_country_looks_like_the_country() -> None:
    columns = generate(graph(), 60_000, 11)
    sizes = np.diff(columns.offsets["members"])
    assert 3.04 < sizes.mean() < 3.12
    family = np.repeat(np.arange(columns.families), sizes)
    adult_from = make_setting(graph(), 11).as_of_day - 18 * 1461 // 4
    minor = columns.facts["birth_date"] > adult_from
    children = np.bincount(family[minor], minlength=columns.families)
    assert 0.45 < (children > 0).mean() < 0.50
    assert 2.25 < children[children > 0].mean() < 2.45
    assert 0.085 < (children >= 4).mean() < 0.10
    born_within_a_year = (columns.facts["birth_date"] > make_setting(graph(), 11).as_of_day - 365).sum()
    assert 0.050 < born_within_a_year / columns.families < 0.062
    holder = np.repeat(np.arange(len(family)), np.diff(columns.offsets["incomes"]))
    income = np.bincount(family[holder], weights=columns.facts["received"], minlength=columns.families)
    poor = income <= 3 * sizes * columns.facts["poverty_line"]
    assert 0.006 < poor.mean() < 0.02
    assert sizes[poor].mean() > 4


def test_some_families_lack_facts() -> None:
    missing = generate(graph(), 60_000, 3).missing
    assert missing
    assert all(0 < mask.sum() < 100 for mask in missing.values())


def test_a_fact_without_a_distribution_of_its_own_gets_the_default(tmp_path: Path) -> None:
    words = GRAPH_FILES | {"kz/one/facts/new.yaml": NEW_WORDS}
    small = read_graph(small_law(tmp_path, words))
    columns = generate(small, 5_000, 1)
    assert 0.01 < columns.facts["new_truth"].mean() < 0.03
    assert 0.03 < columns.facts["new_code"].mean() < 0.07
    assert set(np.unique(columns.facts["new_sum"]).tolist()) == {500, 600}
    days = columns.facts["new_day"]
    assert 50 < len(days) < 150
    assert days.min() >= date(2024, 1, 1).toordinal() - EPOCH
    assert days.max() <= date(2024, 6, 30).toordinal() - EPOCH


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_same_seed_writes_the_same_bytes_in_parts(tmp_path: Path) -> None:
    setting = make_setting(graph(), 9)
    heard: list[int] = []
    for name in ("one", "two"):
        write_population(setting, 9, 260_000, tmp_path / name, heard.append)
    one, two = files_of(tmp_path / "one"), files_of(tmp_path / "two")
    assert one == two
    assert {f"{table}/part-0000{part}.parquet" for table in ("families", *graph().groups) for part in (0, 1)} == {
        name for name in one if name.endswith(".parquet")
    }
    assert sum(heard) == 2 * 260_000
    assert json.loads(one["population.json"])["source"] == "synthetic"


def test_what_was_interrupted_leaves_nothing_behind(tmp_path: Path) -> None:
    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_population(make_setting(graph(), 1), 1, 500, tmp_path / "town", interrupt)
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_run_left_does_not_stop_the_next(tmp_path: Path) -> None:
    (tmp_path / "town.unfinished" / "members").mkdir(parents=True)
    write_population(make_setting(graph(), 1), 1, 50, tmp_path / "town", lambda _: None)
    assert [path.name for path in tmp_path.iterdir()] == ["town"]


def test_the_command_says_that_all_is_synthetic_and_what_comes_next(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "town"
    asked = ["population", "generate", "--families", "300", "--seed", "4", "--out", str(out)]
    assert main(asked) == 0
    told = capsys.readouterr().out
    assert told.startswith("SYNTHETIC: no real family is behind these figures.")
    assert f"population run --in {out} --date 2025-12-01" in told
    before = files_of(out)
    assert main(asked) == 2
    assert "is there already; choose another name" in capsys.readouterr().err
    assert files_of(out) == before


@pytest.mark.parametrize(("name", "value"), [("--families", "0"), ("--families", "many"), ("--seed", "-1")])
def test_a_number_that_is_none_is_refused(name: str, value: str, capsys: pytest.CaptureFixture[str]) -> None:
    given = {"--families": "5", "--seed": "1", "--out": "town"} | {name: value}
    with pytest.raises(SystemExit) as stopped:
        main(["population", "generate", *(part for pair in given.items() for part in pair)])
    assert stopped.value.code == 2
    assert repr(value) in capsys.readouterr().err


def test_without_the_optional_packages_the_desk_works_and_says_what_to_install() -> None:
    program = (
        "import sys\n"
        "for name in ('numpy', 'numba', 'pyarrow'): sys.modules[name] = None\n"
        "from rules.population import commands\n"
        "commands.find_spec = lambda name: None if name == 'pyarrow' else name\n"
        "from rules.__main__ import main\n"
        "assert main(['show', 'mrp.benefits', '--on', '2025-07-01']) == 0\n"
        "sys.exit(main(['population', 'generate', '--families', '5', '--seed', '1', '--out', 'nowhere']))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == "whole populations need pyarrow, not installed here: install casemgmt[population]\n"
