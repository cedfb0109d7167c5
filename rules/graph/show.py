"""Shows values and expressions to people: exact numbers, and formulas with the numbers put in."""

from collections.abc import Callable
from fractions import Fraction

from rules.graph.domain import Answer, Codes, Exact, Value
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
)  # fmt: skip
from rules.graph.records import Path
from rules.graph.run import ANY, Run
from rules.graph.words import TEMPLATES, Language, say, unit_word, word

SPACE = "\u00a0"
SIGNS = {"*": "×", "/": "÷", "-": "−", "<=": "≤", ">=": "≥"}
LOOSE, SUM, PRODUCT, TIGHT = range(4)
MOST_TERMS = 8
_TWO, _FIVE = 2, 5
NOT_ASKED = "…"


def show_number(value: Exact, language: Language) -> str:
    """Return the exact number: a decimal where it ends, else a fraction."""
    fraction = Fraction(value)
    rest, digits = fraction.denominator, 0
    while rest % _TWO == 0 or rest % _FIVE == 0:
        rest //= _TWO if rest % _TWO == 0 else _FIVE
        digits += 1
    if rest != 1:
        whole, part = divmod(abs(fraction.numerator), fraction.denominator)
        sign = "−" if fraction < 0 else ""
        lead = f"{_grouped(whole)}{SPACE}" if whole else ""
        return f"{sign}{lead}{part}/{fraction.denominator}"
    scaled = abs(fraction) * 10**digits
    text = str(scaled.numerator).rjust(digits + 1, "0")
    whole_text, decimals = (text[:-digits], text[-digits:].rstrip("0")) if digits else (text, "")
    point = "." if language is Language.EN else ","
    sign = "−" if fraction < 0 else ""
    return sign + _grouped(int(whole_text)) + (point + decimals if decimals else "")


def _grouped(value: int) -> str:
    return f"{value:,}".replace(",", SPACE)


def show_value(value: Value, language: Language, unit: str | None = None) -> str:
    """Return a value in words, with its unit; a range where it is not known exactly."""
    if isinstance(value, Answer):
        return word(str(value), language)
    if isinstance(value, Codes):
        return f" {word('or', language)} ".join(sorted(value.codes))
    if value.settled:
        return _with_unit(_end(value.low, language), unit, language)
    low, high = _end(value.low, language), _end(value.high, language)
    return _with_unit(word("between", language).format(low=low, high=high), unit, language)


def _end(end: object, language: Language) -> str:
    return show_number(end, language) if isinstance(end, int | Fraction) else str(end)


def _with_unit(text: str, unit: str | None, language: Language) -> str:
    return f"{text}{SPACE}{unit_word(unit, language)}".strip(SPACE + " ")


def unit_of(run: Run, node: Node, path: Path) -> str | None:
    """Return the unit of an expression, as far as its parts tell it."""
    inner = _same_unit(node)
    if inner:
        return next((unit for part in inner if (unit := unit_of(run, part, path)) is not None), None)
    if isinstance(node, RuleNode):
        return run.graph.rules[node.name].unit
    if isinstance(node, FactNode):
        return run.graph.facts[node.name].unit
    if isinstance(node, ParameterNode | TableNode) and (id(node), path) in run.uses:
        return str(run.uses[id(node), path].value.unit)
    return "days" if isinstance(node, DaysBetween) else None


def _same_unit(node: Node) -> tuple[Node, ...]:
    """Return the parts whose unit is that of the whole."""
    if isinstance(node, Extreme) or (isinstance(node, Arithmetic) and node.sign in {"+", "-"}):
        return (node.left, node.right)
    return (node.step,) if isinstance(node, RoundNode) else ()


def put_in(run: Run, node: Node, path: Path, language: Language) -> str:
    """Return the expression with the values of this run in place of its names."""
    return _Shower(run, language).show(node, path, LOOSE)


