"""The command `coverage`: small changes of the law, those that no case notices, and the reasons written for them."""

from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from rules.__main__ import FOUND_FAULTS, NO_ANSWER, main
from rules.desk.case_files import find_cases, shipped_cases
from rules.graph.compiler import Compiler, Names, Signature
from rules.graph.coverage import Coverage, Fate, Question, prepare
from rules.graph.graph import Graph
from rules.graph.mutants import find_mutants
from rules.graph.parser import parse
from rules.graph.syntax import Position
from rules.graph.testing import run_case
from rules.graph.wording import write_formula
from rules.parameters import RoundingDirection
from tests.law.files import FILES, write_law
from tests.law.graphs import graph
from tests.law.small_graph import GRAPH_FILES, small_graph

CASE = """\
cases:
  - name: "two heads, poor"
    benefit: help
    on: 2025-01-01
    family: {poor: yes, members: [{income: 1}, {income: 1}]}
    expected: {entitled: yes, amount: 25}
  - name: "ten heads"
    benefit: help
    on: 2025-01-01
    family: {poor: yes, defaults: {members: {income: 1}}, members: [{}, {}, {}, {}, {}, {}, {}, {}, {}, {}]}
    expected: {amount: 125}
  - name: "one head"
    benefit: help
    on: 2025-01-01
    family: {poor: yes, members: [{income: 1}, {income: 0}]}
    expected: {entitled: no, amount: 0}
"""
NOT_POOR = """\
  - name: "two heads, not poor"
    benefit: help
    on: 2025-01-01
    family: {poor: no, members: [{income: 1}, {income: 1}]}
    expected: {entitled: no}
"""


@cache
def shipped() -> tuple[Question, ...]:
    return tuple(prepare(graph(), find_cases(graph(), [shipped_cases()]).cases))


def names_of(law: Graph) -> Names:
    rules = {name: Signature(rule.scope, rule.type) for name, rule in law.rules.items()}
    figures = {name for name, one in law.law.parameters.items() if not isinstance(one.values[0].value, str)}
    directions = {name for name, one in law.law.parameters.items() if one.values[0].value in set(RoundingDirection)}
    return Names(law.groups, law.facts, rules, frozenset(figures), frozenset(directions), frozenset(law.conventions))


def test_every_formula_of_the_law_is_written_again_and_means_the_same() -> None:
    law, names = graph(), names_of(graph())
    for rule in law.rules.values():
        for wording in rule.wordings:
            text = write_formula(wording.node, rule.as_of)
            again = Compiler(names, rule.scope, rule.as_of).compile(parse(text, Position(1, 1), 1))
            assert again == wording.node, text


def test_an_answer_agrees_exactly_where_the_case_passes() -> None:
    assert all(question.agrees(graph()) for question in shipped())
    law = graph()
    mutants = [
        mutant for mutant in find_mutants(law) if mutant.name.startswith(("multi_child", "age.", "mrp.benefits"))
    ]
    cases = find_cases(law, [shipped_cases().joinpath("multi_child_benefit.yaml")]).cases
    questions = list(prepare(law, cases))
    for mutant in mutants:
        changed = mutant.apply(law)
        passed = [not run_case(changed, placed).differences for placed in cases]
        assert passed == [question.agrees(changed) for question in questions], str(mutant)


def test_each_value_and_word_is_changed_in_both_directions(tmp_path: Path) -> None:
    told = [str(mutant) for mutant in find_mutants(small_graph(tmp_path))]
    assert told == [
        "least from 2020-01-01: 2 -> 3",
        "least from 2020-01-01: 2 -> 1",
        "share from 2020-01-01: 12.5 -> 12.6",
        "share from 2020-01-01: 12.5 -> 12.4",
        "step from 2020-01-01: 1 -> 2",
        "direction from 2020-01-01: up -> down",
        "direction from 2020-01-01: up -> half_up",
        "ages from 2020-01-01: last_day_of_month -> first_of_next_month",
        "ages from 2020-01-01: next_day -> on_the_day",
        "heads from 2020-01-01: income > 0 -> income >= 0",
        "right from 2020-01-01: heads >= least and poor -> heads >= least or poor",
        "right from 2020-01-01: heads >= least -> heads > least",
        "sum from 2020-01-01: share * heads -> share / heads",
    ]


def test_no_mutant_changes_the_law_itself_and_none_is_the_law() -> None:
    before = graph().law.version
    mutants = list(find_mutants(graph()))
    assert len({str(mutant) for mutant in mutants}) == len(mutants)
    for mutant in mutants[::7]:
        changed = mutant.apply(graph())
        assert (
            changed.rules != graph().rules or changed.law != graph().law or changed.conventions != graph().conventions
        )
    assert graph().law.version == before


def law_folder(tmp_path: Path, cases: str, reasons: str | None = None) -> str:
    folder = write_law(tmp_path / "law", FILES | GRAPH_FILES)
    (tmp_path / "cases").mkdir(exist_ok=True)
    (tmp_path / "cases" / "help.yaml").write_text(cases, "utf-8")
    if reasons is not None:
        (tmp_path / "survivors.yaml").write_text(reasons, "utf-8")
    return str(folder)


