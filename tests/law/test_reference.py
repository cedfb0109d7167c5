"""The engine against the plain reference: the same right and the same tenge for every family, on every day."""

import ast
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rules.errors import RuleError
from rules.graph.answers import ask
from rules.graph.domain import Answer, contains, number, truth
from tests.law import reference
from tests.law.graphs import graph, record
from tests.law.reference.assistance import per_capita_income
from tests.law.reference.catalogue import REFERENCE
from tests.law.reference.outcome import NoLawError, Outcome
from tests.law.whole_families import Facts, partly_told, whole_families

MANY = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)

FEWER = settings(MANY, max_examples=15)
VERY_MANY = settings(MANY, max_examples=1500)


def by_engine(benefit: str, facts: Facts, on: date) -> Outcome | None:
    try:
        answered = ask(graph(), benefit, record(facts, on), on)
    except RuleError:
        return None
    assert answered.settled
    amount = None if answered.amount is None else answered.amount.low
    assert amount is None or isinstance(amount, int)
    return Outcome(answered.entitled is Answer.YES, amount)


def by_reference(benefit: str, facts: Facts, on: date) -> Outcome | None:
    try:
        return REFERENCE[benefit](facts, on)
    except NoLawError:
        return None


def test_every_benefit_has_its_reference() -> None:
    assert set(REFERENCE) == set(graph().benefits)


@pytest.mark.parametrize("benefit", REFERENCE)
@given(st.data())
@MANY
def test_engine_and_reference_agree_to_the_tenge(benefit: str, data: st.DataObject) -> None:
    on, facts = data.draw(whole_families(benefit))
    assert by_engine(benefit, facts, on) == by_reference(benefit, facts, on)


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("benefit", REFERENCE)
@given(st.data())
@VERY_MANY
def test_they_agree_on_thousands_of_families(benefit: str, data: st.DataObject) -> None:
    on, facts = data.draw(whole_families(benefit))
    assert by_engine(benefit, facts, on) == by_reference(benefit, facts, on)


@pytest.mark.parametrize("benefit", REFERENCE)
@given(st.data())
@FEWER
def test_an_answer_from_a_part_of_the_facts_leaves_room_for_the_reference(benefit: str, data: st.DataObject) -> None:
    on, facts, part = data.draw(partly_told(benefit))
    expected = by_reference(benefit, facts, on)
    try:
        answered = ask(graph(), benefit, record(part, on), on)
    except RuleError:
        return  # what is missing may be what would have kept the question inside the law that is known
    if expected is not None:
        assert contains(answered.entitled, truth(expected.entitled))
        assert (answered.amount is None) == (expected.amount is None)
        assert expected.amount is None or contains(answered.amount or number(-1), number(expected.amount))


@given(whole_families("targeted_social_assistance"), st.integers(-1, 1))
@MANY
def test_they_agree_a_tenge_below_at_and_above_the_line(told: tuple[date, Facts], tenge: int) -> None:
    on, facts = told
    facts["poverty_line"] = max(1, min(1_000_000, int(per_capita_income(facts, on)) + tenge))
    benefit = "targeted_social_assistance"
    assert by_engine(benefit, facts, on) == by_reference(benefit, facts, on)


@given(whole_families("housing_assistance"), st.integers(-1, 1))
@MANY
def test_they_agree_where_the_costs_of_a_dwelling_just_pass_the_share(told: tuple[date, Facts], tenge: int) -> None:
    on, facts = told
    facts["housing_costs"] = max(
        0, min(1_000_000, int(facts["housing_income"] * facts["housing_share_set"] / 100) + tenge)
    )
    benefit = "housing_assistance"
    assert by_engine(benefit, facts, on) == by_reference(benefit, facts, on)


def test_the_reference_knows_nothing_of_the_engine() -> None:
    for path in Path(reference.__path__[0]).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                assert name.split(".")[0] != "rules", path.name
                assert name.split(".")[0] != "tests" or name.startswith("tests.law.reference"), path.name
