"""What must hold of every answer, for families at random."""

import ast
import calendar
import inspect
import math
from datetime import date
from fractions import Fraction

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
from tests.law.graphs import BENEFITS, Facts, families, graph, partly_known, record

SLOW = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def answer(benefit: str, facts: Facts, on: date) -> Answered:
    try:
        return ask(graph(), benefit, record(facts, on), on)
    except RuleError:
        assume(False)
        raise


@pytest.mark.parametrize("benefit", BENEFITS)
@given(partly_known())
@SLOW
def test_filling_in_what_is_missing_never_contradicts_an_answer(benefit: str, told: tuple[date, Facts, Facts]) -> None:
    on, facts, part = told
    whole, known = answer(benefit, facts, on), answer(benefit, part, on)
    assert whole.settled
    assert contains(known.entitled, whole.entitled)
    assert known.amount is not None
    assert whole.amount is not None
    assert contains(known.amount, whole.amount)
    for key, value in known.run.results.items():
        if key in whole.run.results:
            assert contains(value, whole.run.results[key]), key
    assert bool(known.missing) >= (not known.settled)


@pytest.mark.parametrize("benefit", BENEFITS)
@given(partly_known())
@SLOW
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


@pytest.mark.parametrize("benefit", BENEFITS)
@given(families())
@SLOW
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


# An independent reading of the multi-child benefit, with nothing of the engine in it.
MRP = {2024: 3692, 2025: 3932, 2026: 4325}
SIZES = {4: "16.03", 5: "20.04", 6: "24.05", 7: "28.06"}


def turns(birth: date, age: int) -> date:
    if birth.month == 2 and birth.day == 29 and not calendar.isleap(birth.year + age):
        return date(birth.year + age, 3, 1)
    return birth.replace(year=birth.year + age)


def plainly(facts: Facts, on: date) -> int:
    count = 0
    for member in facts["members"]:
        if member["role"] == "child" and member["lives_with_family"]:
            minor = on < turns(member["birth_date"], 18)
            student = member["full_time_student"] and on < turns(member["birth_date"], 23)
            count += bool(minor or student)
    if count < 4:
        return 0
    size = Fraction(SIZES[count]) if count < 8 else Fraction(4 * count)
    return math.ceil(size * MRP[on.year])


@given(families())
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_multi_child_benefit_is_what_the_law_plainly_says(told: tuple[date, Facts]) -> None:
    on, facts = told
    found = answer("multi_child_benefit", facts, on)
    expected = plainly(facts, on)
    assert found.amount == Span(expected, expected)
    assert found.entitled is (Answer.YES if expected else Answer.NO)


def plain_assistance(facts: Facts, on: date) -> Fraction:
    """Return the per-capita income of the quarter before, with nothing rounded."""
    quarter = (on.year * 12 + on.month - 1) // 3 - 1
    counted = {"wage", "multi_child_benefit", "child_care_benefit"}
    living = [member for member in facts["members"] if member["lives_with_family"]]
    total = 0
    for member in living:
        for income in member["incomes"]:
            when = income["received_in"]
            judged = income["kind"] in {"other", "consumer_loan"} and income["counts_by_decision"]
            if (when.year * 12 + when.month - 1) // 3 == quarter and (income["kind"] in counted or judged):
                total += income["received"]
    return Fraction(total, 3 * max(1, len(living)))


@given(families())
@SLOW
def test_the_income_a_head_is_an_exact_fraction_and_only_the_sum_is_rounded(told: tuple[date, Facts]) -> None:
    on, facts = told
    found = answer("targeted_social_assistance", facts, on)
    income = found.run.results["asp.per_capita_income", ()]
    exact = plain_assistance(facts, on)
    assert isinstance(income, Span)
    assert income == Span(exact, exact)
    if found.entitled is Answer.YES:
        people = max(1, sum(member["lives_with_family"] for member in facts["members"]))
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


@pytest.mark.parametrize("benefit", BENEFITS)
@given(told=families(), order=st.permutations(range(10)))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_receipt_is_stable_and_recomputes(benefit: str, told: tuple[date, Facts], order: list[int]) -> None:
    on, facts = told
    receipt = make_receipt(answer(benefit, facts, on))
    names = list(facts)
    shuffled = {names[index]: facts[names[index]] for index in order if index < len(names)}
    assert shuffled == facts
    assert make_receipt(answer(benefit, shuffled, on)) == receipt
    again = recompute(graph(), receipt)
    assert again.same, again.reason


def test_a_rule_can_be_asked_of_one_member() -> None:
    on = date(2025, 7, 15)
    facts: Facts = {"members": [{"role": "child", "birth_date": date(2015, 1, 1), "lives_with_family": True}]}
    found = answer("multi_child_benefit", facts, on)
    assert evaluate_rule(found.run, "multi_child_benefit.counted_child", (("members", 0),)) is Answer.YES
