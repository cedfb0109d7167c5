"""What an authority would have to sign so that decisions may rest on it, and what of a signed file is out of date."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from rules.deadlines import show_citation
from rules.documents import Document, Location, read_document
from rules.graph.basis import Signature, SignOff, digest_of, parse_sign_off, sign_key
from rules.graph.bounds import any_path
from rules.graph.domain import Days
from rules.graph.evaluator import evaluate, node_of
from rules.graph.graph import Graph
from rules.graph.nodes import (
    GatherNode,
    Node,
    ParameterNode,
    RankNode,
    RoundNode,
    RuleNode,
    ShiftNode,
    TableNode,
    parts,
)
from rules.graph.records import Path
from rules.graph.run import ANY, Run
from rules.parameters import DatedValue, Status

DatedValues = Sequence[DatedValue]


@dataclass(frozen=True, slots=True)
class Basis:
    """A value of the law that some answer in a time can rest on."""

    name: str
    value: DatedValue

    def __str__(self) -> str:
        return f"{self.name} from {self.value.in_force_from.isoformat()}"

    @property
    def verified(self) -> bool:
        """Whether the files of the law themselves call the value verified."""
        return self.value.status is Status.VERIFIED


def find_basis(graph: Graph, benefits: Iterable[str], first: date, last: date) -> tuple[Basis, ...]:
    """Return all values that an answer about the benefits on some day from `first` to `last` can rest on.

    Which day a value is taken for can hang on a fact, such as a birth date: then every value counts that was
    in force on a day this fact can name. Raises UnknownNameError.
    """
    seeker = _Seeker(Run(graph, None, Days(first, last)))
    for name in benefits:
        benefit = graph.benefit(name)
        for rule in (benefit.entitled, benefit.amount):
            if rule is not None:
                seeker.rule(rule)
    found = {(name, index): Basis(name, value) for (name, index), value in seeker.found.items()}
    return tuple(found[key] for key in sorted(found))


@dataclass
class _Seeker:
    """Walks every rule that can be asked; the days in question are ranges, as when nothing of a case is known."""

    run: Run
    found: dict[tuple[str, int], DatedValue] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)

    def rule(self, name: str) -> None:
        if name in self.done:
            return
        self.done.add(name)
        rule = self.run.graph.rules[name]
        path = any_path(rule.scope)
        for ground in self.take(name, [wording.ground for wording in rule.wordings], rule.as_of, path):
            self.node(node_of(rule, ground), path)
        self.node(rule.as_of, path)

    def node(self, node: Node, path: Path) -> None:
        graph = self.run.graph
        if isinstance(node, RuleNode):
            self.rule(node.name)
        elif isinstance(node, ParameterNode):
            self.take(node.name, graph.law.parameter(node.name).values, node.at, path)
        elif isinstance(node, TableNode):
            for name, parameter in graph.law.parameters.items():
                if name.startswith(f"{node.table}."):
                    self.take(name, parameter.values, node.at, path)
        elif isinstance(node, RoundNode):
            self.take(node.direction, graph.law.parameter(node.direction).values, node.at, path)
        elif isinstance(node, ShiftNode):
            self.take(node.convention, graph.conventions[node.convention].values, node.at, path)
        inner = (*path[: node.depth], (node.group, ANY)) if isinstance(node, GatherNode | RankNode) else path
        for part in parts(node):
            self.node(part, inner)

    def take(self, name: str, values: DatedValues, at: Node, path: Path) -> list[DatedValue]:
        """Note and return the values that are in force on some day that `at` can mean."""
        days = evaluate(self.run, at, path)
        if not isinstance(days, Days):
            raise TypeError(at)
        taken = []
        for index, value in enumerate(values):
            if value.in_force_from <= days.high and (value.in_force_before is None or value.in_force_before > days.low):
                self.found[name, index] = value
                taken.append(value)
        return taken


def sign(
    basis: Iterable[Basis], authority: str, signed_by: str, signed_on: date, act_read: str, *, example: bool = False
) -> SignOff:
    """Return a sign-off file in which one person signs every value; for demonstrations mark it as an example."""
    values = tuple(
        Signature(
            name=entry.name, in_force_from=entry.value.in_force_from, known_from=entry.value.known_from,
            digest=digest_of(entry.value), act_read=act_read, signed_by=signed_by, signed_on=signed_on,
        )
        for entry in basis
    )  # fmt: skip
    return SignOff(authority=authority, example=example, values=values)


@dataclass(frozen=True, slots=True)
class Drafted:
    """A sign-off file as far as it was filled in: what is signed, and which values still wait, named as Basis does."""

    sign_off: SignOff | None
    waiting: tuple[str, ...]


_TO_FILL_IN = ("act_read", "signed_by", "signed_on")


def read_drafted(path: str, content: bytes) -> Drafted:
    """Read a sign-off file in which some values may still wait. Raises LawFilesError for what is filled in wrongly."""
    document = read_document(path, content)
    data = document.data
    entries = data.get("values") if isinstance(data, Mapping) else None
    if not isinstance(entries, tuple):
        return Drafted(parse_sign_off(document), ())
    waits = [isinstance(entry, Mapping) and not any(entry.get(key) for key in _TO_FILL_IN) for entry in entries]
    waiting = tuple(
        f"{entry.get('name')} from {entry.get('in_force_from')}"
        for entry, empty in zip(entries, waits, strict=True)
        if empty
    )
    if len(waiting) == len(entries):
        return Drafted(None, waiting)
    kept = [index for index, empty in enumerate(waits) if not empty]
    lines = {_moved(location, kept): line for location, line in document.lines.items()}
    signed = {**dict(data), "values": tuple(entries[index] for index in kept)} if isinstance(data, Mapping) else data
    return Drafted(parse_sign_off(Document(path, signed, lines)), waiting)


def _moved(location: Location, kept: list[int]) -> Location:
    """Return where an entry stands once those that wait are left out."""
    if location[:1] != ("values",) or len(location) == 1:
        return location
    place = location[1]
    return ("values", kept.index(place), *location[2:]) if place in kept else ("waiting", *location)


@dataclass(frozen=True, slots=True)
class Review:
    """What of a sign-off file no longer holds, and what it lacks."""

    stale: tuple[Signature, ...]
    gone: tuple[Signature, ...]
    missing: tuple[Basis, ...]

    @property
    def in_order(self) -> bool:
        """Whether every signature holds and none is lacking."""
        return not (self.stale or self.gone or self.missing)


def review(graph: Graph, sign_off: SignOff | None, needed: Iterable[Basis] = ()) -> Review:
    """Compare a sign-off file with the law of today.

    Stale: the value was changed after it was signed. Gone: the law has no such value any more. Missing: a value
    that is needed, and that neither the file nor the law calls verified.
    """
    today = {sign_key(name, value): digest_of(value) for name, value in _all_values(graph)}
    signed = {
        (entry.name, entry.in_force_from, entry.known_from): entry for entry in (sign_off.values if sign_off else ())
    }
    return Review(
        stale=tuple(entry for key, entry in signed.items() if key in today and today[key] != entry.digest),
        gone=tuple(entry for key, entry in signed.items() if key not in today),
        missing=tuple(
            entry for entry in needed if not entry.verified and sign_key(entry.name, entry.value) not in signed
        ),
    )


_HEAD = """\
# Values of the law that decisions would rest on, to be signed by an authority.
# For each value: read the act, compare, and fill in what was read (act, article, edition), who signs, and the day.
# A value that does not agree with the act is not signed: delete it here and have the file of the law corrected.
# name, in_force_from, known_from and digest stay as they are: they say exactly which value was signed.
authority: ""
values:
"""


def draft_sign_off(graph: Graph, basis: Iterable[Basis]) -> str:
    """Return the text of a sign-off file for an authority to fill in: each value with what it says and its citation."""
    return _HEAD + "\n".join("\n".join(_entry(graph, entry)) for entry in basis) + "\n"


def _entry(graph: Graph, entry: Basis) -> Iterator[str]:
    value = entry.value
    yield f"  # {graph.label(entry.name).en}"
    said = str(value.value).rstrip("\n").splitlines()
    unit = "" if value.unit in {"formula", "convention"} else f" {value.unit}"
    yield f"  #   {said[0]}{unit if len(said) == 1 else ''}"
    yield from (f"  #   {line}" for line in said[1:])
    until = f"; confirmed through {value.confirmed_through.isoformat()}" if value.confirmed_through else ""
    yield f"  #   in force {value.in_force}{until}; {value.status}; {graph.place(entry.name)}"
    yield f"  #   {show_citation(value.citation) if value.citation else value.reason}"
    yield f"  - name: {entry.name}"
    yield f"    in_force_from: {value.in_force_from.isoformat()}"
    if value.known_from:
        yield f"    known_from: {value.known_from.isoformat()}"
    yield f'    digest: "{digest_of(value)}"'
    yield from ('    act_read: ""', '    signed_by: ""', "    signed_on:")


def _all_values(graph: Graph) -> Iterator[tuple[str, DatedValue]]:
    for name, parameter in graph.law.parameters.items():
        yield from ((name, value) for value in parameter.values)
    for name, convention in graph.conventions.items():
        yield from ((name, value) for value in convention.values)
    for name, rule in graph.rules.items():
        yield from ((name, wording.ground) for wording in rule.wordings)
