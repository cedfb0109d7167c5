"""Scores of assessments, for all answers."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casemgmt.assessments.instrument import Instrument, shipped_instruments
from casemgmt.assessments.policy import changes, needed_items, score
from casemgmt.errors import Invalid, WrongState
from casemgmt.reference.lists import code_list

LEVELS = code_list("risk_level").codes


@st.composite
def filled_in(draw: st.DrawFn) -> tuple[Instrument, dict[str, int]]:
    """An instrument and an answer to each of its items."""
    instrument = draw(st.sampled_from(shipped_instruments()))
    scores = st.integers(0, instrument.highest_score)
    return instrument, {code: draw(scores) for code in instrument.items}


def counted(instrument: Instrument, code: str, given: int) -> int:
    """What an answer counts: backwards for a reversed item."""
    return instrument.highest_score - given if instrument.items[code].reversed else given


@given(filled_in(), st.data())
def test_more_concern_in_any_item_never_lowers_a_score_or_the_level(
    filled: tuple[Instrument, dict[str, int]], data: st.DataObject
) -> None:
    instrument, answers = filled
    item = data.draw(st.sampled_from(sorted(answers)))
    least = counted(instrument, item, answers[item])
    worse = data.draw(st.integers(least, instrument.highest_score))
    before = score(instrument, answers)
    after = score(instrument, answers | {item: counted(instrument, item, worse)})
    assert after.total - before.total == worse - least
    assert all(after.domains[domain] >= before.domains[domain] for domain in before.domains)
    assert LEVELS.index(after.suggested_level) >= LEVELS.index(before.suggested_level)


@given(filled_in())
def test_the_domains_add_up_to_the_total(filled: tuple[Instrument, dict[str, int]]) -> None:
    instrument, answers = filled
    scores = score(instrument, answers)
    assert sum(scores.domains.values()) == scores.total
    assert scores.total == sum(counted(instrument, code, given) for code, given in answers.items())


@given(filled_in(), st.data())
def test_answers_that_may_be_missing_leave_the_domain_at_the_mean_of_those_given(
    filled: tuple[Instrument, dict[str, int]], data: st.DataObject
) -> None:
    instrument, answers = filled
    if instrument.missing is None:
        return
    domain = data.draw(st.sampled_from([d for d in instrument.domains if not all(i.critical for i in d.items)]))
    free = [item.code for item in domain.items if not item.critical]
    gone = data.draw(st.sampled_from(free))
    left = {code: given for code, given in answers.items() if code != gone}
    given = [counted(instrument, i.code, left[i.code]) for i in domain.items if i.code in left]
    mean = Fraction(sum(given), len(given)) * len(domain.items)
    found = score(instrument, left).domains[domain.domain]
    assert -Fraction(1, 2) < found - mean <= Fraction(1, 2)


@given(filled_in(), st.data())
def test_an_alarming_answer_to_a_critical_item_forces_a_high_level(
    filled: tuple[Instrument, dict[str, int]], data: st.DataObject
) -> None:
    instrument, answers = filled
    critical = [code for code, item in instrument.items.items() if item.critical]
    assert instrument.critical_from is not None
    item = data.draw(st.sampled_from(critical))
    alarm = {item: counted(instrument, item, instrument.critical_from)}
    assert LEVELS.index(score(instrument, answers | alarm).suggested_level) >= LEVELS.index("high")


@given(filled_in(), st.data())
def test_an_answer_that_is_needed_and_missing_is_enough_to_refuse_a_score(
    filled: tuple[Instrument, dict[str, int]], data: st.DataObject
) -> None:
    instrument, answers = filled
    needed = [c for c in answers if instrument.missing is None or instrument.items[c].critical]
    item = data.draw(st.sampled_from(sorted(needed)))
    with pytest.raises(WrongState) as caught:
        score(instrument, {code: given for code, given in answers.items() if code != item})
    assert caught.value.data["items"] == [item]


@given(filled_in(), st.data())
def test_the_items_of_a_domain_that_lacks_too_many_answers_are_all_needed(
    filled: tuple[Instrument, dict[str, int]], data: st.DataObject
) -> None:
    instrument, answers = filled
    domain = data.draw(st.sampled_from(instrument.domains))
    codes = [item.code for item in domain.items]
    left = {code: given for code, given in answers.items() if code not in codes}
    assert needed_items(instrument, left) == tuple(codes)
    with pytest.raises(WrongState):
        score(instrument, left)


@given(filled_in(), st.text(), st.integers())
def test_items_that_the_instrument_does_not_have_are_refused(
    filled: tuple[Instrument, dict[str, int]], code: str, value: int
) -> None:
    instrument, answers = filled
    if code in answers:
        return
    with pytest.raises(Invalid):
        score(instrument, answers | {code: value})


@given(filled_in(), st.data())
def test_scores_off_the_scale_are_refused(filled: tuple[Instrument, dict[str, int]], data: st.DataObject) -> None:
    instrument, answers = filled
    item = data.draw(st.sampled_from(sorted(answers)))
    off = data.draw(st.one_of(st.integers(max_value=-1), st.integers(min_value=instrument.highest_score + 1)))
    with pytest.raises(Invalid):
        score(instrument, answers | {item: off})


@given(filled_in(), st.data())
def test_changes_turn_round_with_the_order(filled: tuple[Instrument, dict[str, int]], data: st.DataObject) -> None:
    instrument, answers = filled
    others = {code: data.draw(st.integers(0, instrument.highest_score)) for code in answers}
    one, other = score(instrument, answers).domains, score(instrument, others).domains
    forth, back = changes(instrument, one, other), changes(instrument, other, one)
    assert [each.change for each in forth] == [-each.change for each in back]
    assert all(0 <= each.later <= each.highest_possible for each in forth)
