"""Reads the files of facts and formulas into a graph, and lists every fault with its file and line."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache

from pydantic import BaseModel

from rules.dated import find_faults
from rules.documents import Document, Location, read_document
from rules.errors import FileProblem, LawFilesError
from rules.faults import suggest
from rules.graph.compiler import ON, Compiler, Names, Signature
from rules.graph.graph import Condition, Graph, Rule, Wording
from rules.graph.models import (
    FAMILY,
    Benefit,
    Check,
    Convention,
    ConventionVersion,
    Fact,
    FactFile,
    Formula,
    FormulaFile,
    FormulaVersion,
    Group,
    Judgement,
    Terms,
)  # fmt: skip
from rules.graph.nodes import Asked, Node, ParameterNode, RoundNode, RuleNode, ShiftNode, TableNode, Type, walk
from rules.graph.parser import parse
from rules.graph.syntax import Position, SyntaxFaultError
from rules.graph.texts import Text, find_texts
from rules.loader import Law, Place, parse_document
from rules.parameters import Citation, DatedValue, Label, Parameter, Unit

_MODELS: tuple[type[BaseModel], ...] = (
    FactFile, Group, Fact, Check, Judgement, FormulaFile, Formula, FormulaVersion,
    Convention, ConventionVersion, Benefit, Terms, Citation, Label, DatedValue,
)  # fmt: skip
_KEYS = sorted({entry.alias or key for model in _MODELS for key, entry in model.model_fields.items()})


@lru_cache(maxsize=8)
def _read_cached(law: "_ByVersion") -> Graph:
    return _Reader(law.law).read()


@dataclass(frozen=True)
class _ByVersion:
    """A law compared by the hash of its files, so that equal laws share one graph.

    And by where they lie: the graph names its files, and an equal copy has others.
    """

    version: str
    folder: str
    law: Law = field(compare=False)


def read_graph(law: Law) -> Graph:
    """Return the graph of the law; read once for each version and place. Raises LawFilesError listing every fault."""
    return _read_cached(_ByVersion(law.version, min(law.graph_files, default=""), law))


def is_number(parameter: Parameter) -> bool:
    """Return whether the parameter is a figure; else it is a time of day or a direction of rounding."""
    return all(isinstance(value.value, int | Decimal) for value in parameter.values)


@dataclass
class _Source:
    document: Document
    texts: Mapping[Location, Text | Position]


@dataclass(frozen=True)
class _Declared:
    """A check or notice, and where it stands."""

    source: _Source
    location: Location
    check: Check


@dataclass
class _Reader:
    law: Law
    problems: list[FileProblem] = field(default_factory=list)
    sources: list[_Source] = field(default_factory=list)
    groups: dict[str, Group] = field(default_factory=dict)
    facts: dict[str, Fact] = field(default_factory=dict)
    formulas: dict[str, tuple[_Source, Formula]] = field(default_factory=dict)
    conventions: dict[str, Convention] = field(default_factory=dict)
    benefits: dict[str, tuple[_Source, Benefit]] = field(default_factory=dict)
    checks: list[_Declared] = field(default_factory=list)
    notices: dict[str, list[_Declared]] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)

    def read(self) -> Graph:
        for path, content in sorted(self.law.graph_files.items()):
            try:
                document = read_document(path, content)
                source = _Source(document, find_texts(content))
                if path.split("/")[-2] == "facts":
                    self._read_facts(source)
                else:
                    self._read_formulas(source)
            except LawFilesError as error:
                self.problems.extend(error.problems)
        self._check_holders()
        self._check_events()
        self._stop_at_faults()
        rules = self._compile()
        checks = self._conditions(self.checks, of_law=False)
        notices = {name: self._conditions(found, of_law=True) for name, found in self.notices.items()}
        self._check_circles(rules)
        self._check_benefits(rules)
        self._stop_at_faults()
        return Graph(
            law=self.law, groups=self.groups, facts=self.facts, rules=rules,
            conventions=self.conventions, benefits={name: benefit for name, (_, benefit) in self.benefits.items()},
            checks=checks, notices=notices, places=self.places,
        )  # fmt: skip

    def _stop_at_faults(self) -> None:
        if self.problems:
            raise LawFilesError(self.problems)

    def _remember(self, source: _Source, location: Location, name: str) -> None:
        document = source.document
        if name in self.places or name in self.law.places or name in {ON, FAMILY}:
            given = self.places.get(name) or self.law.places.get(name) or "the language of formulas"
            self.problems.append(document.problem(location, f"{name} is already given in {given}"))
        self.places[name] = Place(document.path, document.line_of(location))

    def _read_facts(self, source: _Source) -> None:
        file = parse_document(source.document, FactFile, _KEYS)
        for name in file.groups:
            self._remember(source, ("groups", name), name)
        for name in file.facts:
            self._remember(source, ("facts", name), name)
        for name, check in file.checks.items():
            self._remember(source, ("checks", name), name)
            self.checks.append(_Declared(source, ("checks", name), check))
        self.groups |= file.groups
        self.facts |= file.facts

    def _read_formulas(self, source: _Source) -> None:
        file = parse_document(source.document, FormulaFile, _KEYS)
        for section in ("formulas", "conventions", "benefits"):
            for name in getattr(file, section):
                self._remember(source, (section, name), name)
        for name, formula in file.formulas.items():
            self._check_dates(source, ("formulas", name, "versions"), name, formula.versions)
            self.formulas[name] = (source, formula)
        for name, convention in file.conventions.items():
            self._check_dates(source, ("conventions", name, "values"), name, convention.values)
        self.conventions |= file.conventions
        for name, benefit in file.benefits.items():
            self.benefits[name] = (source, benefit)
            for code, check in benefit.notices.items():
                location: Location = ("benefits", name, "notices", code)
                self._remember(source, location, code)
                self.notices.setdefault(name, []).append(_Declared(source, location, check))

    def _check_dates(self, source: _Source, location: Location, name: str, values: tuple[DatedValue, ...]) -> None:
        for index, message in find_faults(values):
            place = (*location, index, "in_force_from")
            self.problems.append(source.document.problem(place, f"{name}: {message}"))

    def _check_holders(self) -> None:
        """Refuse groups in a circle, and facts or rules of a group that does not exist."""
        holders = {name: group.of for name, group in self.groups.items()}
        entries = {
            **holders,
            **{name: fact.of for name, fact in self.facts.items()},
            **{name: formula.of for name, (_, formula) in self.formulas.items()},
            **{str(found.location[-1]): found.check.of for found in self._declared()},
        }
        for name, start in entries.items():
            of, seen = start, {name}
            while of != FAMILY and of in holders and of not in seen:
                seen.add(of)
                of = holders[of]
            if of != FAMILY:
                place = self.places[name]
                self.problems.append(FileProblem(place.path, place.line, f"{name}: no group {start!r} holds it"))

    def _check_events(self) -> None:
        """Refuse a fact that is told only with one that is no yes-or-no fact of the same record."""
        for name, fact in self.facts.items():
            event = self.facts.get(fact.only_with) if fact.only_with else None
            if fact.only_with and (event is None or event.type is not Type.TRUTH or event.of != fact.of):
                place = self.places[name]
                text = f"{name}: only_with names a yes-or-no fact of {fact.of}, not {fact.only_with!r}"
                self.problems.append(FileProblem(place.path, place.line, text))

    def _names(self) -> Names:
        holders = Names(self.groups, {}, {}, *[frozenset[str]()] * 3).chain
        rules = {name: Signature(holders(formula.of), formula.type) for name, (_, formula) in self.formulas.items()}
        return _make_names(self.law, self.groups, self.facts, rules, self.conventions)

    def _compile(self) -> dict[str, Rule]:
        names = self._names()
        found = {}
        for name, (source, formula) in self.formulas.items():
            location: Location = ("formulas", name)
            scope = names.chain(formula.of)
            asking = Compiler(names, scope, Asked())
            as_of = self._node(source, (*location, "as_of"), asking, Type.DAY) if formula.as_of != ON else Asked()
            if as_of is None:
                continue
            compiler = Compiler(names, scope, as_of)
            wordings = []
            for index, version in enumerate(formula.versions):
                place = (*location, "versions", index, "formula")
                node = self._node(source, place, compiler, formula.type)
                if node is not None:
                    wordings.append(Wording(version, node))
            found[name] = Rule(name, formula.label, scope, formula.type, formula.unit, as_of, tuple(wordings))
        return found

    def _node(self, source: _Source, location: Location, compiler: Compiler, wanted: Type) -> Node | None:
        text = source.texts[location]
        path = source.document.path
        if isinstance(text, Position):
            message = "write a formula plainly on one line, or as a block after `|`"
            self.problems.append(FileProblem(path, text.line, message, text.column))
            return None
        try:
            return compiler.compile(parse(text.text, text.start, text.indent), wanted)
        except SyntaxFaultError as error:
            self.problems.append(FileProblem(path, error.at.line, error.message, error.at.column))
            return None

    def _check_circles(self, rules: Mapping[str, Rule]) -> None:
        circle = find_circle(rules)
        if circle:
            self.problems.append(circle_problem(circle, self.places[circle[0]]))

    def _declared(self) -> Iterator[_Declared]:
        yield from self.checks
        for found in self.notices.values():
            yield from found

    def _conditions(self, declared: Iterable[_Declared], *, of_law: bool) -> tuple[Condition, ...]:
        """Return the conditions. What can be at all does not depend on the law: only a notice of a benefit asks it."""
        names = self._names()
        conditions = []
        for found in declared:
            name, scope, place = str(found.location[-1]), names.chain(found.check.of), (*found.location, "holds")
            node = self._node(found.source, place, Compiler(names, scope, Asked()), Type.TRUTH)
            if node is None:
                continue
            asked = [] if of_law else sorted(self._asked_law(node))
            if asked:
                text = f"{name}: a check asks facts and figures of the house, not the law: {', '.join(asked)}"
                self.problems.append(found.source.document.problem(place, text))
            conditions.append(Condition(name, found.check.label, scope, node))
        return tuple(conditions)

    def _asked_law(self, node: Node) -> Iterator[str]:
        dated: dict[str, tuple[DatedValue, ...]] = {name: entry.values for name, entry in self.law.parameters.items()}
        dated |= {name: convention.values for name, convention in self.conventions.items()}
        yield from (part.name for part in walk(node) if isinstance(part, RuleNode))
        for name in named_values(node, dated):
            if any(value.status.is_law for value in dated[name]):
                yield name

    def _check_benefits(self, rules: Mapping[str, Rule]) -> None:
        for name, (source, benefit) in self.benefits.items():
            wanted = [("entitled", benefit.entitled, Type.TRUTH)]
            if benefit.amount is not None:
                wanted.append(("amount", benefit.amount, Type.NUMBER))
            for key, rule, kind in wanted:
                if rule not in rules or rules[rule].type is not kind or rules[rule].scope:
                    text = f"{name}: {key} must name a rule of the family that gives a {kind}"
                    self.problems.append(source.document.problem(("benefits", name, key), text))
            for key, code in benefit.terms:
                if code is not None and code not in self.law.deadlines:
                    text = f"{name}: {key} must name a deadline{suggest(code, self.law.deadlines)}"
                    self.problems.append(source.document.problem(("benefits", name, "terms", key), text))


def asked_rules(rule: Rule) -> Iterator[str]:
    """Yield the names of the rules that a rule asks directly, in any of its wordings."""
    for node in (rule.as_of, *(wording.node for wording in rule.wordings)):
        yield from (part.name for part in walk(node) if isinstance(part, RuleNode))


def used_parameters(graph: Graph) -> frozenset[str]:
    """Return every parameter that some wording, check or notice names, rows of tables included."""
    nodes = [wording.node for rule in graph.rules.values() for wording in rule.wordings]
    nodes += [condition.node for condition in graph.conditions()]
    parameters = graph.law.parameters
    return frozenset(name for node in nodes for name in named_values(node, parameters) if name in parameters)


def named_values(node: Node, known: Iterable[str]) -> Iterator[str]:
    """Yield the parameters and conventions that an expression names, of a table every row that is known."""
    for part in walk(node):
        if isinstance(part, ParameterNode):
            yield part.name
        elif isinstance(part, RoundNode):
            yield part.direction
        elif isinstance(part, ShiftNode):
            yield part.convention
        elif isinstance(part, TableNode):
            yield from (name for name in known if name.startswith(f"{part.table}."))


def names_of(graph: Graph) -> Names:
    """Return every name that a formula of the graph may use."""
    rules = {name: Signature(rule.scope, rule.type) for name, rule in graph.rules.items()}
    return _make_names(graph.law, graph.groups, graph.facts, rules, graph.conventions)


def _make_names(
    law: Law,
    groups: Mapping[str, Group],
    facts: Mapping[str, Fact],
    rules: Mapping[str, Signature],
    conventions: Mapping[str, Convention],
) -> Names:
    directions = (
        name
        for name, parameter in law.parameters.items()
        if all(value.unit is Unit.ROUNDING_DIRECTION for value in parameter.values)
    )
    figures = frozenset(name for name, parameter in law.parameters.items() if is_number(parameter))
    return Names(groups, facts, rules, figures, frozenset(directions), frozenset(conventions))


def find_circle(rules: Mapping[str, Rule]) -> tuple[str, ...]:
    """Return rules that ask each other in a circle, the first one again at the end; nothing where none do."""
    done: set[str] = set()
    return next((circle for name in rules if (circle := _find_circle(rules, name, (), done))), ())


def circle_problem(circle: tuple[str, ...], place: Place) -> FileProblem:
    """Return the fault of rules that ask each other in a circle."""
    return FileProblem(place.path, place.line, f"the rules ask each other in a circle: {' -> '.join(circle)}")


def _find_circle(rules: Mapping[str, Rule], name: str, above: tuple[str, ...], done: set[str]) -> tuple[str, ...]:
    if name in above:
        return (*above[above.index(name) :], name)
    if name in done:
        return ()
    for asked in asked_rules(rules[name]):
        circle = _find_circle(rules, asked, (*above, name), done)
        if circle:
            return circle
    done.add(name)
    return ()
