"""The command `cases generate`: cases on each side of every edge of the law, proposed and not yet confirmed."""

import re
from datetime import date
from pathlib import Path

import pytest

from rules.__main__ import FOUND_FAULTS, NO_ANSWER, main
from rules.desk.case_files import find_cases, shipped_cases
from rules.graph.boundary import propose
from rules.graph.cases import Placed, read_cases
from rules.graph.coverage import prepare
from rules.graph.edges import find_edges
from rules.graph.moves import Situation
from rules.graph.proven import find_unproven
from rules.graph.write_cases import write_yaml
from tests.law.files import FILES, write_law
from tests.law.graphs import graph
from tests.law.small_graph import GRAPH_FILES, small_graph

SEED = """\
cases:
  - name: "one head of two"
    benefit: help
    on: 2025-05-10
    family: {poor: yes, region: south, members: [{id: a, income: 3}, {id: b, income: 0}]}
    expected: {entitled: no}
"""


def generate(folder: Path, *arguments: str, seed: str = SEED) -> list[str]:
    law = write_law(folder / "law", FILES | GRAPH_FILES)
    (folder / "cases").mkdir()
    (folder / "cases" / "help.yaml").write_text(seed, "utf-8")
    return ["--law", str(law), "cases", "generate", *arguments]


def test_each_condition_is_shown_on_both_sides_and_at_its_edge(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(generate(tmp_path, "help")) == 0
    cases = read_cases("edges.yaml", capsys.readouterr().out.encode())
    told = {placed.case.name: placed for placed in cases}
    heads = [name for name in told if "the edge of heads >= least" in name]
    assert [name.partition(" the edge")[0] for name in heads] == ["just below", "exactly at", "just above"]
    income = [name for name in told if "the edge of income > 0 (members.a.income" in name]
    assert [told[name].case.family["members"][0]["income"] for name in income] == [0, 1]  # type: ignore[index]  # a document of a case, of any shape
    assert {"poor is no (2025-05-10)", "the day of the change of heads on 2020-01-01 (2020-01-01)"} <= set(told)
    assert all(placed.case.is_proposed for placed in cases)
    assert told[heads[1]].case.article == "Act 1, article 2"
    assert told[heads[1]].case.note is not None
    assert told[heads[1]].case.note.startswith("right: exactly at the edge of heads >= least")
    assert "region" not in told[heads[0]].case.family


def test_what_is_proposed_runs_as_it_was_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for form in ((), ("--csv",)):
        folder = tmp_path / "".join(["out", *form])
        folder.mkdir()
        assert main(generate(folder, "--out", str(folder), *form)) == 0
        assert re.search(
            r"help_edges\.(yaml|csv): \d+ proposed cases, from 1 that are there\.", capsys.readouterr().out
        )
        files = [str(path) for path in folder.glob("help_edges.*")]
        assert main(["--law", str(folder / "law"), "test", *files]) == 0
        assert re.search(r"(\d+) cases of 1 file: 0 failed, \1 only proposed and not", capsys.readouterr().out)


def test_a_file_is_never_written_over_and_one_screen_holds_one_benefit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = generate(tmp_path, "--out", str(tmp_path))
    assert main(asked) == 0
    assert main(asked) == FOUND_FAULTS
    assert "is there already; choose another name" in capsys.readouterr().err
    assert main(["cases", "generate"]) == NO_ANSWER
    assert "name one benefit, or a folder" in capsys.readouterr().err
    assert main(["cases", "generate", "birth_grnt"]) == NO_ANSWER
    assert "near to it: birth_grant" in capsys.readouterr().err


def test_only_what_no_case_notices_yet_is_proposed_when_that_is_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    family = "{poor: yes, members: [{id: a, income: 3}, {id: b, income: 3}]}"
    seed = (
        SEED
        + f"""\
  - name: "two heads"
    benefit: help
    on: 2025-05-10
    family: {family}
    expected: {{entitled: yes, amount: 25}}
"""
    )
    asked = generate(tmp_path, "help", "--uncovered", seed=seed)
    law = asked[1]
    assert main(["--law", law, "coverage"]) == FOUND_FAULTS
    assert "survivors    3" in capsys.readouterr().out
    assert main(asked) == 0
    text = capsys.readouterr().out
    assert 'note: "would notice direction from 2020-01-01: up -> down' in text
    confirmed = "\n".join(line for line in text.splitlines() if "proposed: yes" not in line)
    (tmp_path / "cases" / "more.yaml").write_text(confirmed, "utf-8")
    assert main(["--law", law, "coverage"]) == FOUND_FAULTS
    left = capsys.readouterr().out
    assert "survivors    2" in left
    assert "up -> down" not in left
    assert main(asked) == 0
    assert capsys.readouterr().out == "# help: nothing to propose.\n"


def test_a_benefit_without_a_case_is_told_where_to_begin(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    seed = SEED.replace("    on:", "    proposed: yes\n    on:")
    assert main(generate(tmp_path, "help", seed=seed)) == 0
    told = "# help: nothing to propose: no confirmed case asks about it; begin with `cases template help`.\n"
    assert capsys.readouterr().out == told


def test_what_is_only_proposed_shows_nothing_of_the_law(tmp_path: Path) -> None:
    law = small_graph(tmp_path)
    proposed = SEED.replace("    on:", "    proposed: yes\n    on:")
    cases = read_cases("cases.yaml", proposed.encode())
    assert list(prepare(law, cases)) == []
    assert any("help" in fault.message for fault in find_unproven(law, cases))
    assert len(list(prepare(law, read_cases("cases.yaml", SEED.encode())))) == 1


@pytest.fixture(scope="module")
def multi_child() -> tuple[Placed, ...]:
    seeds = find_cases(graph(), [shipped_cases().joinpath("multi_child_benefit.yaml")]).cases
    starts = [
        Situation(placed.facts(graph(), placed.case.on), placed.case.on)
        for placed in seeds
        if placed.case.on and placed.case.expected and not placed.case.expected.refused
    ]
    name = "multi_child_benefit"
    text = "\n".join(write_yaml(name, propose(graph(), name, starts, find_edges(graph(), name))))
    return read_cases("edges.yaml", text.encode())


def amounts(cases: tuple[Placed, ...], part: str) -> list[object]:
    found = [placed.case.expected for placed in cases if part in placed.case.name]
    return [one.amount for one in found if one is not None]


def test_the_edges_that_everybody_asks_for_are_among_them(multi_child: tuple[Placed, ...]) -> None:
    days = {placed.case.on for placed in multi_child}
    assert {date(2022, 3, 31), date(2022, 4, 1), date(2025, 12, 31), date(2026, 1, 1)} <= days
    counts = {
        len([member for member in placed.case.family["members"] if member["role"] == "child"])  # type: ignore[attr-defined]  # a document of a case, of any shape
        for placed in multi_child
    }
    assert {3, 4, 7, 8} <= counts
    birthday = [placed.case for placed in multi_child if "years_after(birth_date, age.majority" in placed.case.name]
    edge = [case for case in birthday if case.on == birthday[0].on][:3]
    moved = re.search(r"members\.(\w+)\.birth_date", edge[0].name)
    assert moved is not None
    births = [
        next(member for member in case.family["members"] if member["id"] == moved[1])["birth_date"]  # type: ignore[attr-defined]  # a document of a case, of any shape
        for case in edge
    ]
    assert [(births[0] - birth).days for birth in births] == [0, 1, 2]


def test_the_sums_around_a_new_index_are_those_of_the_two_indexes(multi_child: tuple[Placed, ...]) -> None:
    found = {
        placed.case.on: placed.case.expected.amount
        for placed in multi_child
        if "change of mrp.benefits on 2022-04-01" in placed.case.name and placed.case.expected
    }
    before, after = found[date(2022, 3, 31)], found[date(2022, 4, 1)]
    assert before is not None
    assert after is not None
    assert before // 3063 == after // 3180
    assert before < after
