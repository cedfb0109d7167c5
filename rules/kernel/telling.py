"""Writes the functions that tell a rule: its step with value, formula, law, figures, distances and the steps below it.

They give the steps that `rules.graph.explain` gives. What was not asked for a family is left out by the same conditions
under which the evaluator does not ask it.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from rules.graph.graph import Rule
from rules.graph.graph import Wording as Worded
from rules.graph.nodes import (
    GatherNode,
    If,
    Logic,
    Node,
    ParameterNode,
    RankNode,
    RoundNode,
    RuleNode,
    ShiftNode,
    TableNode,
    Type,
    parts,
    walk,
)  # fmt: skip
from rules.graph.run import Kind
from rules.kernel.against import Against, find_aims
from rules.kernel.lower import Low, NotCompiledError
from rules.kernel.reads import Places
from rules.kernel.texts import expression
from rules.kernel.wording import Wording

_USING = (ParameterNode, TableNode, RoundNode, ShiftNode)


@dataclass
class Writer:
    """Writes the functions of all rules that explanations of a law may need."""

    wording: Wording
    lines: list[str] = field(default_factory=list)
    rules: dict[str, int] = field(default_factory=dict)
    indent: int = 0

    def write(self, text: str) -> None:
        """Add a line."""
        self.lines.append("    " * self.indent + text)

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """Indent the lines behind a head; a head with nothing behind it is taken back."""
        self.write(head)
        start = len(self.lines)
        self.indent += 1
        yield
        self.indent -= 1
        if len(self.lines) == start:
            del self.lines[start - 1]

    def function(self, name: str) -> str:
        """Return the name of the function of a rule; its own is written when its turn comes."""
        return f"tell_{self.rules.setdefault(name, len(self.rules))}"

    def write_all(self) -> None:
        """Write every rule's function that was named, and those that they name."""
        done = 0
        while done < len(self.rules):
            for name in list(self.rules)[done:]:
                self._rule(self.wording.graph.rules[name])
                done += 1

    def _rule(self, rule: Rule) -> None:
        reads, at = self.wording.reads, tuple("jk"[: len(rule.scope)])
        reads.groups |= dict(zip(at, rule.scope, strict=True))
        low = reads.lowering.rule(rule.name)
        number, place = self.rules[rule.name], at[-1] if at else "0"
        where = f'T.places("{rule.scope[-1]}", {place})' if at else '""'
        head = f'"{rule.name}", {where}, {reads.constant(rule.label)}, {self._value(rule.type, low, at)}, {rule.unit!r}'
        self.indent = 0
        self.write(f"def {self.function(rule.name)}({', '.join(['T', 'wanted', *at])}):")
        self.indent = 1
        self.write("V, B = T.results, T.begins")
        self.write(f"key = ({number}, {place})")
        self.write("if key in T.told:")
        self.write(f'    return Step({head}, "", "", None, (), (), (), True)')
        self.write("T.told.add(key)")
        for here, wording in reads.lowering.wordings_of(rule):
            self.write(f"if {reads.value(here, at)}:")
            self.indent += 1
            self._worded(rule, wording, at, head)
            self.indent -= 1

    def _worded(self, rule: Rule, wording: Worded, at: Places, head: str) -> None:
        reads, node = self.wording.reads, wording.node
        day = reads.value(reads.low(rule.as_of).top, at)
        self.write(f'ground = (0, {day}, "{rule.name}", "{Kind.RULE}")')
        self.write("T.drawn.append((ground,))")
        figures = self._seen(rule, node, at)
        gaps = Against(self, node).gaps(at)
        formula, numbers = " ".join(wording.ground.value.split()), expression(self.wording.put_in(node, at))
        self.write(
            f"return Step({head}, {formula!r}, {numbers}, GROUNDS[ground], {figures}, {gaps}, tuple(steps), False)"
        )

    def _value(self, kind: Type, low: Low, at: Places) -> str:
        reads = self.wording.reads
        top = reads.value(low.top, at)
        if kind is Type.TRUTH:
            return f"(YES if {top} else NO)"
        if kind is Type.DAY:
            return f"WHOLE_DAYS[{top}]"
        if low.scale == 1 and not low.factors:
            return f"WHOLES[{top}]"
        return f"ratio_value({top}, {reads.bottom(low, at)})"

    def _seen(self, rule: Rule, node: Node, at: Places) -> str:
        """Write what gathers the figures used and the steps below, in the order of the formula; return the figures."""
        places = {id(part): place for place, part in enumerate(walk(node))}
        seen = _Seen(self, rule, places, find_aims(rule, node))
        before = len(self.lines)
        self.write("steps = []")
        seen.node(node, at)
        behind, self.lines[before:] = self.lines[before:], []
        for needed, line in (
            (seen.asked_twice, "asked = set()"),
            (seen.dynamic, "used = []"),
            (seen.fixed, f"mask = {seen.always}"),
        ):
            if needed:
                self.write(line)
        self.lines += behind
        if not seen.fixed and not seen.dynamic:
            return "()"
        table = self.wording.reads.constant(seen.fixed)
        return f"T.figures({table}, {'mask' if seen.fixed else 0}, {'used' if seen.dynamic else '()'})"


