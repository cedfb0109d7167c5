"""Finds the phrases of the list in a text, in time that grows with its length and no faster."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from rules.triage.phrases import APART, SHORTEST_BEGINNING, Form, Phrase, Step
from rules.triage.spelling import LAST_LATIN, WORD, cyrillic_key, is_as_kazakh, key_of, latin_key, prepare

_INSIDE = r"[.*_\-–+~/|•·]"
# Words, also with signs between; the end of a line; signs.
_PIECE = re.compile(rf"{WORD}(?:{_INSIDE}{{1,2}}{WORD})*|\n|[.!?…]+|[^\w\s]")
_SPACED = re.compile(r"[^\W\d_](?:[ \t][^\W\d_]){3,}(?![^\W_])")
_WORDS = re.compile(WORD)
_PAUSE = re.compile(r"\.{2,}|…+")
_ENDS = frozenset(".!?…")
_LONGEST_JOINED = 60
_WORDS_KEPT, _LONGEST_KEPT = 10_000, 40
"""Single words, out of any order and without their texts; longer ones are no words, and would fill the memory."""
_NOTHING: Mapping[int, bool] = {}


@dataclass(frozen=True, slots=True)
class Match:
    """A phrase that was found in a sentence."""

    first: int
    last: int
    leads: tuple[int, ...]
    """Places in the sentence of the words of its first part: by them it is negated, or innocent."""
    negated: bool


class Word(NamedTuple):
    """A word of a text."""

    key: str
    first: int
    last: int
    """Which words of the text it is; more than one where signs or blanks stood inside it."""
    after_sign: bool
    """Whether a comma, a dash or the like stands before it."""


@dataclass
class Sentence:
    """The words of a sentence, and where each word of the list stands in it."""

    words: list[Word] = field(default_factory=list)
    places: dict[int, dict[int, bool]] = field(default_factory=dict)
    """By the number of the word of the list; with each place whether the word there negates itself."""

    def add(self, word: Word, numbers: Mapping[int, bool]) -> None:
        """Add a word."""
        for number, negates in numbers.items():
            self.places.setdefault(number, {})[len(self.words)] = negates
        self.words.append(word)


@dataclass(frozen=True, slots=True)
class _Step:
    number: int
    gap: int
    is_group: bool


Pattern = tuple[tuple[_Step, ...], ...]


class Lexicon:
    """All words of all phrases of a version of the list, by their keys."""

    def __init__(self, phrases: Iterable[Phrase], before: Iterable[str], after: Iterable[str]) -> None:
        """Learn the words. Words `before` negate what follows directly, as не does; `after` what precedes, as жоқ."""
        self._before = frozenset(before)
        self._after = frozenset(after)
        self._exact: dict[str, list[tuple[Form, list[int]]]] = {}
        self._begins: dict[str, list[tuple[Form, list[int]]]] = {}
        self._numbers: dict[tuple[str, frozenset[Form]], int] = {}
        forms: dict[Form, list[int]] = {}
        for step in (step for phrase in phrases for part in phrase.parts for step in part):
            if (step.name, step.forms) not in self._numbers:
                number = self._numbers[step.name, step.forms] = len(self._numbers)
                for form in step.forms:
                    forms.setdefault(form, []).append(number)
        for form, numbers in forms.items():
            for key in form.keys:
                words = self._begins if form.begins else self._exact
                words.setdefault(key, []).append((form, numbers))
        lengths: dict[str, set[int]] = {}
        for key in self._begins:
            lengths.setdefault(key[:SHORTEST_BEGINNING], set()).add(len(key))
        self._lengths = {head: tuple(sorted(found)) for head, found in lengths.items()}
        self._kept = lru_cache(_WORDS_KEPT)(self._look_up)  # the same words come again and again

    def pattern(self, phrase: Phrase) -> Pattern:
        """Return a phrase that was learnt, in the numbers of its words."""
        return tuple(tuple(self._step(step) for step in part) for part in phrase.parts)

    def _step(self, step: Step) -> _Step:
        return _Step(self._numbers[step.name, step.forms], step.gap, step.is_group)

    def sentences(self, text: str) -> Iterator[Sentence]:
        """Yield the sentences in which words of the list stand. Nothing reaches from one sentence into another."""
        prepared = prepare(text)
        keyed = cyrillic_key(prepared)  # letter for letter, so the places are the same
        sentence, count, after_sign, passed = Sentence(), 0, False, 0
        for found in _PIECE.finditer(prepared):
            begins, piece = found.start(), found.group()
            if begins < passed:
                continue
            if len(piece) == 1 and (spaced := _SPACED.match(prepared, begins)):
                piece, passed = spaced.group(), spaced.end()
            if piece.isalnum():
                key = keyed[begins : found.end()] if piece[0] > LAST_LATIN else latin_key(piece)
                sentence.add(Word(key, count, count, after_sign), self._numbers_of(key, piece))
                count, after_sign = count + 1, False
            elif piece[0].isalnum():
                count = self._take_apart(piece, sentence, count, after_sign=after_sign)
                after_sign = False
            else:
                after_sign = True
                if piece == "\n" or (piece[0] in _ENDS and _ends_sentence(prepared, found)):
                    if sentence.places:
                        yield sentence
                    sentence = Sentence()
        if sentence.places:
            yield sentence

    def _take_apart(self, piece: str, sentence: Sentence, count: int, *, after_sign: bool) -> int:
        """Add one word where signs or blanks stand inside a word of the list; else the words between them."""
        parts = _WORDS.findall(piece)
        after = count + len(parts)
        if len(piece) <= _LONGEST_JOINED:
            joined = prepare("".join(parts))
            key = key_of(joined)
            if numbers := self._numbers_of(key, joined):
                sentence.add(Word(key, count, after - 1, after_sign), numbers)
                return after
        signs = [after_sign, *(between not in {" ", "\t"} for between in _WORDS.split(piece)[1:-1])]
        for ordinal, part, sign in zip(range(count, after), parts, signs, strict=True):
            key = key_of(part)
            sentence.add(Word(key, ordinal, ordinal, sign), self._numbers_of(key, part))
        return after

    def _numbers_of(self, key: str, written: str) -> Mapping[int, bool]:
        return self._kept(key, written) if len(written) <= _LONGEST_KEPT else self._look_up(key, written)

    def _look_up(self, key: str, written: str) -> Mapping[int, bool]:
        """Return the words of the list that a word of a text is, each with whether it negates itself."""
        exact = self._exact.get(key)
        lengths = self._lengths.get(key[:SHORTEST_BEGINNING])
        if exact is None and lengths is None:
            return _NOTHING
        found = list(exact or ())
        for length in lengths or ():
            found += self._begins.get(key[:length], ())
        known: dict[int, bool] = {}
        for form, numbers in found:
            if is_as_kazakh(written, form.written):
                for number in numbers:
                    known[number] = form.negated and known.get(number, True)
        return known

    def matches(self, pattern: Pattern, sentence: Sentence) -> Iterator[Match]:
        """Yield where a phrase stands in a sentence."""
        lead, *others = pattern
        for place in sentence.places.get(lead[0].number, ()):
            leads = _walk(lead, place, sentence)
            if leads is None:
                continue
            taken = list(leads)
            for other in others:
                near = _near(other, leads, sentence)
                if near is None:
                    break
                taken += near
            else:
                first, last = sentence.words[min(taken)], sentence.words[max(taken)]
                yield Match(first.first, last.last, leads, self._is_negated(lead, leads, sentence))

    def _is_negated(self, part: Sequence[_Step], places: Sequence[int], sentence: Sentence) -> bool:
        """Whether a word of the part negates itself, or a word that negates stands directly before or after one."""
        words, taken = sentence.words, set(places)
        for step, at in zip(part, places, strict=True):
            if sentence.places[step.number][at]:
                return True
            before, after = at - 1, at + 1
            if before >= 0 and before not in taken and words[before].key in self._before and not words[at].after_sign:
                # `не может не бить` says that it is so
                return not any(word.key in self._before for word in words[max(0, before - 2) : before])
            if after < len(words) and after not in taken and words[after].key in self._after:
                return not words[after].after_sign
        return False


def _walk(part: Sequence[_Step], place: int, sentence: Sentence) -> tuple[int, ...] | None:
    """Return the places of all words of a part whose first word stands at `place`."""
    if len(part) == 1:
        return (place,)
    gap = part[1].gap
    there = sentence.places.get(part[1].number)
    if there is None:
        return None
    for at in range(place + 1, place + 2 + gap):
        if at in there:
            rest = _walk(part[1:], at, sentence)
            if rest is not None:
                return (place, *rest)
    return None


def _near(part: Sequence[_Step], leads: Sequence[int], sentence: Sentence) -> tuple[int, ...] | None:
    """Return the places of a part that stands near, the nearest first; never on words of the leading part."""
    there = sentence.places.get(part[0].number)
    if there is None:
        return None
    around = [at for far in range(1, APART + 1) for at in (leads[0] - far, leads[-1] + far)]
    within = range(leads[0] + 1, leads[-1])
    for at in (*around, *within):
        if at in there and at not in leads:
            places = _walk(part, at, sentence)
            if places is not None and not set(places) & set(leads):
                return places
    return None


def _ends_sentence(prepared: str, found: re.Match[str]) -> bool:
    """Whether the signs end a sentence: three dots only pause, and a sign in the middle of words ends nothing."""
    ends = found.end() == len(prepared) or prepared[found.end()].isspace()
    return ends and not _PAUSE.fullmatch(found.group())
