"""The catalogue of benefits as a whole: which index a sum takes, and who pays for the care of a child."""

from datetime import date

import pytest

from rules.graph.answers import Answered, ask
from rules.graph.domain import Answer, Span
from tests.law.graphs import Facts, graph, record

CHILD = {"role": "child", "lives_with_family": True, "full_time_student": False}
FOUR: Facts = {"members": [{**CHILD, "birth_date": date(year, 1, 1)} for year in (2010, 2012, 2014, 2016)]}


def asked(benefit: str, facts: Facts, on: date) -> Answered:
    return ask(graph(), benefit, record(facts, on), on)


def figures_of(found: Answered) -> dict[str, object]:
    return {use.name: use.value.value for use in found.run.used.values()}


def test_in_2022_a_benefit_takes_the_index_for_benefits_and_never_the_one_for_fines() -> None:
    before, after = (asked("multi_child_benefit", FOUR, day) for day in (date(2022, 3, 31), date(2022, 4, 1)))
    assert figures_of(before)["mrp.benefits"] == 3063
    assert figures_of(after)["mrp.benefits"] == 3180
    assert "mrp.other" not in figures_of(after)
    assert graph().law.value("mrp.other", date(2022, 4, 1)).value == 3063
    assert (before.amount, after.amount) == (Span(49_100, 49_100), Span(50_976, 50_976))


def test_a_birth_grant_keeps_the_index_of_the_birth_while_monthly_sums_move_on() -> None:
    baby = {**CHILD, "birth_date": date(2022, 3, 31), "birth_grant_paid": False, "counted_in_birth_order": True}
    facts: Facts = {"residence": "citizen", "carer_insured": False, "members": [baby]}
    days = (date(2022, 3, 31), date(2022, 4, 1))
    assert [asked("birth_grant", facts, day).amount for day in days] == [Span(116_394, 116_394)] * 2
    assert [asked("child_care_benefit", facts, day).amount for day in days] == [
        Span(17_643, 17_643), Span(18_317, 18_317)
    ]  # fmt: skip


def test_the_insured_carer_never_gets_less_than_the_one_who_is_not() -> None:
    baby = {**CHILD, "birth_date": date(2025, 3, 1), "counted_in_birth_order": True}
    for income in (0, 1_000_000, 1_358_900, 1_359_000, 9_000_000):
        facts: Facts = {"carer_insured": True, "carer_insured_income": income, "members": [baby]}
        insured = asked("child_care_payment", facts, date(2025, 6, 10))
        other = asked("child_care_benefit", facts | {"carer_insured": False}, date(2025, 6, 10))
        assert insured.amount is not None
        assert other.amount is not None
        assert insured.amount.low >= other.amount.low == 22_649


@pytest.mark.parametrize("benefit", ["child_care_benefit", "child_care_payment"])
def test_care_is_paid_by_the_budget_or_by_the_fund_and_never_by_both(benefit: str) -> None:
    baby = {**CHILD, "birth_date": date(2025, 3, 1), "counted_in_birth_order": True}
    facts: Facts = {"carer_insured": benefit == "child_care_payment", "carer_insured_income": 1, "members": [baby]}
    answers = {name: asked(name, facts, date(2025, 6, 10)) for name in ("child_care_benefit", "child_care_payment")}
    assert [name for name, found in answers.items() if found.entitled is Answer.YES] == [benefit]