@dataclass
class _Seen:
    """Writes the walk through what was evaluated of one formula."""

    writer: Writer
    rule: Rule
    places: dict[int, int]
    aims: dict[tuple[str, int], bool]
    always: int = 0
    fixed: dict[int, tuple[int, int, str, str]] = field(default_factory=dict)
    dynamic: bool = False
    asked_twice: bool = False
    sure: set[tuple[str, Places]] = field(default_factory=set)
    depth: int = 0

    def matters(self, node: Node) -> bool:
        """Return whether anything inside is a figure or a rule."""
        inside = walk(node) if not isinstance(node, RankNode) else iter((node,))
        return any(isinstance(part, (*_USING, RuleNode)) for part in inside)

    def node(self, node: Node, at: Places) -> None:
        """Write what an expression adds, where it is evaluated."""
        if isinstance(node, RankNode):
            if any(isinstance(part, (*_USING, RuleNode)) for part in walk(node)):
                raise NotCompiledError(f"{self.rule.name}: an order by what itself has a law")
            return
        if not self.matters(node):
            return
        if isinstance(node, _USING):
            self.use(node, at)
        if isinstance(node, RuleNode):
            self.ask(node, at)
        elif isinstance(node, Logic):
            self.logic(node, at)
        elif isinstance(node, If):
            self.choice(node, at)
        elif isinstance(node, GatherNode):
            self.gather(node, at)
        else:
            for part in parts(node):
                self.node(part, at)

    def read(self, node: Node, at: Places) -> str:
        """Return how a node's value is read."""
        reads = self.writer.wording.reads
        return reads.value(reads.low(node).top, at)

    def use(self, node: Node, at: Places) -> None:
        """Write that a figure was used."""
        reads = self.writer.wording.reads
        day = reads.low(_day_of(node))
        kind = Kind.CONVENTION if isinstance(node, ShiftNode) else Kind.PARAMETER
        place = self.places[id(node)]
        if day.top.value is not None and not isinstance(node, TableNode):
            bit = 1 << len(self.fixed)
            self.fixed[bit] = (place, day.top.value, _name_of(node), str(kind))
            if self.depth:
                self.writer.write(f"mask |= {bit}")
            else:
                self.always |= bit
            return
        self.dynamic = True
        name = f'"{_name_of(node)}"'
        if isinstance(node, TableNode):
            name = f'"{node.table}." + {self._row(node, at)}'
        self.writer.write(f'used.append(({place}, {reads.value(day.top, at)}, {name}, "{kind}"))')

    def _row(self, node: TableNode, at: Places) -> str:
        reads = self.writer.wording.reads
        key = self.read(node.key, at)
        facts = reads.lowering.graph.facts
        codes = getattr(facts.get(getattr(node.key, "name", "")), "codes", None)
        return f"{reads.constant(tuple(codes))}[{key}]" if codes else f"str({key})"

    def ask(self, node: RuleNode, at: Places) -> None:
        """Write the step of a rule that this one asks, once for each record."""
        where = at[: node.depth]
        if node.name == self.rule.name or (node.name, where) in self.sure:
            return
        name = self.writer.function(node.name)
        wanted = "wanted" if self.aims.get((node.name, node.depth), False) else "not wanted"
        wanted = wanted if (node.name, node.depth) in self.aims else "True"
        call = f"steps.append({name}({', '.join(['T', wanted, *where])}))"
        if not self.depth:
            self.sure.add((node.name, where))
            self.writer.write(call)
            return
        self.asked_twice = True
        key = f"({self.writer.rules[node.name]}, {where[-1] if where else 0})"
        self.writer.write(f"if {key} not in asked:")
        self.writer.write(f"    asked.add({key})")
        self.writer.write(f"    {call}")

    @contextmanager
    def inside(self, head: str) -> Iterator[None]:
        """Write lines behind a condition or in a loop: what they add is not sure."""
        self.depth += 1
        with self.writer.block(head):
            yield
        self.depth -= 1

    def logic(self, node: Logic, at: Places) -> None:
        """Write each part behind those that did not settle the answer."""
        with ExitStack() as blocks:
            for place, part in enumerate(node.parts):
                self.node(part, at)
                if not any(self.matters(rest) for rest in node.parts[place + 1 :]):
                    break
                answer = self.read(part, at)
                blocks.enter_context(self.inside(f"if {answer if node.word == 'and' else f'not {answer}'}:"))

    def choice(self, node: If, at: Places) -> None:
        """Write the part that was taken."""
        self.node(node.condition, at)
        condition = self.read(node.condition, at)
        for head, part in ((f"if {condition}:", node.chosen), (f"if not {condition}:", node.otherwise)):
            if self.matters(part):
                with self.inside(head):
                    self.node(part, at)

    def gather(self, node: GatherNode, at: Places) -> None:
        """Write a loop over the records: the body is asked where a record counts, until one settles the answer."""
        reads = self.writer.wording.reads
        inner, records = reads.loop(node.group, at)
        settles = node.kind in {"any", "all"} and node.body is not None and self.matters(node.body)
        if settles:
            self.writer.write(f"open_{inner[-1]} = True")
        with self.inside(f"for {inner[-1]} in {records}:"):
            if node.where is not None:
                self.node(node.where, inner)
            counts = "True" if node.where is None else self.read(node.where, inner)
            if node.body is None or node.kind == "count":
                return
            with self.inside(f"if {counts}{f' and open_{inner[-1]}' if settles else ''}:"):
                self.node(node.body, inner)
                if settles:
                    answer = self.read(node.body, inner)
                    self.writer.write(f"open_{inner[-1]} = {'not ' if node.kind == 'any' else ''}{answer}")


def _day_of(node: Node) -> Node:
    if isinstance(node, ParameterNode | TableNode | RoundNode | ShiftNode):
        return node.at
    raise TypeError(node)


def _name_of(node: Node) -> str:
    if isinstance(node, ParameterNode):
        return node.name
    if isinstance(node, RoundNode):
        return node.direction
    return node.convention if isinstance(node, ShiftNode) else ""
