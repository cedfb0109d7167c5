"""A reform that somebody thinks of: other figures and other wordings from a day on, over a law that is not touched.

The file names what changes; every value it brings is marked as no law at all (`house_default`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Annotated, Self, TypeVar

from pydantic import Field, ValidationError, model_validator

from rules.documents import Document, Location, read_document
from rules.errors import FileProblem, LawFilesError
from rules.faults import suggest
from rules.graph.bounds import find_bound_faults
from rules.graph.compiler import Compiler
from rules.graph.graph import Graph, Rule, Wording
from rules.graph.models import Dotted, FormulaVersion
from rules.graph.nodes import Node
from rules.graph.parser import parse
from rules.graph.reader import circle_problem, find_circle, names_of, read_graph
from rules.graph.syntax import Position, SyntaxFaultError
from rules.graph.texts import find_texts
from rules.loader import Law, Place, parse_document
from rules.parameters import DatedValue, Entry, Label, Parameter, ParameterValue, Status, Text, Unit

DatedT = TypeVar("DatedT", bound=DatedValue)


class _Change(Entry):
    """What holds from a day on, up to, but without, another."""

    from_: Annotated[date, Field(alias="from")]
    before: date | None = None

    @model_validator(mode="after")
    def check_days(self) -> Self:
        """Refuse an end before the beginning."""
        if self.before is not None and self.before <= self.from_:
            raise ValueError("before must be later than from")
        return self


class NewValue(_Change):
    """Another figure of a parameter; one that the law does not have needs its unit."""

    value: int | Decimal | Text
    unit: Annotated[Unit, Field(strict=False)] | None = None


class NewWording(_Change):
    """Another wording of a rule."""

    formula: Text


class ReformFile(Entry):
    """The whole file. `new_parameters` are figures that the law does not have and the new wordings name."""

    title: Text
    parameters: dict[Dotted, NewValue] = Field(default_factory=dict)
    new_parameters: dict[Dotted, NewValue] = Field(default_factory=dict)
    formulas: dict[Dotted, NewWording] = Field(default_factory=dict)

    @model_validator(mode="after")
    def check_changes(self) -> Self:
        """Refuse a reform that changes nothing."""
        if not self.parameters and not self.formulas:
            raise ValueError("a reform changes at least one of `parameters` and `formulas`")
        return self


_KEYS = sorted(
    {key for model in (ReformFile, NewValue, NewWording) for key in model.model_fields} - {"from_"} | {"from"}
)


@dataclass(frozen=True)
class Change:
    """One change, for a reader: what it was on the first day of the reform, if anything, and what it is then."""

    name: str
    before: str | None
    after: str
    since: date
    unit: str | None = None


@dataclass(frozen=True)
class Reform:
    """The law as it would be, beside what it is, and what differs."""

    title: str
    graph: Graph
    reformed: Graph
    changes: tuple[Change, ...]

    @property
    def names(self) -> frozenset[str]:
        """The names of parameters and rules that differ."""
        return frozenset(change.name for change in self.changes)


def read_reform(law: Law, path: str, content: bytes) -> Reform:
    """Return the law with the reform. Raises LawFilesError with file and line for each fault."""
    return _ReformReader(read_graph(law), read_document(path, content), content).read()


@dataclass
class _ReformReader:
    graph: Graph
    document: Document
    content: bytes
    problems: list[FileProblem] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)

    def read(self) -> Reform:
        file = parse_document(self.document, ReformFile, _KEYS)
        law = self._law(file)
        self._stop_at_faults()
        graph = replace(self.graph, law=law)
        rules, places = self._rules(graph, file)
        reformed = replace(graph, rules=rules, places=places)
        self._stop_at_faults()
        circle = find_circle(reformed.rules)
        faults = [circle_problem(circle, reformed.places[circle[0]])] if circle else find_bound_faults(reformed)
        if faults:
            raise LawFilesError(self._at_its_change(file, fault) for fault in faults)
        return Reform(file.title, self.graph, reformed, tuple(self.changes))

    def _at_its_change(self, file: ReformFile, fault: FileProblem) -> FileProblem:
        """Return a fault of the law as it would be, at the change that it comes from: the law itself is in order."""
        sections: Mapping[str, Iterable[str]] = {
            "formulas": file.formulas,
            "parameters": file.parameters,
            "new_parameters": file.new_parameters,
        }
        places: list[Location] = [(section, name) for section, changes in sections.items() for name in changes]
        named = [place for place in places if str(place[-1]) in fault.message]
        return self.document.problem((named or places)[0], fault.message)

    def _stop_at_faults(self) -> None:
        if self.problems:
            raise LawFilesError(self.problems)

    def _complain(self, location: Location, message: str) -> None:
        self.problems.append(self.document.problem(location, message))

    def _law(self, file: ReformFile) -> Law:
        law = self.graph.law
        parameters, places = dict(law.parameters), dict(law.places)
        for name, change in file.parameters.items():
            location: Location = ("parameters", name)
            known = law.parameters.get(name)
            if known is None:
                hint = suggest(name, law.parameters)
                self._complain(location, f"no parameter is called {name!r}{hint}, or write it under new_parameters")
                continue
            unit = change.unit or known.values[-1].unit
            if unit is not known.values[-1].unit:
                self._complain((*location, "unit"), f"{name} is counted in {known.values[-1].unit}, not in {unit}")
                continue
            self._put(parameters, name, change, location, file.title, unit)
        for name, change in file.new_parameters.items():
            location = ("new_parameters", name)
            if name in law.places or name in self.graph.places:
                given = law.places.get(name) or self.graph.places[name]
                self._complain(location, f"{name} is already given in {given}")
            elif change.unit is None:
                self._complain(location, f"{name}: a new parameter needs its unit, one of {', '.join(Unit)}")
            else:
                self._put(parameters, name, change, location, file.title, change.unit)
                places[name] = Place(self.document.path, self.document.line_of(location))
        digest = sha256(self.content.replace(b"\r\n", b"\n")).hexdigest()
        return replace(law, parameters=parameters, places=places, version=f"{law.version}-reform-{digest}")

    def _put(
        self, parameters: dict[str, Parameter], name: str, change: NewValue, location: Location, title: str, unit: Unit
    ) -> None:
        known = parameters.get(name)
        try:
            value = ParameterValue(
                value=change.value,
                unit=unit,
                in_force_from=change.from_,
                in_force_before=change.before,
                status=Status.HOUSE_DEFAULT,
                reason=_reason(title),
            )
        except ValidationError as error:
            self._complain((*location, "value"), error.errors()[0]["msg"].removeprefix("Value error, "))
            return
        values = known.values if known else ()
        label = known.label if known else Label(kk=name, ru=name, en=name)
        parameters[name] = Parameter(label=label, values=put_in(values, value))
        before = next((str(entry.value) for entry in values if change.from_ in entry.in_force), None)
        self.changes.append(Change(name, before, str(change.value), change.from_, str(unit)))

    def _rules(self, graph: Graph, file: ReformFile) -> tuple[Mapping[str, Rule], Mapping[str, Place]]:
        texts, names = find_texts(self.content), names_of(graph)
        rules, places = dict(graph.rules), dict(graph.places)
        for name, change in file.formulas.items():
            location: Location = ("formulas", name)
            if name not in rules:
                self._complain(location, f"no rule is called {name!r}{suggest(name, rules)}")
                continue
            rule = rules[name]
            compiler = Compiler(names, rule.scope, rule.as_of)
            text = texts[*location, "formula"]
            if isinstance(text, Position):
                self._complain((*location, "formula"), "write a formula plainly on one line, or as a block after `|`")
                continue
            try:
                node = compiler.compile(parse(text.text, text.start, text.indent), rule.type)
            except SyntaxFaultError as error:
                self.problems.append(FileProblem(self.document.path, error.at.line, error.message, error.at.column))
                continue
            rules[name] = replace(rule, wordings=_put_wording(rule, change, node, file.title))
            places[name] = Place(self.document.path, self.document.line_of(location))
            grounds = [entry.ground.value for entry in rule.wordings if change.from_ in entry.ground.in_force]
            before = _one_line(grounds[0]) if grounds else None
            self.changes.append(Change(name, before, _one_line(change.formula), change.from_))
        return rules, places


def _one_line(formula: str) -> str:
    return " ".join(formula.split())


def _reason(title: str) -> str:
    return f"reform under study, not law: {title}"


def _put_wording(rule: Rule, change: NewWording, node: Node, title: str) -> tuple[Wording, ...]:
    ground = FormulaVersion(
        formula=change.formula,
        in_force_from=change.from_,
        in_force_before=change.before,
        status=Status.HOUSE_DEFAULT,
        reason=_reason(title),
    )
    nodes = {id(wording.ground): wording.node for wording in rule.wordings}
    kept = [
        Wording(part, nodes[id(wording.ground)])
        for wording in rule.wordings
        for part in _around(wording.ground, ground)
    ]
    return (*kept, Wording(ground, node))


def put_in(values: Sequence[DatedT], new: DatedT) -> tuple[DatedT, ...]:
    """Return the values with a new one in force on its days, and the others on the days around it."""
    return (*(part for value in values for part in _around(value, new)), new)


def _around(value: DatedT, new: DatedT) -> tuple[DatedT, ...]:
    """Return what remains of a value before and after the days of a new one."""
    if not value.in_force.overlaps(new.in_force):
        return (value,)
    parts: list[DatedT] = []
    if value.in_force_from < new.in_force_from:
        through = value.confirmed_through
        cut = {
            "in_force_before": new.in_force_from,
            "confirmed_through": through if through is not None and through < new.in_force_from else None,
        }
        parts.append(value.model_copy(update=cut))
    after = new.in_force_before
    ends = value.in_force_before
    if after is not None and (ends is None or after < ends):
        through = value.confirmed_through
        if through is None or through >= after:
            parts.append(value.model_copy(update={"in_force_from": after}))
    return tuple(parts)
