"""What may be written in the list: words, beginnings of words, groups of words, and how they stand together.

бьёт              this very word
избива*           every word that begins so; three letters at least
ұр~етістік        the beginning, and one of the endings that are listed under that name
<близкие>         one of the words that are listed under that name
не хочу жить      one directly after the other
таблетки .. выпил   up to three words between
бьёт + <близкие>  both in one sentence, in any order, up to six words from each other
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from rules.triage.spelling import cyrillic_key, latin_key, prepare

SHORTEST_BEGINNING = 3
"""Letters of a beginning, so that it can be looked up, and says something."""
BETWEEN = 3
APART = 6
MOST_WORDS = 6
MOST_GAPS = 2
_GAP, _NEAR = "..", "+"
_WRITTEN = re.compile(r"<(?P<group>[^<>]+)>|(?P<stem>[^\W_]+)~(?P<endings>[^\W\d_]+)|(?P<word>[^\W_]+)(?P<any>\*?)")


class PhraseError(ValueError):
    """Something that is not written as the list writes phrases; the text is for whoever wrote it."""


@dataclass(frozen=True, slots=True)
class Form:
    """A word or the beginning of one, as it is looked up."""

    written: str
    begins: bool
    negated: bool = False
    """It says that something is not so, as ұрмайды does."""

    @property
    def keys(self) -> frozenset[str]:
        """The two ways to look it up: in Russian letters and in Latin ones."""
        return keys_of(self.written)


@cache
def keys_of(written: str) -> frozenset[str]:
    """Return the keys of a word of the list; never asked of a word of a text, which nothing remembers."""
    return frozenset({cyrillic_key(written), latin_key(written)})


@dataclass(frozen=True, slots=True)
class Ending:
    """An ending of a list of endings; with `begins`, whatever begins so."""

    written: str
    begins: bool
    negated: bool


@dataclass(frozen=True, slots=True)
class Step:
    """One word of a phrase: any of its forms, directly after the word before or with some between."""

    name: str
    forms: frozenset[Form]
    gap: int
    is_group: bool


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase of the list: parts that stand near each other, each of words in their order. The first part leads."""

    written: str
    parts: tuple[tuple[Step, ...], ...]


def read_phrase(written: str, groups: Mapping[str, frozenset[Form]], endings: Mapping[str, Sequence[Ending]]) -> Phrase:
    """Return what a phrase of the list means. Raises PhraseError."""
    parts: list[tuple[Step, ...]] = []
    steps: list[Step] = []
    gap = 0
    for piece in written.split():
        if piece in {_GAP, _NEAR} and not steps:
            raise PhraseError(f"{piece!r} stands between words")
        if piece == _NEAR:
            parts.append(tuple(steps))
            steps, gap = [], 0
        elif piece == _GAP:
            gap = BETWEEN
        else:
            steps.append(_step(piece, gap, groups, endings))
            gap = 0
    if not steps or gap:
        raise PhraseError("the phrase ends in the middle")
    parts.append(tuple(steps))
    if sum(len(part) for part in parts) > MOST_WORDS:
        raise PhraseError(f"a phrase has {MOST_WORDS} words at most")
    if sum(step.gap > 0 for part in parts for step in part) > MOST_GAPS:
        raise PhraseError(f"{_GAP!r} stands {MOST_GAPS} times in a phrase at most")
    if parts[0][0].is_group:
        raise PhraseError("a phrase begins with a word of its own: put the group behind the +")
    return Phrase(written, tuple(parts))


def read_forms(written: str, endings: Mapping[str, Sequence[Ending]]) -> frozenset[Form]:
    """Return the forms of one word of a group. Raises PhraseError."""
    return _step(written, 0, {}, endings).forms


def read_ending(written: str, *, negated: bool) -> Ending:
    """Return an ending of a list of endings. Raises PhraseError."""
    found = re.fullmatch(r"([^\W\d_]+)(\*?)", written)
    if found is None:
        raise PhraseError(f"an ending is letters, with a star where more may follow, not {written!r}")
    return Ending(prepare(found[1]), bool(found[2]), negated)


def _step(piece: str, gap: int, groups: Mapping[str, frozenset[Form]], endings: Mapping[str, Sequence[Ending]]) -> Step:
    found = _WRITTEN.fullmatch(piece)
    if found is None:
        raise PhraseError(f"{piece!r} is no word: letters, with * or ~endings behind them, or <group>")
    if found["group"] is not None:
        if found["group"] not in groups:
            raise PhraseError(f"no group is called {found['group']!r}")
        return Step(piece, groups[found["group"]], gap, is_group=True)
    if found["stem"] is not None:
        if found["endings"] not in endings:
            raise PhraseError(f"no list of endings is called {found['endings']!r}")
        stem = prepare(found["stem"])
        return Step(piece, frozenset(_inflected(stem, endings[found["endings"]])), gap, is_group=False)
    form = Form(prepare(found["word"]), bool(found["any"]))
    _check(form)
    return Step(piece, frozenset({form}), gap, is_group=False)


def _inflected(stem: str, endings: Sequence[Ending]) -> Iterator[Form]:
    for ending in endings:
        form = Form(prepare(stem + ending.written), ending.begins, ending.negated)
        _check(form)
        yield form


def _check(form: Form) -> None:
    if form.begins and min(len(key) for key in form.keys) < SHORTEST_BEGINNING:
        raise PhraseError(f"the beginning {form.written!r} is shorter than {SHORTEST_BEGINNING} letters")
