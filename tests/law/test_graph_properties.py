"""What must hold of every answer, for families at random."""

import ast
import inspect
import math
from datetime import date
from random import Random

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from rules.errors import RuleError
from rules.graph import evaluator
from rules.graph.answers import Answered, ask
from rules.graph.bounds import Bounds, any_path, find_bounds
from rules.graph.domain import Answer, Span, contains
from rules.graph.evaluator import evaluate_rule
from rules.graph.receipt import make_receipt, recompute
from tests.law.graphs import BENEFITS, FLAGS, Facts, families, graph, partly_known, record
from tests.law.reference.assistance import household, per_capita_income

SLOW = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


# A benefit without a sum has fewer rules behind it, and there are many of them.
QUICK = settings(SLOW, max_examples=15)


def answer(benefit: str, facts: Facts, on: date) -> Answered:
    try:
        return ask(graph(), benefit, record(facts, on), on)
    except RuleError:
        assume(False)
        raise


@pytest.mark.parametrize("benefit", BENEFITS)
@given(partly_known())
@SLOW
def test_filling_in_what_is_missing_never_contradicts_a_sum(benefit: str, told: tuple[date, Facts, Facts]) -> None:
    whole, known = whole_and_known(benefit, told)
    assert known.amount is not None
    assert whole.amount is not None
    assert contains(known.amount, whole.amount)


@pytest.mark.parametrize("benefit", FLAGS)
@given(partly_known())
@QUICK
def test_filling_in_what_is_missing_never_contradicts_a_yes_or_no(
    benefit: str, told: tuple[date, Facts, Facts]
) -> None:
    whole, known = whole_and_known(benefit, told)
    assert known.amount is None
    assert whole.amount is None


def whole_and_known(benefit: str, told: tuple[date, Facts, Facts]) -> tuple[Answered, Answered]:
    """Return the answers with all facts and with some, after checking that they agree step by step."""
    on, facts, part = told
    whole, known = answer(benefit, facts, on), answer(benefit, part, on)
    assert whole.settled
    assert contains(known.entitled, whole.entitled)
    for key, value in known.run.results.items():
        if key in whole.run.results:
            assert contains(value, whole.run.results[key]), key
    assert bool(known.missing) >= (not known.settled)
    return whole, known


@pytest.mark.parametrize("benefit", [*BENEFITS, *FLAGS])
@given(partly_known())
@QUICK
def test_a_settling_set_is_missing_and_smallest(benefit: str, told: tuple[date, Facts, Facts]) -> None:
    on, _, part = told
    found = answer(benefit, part, on)
    if found.settled:
        assert not found.settling.smallest
    for entry in found.settling.smallest:
        assert set(entry.facts) <= set(found.missing)
        assert entry.answers
        assert len(entry.facts) == len(found.settling.smallest[0].facts)


BOUNDS: list[Bounds] = []


@pytest.mark.parametrize("benefit", [*BENEFITS, *FLAGS])
@given(families())
@QUICK
def test_the_bounds_hold_every_value(benefit: str, told: tuple[date, Facts]) -> None:
    if not BOUNDS:
        BOUNDS.append(find_bounds(graph()))
    on, facts = told
    for (name, _), value in answer(benefit, facts, on).run.results.items():
        assert contains(BOUNDS[0].values[name], value), name


def test_every_rule_has_bounds_that_fit() -> None:
    bounds = find_bounds(graph())
    assert set(bounds.values) == set(graph().rules) == set(bounds.largest)
    assert max(bounds.bits(name) for name in graph().rules) < 64
    assert any_path(("members",)) == (("members", -1),)


@given(families())
@SLOW
def test_the_income_a_head_is_an_exact_fraction_and_only_the_sum_is_rounded(told: tuple[date, Facts]) -> None:
    on, facts = told
    found = answer("targeted_social_assistance", facts, on)
    income = found.run.results["asp.per_capita_income", ()]
    exact = per_capita_income(facts, on)
    assert isinstance(income, Span)
    assert income == Span(exact, exact)
    if found.entitled is Answer.YES:
        people = household(facts)
        expected = math.ceil((facts["poverty_line"] - exact) * people)
        assert found.run.results["asp.base_amount", ()] == Span(expected, expected)


def test_only_the_rounding_node_rounds() -> None:
    """No function of the evaluator but `round_exact` names a function that drops a part of a number."""
    tree = ast.parse(inspect.getsource(evaluator))
    for function in (node for node in tree.body if isinstance(node, ast.FunctionDef)):
        named = {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
        signs = {type(node) for node in ast.walk(function) if isinstance(node, ast.operator)}
        if function.name != "round_exact":
            assert not named & {"ceil", "floor", "round", "trunc"}, function.name
            assert not signs & {ast.FloorDiv, ast.Mod, ast.Div}, function.name


@pytest.mark.parametrize("benefit", [*BENEFITS, *FLAGS])
@given(told=families(), shuffle=st.randoms(use_true_random=False))
@QUICK
def test_a_receipt_is_stable_and_recomputes(benefit: str, told: tuple[date, Facts], shuffle: Random) -> None:
    on, facts = told
    receipt = make_receipt(answer(benefit, facts, on))
    names = list(facts)
    shuffle.shuffle(names)
    shuffled = {name: facts[name] for name in names}
    assert shuffled == facts
    assert make_receipt(answer(benefit, shuffled, on)) == receipt
    again = recompute(graph(), receipt)
    assert again.same, again.reason


def test_a_rule_can_be_asked_of_one_member() -> None:
    on = date(2025, 7, 15)
    facts: Facts = {"members": [{"role": "child", "birth_date": date(2015, 1, 1), "lives_with_family": True}]}
    found = answer("multi_child_benefit", facts, on)
    assert evaluate_rule(found.run, "multi_child_benefit.counted_child", (("members", 0),)) is Answer.YES
