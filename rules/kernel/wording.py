"""Writes a formula as text with the numbers put in, as `rules.graph.show` does, over the results of generated code."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from rules.graph.domain import Value, number
from rules.graph.graph import Graph
from rules.graph.nodes import (
    Arithmetic,
    Compare,
    DaysBetween,
    Extreme,
    FactNode,
    GatherNode,
    If,
    Logic,
    Node,
    Not,
    OneOf,
    ParameterNode,
    RankNode,
    RoundNode,
    RuleNode,
    ShiftNode,
    StartNode,
    TableNode,
    Type,
)  # fmt: skip
from rules.graph.show import LOOSE, NOT_ASKED, PRODUCT, SIGNS, SUM, TIGHT, show_value
from rules.graph.words import TEMPLATES, Language, say, word
from rules.kernel.daycount import to_date
from rules.kernel.lower import Low
from rules.kernel.reads import Places, Reads
from rules.kernel.texts import Code, Text, choose, expression, join
from rules.parameters import Label


@dataclass(frozen=True)
class Wording:
    """Writes the formulas of one law in one language."""

    graph: Graph
    language: Language
    reads: Reads

    def word(self, key: str) -> str:
        """Return a word of an explanation."""
        return word(key, self.language)

    def say(self, label: Label) -> str:
        """Return a label."""
        return say(label, self.language)

    def put_in(self, node: Node, at: Places, around: int = LOOSE) -> Text:
        """Return the expression with the values of a family in place of its names."""
        writer = _WRITERS.get(type(node))
        if writer is None:
            return self.fill(node, {"value": self.value(node, at)})
        tightness, texts = writer(self, node, at)
        text = self.fill(node, texts)
        return join("(", text, ")") if tightness < around else text

    def fill(self, node: Node, texts: Mapping[str, str | Text]) -> Text:
        """Return the template of a node with its texts."""
        template = self.say(TEMPLATES[type(node)])
        pieces: list[str | Text] = []
        for part in template.split("{"):
            name, closed, rest = part.partition("}")
            pieces += [texts[name], rest] if closed else [part]
        return join(*pieces)

    def value(self, node: Node, at: Places) -> Text:
        """Return the text of a node's value."""
        low = self.reads.low(node)
        if node.type is Type.TRUTH:
            yes, no = (join(self._of_label(node), self.word(answer)) for answer in ("yes", "no"))
            return choose(self.reads.value(low.top, at), yes, no)
        if node.type is Type.CODE and isinstance(node, FactNode):
            names = tuple(self.say(label) for label in (self.graph.facts[node.name].codes or {}).values())
            return (Code(f"{self.reads.constant(names)}[{self.reads.value(low.top, at)}]"),)
        if node.type is Type.DAY:
            if low.top.value is not None:
                return (to_date(low.top.value).isoformat(),)
            return (Code(f"DAYS[{self.reads.value(low.top, at)}]"),)
        return self.number(low, at)

    def _of_label(self, node: Node) -> str:
        if isinstance(node, FactNode | RuleNode):
            named = self.graph.facts if isinstance(node, FactNode) else self.graph.rules
            return f"«{self.say(named[node.name].label)}»: "
        return ""

    def number(self, low: Low, at: Places) -> Text:
        """Return the text of a number."""
        if low.top.value is not None and not low.factors:
            return (show_value(_fixed(low), self.language),)
        top = self.reads.value(low.top, at)
        if low.factors:
            return (Code(f"show_ratio({top}, {self.reads.bottom(low, at)})"),)
        if low.scale == 1:
            return (Code(f"show_whole({top})"),)
        return (Code(f"{self.reads.decimals(low.scale)}[{top}]"),)

    def lazily(self, node: Logic, at: Places, texts: list[Text]) -> Text:
        """Return the parts of `and` or `or`; those behind the one that settled the answer were not asked."""
        joined = f" {self.word(node.word)} "
        found: Text = ()
        for place in range(len(texts) - 1, -1, -1):
            nested = isinstance(node.parts[place], Logic | If)
            text = join("(", texts[place], ")") if nested else texts[place]
            rest: str | Text = ""
            if place < len(texts) - 1:
                not_asked = [
                    f"({NOT_ASKED})" if isinstance(part, Logic | If) else NOT_ASKED for part in node.parts[place + 1 :]
                ]
                goes_on = self.reads.value(self.reads.low(node.parts[place]).top, at)
                goes_on = goes_on if node.word == "and" else f"not {goes_on}"
                rest = join(joined, choose(goes_on, found, (joined.join(not_asked),)))
            found = join(text, rest)
        return found


def _fixed(low: Low) -> Value:
    return number(Fraction(low.top.value or 0, low.scale))


_Written = tuple[int, Mapping[str, str | Text]]
_Writer = Callable[..., _Written]
_WRITERS: dict[type[Node], _Writer] = {}


def _writes(kind: type[Node]) -> Callable[[_Writer], _Writer]:
    def register(function: _Writer) -> _Writer:
        _WRITERS[kind] = function
        return function

    return register


@_writes(Arithmetic)
def _arithmetic(wording: Wording, node: Arithmetic, at: Places) -> _Written:
    level = SUM if node.sign in {"+", "-"} else PRODUCT
    right = level + 1 if node.sign in {"-", "/"} else level
    return level, {
        "left": wording.put_in(node.left, at, level),
        "sign": SIGNS.get(node.sign, node.sign),
        "right": wording.put_in(node.right, at, right),
    }


