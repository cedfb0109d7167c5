"""Writes an expression as the text of a formula again, in one form: what a mutation changed, or what a threshold is."""

from collections.abc import Callable, Mapping

from rules.graph.nodes import (
    Arithmetic,
    Asked,
    Compare,
    Constant,
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
    Verdict,
)  # fmt: skip

# How tightly a form binds its parts, from `if` to a name.
_CHOICE, _OR, _AND, _NOT, _COMPARED, _SUM, _PRODUCT, _DATED, _TIGHT = range(9)
_Form = tuple[int, str]
_Writer = Callable[..., _Form]


def write_formula(node: Node, as_of: Node) -> str:
    """Return the text of an expression; parameters taken for the day `as_of` of the rule name no day."""
    return _write(node, as_of, _CHOICE)


def _write(node: Node, as_of: Node, around: int) -> str:
    tightness, text = _WRITERS[type(node)](node, as_of)
    return f"({text})" if tightness < around else text


def _constant(node: Constant, _: Node) -> _Form:
    return _TIGHT, str(node.value)


def _verdict(node: Verdict, _: Node) -> _Form:
    return _TIGHT, "yes" if node.yes else "no"


def _asked(_: Asked, __: Node) -> _Form:
    return _TIGHT, "on"


def _named(node: FactNode | RuleNode, _: Node) -> _Form:
    return _TIGHT, node.name


def _parameter(node: ParameterNode, as_of: Node) -> _Form:
    return _dated(node.name, node.at, as_of)


def _table(node: TableNode, as_of: Node) -> _Form:
    return _dated(f"{node.table}[{_write(node.key, as_of, _CHOICE)}]", node.at, as_of)


def _dated(text: str, at: Node, as_of: Node) -> _Form:
    return (_TIGHT, text) if at == as_of else (_DATED, f"{text} at {_write(at, as_of, _TIGHT)}")


def _arithmetic(node: Arithmetic, as_of: Node) -> _Form:
    level = _SUM if node.sign in {"+", "-"} else _PRODUCT
    right = level + 1 if node.sign in {"-", "/"} else level
    return level, f"{_write(node.left, as_of, level)} {node.sign} {_write(node.right, as_of, right)}"


def _compare(node: Compare, as_of: Node) -> _Form:
    return _COMPARED, f"{_write(node.left, as_of, _SUM)} {node.sign} {_write(node.right, as_of, _SUM)}"


def _logic(node: Logic, as_of: Node) -> _Form:
    level = _AND if node.word == "and" else _OR
    return level, f" {node.word} ".join(_write(part, as_of, level + 1) for part in node.parts)


def _not(node: Not, as_of: Node) -> _Form:
    return _NOT, f"not {_write(node.part, as_of, _NOT)}"


def _one_of(node: OneOf, as_of: Node) -> _Form:
    # Behind `is`, every further `or` would bind a code: inside other conditions it stands in brackets.
    return _OR, f"{_write(node.part, as_of, _SUM)} {'is not' if node.negated else 'is'} {' or '.join(node.codes)}"


def _choice(node: If, as_of: Node) -> _Form:
    parts = [_write(part, as_of, _CHOICE) for part in (node.condition, node.chosen, node.otherwise)]
    return _CHOICE, "if {} then {} else {}".format(*parts)


def _gather(node: GatherNode, as_of: Node) -> _Form:
    where = f" where {_write(node.where, as_of, _CHOICE)}" if node.where else ""
    body = f": {_write(node.body, as_of, _CHOICE)}" if node.body else ""
    return _TIGHT, f"{node.kind}({node.group}{where}{body})"


def _rank(node: RankNode, as_of: Node) -> _Form:
    where = f" where {_write(node.where, as_of, _CHOICE)}" if node.where else ""
    return _TIGHT, f"order({node.group}{where} by {_write(node.day, as_of, _CHOICE)})"


def _called(function: str, as_of: Node, *parts: Node | str) -> _Form:
    texts = [part if isinstance(part, str) else _write(part, as_of, _CHOICE) for part in parts]
    return _TIGHT, f"{function}({', '.join(texts)})"


def _round(node: RoundNode, as_of: Node) -> _Form:
    return _called("rounded", as_of, node.part, node.step, node.direction)


def _extreme(node: Extreme, as_of: Node) -> _Form:
    return _called("larger" if node.larger else "smaller", as_of, node.left, node.right)


def _shift(node: ShiftNode, as_of: Node) -> _Form:
    return _called(f"{node.unit}_after", as_of, node.day, node.count, node.convention)


def _start(node: StartNode, as_of: Node) -> _Form:
    return _called({0: "", -1: "previous_", 1: "next_"}.get(node.shift, "") + f"{node.period}_start", as_of, node.day)


def _between(node: DaysBetween, as_of: Node) -> _Form:
    return _called("days_between", as_of, node.first, node.last)


_WRITERS: Mapping[type[Node], _Writer] = {
    Constant: _constant,
    Verdict: _verdict,
    Asked: _asked,
    FactNode: _named,
    RuleNode: _named,
    ParameterNode: _parameter,
    TableNode: _table,
    Arithmetic: _arithmetic,
    Compare: _compare,
    Logic: _logic,
    Not: _not,
    OneOf: _one_of,
    If: _choice,
    GatherNode: _gather,
    RankNode: _rank,
    RoundNode: _round,
    Extreme: _extreme,
    ShiftNode: _shift,
    StartNode: _start,
    DaysBetween: _between,
}
