"""What the benchmark of the law draws and hands over; it times nothing here."""

import re
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from benchmarks.law.random_families import draw_lot
from benchmarks.law.translate import ASKED, FAMILY_FACTS, MEMBER_FACTS, Translator, parameter_tree
from rules.graph.facts import read_facts
from rules.graph.graph import Graph
from rules.graph.nodes import Type
from rules.graph.reader import read_graph
from rules.kernel.columns import EPOCH, to_columns
from rules.loader import load_law

ON = date(2026, 3, 1)


@pytest.fixture(scope="module")
def graph() -> Graph:
    return read_graph(load_law())


def test_the_same_seed_draws_the_same_families(graph: Graph) -> None:
    first, again, other = (draw_lot(graph, ON, 50, seed) for seed in (3, 3, 4))
    assert all(np.array_equal(first.facts[name], again.facts[name]) for name in graph.facts)
    assert any(not np.array_equal(first.facts[name], other.facts[name]) for name in graph.facts)


def test_every_fact_of_the_law_is_drawn_within_its_limits(graph: Graph) -> None:
    columns = draw_lot(graph, ON, 500, seed=1)
    for name, fact in graph.facts.items():
        cells = columns.facts[name]
        if fact.type is Type.CODE:
            assert cells.min() >= 0
            assert cells.max() < len(fact.codes or {})
        if fact.type is Type.NUMBER and fact.least is not None and fact.most is not None:
            assert cells.min() >= fact.least * 10**fact.decimals
            assert cells.max() <= fact.most * 10**fact.decimals
        if fact.type is Type.DAY and fact.latest is not None:
            assert cells.max() <= min(fact.latest, ON if fact.past else fact.latest).toordinal() - EPOCH
    for name, group in graph.groups.items():
        sizes = np.diff(columns.offsets[name])
        assert sizes.min() >= group.least
        assert sizes.max() <= group.most


def test_facts_are_left_out_only_where_that_is_asked_for(graph: Graph) -> None:
    assert not draw_lot(graph, ON, 200, seed=2).missing
    assert draw_lot(graph, ON, 200, seed=2, unknown=0.1).missing


def test_birthdays_are_drawn_on_and_beside_the_days_when_terms_end(graph: Graph) -> None:
    columns = draw_lot(graph, ON, 2000, seed=5)
    born = {date.fromordinal(int(cell) + EPOCH) for cell in columns.facts["birth_date"]}
    assert {date(2024, 8, 31), date(2024, 9, 1), date(2024, 9, 2)} <= born  # eighteen months and a day beside


def test_openfisca_is_handed_the_figures_of_the_law_from_their_first_days(graph: Graph) -> None:
    tree = parameter_tree(graph.law)
    index = tree["mrp"]["benefits"]["values"]
    assert index["2026-01-01"] == {"value": 4325}
    assert index["2020-04-01"] == {"value": 2778}
    assert tree["child_care_benefit"]["size"]["1"]["values"]["2023-07-01"] == {"value": 5.76}
    assert isinstance(tree["asp"]["income_months"]["values"]["2023-07-01"]["value"], int)


def test_a_family_is_handed_over_as_openfisca_reads_it(graph: Graph) -> None:
    columns = to_columns(graph, [read_facts(graph, _FAMILY, ON)])
    (situation,) = Translator(graph, columns, ON).situations()
    family = situation["families"]["family"]
    assert (family["parents"], family["children"], family["others"]) == (["0"], ["1"], [])
    assert family["residence"] == {"2026-03": "citizen"}
    assert all(family[name] == {"2026-03": None} for names in ASKED.values() for name in names)
    mother = situation["persons"]["0"]
    assert mother["birth_date"] == {"ETERNITY": "1990-05-01"}
    assert mother["income_wage"] == {"2025-10": 150000.0, "2025-12": 90000.0}
    assert mother["income_by_decision"] == {"2025-11": 7000.0}
    assert "income_wage" not in situation["persons"]["1"]


def test_arrays_say_the_same_as_the_family_in_json(graph: Graph) -> None:
    columns = draw_lot(graph, ON, 30, seed=6)
    translator = Translator(graph, columns, ON)
    arrays, situations = translator.arrays(), list(translator.situations())
    assert len(situations) == 30
    for name, month, sums in (
        (key.split("/")[1], key.split("/")[2], value)
        for key, value in arrays.items()
        if key.startswith("person/income_")
    ):
        for situation in situations:
            for person, stated in situation["persons"].items():
                assert stated.get(name, {}).get(month, 0) == float(sums[int(person)])
    assert all(f"person/{name}/{'ETERNITY' if name == 'birth_date' else '2026-03'}" in arrays for name in MEMBER_FACTS)
    assert all(f"family/{name}/2026-03" in arrays for name in FAMILY_FACTS)


def test_only_its_own_model_imports_openfisca() -> None:
    root = Path(__file__).parents[2]
    importing = {
        path.relative_to(root).parent.as_posix()
        for folder in ("api", "benchmarks", "migrations", "rules", "src")
        for path in (root / folder).rglob("*.py")
        if re.search(r"^\s*(from|import) openfisca", path.read_text("utf-8"), re.MULTILINE)
    }
    assert importing == {"benchmarks/law/openfisca_model"}
    assert "openfisca" not in (root / "requirements-dev.lock").read_text("utf-8")


_STATED = {
    "lives_with_family": True,
    "full_time_student": False,
    "counted_in_birth_order": True,
    "birth_grant_paid": False,
}
_FAMILY = {
    "residence": "citizen",
    "poverty_line": 32360,
    "carer_insured": False,
    "inspection_refused": False,
    "commission_found_no_need": False,
    "employment_measures_refused": False,
    "social_contract_broken": False,
    "false_data_found": False,
    "members": [
        {
            "id": "mother", "role": "parent", "birth_date": "1990-05-01", **_STATED,
            "incomes": [
                {"kind": "wage", "received_in": "2025-10-01", "received": 100000},
                {"kind": "wage", "received_in": "2025-10-20", "received": 50000},
                {"kind": "wage", "received_in": "2025-12-01", "received": 90000},
                {"kind": "wage", "received_in": "2026-01-01", "received": 5},
                {"kind": "other", "received_in": "2025-11-01", "received": 7000, "counts_by_decision": True},
                {"kind": "other", "received_in": "2025-11-01", "received": 9, "counts_by_decision": False},
            ],
        },
        {"id": "child", "role": "child", "birth_date": "2020-02-29", **_STATED, "incomes": []},
    ],
}  # fmt: skip
