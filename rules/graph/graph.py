"""The whole graph of the law: every rule with its wordings, and everything that rules name."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from functools import cached_property

from rules.errors import UnknownNameError
from rules.graph.models import Benefit, Convention, Fact, FormulaVersion, Group
from rules.graph.nodes import Node, Type
from rules.loader import Law, Place
from rules.parameters import DatedValue, Label


@dataclass(frozen=True)
class Wording:
    """A rule's text in force on some days, and what it means."""

    ground: FormulaVersion
    node: Node


@dataclass(frozen=True)
class Rule:
    """A named rule with all its wordings."""

    name: str
    label: Label
    scope: tuple[str, ...]
    type: Type
    unit: str | None
    as_of: Node
    wordings: tuple[Wording, ...]


@dataclass(frozen=True)
class Condition:
    """What holds of each record of a scope, and the text for a person where it does not."""

    name: str
    label: Label
    scope: tuple[str, ...]
    node: Node


@dataclass(frozen=True)
class Graph:
    """The rules over one law. Made by `rules.graph.reader.read_graph`."""

    law: Law
    groups: Mapping[str, Group] = field(default_factory=dict)
    facts: Mapping[str, Fact] = field(default_factory=dict)
    rules: Mapping[str, Rule] = field(default_factory=dict)
    conventions: Mapping[str, Convention] = field(default_factory=dict)
    benefits: Mapping[str, Benefit] = field(default_factory=dict)
    checks: tuple[Condition, ...] = ()
    notices: Mapping[str, tuple[Condition, ...]] = field(default_factory=dict)
    places: Mapping[str, Place] = field(default_factory=dict)
    # Which value was in force on a day, as known on another: looked up once, for the law never changes under a graph.
    chosen: dict[tuple[str, date, date | None], DatedValue] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def benefit(self, name: str) -> Benefit:
        """Return the benefit. Raises UnknownNameError."""
        if name not in self.benefits:
            raise UnknownNameError("benefit", name, get_close_matches(name, self.benefits) or self.benefits)
        return self.benefits[name]

    def conditions(self) -> Iterator[Condition]:
        """Yield every check, and every notice of every benefit."""
        yield from self.checks
        for found in self.notices.values():
            yield from found

    def place(self, name: str) -> Place:
        """Return where a rule, fact, convention, benefit, parameter or deadline stands in the files."""
        return self.places.get(name) or self.law.places[name]

    def label(self, name: str) -> Label:
        """Return what a rule, parameter, convention, fact, group or benefit is called in the three languages."""
        for named in (self.rules, self.law.parameters, self.conventions, self.facts, self.groups, self.benefits):
            if name in named:
                return named[name].label
        raise UnknownNameError("name of the law", name)

    def facts_of(self, scope: str) -> Mapping[str, Fact]:
        """Return the facts that the family, or each record of a group, may state."""
        return self._by_holder[0].get(scope, {})

    def groups_of(self, scope: str) -> Mapping[str, Group]:
        """Return the groups that the family, or each record of a group, holds."""
        return self._by_holder[1].get(scope, {})

    @cached_property
    def _by_holder(self) -> tuple[Mapping[str, Mapping[str, Fact]], Mapping[str, Mapping[str, Group]]]:
        """Facts and groups by what holds them: asked for with every record of every case."""
        facts: dict[str, dict[str, Fact]] = {}
        groups: dict[str, dict[str, Group]] = {}
        for name, fact in self.facts.items():
            facts.setdefault(fact.of, {})[name] = fact
        for name, group in self.groups.items():
            groups.setdefault(group.of, {})[name] = group
        return facts, groups