@_writes(Compare)
def _compare(wording: Wording, node: Compare, at: Places) -> _Written:
    left, right = (wording.put_in(part, at, SUM) for part in (node.left, node.right))
    return LOOSE, {"left": left, "sign": SIGNS.get(node.sign, node.sign), "right": right}


@_writes(Logic)
def _logic(wording: Wording, node: Logic, at: Places) -> _Written:
    return LOOSE, {"parts": wording.lazily(node, at, [wording.put_in(part, at) for part in node.parts])}


@_writes(Not)
def _not(wording: Wording, node: Not, at: Places) -> _Written:
    return TIGHT, {"part": wording.put_in(node.part, at)}


@_writes(OneOf)
def _one_of(wording: Wording, node: OneOf, at: Places) -> _Written:
    if not isinstance(node.part, FactNode):
        raise TypeError(node)
    fact = wording.graph.facts[node.part.name]
    codes = fact.codes or {}
    return LOOSE, {
        "part": join(f"{wording.say(fact.label)} (", wording.put_in(node.part, at), ")"),
        "is_one": wording.word("is not" if node.negated else "is"),
        "codes": f" {wording.word('or')} ".join(wording.say(codes[code]) for code in node.codes),
    }


@_writes(If)
def _if(wording: Wording, node: If, at: Places) -> _Written:
    condition = wording.reads.value(wording.reads.low(node.condition).top, at)
    return LOOSE, {
        "condition": wording.put_in(node.condition, at),
        "answer": choose(condition, (wording.word("yes"),), (wording.word("no"),)),
        "result": choose(condition, wording.put_in(node.chosen, at), wording.put_in(node.otherwise, at)),
    }


@_writes(GatherNode)
def _gather(wording: Wording, node: GatherNode, at: Places) -> _Written:
    text = wording.value(node, at)
    if node.kind == "sum" and node.body is not None:
        inner, records = wording.reads.loop(node.group, at)
        body = expression(wording.number(wording.reads.low(node.body), inner))
        counts = "True" if node.where is None else wording.reads.value(wording.reads.low(node.where).top, inner)
        terms = f"[{body} for {inner[-1]} in {records} if {counts}]"
        text = (Code(f"show_sum({terms}, {expression(text)})"),)
    group = wording.say(wording.graph.groups[node.group].label).lower()
    return TIGHT, {"kind": wording.word(node.kind), "group": group, "value": text}


@_writes(RankNode)
def _rank(wording: Wording, node: RankNode, at: Places) -> _Written:
    group = wording.say(wording.graph.groups[node.group].label).lower()
    return TIGHT, {"group": group, "value": wording.value(node, at)}


@_writes(RoundNode)
def _round(wording: Wording, node: RoundNode, at: Places) -> _Written:
    step = show_value(_fixed(wording.reads.low(node.step)), wording.language, unit_of(wording.graph, node.step))
    direction = wording.reads.direction(node)
    return LOOSE, {"part": wording.put_in(node.part, at), "direction": wording.word(direction), "step": step}


@_writes(Extreme)
def _extreme(wording: Wording, node: Extreme, at: Places) -> _Written:
    left, right = (wording.put_in(part, at) for part in (node.left, node.right))
    return LOOSE, {"left": left, "right": right, "which": wording.word("larger" if node.larger else "smaller")}


@_writes(ShiftNode)
def _shift(wording: Wording, node: ShiftNode, at: Places) -> _Written:
    day, count = wording.put_in(node.day, at), wording.put_in(node.count, at, TIGHT)
    return SUM, {"day": day, "count": count, "unit": wording.word(node.unit)}


@_writes(StartNode)
def _start(wording: Wording, node: StartNode, at: Places) -> _Written:
    return TIGHT, {"period": wording.word(str(node.period)), "value": wording.value(node, at)}


@_writes(DaysBetween)
def _days_between(wording: Wording, node: DaysBetween, at: Places) -> _Written:
    first, last = (wording.put_in(part, at) for part in (node.first, node.last))
    return LOOSE, {"left": first, "right": last}


def unit_of(graph: Graph, node: Node) -> str | None:
    """Return the unit of an expression, as far as its parts tell it."""
    inner: tuple[Node, ...] = ()
    if isinstance(node, Extreme) or (isinstance(node, Arithmetic) and node.sign in {"+", "-"}):
        inner = (node.left, node.right)
    elif isinstance(node, RoundNode):
        inner = (node.step,)
    if inner:
        return next((unit for part in inner if (unit := unit_of(graph, part)) is not None), None)
    if isinstance(node, RuleNode):
        return graph.rules[node.name].unit
    if isinstance(node, FactNode):
        return graph.facts[node.name].unit
    if isinstance(node, ParameterNode):
        return str(graph.law.parameter(node.name).values[-1].unit)
    if isinstance(node, TableNode):
        rows = [p for name, p in graph.law.parameters.items() if name.startswith(f"{node.table}.")]
        return str(rows[0].values[-1].unit) if rows else None
    return "days" if isinstance(node, DaysBetween) else None
