"""The generated explanation is the explanation: the same steps, words, figures, distances and receipt."""

from datetime import date
from functools import cache
from itertools import chain

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rules.errors import RuleError
from rules.graph.answers import ask
from rules.graph.basis import Mode, NotVerifiedError
from rules.graph.explain import Explanation, explain
from rules.graph.reach import rules_of
from rules.graph.receipt import make_receipt
from rules.graph.records import Record
from rules.graph.render import explanation_data
from rules.graph.words import Language
from rules.kernel.explainer import Explainer
from tests.law.graphs import BENEFITS, Facts, families, graph, partly_known, record

SLOW = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@cache
def explainer(on: date, language: Language) -> Explainer:
    return Explainer(graph(), on, None, language)


def plainly(benefit: str, found: Record, on: date, language: Language) -> Explanation | str:
    try:
        return explain(ask(graph(), benefit, found, on), language)
    except RuleError as error:
        return str(error)


def fast(benefit: str, found: Record, on: date, language: Language) -> Explanation | str:
    try:
        return explainer(on, language).explain(benefit, found)
    except RuleError as error:
        return str(error)


def same(one: Explanation | str, other: Explanation | str) -> None:
    if isinstance(one, str) or isinstance(other, str):
        assert one == other
        return
    assert one.steps == other.steps
    assert explanation_data(one) == explanation_data(other)
    assert make_receipt(one.answered) == make_receipt(other.answered)


@pytest.mark.parametrize("benefit", BENEFITS)
@given(families(), st.sampled_from(Language))
@SLOW
def test_a_family_is_told_the_same(benefit: str, told: tuple[date, Facts], language: Language) -> None:
    on, facts = told
    found = record(facts, on)
    same(fast(benefit, found, on, language), plainly(benefit, found, on, language))


@pytest.mark.parametrize("benefit", BENEFITS)
@given(partly_known(), st.sampled_from(Language))
@SLOW
def test_a_family_that_leaves_out_facts_is_told_the_same(
    benefit: str, told: tuple[date, Facts, Facts], language: Language
) -> None:
    on, _, part = told
    found = record(part, on)
    same(fast(benefit, found, on, language), plainly(benefit, found, on, language))


CHILD = {"role": "child", "birth_date": date(2015, 1, 1), "lives_with_family": True, "full_time_student": False}
ON = date(2025, 7, 15)


def test_most_benefits_are_told_by_generated_code() -> None:
    made = {name for name in graph().benefits if explainer(ON, Language.RU).program(name, frozenset()) is not None}
    refused = {name for name in graph().benefits if isinstance(plainly(name, record({}, ON), ON, Language.RU), str)}
    assert made | refused == set(graph().benefits)


def test_a_decision_needs_verified_values_here_as_well() -> None:
    with pytest.raises(NotVerifiedError):
        explainer(ON, Language.EN).explain("multi_child_benefit", record({"members": [CHILD] * 4}, ON), Mode.DECIDE)


def test_a_benefit_needs_the_facts_that_its_rules_name() -> None:
    facts = explainer(ON, Language.RU).facts_of("multi_child_benefit")
    assert facts >= {"members", "role", "birth_date", "lives_with_family"}
    assert "poverty_line" not in facts
    assert set(chain.from_iterable(rules_of(graph(), name) for name in graph().benefits)) <= set(graph().rules)