class _Shower:
    def __init__(self, run: Run, language: Language) -> None:
        self.run = run
        self.language = language

    def show(self, node: Node, path: Path, around: int) -> str:
        value = self.run.values.get((id(node), path))
        if value is None:
            return NOT_ASKED
        template = say(TEMPLATES[type(node)], self.language)
        shower = _SHOWERS.get(type(node))
        if shower is None:
            return template.format(value=self.value(node, value))
        tightness, texts = shower(self, node, path, value)
        text = template.format(**texts)
        return f"({text})" if tightness < around else text

    def value(self, node: Node, value: Value) -> str:
        if isinstance(value, Codes) and isinstance(node, FactNode):
            codes = self.run.graph.facts[node.name].codes or {}
            return f" {self.word('or')} ".join(say(codes[code], self.language) for code in sorted(value.codes))
        shown = show_value(value, self.language)
        if isinstance(value, Answer) and isinstance(node, FactNode | RuleNode):
            graph = self.run.graph
            named = graph.facts[node.name] if isinstance(node, FactNode) else graph.rules[node.name]
            return f"«{say(named.label, self.language)}»: {shown}"
        return shown

    def word(self, key: str) -> str:
        return word(key, self.language)

    def arithmetic(self, node: Arithmetic, path: Path, _: Value) -> tuple[int, dict[str, str]]:
        level = SUM if node.sign in {"+", "-"} else PRODUCT
        right = level + 1 if node.sign in {"-", "/"} else level
        return level, {
            "left": self.show(node.left, path, level),
            "sign": SIGNS.get(node.sign, node.sign),
            "right": self.show(node.right, path, right),
        }

    def compare(self, node: Compare, path: Path, _: Value) -> tuple[int, dict[str, str]]:
        return LOOSE, {
            "left": self.show(node.left, path, SUM),
            "sign": SIGNS.get(node.sign, node.sign),
            "right": self.show(node.right, path, SUM),
        }

    def logic(self, node: Logic, path: Path, _: Value) -> tuple[int, dict[str, str]]:
        joined = f" {self.word(node.word)} "
        shown = [self.show(part, path, LOOSE) for part in node.parts]
        nested = [
            f"({text})" if isinstance(part, Logic | If) else text for text, part in zip(shown, node.parts, strict=True)
        ]
        return LOOSE, {"parts": joined.join(nested)}

    def negation(self, node: Not, path: Path, _: Value) -> tuple[int, dict[str, str]]:
        return TIGHT, {"part": self.show(node.part, path, LOOSE)}

    def one_of(self, node: OneOf, path: Path, _: Value) -> tuple[int, dict[str, str]]:
        fact = self.run.graph.facts[node.part.name] if isinstance(node.part, FactNode) else None
        codes = (fact.codes if fact else None) or {}
        shown = self.show(node.part, path, LOOSE)
        return LOOSE, {
            "part": f"{say(fact.label, self.language)} ({shown})" if fact else shown,
            "is_one": self.word("is not" if node.negated else "is"),
            "codes": f" {self.word('or')} ".join(say(codes[code], self.language) for code in node.codes),
        }

    def choice(self, node: If, path: Path, _: Value) -> tuple[int, dict[str, str]]:
        answer = self.run.values[id(node.condition), path]
        chosen = self.show(node.chosen, path, LOOSE)
        otherwise = self.show(node.otherwise, path, LOOSE)
        both = f"{chosen} {self.word('or')} {otherwise}"
        result = {Answer.YES: chosen, Answer.NO: otherwise}.get(answer, both) if isinstance(answer, Answer) else both
        return LOOSE, {
            "condition": self.show(node.condition, path, LOOSE),
            "answer": show_value(answer, self.language),
            "result": result,
        }

    def gather(self, node: GatherNode, path: Path, value: Value) -> tuple[int, dict[str, str]]:
        text = show_value(value, self.language)
        terms = self._terms(node, path)
        if node.kind == "sum" and 1 < len(terms) <= MOST_TERMS:
            text = f"{' + '.join(terms)} = {text}"
        group = self.run.graph.groups[node.group].label
        return TIGHT, {"kind": self.word(node.kind), "group": say(group, self.language).lower(), "value": text}

    def _terms(self, node: GatherNode, path: Path) -> list[str]:
        places = self.run.paths(node.group, path[: node.depth]) or []
        body = id(node.body)
        found = [self.run.values.get((body, place)) for place in places if place[-1][1] != ANY]
        return [show_value(value, self.language) for value in found if value is not None]

    def rank(self, node: RankNode, _: Path, value: Value) -> tuple[int, dict[str, str]]:
        group = self.run.graph.groups[node.group].label
        return TIGHT, {"group": say(group, self.language).lower(), "value": show_value(value, self.language)}

    def rounding(self, node: RoundNode, path: Path, _: Value) -> tuple[int, dict[str, str]]:
        use = self.run.uses.get((id(node), path))
        step = self.run.values[id(node.step), path]
        return LOOSE, {
            "part": self.show(node.part, path, LOOSE),
            "direction": self.word(str(use.value.value)) if use else NOT_ASKED,
            "step": show_value(step, self.language, unit_of(self.run, node.step, path)),
        }

    def extreme(self, node: Extreme, path: Path, _: Value) -> tuple[int, dict[str, str]]:
        left, right = (self.show(part, path, LOOSE) for part in (node.left, node.right))
        return LOOSE, {"left": left, "right": right, "which": self.word("larger" if node.larger else "smaller")}

    def shift(self, node: ShiftNode, path: Path, _: Value) -> tuple[int, dict[str, str]]:
        return SUM, {
            "day": self.show(node.day, path, LOOSE),
            "count": self.show(node.count, path, TIGHT),
            "unit": self.word(node.unit),
        }

    def start(self, node: StartNode, _: Path, value: Value) -> tuple[int, dict[str, str]]:
        return TIGHT, {"period": self.word(str(node.period)), "value": show_value(value, self.language)}

    def between(self, node: DaysBetween, path: Path, _: Value) -> tuple[int, dict[str, str]]:
        first, last = (self.show(part, path, LOOSE) for part in (node.first, node.last))
        return LOOSE, {"left": first, "right": last}


_SHOWERS: dict[type[Node], Callable[..., tuple[int, dict[str, str]]]] = {
    Arithmetic: _Shower.arithmetic,
    Compare: _Shower.compare,
    Logic: _Shower.logic,
    Not: _Shower.negation,
    OneOf: _Shower.one_of,
    If: _Shower.choice,
    GatherNode: _Shower.gather,
    RankNode: _Shower.rank,
    RoundNode: _Shower.rounding,
    Extreme: _Shower.extreme,
    ShiftNode: _Shower.shift,
    StartNode: _Shower.start,
    DaysBetween: _Shower.between,
}