def test_a_norm_that_nothing_tests_is_named_until_a_case_tests_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = law_folder(tmp_path, CASE)
    assert main(["--law", folder, "coverage"]) == FOUND_FAULTS
    told = capsys.readouterr().out
    survivors = [line.strip() for line in told.split("\n\n")[0].splitlines()[1:]]
    assert survivors == [
        "direction from 2020-01-01: up -> down",
        "direction from 2020-01-01: up -> half_up",
    ]
    assert "  not reached  2   (changes of what no case uses; --unreached lists them)\n" in told
    assert "Score: 81.8 % of the changes are noticed." in told
    assert main(["--law", folder, "coverage", "--unreached"]) == FOUND_FAULTS
    assert "  ages from 2020-01-01: next_day -> on_the_day\n" in capsys.readouterr().out


def reason(mutation: str | None) -> str:
    entry = '  - name: direction\n    in_force_from: 2020-01-01\n    reason: "an even sum is paid"\n'
    return "survivors:\n" + entry + (f'    mutation: "{mutation}"\n' if mutation else "")


@pytest.mark.parametrize(
    ("reasons", "code", "message"),
    [
        (reason(None), 0, "explained    2"),
        (reason("up -> down"), FOUND_FAULTS, "survivors    1"),
        (reason("up -> sideways"), FOUND_FAULTS, "no longer needed:\n  direction from 2020-01-01: up -> sideways\n"),
        (
            reason(None).replace('"an even sum is paid"', '""'),
            FOUND_FAULTS,
            "yaml:4: survivors.1.reason: a text",
        ),
        (reason(None).replace("reason", "raeson"), FOUND_FAULTS, "unknown key 'raeson'; did you mean 'reason'?"),
    ],
)
def test_a_survivor_needs_a_reason_and_a_reason_a_survivor(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], reasons: str, code: int, message: str
) -> None:
    folder = law_folder(tmp_path, CASE, reasons)
    assert main(["--law", folder, "coverage"]) == code
    told = capsys.readouterr()
    assert message in told.out + told.err


def test_the_draft_of_reasons_is_the_file_of_reasons_once_it_is_filled_in(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = law_folder(tmp_path, CASE)
    assert main(["--law", folder, "coverage", "--draft"]) == 0
    (tmp_path / "reasons.yaml").write_text(capsys.readouterr().out.replace('""', '"an even sum is paid"'), "utf-8")
    assert main(["--law", folder, "coverage", "--survivors", str(tmp_path / "reasons.yaml")]) == 0


def test_cases_that_fail_anyway_tell_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = law_folder(tmp_path, CASE.replace("amount: 25", "amount: 26"))
    assert main(["--law", folder, "coverage"]) == NO_ANSWER
    assert "1 answers of the cases fail as it is" in capsys.readouterr().err


def test_a_mutant_is_tried_only_on_the_answers_that_use_it(tmp_path: Path) -> None:
    folder = law_folder(tmp_path, CASE + NOT_POOR)
    law = small_graph(Path(folder))
    coverage = Coverage(law, list(prepare(law, find_cases(law, [tmp_path / "cases"]).cases)))
    fates = Counter(coverage.attempt(mutant) for mutant in find_mutants(law))
    assert fates == {Fate.KILLED: 9, Fate.SURVIVED: 2, Fate.UNREACHED: 2}
    asked = [len(coverage.users.get(mutant.touches, ())) for mutant in find_mutants(law) if mutant.name == "share"]
    assert asked == [2, 2]


def test_no_small_change_of_the_law_that_ships_goes_unnoticed_without_a_written_reason(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code = main(["coverage"])
    told = capsys.readouterr().out
    assert code == 0, told
    assert "survivors    0" in told


def test_a_change_that_only_a_notice_shows_is_noticed_by_the_case_that_expects_the_notice(tmp_path: Path) -> None:
    formulas = GRAPH_FILES["kz/one/formulas/help.yaml"].replace(
        "amount: sum, paid: monthly}", "amount: sum, paid: monthly, notices: {many: {label: {kk: a, ru: b, en: c}, "
        'holds: "heads <= least"}}}'
    )  # fmt: skip
    law = small_graph(tmp_path, {"kz/one/formulas/help.yaml": formulas})
    case = """\
name: "three heads are many"
benefit: help
on: 2025-01-01
family: {poor: yes, members: [{income: 1}, {income: 1}, {income: 1}]}
expected: {notices: [many]}
"""
    (tmp_path / "case.yaml").write_text(case, "utf-8")
    coverage = Coverage(law, list(prepare(law, find_cases(law, [tmp_path / "case.yaml"]).cases)))
    fates = {str(mutant): coverage.attempt(mutant) for mutant in find_mutants(law) if mutant.name == "least"}
    assert fates["least from 2020-01-01: 2 -> 3"] is Fate.KILLED
