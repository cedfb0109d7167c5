"""The code generated from the rules answers what the evaluator answers, to the last tenge, for families at random."""

from datetime import date
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rules.errors import RuleError
from rules.graph import dates
from rules.graph.answers import ask
from rules.graph.domain import Answer, Days
from rules.graph.evaluator import evaluate_rule
from rules.graph.records import Record
from rules.graph.run import Run
from rules.kernel import daycount
from rules.kernel.cache import UnsafeCacheError
from rules.kernel.columns import to_columns
from rules.kernel.national import CANNOT_TELL_YET, NO, NO_LAW, YES, National
from rules.kernel.single import Single
from tests.law.graphs import Facts, families, graph, partly_known, record

ON = date(2025, 7, 15)
SLOW = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@cache
def single(on: date) -> Single:
    return Single(graph(), on)


@cache
def national(on: date) -> National:
    return National(graph(), tuple(graph().benefits), on)


def everywhere(found: Record, on: date, name: str) -> Any:
    """Return a rule's results as the evaluator gives them, at every place of the case."""
    run = Run(graph(), found, Days(on, on))
    paths: list[Any] = [()]
    for group in graph().rules[name].scope:
        paths = [below for path in paths for below in run.paths(group, path) or ()]
    results = []
    for path in paths:
        try:
            results.append(evaluate_rule(run, name, path))
        except RuleError:
            results.append(None)
    return tuple(results) if graph().rules[name].scope else results[0]


@given(families())
@SLOW
def test_one_family_has_the_same_result_of_every_rule(told: tuple[date, Facts]) -> None:
    on, facts = told
    found = record(facts, on)
    values = single(on).values(found)
    assert set(values) == set(graph().rules)
    for name, value in values.items():
        assert value == everywhere(found, on, name), name


@given(families(date(2018, 1, 1), date(2027, 1, 31)))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_on_any_day_the_law_gives_no_answer_to_both_or_to_none(told: tuple[date, Facts]) -> None:
    on, facts = told
    found = record(facts, on)
    for name, value in single(on).values(found).items():
        assert value == everywhere(found, on, name), name


def asked(benefit: str, found: Record, on: date) -> tuple[int, Any]:
    try:
        answer = ask(graph(), benefit, found, on)
    except RuleError:
        return NO_LAW, 0
    if not answer.settled:
        return CANNOT_TELL_YET, 0
    amount = answer.amount.low if answer.amount is not None else 0
    return (YES if answer.entitled is Answer.YES else NO), amount


@pytest.mark.parametrize("on", [ON, date(2024, 2, 29), date(2026, 3, 31)])
def test_many_families_have_the_same_answers_at_once(on: date) -> None:
    records: list[Record] = []

    @given(families(on, on))
    @settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    def gather(told: tuple[date, Facts]) -> None:
        records.append(record(told[1], on))

    gather()
    found = national(on).run(to_columns(graph(), records))
    for benefit, answers in found.items():
        wanted = [asked(benefit, entry, on) for entry in records]
        got = list(zip(answers.entitled.tolist(), answers.amount.tolist(), strict=True))
        for (yes, amount), want in zip(got, wanted, strict=True):
            assert yes == CANNOT_TELL_YET or (yes, Fraction(amount, answers.scale)) == want, benefit


@given(partly_known())
@SLOW
def test_what_is_told_of_a_family_that_leaves_out_facts_is_what_the_evaluator_tells(
    told: tuple[date, Facts, Facts],
) -> None:
    on, _, part = told
    found = record(part, on)
    for name, value in single(on).values(found).items():
        wanted = everywhere(found, on, name)
        if isinstance(value, tuple):
            assert all(got in {None, want} for got, want in zip(value, wanted, strict=True)), name
        else:
            assert value in {None, wanted}, name


def test_a_family_that_leaves_out_a_fact_that_matters_is_marked() -> None:
    child = {"role": "child", "lives_with_family": True, "full_time_student": True, "birth_date": date(2015, 1, 1)}
    grown = child | {"birth_date": date(2000, 1, 1)}
    unborn = {key: value for key, value in child.items() if key != "birth_date"}
    stranger = {"role": "other"}
    families = [[child] * 4, [child] * 3 + [unborn], [child] * 4 + [stranger], [child] * 3 + [grown], None]
    told = [record({} if entry is None else {"members": entry}, ON) for entry in families]
    answers = National(graph(), ["multi_child_benefit"], ON).run(to_columns(graph(), told))["multi_child_benefit"]
    assert answers.entitled.tolist() == [YES, CANNOT_TELL_YET, YES, NO, CANNOT_TELL_YET]
    assert answers.amount.tolist() == [63030, 0, 63030, 0, 0]


@given(
    st.dates(date(1900, 1, 1), date(2100, 12, 31)),
    st.integers(-1200, 1200),
    st.sampled_from(dates.MissingDay),
    st.sampled_from(dates.Reached),
)
def test_days_counted_as_whole_numbers_are_the_days_of_the_calendar(
    day: date, months: int, missing: dates.MissingDay, reached: dates.Reached
) -> None:
    number = daycount.to_number(day)
    edges = int(missing is dates.MissingDay.FIRST_OF_NEXT_MONTH), int(reached is dates.Reached.NEXT_DAY)
    counted = daycount.months_after(number, months, *edges)
    assert daycount.to_date(counted) == dates.months_after(day, months, missing, reached)
    for period, length in ((dates.Period.MONTH, 1), (dates.Period.QUARTER, 3), (dates.Period.YEAR, 12)):
        start = daycount.period_start(number, length, 1)
        assert daycount.to_date(start) == dates.start_of(period, day, 1)


def test_another_figure_of_the_law_runs_the_code_that_is_there() -> None:
    """The index differs between the years, the text of the code does not."""
    texts = {
        year: National(graph(), ["multi_child_benefit"], date(year, 7, 1)).kernels["multi_child_benefit"].text
        for year in (2024, 2025)
    }
    assert texts[2024] == texts[2025]


def test_code_is_not_taken_from_a_folder_that_others_can_write(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "kernels"
    folder.mkdir()
    folder.chmod(0o777)
    monkeypatch.setenv("CASEMGMT_KERNEL_CACHE", str(folder))
    with pytest.raises(UnsafeCacheError, match="written by others"):
        National(graph(), ["multi_child_benefit"], ON)
    assert not list(folder.iterdir())


def test_the_answers_do_not_depend_on_the_number_of_threads() -> None:
    told = [record({"members": [{"role": "child", "birth_date": date(2015, 1, 1)}] * 5}, ON)] * 3
    columns = to_columns(graph(), told)
    one, two = (national(ON).run(columns, threads) for threads in (1, 2))
    for benefit in one:
        assert np.array_equal(one[benefit].entitled, two[benefit].entitled)
