"""What the list suggests for a text and what is known beside it, and the reasons, word for word."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import time
from typing import Literal

from rules.parameters import Label
from rules.triage.matching import Match, Pattern, Sentence
from rules.triage.models import Fact, Thresholds, Urgency
from rules.triage.reading import WordList
from rules.triage.spelling import WORD_AS_SENT

MOST_PLACES = 3
"""Places that are shown of a sign, of those that count and of those that do not: more say nothing new."""

Standing = Literal["counted", "negated", "innocent", "alone"]
"""`alone`: it counts beside another sign only, and there is none."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known of a contact and its child beside the words. What is not known is left out."""

    at: time | None = None
    """On the clocks of Kazakhstan."""
    youngest_age: int | None = None
    """Of the children it is about, in full years."""
    repeat_caller: bool = False
    several_concerns: bool = False


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What is suggested, without a word of the text: this may be kept."""

    urgency: Urgency
    version: int
    total: int
    signs: tuple[str, ...]
    """Codes of signs and facts that counted, in the order of the list."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sign stands in the text: signs of the text from `start` up to, but without, `end`, and what they are."""

    start: int
    end: int
    words: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A sign that was found, or a fact that holds."""

    code: str
    label: Label
    weight: int
    """What it adds to the sum: nothing where it does not count."""
    standing: Standing
    places: tuple[Place, ...]
    """None of a fact."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """The suggestion and how it comes about."""

    suggestion: Suggestion
    thresholds: Thresholds
    hits: tuple[Hit, ...]


@dataclass
class _Found:
    """The places of one sign."""

    counted: list[Match] = field(default_factory=list)
    negated: list[Match] = field(default_factory=list)
    innocent: list[Match] = field(default_factory=list)


def facts_of(circumstances: Circumstances, words: WordList) -> tuple[str, ...]:
    """Return the facts of the list that hold."""
    return tuple(code for code, fact in words.facts.items() if _holds(code, fact, circumstances))


def _holds(code: str, fact: Fact, known: Circumstances) -> bool:
    match code:
        case "night":
            return known.at is not None and _within(known.at, fact)
        case "small_child":
            return known.youngest_age is not None and known.youngest_age < (fact.under_age or 0)
        case _:
            return bool(getattr(known, code))


def _within(at: time, fact: Fact) -> bool:
    begins, ends = fact.hours_from or time.min, fact.hours_until or time.max
    return begins <= at < ends if begins <= ends else at >= begins or at < ends


def suggest(text: str, facts: Collection[str], words: WordList) -> Suggestion:
    """Return what the list suggests for a text, with the facts that hold. The same for the same, for ever."""
    found = _find(text, words)
    return _weigh((words.signs[i].code for i, places in found.items() if places.counted), facts, words)


def explain(text: str, facts: Collection[str], words: WordList) -> Explanation:
    """Return the suggestion with every sign that was found, the words that show it, and where they stand."""
    found = _find(text, words)
    suggestion = _weigh((words.signs[i].code for i, places in found.items() if places.counted), facts, words)
    spans = [match.span() for match in WORD_AS_SENT.finditer(text)] if found else []
    hits = [hit for i in sorted(found) for hit in _hits(words, i, found[i], suggestion, spans, text)]
    hits += [
        Hit(code, fact.label, *_standing(fact.weight, code, suggestion), ())
        for code, fact in words.facts.items()
        if code in facts
    ]
    return Explanation(suggestion, words.version.thresholds, tuple(hits))


def _weigh(signs: Iterable[str], facts: Collection[str], words: WordList) -> Suggestion:
    found = set(signs)
    if not found and not facts:
        return Suggestion(Urgency.STANDARD, words.version.number, 0, ())
    one_alone = any(s.code in found and not s.sign.needs_other for s in words.signs)
    one_alone = one_alone or any(c in facts and not f.needs_other for c, f in words.facts.items())
    weights = {s.code: s.sign.weight for s in words.signs if s.code in found and (one_alone or not s.sign.needs_other)}
    weights |= {c: f.weight for c, f in words.facts.items() if c in facts and (one_alone or not f.needs_other)}
    total = sum(weights.values())
    limits = words.version.thresholds
    urgency = Urgency.STANDARD
    if total >= limits.urgent:
        urgency = Urgency.EMERGENCY if total >= limits.emergency else Urgency.URGENT
    return Suggestion(urgency, words.version.number, total, tuple(weights))


def _standing(weight: int, code: str, suggestion: Suggestion) -> tuple[int, Standing]:
    return (weight, "counted") if code in suggestion.signs else (0, "alone")


def _find(text: str, words: WordList) -> dict[int, _Found]:
    """Return by the index of each sign where it stands."""
    found: dict[int, _Found] = {}
    for sentence in words.lexicon.sentences(text):
        there = sentence.places
        for number in there:
            for index, pattern, others in words.led_by.get(number, ()):
                for other in others:  # most phrases are led by a usual word, and the rest of them is not there
                    if other not in there:
                        break
                else:
                    _keep(found.setdefault(index, _Found()), words, index, pattern, sentence)
    return {index: places for index, places in found.items() if places.counted or places.negated or places.innocent}


def _keep(places: _Found, words: WordList, index: int, pattern: Pattern, sentence: Sentence) -> None:
    innocent: set[int] | None = None
    for match in words.lexicon.matches(pattern, sentence):
        if len(places.counted) >= MOST_PLACES:
            return
        if innocent is None:
            unless = words.signs[index].unless
            innocent = {at for one in unless for m in words.lexicon.matches(one, sentence) for at in m.leads}
        kept = places.negated if match.negated else places.counted
        if not innocent.isdisjoint(match.leads):
            kept = places.innocent
        if len(kept) < MOST_PLACES and (match.first, match.last) not in {(m.first, m.last) for m in kept}:
            kept.append(match)


def _hits(
    words: WordList, index: int, found: _Found, suggestion: Suggestion, spans: list[tuple[int, int]], text: str
) -> Iterator[Hit]:
    code, sign = words.signs[index].code, words.signs[index].sign
    if found.counted:
        weight, standing = _standing(sign.weight, code, suggestion)
        yield Hit(code, sign.label, weight, standing, _places(found.counted, spans, text))
    if found.negated:
        yield Hit(code, sign.label, 0, "negated", _places(found.negated, spans, text))
    if found.innocent:
        yield Hit(code, sign.label, 0, "innocent", _places(found.innocent, spans, text))


def _places(matches: Iterable[Match], spans: list[tuple[int, int]], text: str) -> tuple[Place, ...]:
    ranges = sorted({(spans[match.first][0], spans[match.last][1]) for match in matches})
    return tuple(Place(start, end, text[start:end]) for start, end in ranges)
