"""Whatever is written: the list answers, in time that grows with the text, and more text never lowers the answer."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from rules.triage.reading import load_lists
from rules.triage.spelling import WORD, WORD_AS_SENT, prepare
from rules.triage.suggestion import explain, suggest

WORDS = load_lists().versions[-1]
SAID = (
    "не бьёт", "бьёт", "меня", "ұрады", "ұрмайды", "мені", "жоқ", "емес", "яйца", "наглотался", "өлгім келеді",
    "келмейді", "хочу", "умереть", "от смеха", "не хочу", "жить", "с отчимом", "сейчас", "3 года", "с у и ц и д",
    "byet menya", "не", "ни", ",", ".", "!", "...", "-", "\n",
)  # fmt: skip
TOLD = st.lists(st.sampled_from(SAID), max_size=25).map(" ".join)
ANY_TEXT = st.text(max_size=300) | TOLD
FACTS = st.sets(st.sampled_from(sorted(WORDS.facts)))


@settings(max_examples=150, deadline=None)
@given(before=ANY_TEXT, told=TOLD, after=ANY_TEXT, facts=FACTS)
def test_more_text_never_lowers_the_suggestion(before: str, told: str, after: str, facts: set[str]) -> None:
    alone = suggest(told, facts, WORDS)
    more = suggest(f"{before}\n{told}\n{after}", facts, WORDS)
    assert set(alone.signs) <= set(more.signs)
    assert alone.total <= more.total
    assert alone.urgency.rank <= more.urgency.rank


@settings(max_examples=100, deadline=None)
@given(told=TOLD, facts=FACTS, fact=st.sampled_from(sorted(WORDS.facts)))
def test_one_more_fact_never_lowers_the_suggestion(told: str, facts: set[str], fact: str) -> None:
    assert suggest(told, facts, WORDS).total <= suggest(told, facts | {fact}, WORDS).total


@settings(max_examples=150, deadline=None)
@given(text=ANY_TEXT, facts=FACTS)
def test_the_reasons_are_the_suggestion_and_each_word_stands_where_it_is_said_to(text: str, facts: set[str]) -> None:
    told = explain(text, facts, WORDS)
    assert told.suggestion == suggest(text, facts, WORDS)
    assert told.suggestion.total == sum(hit.weight for hit in told.hits)
    for hit in told.hits:
        assert (hit.code in facts) is not bool(hit.places)
        for place in hit.places:
            assert text[place.start : place.end] == place.words
            assert place.words.strip()


@settings(max_examples=200, deadline=None)
@given(text=st.text(max_size=200))
def test_the_prepared_text_has_the_words_of_the_text(text: str) -> None:
    assert len(re.findall(WORD, prepare(text))) == len(WORD_AS_SENT.findall(text))


HOSTILE = (
    "." * 100 + "х",
    "а ",
    "а-",
    "мені ",
    "не бьёт меня ",
    "бьёт яйца мама ",
    "..х",
    "а\u0301",
    "aб",
    "ұрмайды мені ",
)


def test_a_text_that_is_made_to_be_slow_takes_steps_in_proportion_to_its_length() -> None:
    for part in HOSTILE:
        short, long = (_steps(part * (length // len(part))) for length in (2_000, 20_000))
        assert long <= 12 * short, part


def test_a_word_without_end_is_not_kept_in_memory() -> None:
    kept = WORDS.lexicon._kept  # noqa: SLF001 - what stays in memory is seen nowhere else
    kept.cache_clear()
    suggest("абв" * 5_000, (), WORDS)
    assert kept.cache_info().currsize == 0


def _steps(text: str) -> int:
    """Count the words and places that are looked at: a measure that no busy machine disturbs."""
    return sum(
        len(sentence.words) + sum(len(places) for places in sentence.places.values())
        for sentence in WORDS.lexicon.sentences(text)
    )
