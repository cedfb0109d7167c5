"""What the files of the list may say."""

from datetime import date, time
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from rules.parameters import Entry, Label, Text

Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Name = Annotated[str, StringConstraints(pattern=r"^[^\W\d_]+$")]
Number = Annotated[int, Field(ge=1)]
Weight = Annotated[int, Field(ge=1, le=20)]
Clock = Annotated[time, Field(strict=False)]
Phrases = dict[Literal["kk", "ru"], tuple[Text, ...]]


class Urgency(StrEnum):
    """How soon a desk must decide, from the least to the most urgent."""

    STANDARD = "standard"
    URGENT = "urgent"
    EMERGENCY = "emergency"

    @property
    def rank(self) -> int:
        """Return the place in the order."""
        return list(Urgency).index(self)


class Thresholds(Entry):
    """From which sum of weights on an urgency is suggested."""

    urgent: Weight
    emergency: Weight

    @model_validator(mode="after")
    def check_order(self) -> Self:
        """Refuse an emergency that begins where urgent does, or before."""
        if self.emergency <= self.urgent:
            raise ValueError("emergency needs a higher sum than urgent")
        return self


class Version(Entry):
    """A version of the list: from which day it holds, what is new, who confirmed it."""

    number: Number
    in_force_from: date
    what: Label
    thresholds: Thresholds
    confirmed_by: Text | None = None
    """The psychologist or body that confirmed the words and weights; none has for a house default."""
    sealed: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")] | None = None
    """Digest of all that the version holds: what was in use is not changed afterwards, the next version is."""


class Negation(Entry):
    """Words that say that something is not so."""

    before: tuple[Text, ...]
    after: tuple[Text, ...]


class Lasting(Entry):
    """Something with the versions to which it belongs."""

    since: Number = 1
    before: Number | None = None

    @model_validator(mode="after")
    def check_versions(self) -> Self:
        """Refuse an end before the beginning."""
        if self.before is not None and self.before <= self.since:
            raise ValueError("before must be a later version than since")
        return self

    def holds_in(self, version: int) -> bool:
        """Return whether it belongs to the version."""
        return self.since <= version and (self.before is None or version < self.before)


class Sign(Lasting):
    """A sign of danger: the phrases that show it, how much it weighs, and why it is there."""

    label: Label
    weight: Weight
    named_in: Text | None = None
    """The source that names this danger; the phrases and the weight are the house's in any case."""
    reason: Text | None = None
    needs_other: bool = False
    """It counts only beside another sign that does not need one."""
    phrases: Phrases
    unless: Phrases = Field(default_factory=dict)
    """Where one of these stands on the same words, they say something else."""
    more: tuple["More", ...] = ()
    """Phrases of some versions only."""

    @model_validator(mode="after")
    def check_ground(self) -> Self:
        """Refuse a sign of which nobody says where it comes from."""
        if (self.named_in is None) == (self.reason is None):
            raise ValueError("say either named_in, the source that names this danger, or the reason for it")
        return self


class More(Lasting):
    """Phrases that a version brings, or that were taken out with one."""

    phrases: Phrases
    unless: Phrases = Field(default_factory=dict)


class Fact(Lasting):
    """A sign of danger that is no word: something known of the contact or the child."""

    label: Label
    weight: Weight
    reason: Text
    needs_other: bool = False
    hours_from: Clock | None = None
    hours_until: Clock | None = None
    under_age: Number | None = None


class Endings(Entry):
    """Endings of words, and those that make a word say no."""

    about: Text
    endings: tuple[Text, ...]
    negated: tuple[Text, ...] = ()


class WordFile(Entry):
    """A file of the list."""

    status: Literal["house_default"] | None = None
    reason: Text | None = None
    versions: tuple[Version, ...] = ()
    negation: Negation | None = None
    endings: dict[Name, Endings] = Field(default_factory=dict)
    groups: dict[Name, tuple[Text, ...]] = Field(default_factory=dict)
    facts: dict[Code, Fact] = Field(default_factory=dict)
    signs: dict[Code, Sign] = Field(default_factory=dict)
