"""Families as columns: what goes in comes out again."""

from datetime import date

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rules.graph.records import Record
from rules.kernel.columns import Columns, record_at, slice_columns, to_columns
from tests.law.graphs import Facts, families, graph, leave_out, record

ON = date(2025, 7, 15)
QUICK = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@st.composite
def towns(draw: st.DrawFn) -> list[Record]:
    told = draw(st.lists(families(ON, ON), max_size=5))
    return [record(leave_out(draw, facts) if draw(st.booleans()) else facts, ON) for _, facts in told]


@given(towns())
@QUICK
def test_each_family_comes_back_as_it_was(town: list[Record]) -> None:
    columns = to_columns(graph(), town)
    assert columns.families == len(town)
    assert [record_at(graph(), columns, index) for index in range(len(town))] == town


@given(towns(), st.data())
@QUICK
def test_a_slice_holds_exactly_its_families(town: list[Record], data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(town)))
    last = data.draw(st.integers(first, len(town)))
    part = slice_columns(graph(), to_columns(graph(), town), first, last)
    assert [record_at(graph(), part, index) for index in range(last - first)] == town[first:last]
    again = to_columns(graph(), town[first:last])
    assert part.missing.keys() == again.missing.keys()
    for group, bounds in again.offsets.items():
        assert np.array_equal(part.offsets[group], bounds)


def test_cells_are_whole_numbers_by_the_type_of_the_fact() -> None:
    child: Facts = {"role": "child", "birth_date": date(1970, 1, 2), "full_time_student": True, "incomes": []}
    wage = {"kind": "multi_child_benefit", "received": 90_000, "received_in": date(2025, 5, 1)}
    facts: Facts = {"poverty_line": 35_000, "members": [child, {"role": "parent", "incomes": [wage]}, {}]}
    columns = to_columns(graph(), [record(facts, ON)])
    assert columns.facts["poverty_line"].tolist() == [35_000]
    assert columns.facts["birth_date"][0] == 1
    assert columns.facts["role"][:2].tolist() == [1, 0]
    assert columns.facts["kind"].tolist() == [1]
    assert columns.offsets["members"].tolist() == [0, 3]
    assert columns.offsets["incomes"].tolist() == [0, 0, 1, 1]
    assert columns.missing["birth_date"].tolist() == [False, True, True]
    assert columns.missing["incomes"].tolist() == [False, False, True]
    assert "kind" not in columns.missing


def test_a_fact_told_of_what_did_not_happen_is_not_missing() -> None:
    facts: list[Facts] = [
        {"social_contract_broken": False, "members": [{}]},
        {"social_contract_broken": True, "social_contract_broken_on": ON, "members": [{}]},
        {"social_contract_broken": True, "members": [{}]},
        {"members": [{}]},
    ]
    town = [record(family, ON) for family in facts]
    columns = to_columns(graph(), town)
    assert columns.missing["social_contract_broken_on"].tolist() == [False, False, True, True]
    assert columns.facts["social_contract_broken_on"][0] == (date(2015, 1, 1) - date(1970, 1, 1)).days
    assert [record_at(graph(), columns, index) for index in range(4)] == town


def test_what_has_no_column_is_stated_nowhere() -> None:
    whole = to_columns(graph(), [record({"poverty_line": 35_000, "members": [{"incomes": []}]}, ON)])
    bare = Columns(1, {}, {"members": whole.offsets["members"]}, {})
    found = record_at(graph(), bare, 0)
    assert found.facts == {}
    assert found.groups["members"][0].groups == {}
