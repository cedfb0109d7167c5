"""The words that may stand in a table of cases: headings and cells, as codes or in any of the three languages."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from rules.faults import read_written_date, read_written_number, suggest
from rules.graph.facts import UNKNOWN
from rules.graph.graph import Graph
from rules.graph.models import FAMILY
from rules.graph.nodes import Type
from rules.graph.records import ID
from rules.graph.words import WORDS
from rules.parameters import Label

_ANSWERS, _DEFAULTS, _EXPECTED, _VALUES = "answers", "defaults", "expected", "values"
# What a heading may say besides a fact: the key of the case, and its names.
CASE_WORDS: Mapping[str, tuple[str, ...]] = {
    "name": ("case", "name", "случай", "название", "жағдай", "атауы"),
    "benefit": ("benefit", "пособие", "жәрдемақы"),
    "on": ("on", "date", "на дату", "дата", "күні"),
    "known_on": ("known_on", "известно на", "белгілі болған күні"),
    "article": ("article", "статья", "бап"),
    "proposed": ("proposed", "предложено", "ұсынылған"),
    "note": ("note", "примечание", "ескертпе"),
}
EXPECTED_WORDS: Mapping[str, tuple[str, ...]] = {
    "entitled": ("entitled", "право", "құқығы"),
    "amount": ("amount", "размер", "мөлшері"),
    "missing": ("missing", "не хватает", "жетпейді"),
    "refused": ("refused", "отказ", "бас тарту"),
    "notices": ("notices", "замечания", "ескертулер"),
}
_ID_WORDS = (ID, "member", "член семьи", "отбасы мүшесі")
_TRUTHS: Mapping[str, str] = {
    **dict.fromkeys(("yes", "да", "иә", "true", "1"), "yes"),
    **dict.fromkeys(("no", "нет", "жоқ", "false", "0"), "no"),
}
_UNKNOWNS = (UNKNOWN, "неизвестно", "белгісіз", "?")
_NOTHING = ("none", "нет", "жоқ", "-")


class UnknownWordError(ValueError):
    """A heading that names nothing."""


@dataclass(frozen=True, slots=True)
class Heading:
    """What a column holds: one value of the case at `place`, or a fact of each record of `group`.

    `kind` tells how its cells are read. The id of a record has a group only where the heading names it.
    """

    text: str
    kind: str
    place: tuple[str, ...] = ()
    group: str = ""


@dataclass(frozen=True)
class Vocabulary:
    """Everything that a heading or a cell may say, over one graph."""

    graph: Graph

    def heading(self, text: str) -> Heading:
        """Return what the heading says. Raises UnknownWordError."""
        word = plain(text)
        code = word.replace(" ", "_")
        for candidate in dict.fromkeys((code, word)):
            found = self._by_code(text, candidate) or self._by_path(text, candidate)
            if found is not None:
                return found
        matches = {heading.kind: heading for heading in self._by_label(text, word)}
        if len(matches) > 1:
            raise UnknownWordError(f"the heading {text!r} can mean {' or '.join(sorted(matches))}: write one of these")
        if matches:
            return next(iter(matches.values()))
        raise UnknownWordError(f"no column is called {text!r}{self._nearest(code, word)}")

    def _by_code(self, text: str, code: str) -> Heading | None:
        graph = self.graph
        for key, words in CASE_WORDS.items():
            if code in words:
                return Heading(text, key, (key,))
        for key, words in EXPECTED_WORDS.items():
            if code in words:
                return Heading(text, key, (_EXPECTED, key))
        if code in _ID_WORDS:
            return Heading(text, ID)
        if code in graph.facts:
            return self._fact(text, code)
        if code in graph.rules:
            return Heading(text, code, (_EXPECTED, _VALUES, code))
        return None

    def _fact(self, text: str, name: str) -> Heading:
        of = self.graph.facts[name].of
        return Heading(text, name, (FAMILY, name)) if of == FAMILY else Heading(text, name, group=of)

    def _by_path(self, text: str, code: str) -> Heading | None:
        """Return what `members.anna.birth_date`, `defaults.members.role` or `answers.birth_grant.amount` means."""
        first, *rest = code.split(".")
        graph = self.graph
        own = text.strip().split(".")  # an id keeps its capital letters
        if first == _ANSWERS and len(rest) > 1 and rest[0] in graph.benefits:
            key = ".".join(rest[1:])
            if key in EXPECTED_WORDS:
                return Heading(text, key, (_ANSWERS, rest[0], key))
            return Heading(text, key, (_ANSWERS, rest[0], _VALUES, key)) if key in graph.rules else None
        if first == _DEFAULTS and rest[:1] and rest[0] in graph.groups and rest[1:] and rest[1] in graph.facts:
            return Heading(text, rest[1], (FAMILY, _DEFAULTS, rest[0], rest[1]))
        if first in graph.groups and rest == [ID]:
            return Heading(text, ID, group=first)
        if first in graph.groups and graph.groups[first].of == FAMILY and len(rest) > 1 and rest[-1] in graph.facts:
            return Heading(text, rest[-1], (FAMILY, first, ".".join(own[1:-1]), rest[-1]))
        return None

    def _by_label(self, text: str, word: str) -> Iterator[Heading]:
        for name, fact in self.graph.facts.items():
            if word in _names(fact.label):
                yield self._fact(text, name)
        for name, rule in self.graph.rules.items():
            if not rule.scope and word in _names(rule.label):
                yield Heading(text, name, (_EXPECTED, _VALUES, name))

    def _nearest(self, code: str, word: str) -> str:
        graph = self.graph
        fixed = [text for words in (*CASE_WORDS.values(), *EXPECTED_WORDS.values()) for text in words]
        hint = suggest(code, [*graph.facts, *fixed, *graph.rules])
        labels = {name: code for code, fact in graph.facts.items() for name in _names(fact.label)}
        return hint or suggest(word, labels)

    def cell(self, heading: Heading, text: str) -> object:
        """Return what a cell says, as the file of a case would; what can not be read stays as it was written."""
        kind = heading.kind
        if kind in _READERS and not heading.group:
            return _READERS[kind](text)
        if kind == "benefit":
            return _code(text, {name: benefit.label for name, benefit in self.graph.benefits.items()})
        if kind in self.graph.rules:
            return self._typed(self.graph.rules[kind].type, text, {})
        fact = self.graph.facts.get(kind)
        if fact is None:
            return text.strip()
        return UNKNOWN if plain(text) in _UNKNOWNS else self._typed(fact.type, text, fact.codes or {})

    @staticmethod
    def _typed(kind: Type, text: str, codes: Mapping[str, Label]) -> object:
        if kind is Type.TRUTH:
            return _TRUTHS.get(plain(text), text)
        if kind is Type.NUMBER:
            return _number(text)
        return _day(text) if kind is Type.DAY else _code(text, codes)


def plain(text: str) -> str:
    """Return a text as it is compared: without spaces around it, small letters, single spaces."""
    return " ".join(text.casefold().replace("ё", "е").split())


def _names(label: Label) -> tuple[str, ...]:
    return plain(label.kk), plain(label.ru), plain(label.en)


def _code(text: str, labels: Mapping[str, Label]) -> str:
    word = plain(text)
    found = [code for code, label in labels.items() if word == code or word in _names(label)]
    return found[0] if len(found) == 1 else text.strip()


def _entitled(text: str) -> str:
    word = plain(text)
    answers = {plain(name): key for key in ("yes", "no", "cannot_tell_yet") for name in (key, *WORDS[key].values())}
    return _TRUTHS.get(word) or answers.get(word) or text.strip()


def _number(text: str) -> object:
    found = read_written_number(text)
    if found is None:
        return text.strip()
    return int(found) if found == found.to_integral_value() else found


def _names_in(text: str) -> tuple[str, ...]:
    return () if plain(text) in _NOTHING else tuple(text.replace(",", " ").replace(";", " ").split())


def _day(text: str) -> object:
    """Return the date that is written day first with points, or year first; other ways could mean two days."""
    written = text.strip()
    try:
        return date.fromisoformat(written)
    except ValueError:
        found = read_written_date(written) if written.count(".") else None
        return found or written


_READERS: Mapping[str, Callable[[str], object]] = {
    "on": _day,
    "known_on": _day,
    "entitled": _entitled,
    "amount": _number,
    "missing": _names_in,
    "notices": _names_in,
    "proposed": lambda text: _TRUTHS.get(plain(text), text.strip()),
}
