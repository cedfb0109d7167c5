"""A reform over the law: other answers from its first day on, a law that stays as it is, and faults with their line."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.dated import find_faults
from rules.errors import LawFilesError
from rules.graph.answers import ask
from rules.graph.domain import Answer, Span
from rules.graph.facts import read_facts
from rules.graph.graph import Graph
from rules.graph.reader import read_graph
from rules.graph.reform import Reform, put_in, read_reform
from rules.loader import load_law
from rules.parameters import ParameterValue, Status, Unit
from tests.law.files import small_law
from tests.law.graphs import graph, record
from tests.law.small_graph import GRAPH_FILES

TITLE = "title: Four children bring more\n"
SIZE = TITLE + "parameters:\n  multi_child_benefit.size.4: {value: 18, from: 2026-01-01}\n"
HEADS = """\
title: Help for all who are poor
parameters:
  least: {value: 1, from: 2025-01-01}
formulas:
  sum:
    from: 2025-01-01
    before: 2026-01-01
    formula: |
      rounded(if right then share * heads + extra else 0,
              step, direction)
new_parameters:
  extra: {value: 100, unit: tenge, from: 2025-01-01}
"""


def reform(text: str) -> Reform:
    return read_reform(load_law(), "reform.yaml", text.encode())


def faults(text: str) -> list[str]:
    with pytest.raises(LawFilesError) as caught:
        reform(text)
    return [str(problem) for problem in caught.value.problems]


def amount(law: Graph, children: int, on: date) -> int:
    child = {"role": "child", "birth_date": date(2015, 1, 1), "lives_with_family": True, "full_time_student": True}
    told = ask(law, "multi_child_benefit", record({"members": [child] * children}, on), on)
    assert isinstance(told.amount, Span)
    return int(told.amount.low)


def test_a_new_figure_counts_from_its_first_day_on() -> None:
    found = reform(SIZE)
    assert amount(found.reformed, 4, date(2025, 12, 31)) == amount(graph(), 4, date(2025, 12, 31)) == 63_030
    assert amount(graph(), 4, date(2026, 1, 1)) == 69_330
    assert amount(found.reformed, 4, date(2026, 1, 1)) == 18 * 4_325
    assert amount(found.reformed, 5, date(2026, 1, 1)) == amount(graph(), 5, date(2026, 1, 1))
    (change,) = found.changes
    assert (change.name, change.before, change.after, change.unit) == (
        "multi_child_benefit.size.4",
        "16.03",
        "18",
        "mrp",
    )


def test_the_law_itself_is_not_touched() -> None:
    before = load_law().parameters["multi_child_benefit.size.4"]
    found = reform(SIZE)
    assert load_law().parameters["multi_child_benefit.size.4"] is before
    assert read_graph(load_law()) is found.graph
    assert found.reformed.law.version.startswith(load_law().version)
    assert found.reformed.law.version not in {load_law().version, reform(SIZE + "# otherwise\n").reformed.law.version}


def test_what_a_reform_brings_is_no_law() -> None:
    value = reform(SIZE).reformed.law.value("multi_child_benefit.size.4", date(2026, 2, 1))
    assert value.status is Status.HOUSE_DEFAULT
    assert value.reason == "reform under study, not law: Four children bring more"
    assert value.citation is None


def test_a_new_wording_names_new_figures_and_ends_when_it_says(tmp_path: Path) -> None:
    law = small_law(tmp_path, GRAPH_FILES)
    found = read_reform(law, "reform.yaml", HEADS.encode())
    on = {year: date(year, 6, 1) for year in (2024, 2025, 2026)}
    case = read_facts(found.graph, {"poor": True, "members": [{"income": 5, "born": "1990-01-01"}]}, on[2024])
    told = {year: ask(found.reformed, "help", case, day) for year, day in on.items()}
    assert [told[year].entitled for year in on] == [Answer.NO, Answer.YES, Answer.YES]
    assert [told[year].amount for year in on] == [Span(0, 0), Span(113, 113), Span(13, 13)]
    assert [change.name for change in found.changes] == ["least", "extra", "sum"]
    assert found.changes[2].before == "rounded(if right then share * heads else 0, step, direction)"


RULE = "formulas:\n  multi_child_benefit.{}:\n    from: 2026-01-01\n    formula: {}\n"
MRP = "parameters:\n  mrp.benefits: {value: 5000, from: 2026-01-01}\nnew_parameters:\n"
WRONG = {
    "an unknown parameter": (
        "parameters:\n  multi_child_benefit.sise.4: {value: 18, from: 2026-01-01}\n",
        "reform.yaml:3: no parameter is called 'multi_child_benefit.sise.4'; did you mean 'multi_child_benefit.size.",
    ),
    "an unknown rule": (
        "formulas:\n  birth_grant.orders: {formula: on, from: 2026-01-01}\n",
        "reform.yaml:3: no rule is called 'birth_grant.orders'; did you mean 'birth_grant.order'?",
    ),
    "an unknown word of a formula": (
        RULE.format("entitled", "multi_child_benefit.childs >= 1"),
        "reform.yaml:5:14: no fact, rule or parameter is called 'multi_child_benefit.childs'; did you mean",
    ),
    "a figure in a formula": (
        RULE.format("entitled", "|\n      multi_child_benefit.children >= 3"),
        "reform.yaml:6:39: ",
    ),
    "a formula of another type": (
        RULE.format("entitled", "multi_child_benefit.children"),
        "yes or no is needed here, and this is a number",
    ),
    "another unit": (
        "parameters:\n  multi_child_benefit.size.4: {value: 18, unit: tenge, from: 2026-01-01}\n",
        "multi_child_benefit.size.4 is counted in mrp, not in tenge",
    ),
    "a value that the unit can not count": (
        "parameters:\n  multi_child_benefit.children_from: {value: 3.5, from: 2026-01-01}\n",
        "reform.yaml:3: a value in count is a whole number, not negative, not 3.5",
    ),
    "no day": ("parameters:\n  multi_child_benefit.size.4: {value: 18}\n", "the key 'from' is missing"),
    "a misspelt key": (
        "parameters:\n  multi_child_benefit.size.4: {value: 18, frm: 2026-01-01}\n",
        "unknown key 'frm'; did you mean 'from'?",
    ),
    "an end before the beginning": (
        "parameters:\n  multi_child_benefit.size.4: {value: 18, from: 2026-01-01, before: 2026-01-01}\n",
        "before must be later than from",
    ),
    "nothing that changes": ("", "a reform changes at least one of `parameters` and `formulas`"),
    "a new parameter that is there": (
        MRP + "  mrp.benefits: {value: 5000, unit: tenge, from: 2026-01-01}\n",
        "mrp.benefits is already given in rules/law/kz/",
    ),
    "a new parameter without its unit": (
        MRP + "  x: {value: 1, from: 2026-01-01}\n",
        "x: a new parameter needs its unit, one of tenge, mrp",
    ),
    "a circle": (
        RULE.format("children", "if multi_child_benefit.entitled then 1 else 0"),
        "the rules ask each other in a circle: ",
    ),
    "more than the kernel can hold": (
        RULE.format("children", "|\n      sum(members: sum(incomes: received * received * received))"),
        "multi_child_benefit.children: a whole number of 91 bits could arise",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_fault_is_told_with_its_line(name: str) -> None:
    text, message = WRONG[name]
    found = faults(TITLE + text)
    assert any(message in fault for fault in found), found
    assert all(fault.startswith("reform.yaml:") for fault in found)


def value(start: int, before: int | None, figure: int) -> ParameterValue:
    return ParameterValue(
        value=figure,
        unit=Unit.TENGE,
        in_force_from=date.fromordinal(start),
        in_force_before=None if before is None else date.fromordinal(before),
        status=Status.HOUSE_DEFAULT,
        reason="a reason",
    )


@given(st.lists(st.integers(1, 30), min_size=1, max_size=5), st.integers(1, 60), st.integers(1, 60) | st.none())
def test_a_new_value_holds_on_its_days_and_the_old_ones_on_all_others(
    lengths: list[int], start: int, length: int | None
) -> None:
    edges = [1]
    for days in lengths:
        edges.append(edges[-1] + days)
    ends: list[int | None] = [*edges[1:-1], None]
    old = [value(first, before, figure) for figure, (first, before) in enumerate(zip(edges, ends, strict=False))]
    before = None if length is None else start + length
    found = put_in(old, value(start, before, 99))
    assert list(find_faults(found)) == []
    for day in range(1, 200):
        on = date.fromordinal(day)
        (holds,) = [entry.value for entry in found if on in entry.in_force]
        (held,) = [entry.value for entry in old if on in entry.in_force]
        assert holds == (99 if start <= day and (before is None or day < before) else held)


def test_a_value_confirmed_for_a_time_is_confirmed_no_longer_by_a_reform() -> None:
    confirmed = replace_through(value(1, None, 5), 50)
    (before, after, new) = put_in([confirmed], value(20, 30, 99))
    assert (before.confirmed_through, after.confirmed_through) == (None, date.fromordinal(50))
    assert new.value == 99
    assert len(put_in([confirmed], value(20, 60, 99))) == 2


def replace_through(entry: ParameterValue, day: int) -> ParameterValue:
    return entry.model_copy(update={"confirmed_through": date.fromordinal(day)})
