"""What may be said to a child where somebody else may read it: the templates, and the check that every text passes."""

import re
from collections.abc import Iterable
from datetime import date
from functools import cache
from importlib import resources
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from casemgmt.people.name_letters import split_words
from casemgmt.people.names import as_heard
from casemgmt.reference.data_files import ReferenceDataError, read_document

LONGEST = 70
"""Characters: one SMS in Cyrillic letters (UCS-2). What is longer comes in parts, out of order or not at all."""
_LETTERS = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя" + "әғқңөұүһі"
_PLAIN = re.compile(rf"[{_LETTERS}{_LETTERS.upper()} .,!?:;()«»—–-]*")
_CAPITAL_WITHIN = re.compile(rf"(?<![.!?])(?<![.!?] )(?<!^)[{_LETTERS.upper()}]")
_SHORTEST_STEM = 3

Fault = Literal["answer-text-too-long", "answer-text-not-plain", "answer-text-names-somebody", "answer-text-tells"]


class Template(BaseModel):
    """Words that an answer may be in."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int = Field(ge=1)
    status: Literal["house_default", "reviewed"]
    reviewed_on: date | None = None
    reviewed_by: str | None = None
    means: tuple[Literal["sms", "messenger", "call", "qr_session"], ...]
    kk: str
    ru: str

    @model_validator(mode="after")
    def _check(self) -> Self:
        reviewed = (self.status == "reviewed", self.reviewed_on is not None, self.reviewed_by is not None)
        if len(set(reviewed)) > 1:
            raise ValueError("reviewed_on and reviewed_by belong to what was reviewed, and to nothing else")
        for text in (self.kk, self.ru):
            if found := faults_of(text):
                raise ValueError(f"it would be refused as own words: {', '.join(found)}")
        return self

    def text(self, language: str) -> str:
        """Return the words in Kazakh or Russian."""
        return self.kk if language == "kk" else self.ru


@cache
def templates() -> dict[str, Template]:
    """Return all templates by their codes. `ReferenceDataError` where one is unsafe or its file is wrong."""
    file = resources.files("casemgmt.answers") / "data" / "templates.yaml"
    try:
        return {code: Template.model_validate(each) for code, each in read_document(file)["templates"].items()}
    except ValueError as fault:
        raise ReferenceDataError(f"{file.name}: {fault}") from fault


@cache
def _telling() -> tuple[str, ...]:
    file = resources.files("casemgmt.answers") / "data" / "words.yaml"
    return tuple(read_document(file)["begin"])


def faults_of(text: str, names: Iterable[str] = ()) -> list[Fault]:
    """Return what makes a text unsafe. `names`: of the people of the record, as far as the writer sees them.

    A capital within a sentence is a name: of a person, a place or a body. Names of the record are found however they
    are spelt or declined, also where they begin a sentence.
    """
    found: list[Fault] = []
    if len(text) > LONGEST:
        found.append("answer-text-too-long")
    if _PLAIN.fullmatch(text) is None or re.search(r"[.:]\w", text):
        found.append("answer-text-not-plain")
    words = split_words(text)
    if _CAPITAL_WITHIN.search(text) or _names_one(words, names):
        found.append("answer-text-names-somebody")
    if any(word.replace("ё", "е").startswith(_telling()) for word in words):
        found.append("answer-text-tells")
    return found


def _names_one(words: Iterable[str], names: Iterable[str]) -> bool:
    stems = tuple(_stem(as_heard(word)) for name in names for word in split_words(name))
    stems = tuple(stem for stem in stems if len(stem) >= _SHORTEST_STEM)
    return bool(stems) and any(as_heard(word).startswith(stems) for word in words)


def _stem(word: str) -> str:
    """Return what of a name stays when it is declined: without its last vowel, where enough is left."""
    return word[:-1] if len(word) > _SHORTEST_STEM + 1 and word[-1] in "aeiou" else word
