"""Scores of assessments, for all answers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casemgmt.assessments.instrument import Instrument, instruments
from casemgmt.assessments.policy import changes, score
from casemgmt.errors import Invalid, WrongState
from casemgmt.reference.lists import code_list

LEVELS = code_list("risk_level").codes


@st.composite
def filled_in(draw: st.DrawFn) -> tuple[Instrument, dict[str, int]]:
    """An instrument and an answer to each of its items."""
    instrument = draw(st.sampled_from(instruments()))
    scores = st.integers(0, instrument.highest_score)
    return instrument, {code: draw(scores) for code in instrument.items}


@given(filled_in(), st.data())
def test_a_higher_answer_to_any_item_never_lowers_a_score_or_the_level(
    filled: tuple[Instrument, dict[str, int]], data: st.DataObject
) -> None:
    instrument, answers = filled
    item = data.draw(st.sampled_from(sorted(answers)))
    higher = answers | {item: data.draw(st.integers(answers[item], instrument.highest_score))}
    before, after = score(instrument, answers), score(instrument, higher)
    assert after.total - before.total == higher[item] - answers[item]
    assert all(after.domains[domain] >= before.domains[domain] for domain in before.domains)
    assert LEVELS.index(after.suggested_level) >= LEVELS.index(before.suggested_level)


@given(filled_in())
def test_the_domains_add_up_to_the_total(filled: tuple[Instrument, dict[str, int]]) -> None:
    instrument, answers = filled
    scores = score(instrument, answers)
    assert sum(scores.domains.values()) == scores.total == sum(answers.values())


@given(filled_in(), st.data())
def test_an_alarming_answer_to_a_critical_item_forces_a_high_level(
    filled: tuple[Instrument, dict[str, int]], data: st.DataObject
) -> None:
    instrument, answers = filled
    critical = [code for code, item in instrument.items.items() if item.critical]
    alarm = {data.draw(st.sampled_from(critical)): instrument.critical_from}
    assert LEVELS.index(score(instrument, answers | alarm).suggested_level) >= LEVELS.index("high")


@given(filled_in(), st.data())
def test_one_missing_answer_is_enough_to_refuse_a_score(
    filled: tuple[Instrument, dict[str, int]], data: st.DataObject
) -> None:
    instrument, answers = filled
    item = data.draw(st.sampled_from(sorted(answers)))
    with pytest.raises(WrongState) as caught:
        score(instrument, {code: given for code, given in answers.items() if code != item})
    assert caught.value.data["items"] == [item]


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
