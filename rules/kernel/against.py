"""Writes what stands against a wanted answer, as `rules.graph.gaps` finds it, into the functions that tell a rule.

A function is told which answer is wanted of its rule; inside, `not` and the `where` of `all` turn it round.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rules.graph.gaps import OPPOSITE
from rules.graph.graph import Rule
from rules.graph.nodes import (
    Compare,
    FactNode,
    GatherNode,
    If,
    Logic,
    Node,
    Not,
    OneOf,
    ParameterNode,
    RuleNode,
    Type,
    walk,
)
from rules.graph.show import SIGNS
from rules.kernel.lower import NotCompiledError
from rules.kernel.reads import Places
from rules.kernel.texts import Text, expression, join
from rules.kernel.wording import unit_of

if TYPE_CHECKING:
    from rules.kernel.telling import Writer


def find_aims(rule: Rule, node: Node) -> dict[tuple[str, int], bool]:
    """Return the rules that the truth of an expression hangs on: whether their yes helps where a yes is wanted.

    Raises NotCompiledError where a rule helps in one place and not in another.
    """
    found: dict[tuple[str, int], bool] = {}
    hanging = list(_hanging(node, straight=True)) if node.type is Type.TRUTH else []
    for part, straight in hanging:
        if found.setdefault((part.name, part.depth), straight) is not straight:
            raise NotCompiledError(f"{rule.name}: {part.name} helps in one place and not in another")
    known = {id(part) for part, _ in hanging}
    elsewhere = {(part.name, part.depth) for part in walk(node) if isinstance(part, RuleNode) and id(part) not in known}
    if elsewhere & found.keys():
        raise NotCompiledError(f"{rule.name}: a rule is asked as a condition and otherwise")
    return found


def _hanging(node: Node, *, straight: bool) -> Iterator[tuple[RuleNode, bool]]:
    if isinstance(node, RuleNode):
        yield node, straight
    elif isinstance(node, Not):
        yield from _hanging(node.part, straight=not straight)
    elif isinstance(node, Logic):
        for part in node.parts:
            yield from _hanging(part, straight=straight)
    elif isinstance(node, If):
        yield from _hanging(node.chosen, straight=straight)
        yield from _hanging(node.otherwise, straight=straight)
    elif isinstance(node, GatherNode) and node.type is Type.TRUTH:
        if node.where is not None:
            yield from _hanging(node.where, straight=straight is (node.kind != "all"))
        if node.body is not None:
            yield from _hanging(node.body, straight=straight)


@dataclass
class Against:
    """Writes the conditions of one formula."""

    writer: "Writer"
    node: Node

    def gaps(self, at: Places) -> str:
        """Write what gathers the conditions that stand against the wanted answer; return how they are read."""
        if self.node.type is not Type.TRUTH:
            return "()"
        before = len(self.writer.lines)
        self.writer.write("gaps = []")
        head = len(self.writer.lines)
        self.condition(self.node, at, straight=True)
        if len(self.writer.lines) == head:
            del self.writer.lines[before:]
            return "()"
        return "tuple(gaps)"

    def read(self, node: Node, at: Places) -> str:
        """Return how the value of a condition is read."""
        reads = self.writer.wording.reads
        return reads.value(reads.low(node).top, at)

    def condition(self, node: Node, at: Places, *, straight: bool) -> None:
        """Write a condition that was asked, behind the test that it has not the answer that helps."""
        differs = "is not" if straight else "is"
        with self.writer.block(f"if bool({self.read(node, at)}) {differs} wanted:"):
            self.inside(node, at, straight=straight)

    def inside(self, node: Node, at: Places, *, straight: bool) -> None:
        """Write what an expression hangs on."""
        if isinstance(node, Not):
            self.condition(node.part, at, straight=not straight)
        elif isinstance(node, Logic):
            self.logic(node, at, straight=straight)
        elif isinstance(node, If):
            condition = self.read(node.condition, at)
            with self.writer.block(f"if {condition}:"):
                self.condition(node.chosen, at, straight=straight)
            with self.writer.block(f"if not {condition}:"):
                self.condition(node.otherwise, at, straight=straight)
        elif isinstance(node, GatherNode):
            self.gather(node, at, straight=straight)
        elif isinstance(node, Compare | OneOf | FactNode):
            self.gap(node, at)

    def logic(self, node: Logic, at: Places, *, straight: bool) -> None:
        """Write each part behind those that did not settle the answer."""
        with ExitStack() as blocks:
            for part in node.parts[:-1]:
                self.condition(part, at, straight=straight)
                answer = self.read(part, at)
                blocks.enter_context(self.writer.block(f"if {answer if node.word == 'and' else f'not {answer}'}:"))
            self.condition(node.parts[-1], at, straight=straight)

    def gather(self, node: GatherNode, at: Places, *, straight: bool) -> None:
        """Write the conditions of every record that was asked."""
        inner, records = self.writer.wording.reads.loop(node.group, at)
        name = f"left_{inner[-1]}"
        self.writer.write(f"{name} = True")
        with self.writer.block(f"for {inner[-1]} in {records}:"):
            counts = "True"
            if node.where is not None:
                self.condition(node.where, inner, straight=straight is (node.kind != "all"))
                counts = self.read(node.where, inner)
            if node.body is not None:
                with self.writer.block(f"if {name} and {counts}:"):
                    self.condition(node.body, inner, straight=straight)
                    answer = self.read(node.body, inner)
                    self.writer.write(f"{name} = {'not ' if node.kind == 'any' else ''}{answer}")

    def gap(self, node: Compare | OneOf | FactNode, at: Places) -> None:
        """Write one condition that stands against the answer: what is needed is the opposite of what is."""
        place = f'T.places("{self.group(at)}", {at[-1]})' if at else '""'
        if isinstance(node, FactNode):
            text = expression(self.writer.wording.put_in(node, at))
            self.writer.write(f'gaps.append(Gap({text}, None, "", {place}))')
        elif isinstance(node, OneOf):
            self.of_codes(node, at, place)
        else:
            self.compared(node, at, place)

    def group(self, at: Places) -> str:
        """Return the group that the innermost of the records at hand belongs to."""
        return self.writer.wording.reads.groups[at[-1]]

    def of_codes(self, node: OneOf, at: Places, place: str) -> None:
        """Write which codes are needed, or not allowed."""
        wording = self.writer.wording
        labels = wording.graph.facts[node.part.name].codes or {} if isinstance(node.part, FactNode) else {}
        codes = f" {wording.word('or')} ".join(wording.say(labels[code]) for code in node.codes)
        allowed, needed = (repr(wording.word(key).format(codes=codes)) for key in ("not_allowed", "needed"))
        if node.negated:
            allowed, needed = needed, allowed
        text = expression(self.named(node.part, at))
        self.writer.write(f"gaps.append(Gap({text}, None, {allowed} if {self.read(node, at)} else {needed}, {place}))")

    def compared(self, node: Compare, at: Places, place: str) -> None:
        """Write the distance to the threshold."""
        reads, graph = self.writer.wording.reads, self.writer.wording.graph
        left, right, unit = reads.low(node.left), reads.low(node.right), "days"
        if node.left.type is Type.NUMBER:
            left, right = reads.lowering.level([left, right])
            unit = unit_of(graph, node.left) or unit_of(graph, node.right) or "count"
        by = f"difference({reads.value(left.top, at)}, {reads.value(right.top, at)}, {reads.bottom(left, at)})"
        signs = (OPPOSITE[node.sign], node.sign)
        for test, sign in zip(("", "not "), signs, strict=True):
            shown = f" {SIGNS.get(sign, sign)} "
            text = expression(join(self.named(node.left, at), shown, self.named(node.right, at)))
            with self.writer.block(f"if {test}{self.read(node, at)}:"):
                self.writer.write(f'gaps.append(T.gap({text}, {by}, "{unit}", "{sign}", {place}))')

    def named(self, node: Node, at: Places) -> Text:
        """Return a part of a condition with its name."""
        wording = self.writer.wording
        value = wording.put_in(node, at)
        if not isinstance(node, FactNode | RuleNode | ParameterNode):
            return value
        return join(f"{wording.say(wording.graph.label(node.name))} (", value, ")")
