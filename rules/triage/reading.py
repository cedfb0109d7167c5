"""Reads the list, checks it, and makes of each of its versions what texts are held against. All faults are told."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable

from pydantic import ValidationError

from rules.documents import Document, Location, read_document, read_file
from rules.errors import FileProblem, LawFilesError, RuleError
from rules.faults import explain_faults
from rules.parameters import Label
from rules.triage.matching import Lexicon, Pattern
from rules.triage.models import (
    Endings,
    Fact,
    More,
    Negation,
    Sign,
    Thresholds,
    Version,
    WordFile,
)
from rules.triage.phrases import Ending, Form, Phrase, PhraseError, keys_of, read_ending, read_forms, read_phrase
from rules.triage.spelling import prepare

FACTS = ("night", "repeat_caller", "several_concerns", "small_child")
"""What is known of a contact or a child without reading a word; the files say how much each weighs."""
_MODELS = (WordFile, Version, Thresholds, Negation, Sign, More, Fact, Endings, Label)
_KEYS = sorted({key for model in _MODELS for key in model.model_fields})
_SEAL = 16


class NoListError(RuleError):
    """No version of the list is there that was asked for."""


@dataclass(frozen=True, slots=True)
class WeighedSign:
    """A sign in a version of the list, ready to be looked for."""

    code: str
    sign: Sign
    patterns: tuple[Pattern, ...]
    unless: tuple[Pattern, ...]


@dataclass(frozen=True)
class WordList:
    """A version of the list."""

    version: Version
    signs: tuple[WeighedSign, ...]
    facts: Mapping[str, Fact]
    lexicon: Lexicon
    led_by: Mapping[int, Sequence[tuple[int, Pattern, tuple[int, ...]]]]
    """By the number of the word that leads them: phrases, each with the index of its sign and its other words."""
    digest: str

    def label_of(self, code: str) -> Label:
        """Return the name of a sign or fact."""
        found = self.facts.get(code) or next(s.sign for s in self.signs if s.code == code)
        return found.label


@dataclass(frozen=True)
class Lists:
    """All versions of the list, the oldest first."""

    versions: tuple[WordList, ...]

    def on(self, day: date) -> WordList | None:
        """Return the version in force on a day; none before the first."""
        return next((v for v in reversed(self.versions) if v.version.in_force_from <= day), None)

    def numbered(self, number: int) -> WordList:
        """Return a version. Raises NoListError."""
        if not 1 <= number <= len(self.versions):
            raise NoListError(f"the list has no version {number}; it has {len(self.versions)}")
        return self.versions[number - 1]


@cache
def load_lists() -> Lists:
    """Return the list that comes with this package; read once. Raises LawFilesError naming every fault."""
    return read_lists(files("rules").joinpath("triage", "signs"), "rules/triage/signs")


def read_lists(folder: Traversable, shown_as: str) -> Lists:
    """Read all files of a list. Raises LawFilesError naming every fault with file and line."""
    reader = _Reader()
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith((".yaml", ".yml")))
    for name in names:
        reader.read(f"{shown_as}/{name}", read_file(folder.joinpath(name), f"{shown_as}/{name}"))
    lists = None if reader.problems else reader.compose(shown_as)
    if lists is None or reader.problems:
        raise LawFilesError(reader.problems or [FileProblem(shown_as, 1, "no file of the list is here")])
    return lists


@dataclass
class _Reader:
    versions: tuple[Version, ...] = ()
    negation: Negation | None = None
    endings: dict[str, tuple[Ending, ...]] = field(default_factory=dict)
    groups: dict[str, frozenset[Form]] = field(default_factory=dict)
    facts: dict[str, Fact] = field(default_factory=dict)
    signs: dict[str, Sign] = field(default_factory=dict)
    documents: dict[tuple[str, str], Document] = field(default_factory=dict)
    problems: list[FileProblem] = field(default_factory=list)
    _waiting: list[tuple[Document, WordFile]] = field(default_factory=list)

    def read(self, path: str, content: bytes) -> None:
        """Read one file; what its phrases mean is looked at when all groups and endings are known."""
        try:
            document = read_document(path, content)
            file = WordFile.model_validate(document.data)
        except LawFilesError as error:
            self.problems += error.problems
            return
        except ValidationError as error:
            self.problems += explain_faults(error, document, _KEYS)
            return
        self._waiting.append((document, file))
        for kind in ("versions", "negation"):
            if found := getattr(file, kind):
                self._once(document, (kind,), kind, getattr(self, kind))
                setattr(self, kind, found)
        for kind in ("endings", "groups", "facts", "signs"):
            for name in getattr(file, kind):
                self._once(document, (kind, name), name, (kind, name) in self.documents)
                self.documents[kind, name] = document
        self.facts |= file.facts
        self.signs |= file.signs

    def _once(self, document: Document, location: Location, name: str, known: object) -> None:
        if known:
            self.problems.append(document.problem(location, f"{name} stands in the list twice"))

    def compose(self, shown_as: str) -> Lists | None:
        """Return all versions, or none where something is missing or wrong."""
        if not self.versions or self.negation is None or not self.signs:
            self.problems.append(FileProblem(shown_as, 1, "the list needs versions, negation and signs"))
            return None
        for document, file in self._waiting:
            self._learn_words(document, file)
            self._check_versions(document, file)
        self._check_facts()
        if self.problems:
            return None
        phrases = {code: tuple(self._phrases(code, sign)) for code, sign in self.signs.items()}
        if self.problems:
            return None
        lists = Lists(tuple(self._version(version, phrases, self.negation) for version in self.versions))
        self._check_seals(lists)
        return lists

    def _learn_words(self, document: Document, file: WordFile) -> None:
        for name, ending in file.endings.items():
            try:
                self.endings[name] = (
                    *(read_ending(e, negated=False) for e in ending.endings),
                    *(read_ending(e, negated=True) for e in ending.negated),
                )
            except PhraseError as error:
                self.problems.append(document.problem(("endings", name), f"{name}: {error}"))
        for name, words in file.groups.items():
            forms: set[Form] = set()
            for index, word in enumerate(words):
                try:
                    forms |= read_forms(word, self.endings)
                except PhraseError as error:
                    self.problems.append(document.problem(("groups", name, index), f"{name}: {error}"))
            self.groups[name] = frozenset(forms)

    def _check_versions(self, document: Document, file: WordFile) -> None:
        for index, version in enumerate(file.versions):
            if version.number != index + 1:
                text = f"versions are counted from 1, the oldest first: {index + 1} is needed here"
                self.problems.append(document.problem(("versions", index), text))
            if index and version.in_force_from <= file.versions[index - 1].in_force_from:
                text = "a version begins on a later day than the one before"
                self.problems.append(document.problem(("versions", index), text))
        lasting: list[tuple[Location, Sign | Fact | More]]
        lasting = [(("signs", code), sign) for code, sign in file.signs.items()]
        lasting += [(("facts", code), fact) for code, fact in file.facts.items()]
        lasting += [(("signs", c, "more", n), m) for c, s in file.signs.items() for n, m in enumerate(s.more)]
        for location, one in lasting:
            for number in (one.since, one.before):
                if number is not None and number > len(self.versions):
                    text = f"{location[1]}: there is no version {number}; add it to the versions first"
                    self.problems.append(document.problem(location, text))

    def _check_facts(self) -> None:
        for code, fact in self.facts.items():
            document = self.documents["facts", code]
            if code not in FACTS:
                text = f"{code} is not known of a contact; known are {', '.join(FACTS)}"
                self.problems.append(document.problem(("facts", code), text))
            needed = {"night": ("hours_from", "hours_until"), "small_child": ("under_age",)}.get(code, ())
            for key in ("hours_from", "hours_until", "under_age"):
                if (getattr(fact, key) is None) == (key in needed):
                    text = f"{code}: the key {key!r} {'is missing' if key in needed else 'does not belong here'}"
                    self.problems.append(document.problem(("facts", code), text))
            if code in self.signs:
                self.problems.append(document.problem(("facts", code), f"{code} is a sign too: each has its own code"))

    def _phrases(self, code: str, sign: Sign) -> Iterator[tuple[More | Sign, str, Phrase]]:
        """Yield all phrases of a sign, each with what it belongs to and whether it is one of `unless`."""
        document = self.documents["signs", code]
        seen: dict[str, Location] = {}
        parts: list[tuple[Location, More | Sign]] = [(("signs", code), sign)]
        parts += [(("signs", code, "more", index), more) for index, more in enumerate(sign.more)]
        for location, part in parts:
            for kind in ("phrases", "unless"):
                for language, written in getattr(part, kind).items():
                    for index, text in enumerate(written):
                        where = (*location, kind, language, index)
                        if text in seen:
                            self.problems.append(document.problem(where, f"{code}: {text!r} stands here twice"))
                        seen[text] = where
                        try:
                            yield part, kind, read_phrase(text, self.groups, self.endings)
                        except PhraseError as error:
                            self.problems.append(document.problem(where, f"{code}: {error}"))

    def _version(
        self,
        version: Version,
        phrases: Mapping[str, Sequence[tuple[More | Sign, str, Phrase]]],
        negation: Negation,
    ) -> WordList:
        number = version.number
        held = {
            code: [(kind, phrase) for part, kind, phrase in phrases[code] if part.holds_in(number)]
            for code, sign in self.signs.items()
            if sign.holds_in(number)
        }
        before, after = (_keys(words) for words in (negation.before, negation.after))
        lexicon = Lexicon((p for found in held.values() for _, p in found), before, after)
        signs: list[WeighedSign] = []
        led_by: dict[int, list[tuple[int, Pattern, tuple[int, ...]]]] = {}
        for code, found in held.items():
            patterns = tuple(lexicon.pattern(p) for kind, p in found if kind == "phrases")
            unless = tuple(lexicon.pattern(p) for kind, p in found if kind == "unless")
            for pattern in patterns:
                lead, *others = (step.number for part in pattern for step in part)
                led_by.setdefault(lead, []).append((len(signs), pattern, tuple(others)))
            signs.append(WeighedSign(code, self.signs[code], patterns, unless))
        facts = {code: fact for code, fact in self.facts.items() if fact.holds_in(number)}
        digest = _digest(version, {c: (self.signs[c], f) for c, f in held.items()}, facts, negation)
        return WordList(version, tuple(signs), facts, lexicon, led_by, digest)

    def _check_seals(self, lists: Lists) -> None:
        document = next(d for d, file in self._waiting if file.versions)
        for index, one in enumerate(lists.versions):
            sealed = one.version.sealed
            if sealed is not None and sealed != one.digest:
                text = (
                    f"version {one.version.number} is sealed as {sealed} and is {one.digest} now: what was in use stays"
                    " as it was. Put the change into a new version: new words with `since`, old ones with `before`."
                    " To try something out, take `sealed` out of a copy"
                )
                self.problems.append(document.problem(("versions", index), text))


def _keys(words: Sequence[str]) -> Iterator[str]:
    for word in words:
        yield from keys_of(prepare(word))


def _digest(
    version: Version,
    signs: Mapping[str, tuple[Sign, Sequence[tuple[str, Phrase]]]],
    facts: Mapping[str, Fact],
    negation: Negation,
) -> str:
    """Return the digest of all that decides what a version suggests; names and reasons may still be bettered."""
    held = {
        "thresholds": version.thresholds.model_dump(),
        "negation": negation.model_dump(),
        "facts": {code: fact.model_dump(mode="json", exclude=_WORDING) for code, fact in sorted(facts.items())},
        "signs": {
            code: [sign.weight, sign.needs_other, sorted([kind, *_meaning(phrase)] for kind, phrase in found)]
            for code, (sign, found) in sorted(signs.items())
        },
    }
    return sha256(json.dumps(held, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:_SEAL]


_WORDING = {"label", "reason", "since", "before"}


def _meaning(phrase: Phrase) -> tuple[str, ...]:
    """Return a phrase with all forms of its words, so that a changed group or ending is a changed phrase."""
    forms = (
        ",".join(sorted(f"{form.written}{'*' * form.begins}{'-' * form.negated}" for form in step.forms))
        for part in phrase.parts
        for step in part
    )
    return (phrase.written, *forms)
