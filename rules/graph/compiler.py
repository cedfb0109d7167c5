"""Gives the parts of a formula their meaning: every name resolved, every type checked."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from rules.graph.dates import Period
from rules.graph.models import FAMILY, Fact, Group
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
    Type,
    Verdict,
)  # fmt: skip
from rules.graph.parser import GATHERS
from rules.graph.syntax import (
    AsOf,
    Binary,
    Call,
    Choice,
    Gather,
    Index,
    Is,
    Literal,
    Name,
    Negation,
    Position,
    Rank,
    SyntaxFaultError,
    Term,
    YesNo,
)  # fmt: skip

ON = "on"
_WORDS = {Type.NUMBER: "a number", Type.TRUTH: "yes or no", Type.DAY: "a day", Type.CODE: "a code"}


@dataclass(frozen=True, slots=True)
class Signature:
    """What other rules need to know of a rule."""

    scope: tuple[str, ...]
    type: Type


@dataclass(frozen=True)
class Names:
    """Every name that a formula may use."""

    groups: Mapping[str, Group]
    facts: Mapping[str, Fact]
    rules: Mapping[str, Signature]
    figures: frozenset[str]
    directions: frozenset[str]
    conventions: frozenset[str]

    def chain(self, of: str) -> tuple[str, ...]:
        """Return the groups from the family down to `of`."""
        found: list[str] = []
        while of != FAMILY:
            found.insert(0, of)
            of = self.groups[of].of
        return tuple(found)

    def has_table(self, name: str) -> bool:
        """Return whether parameters with that name and a dot exist."""
        return any(figure.startswith(f"{name}.") for figure in self.figures)


@dataclass(frozen=True)
class Compiler:
    """Compiles terms in one scope, with parameters taken as of the day `as_of`."""

    names: Names
    scope: tuple[str, ...]
    as_of: Node

    def compile(self, term: Term, wanted: Type | None = None) -> Node:
        """Return the node of the term. Raises SyntaxFaultError for an unknown name or a wrong type."""
        node = _COMPILE[type(term)](self, term)
        if wanted is not None and node.type is not wanted:
            raise SyntaxFaultError(term.at, f"{_WORDS[wanted]} is needed here, and this is {_WORDS[node.type]}")
        return node

    def inside(self, scope: tuple[str, ...]) -> "Compiler":
        """Return the compiler for the inside of an aggregate."""
        return Compiler(self.names, scope, self.as_of)

    def depth_of(self, scope: tuple[str, ...], name: Name | Index) -> int:
        """Return the depth of a name that lives in `scope`, which must enclose this one."""
        if self.scope[: len(scope)] != scope:
            text = name.text if isinstance(name, Name) else name.name
            raise SyntaxFaultError(
                name.at, f"{text} belongs to each of {scope[-1]}: use it inside count, sum, any or all"
            )
        return len(scope)

    def group(self, name: Name) -> tuple[str, ...]:
        """Return the scope inside a group whose holder is at hand here."""
        if name.text not in self.names.groups:
            raise unknown(name.at, "group", name.text, self.names.groups)
        scope = self.names.chain(name.text)
        self.depth_of(scope[:-1], name)
        return scope


def unknown(at: Position, kind: str, text: str, known: Sequence[str] | Mapping[str, object]) -> SyntaxFaultError:
    """Return the fault of an unknown name, with the nearest known one."""
    near = get_close_matches(text, list(known), n=1)
    return SyntaxFaultError(at, f"no {kind} is called {text!r}" + (f"; did you mean {near[0]!r}?" if near else ""))


_Handler = Callable[[Compiler, Term], Node]
_COMPILE: dict[type[object], _Handler] = {}


def handles(kind: type[object]) -> Callable[[Callable[..., Node]], Callable[..., Node]]:
    """Register what compiles one kind of term."""

    def register(function: Callable[..., Node]) -> Callable[..., Node]:
        _COMPILE[kind] = function
        return function

    return register


@handles(Literal)
def _literal(_: Compiler, term: Literal) -> Node:
    return Constant(term.value)


@handles(YesNo)
def _verdict(_: Compiler, term: YesNo) -> Node:
    return Verdict(term.value)


@handles(Name)
def _name(compiler: Compiler, term: Name) -> Node:
    names, text = compiler.names, term.text
    if text == ON:
        return Asked()
    if text in names.facts:
        fact = names.facts[text]
        return FactNode(text, compiler.depth_of(names.chain(fact.of), term), fact.type)
    if text in names.rules:
        rule = names.rules[text]
        return RuleNode(text, compiler.depth_of(rule.scope, term), rule.type)
    if text in names.figures:
        return ParameterNode(text, compiler.as_of)
    raise unknown(term.at, "fact, rule or parameter", text, [*names.facts, *names.rules, *names.figures])


@handles(Index)
def _index(compiler: Compiler, term: Index) -> Node:
    if not compiler.names.has_table(term.name):
        tables = {figure.rsplit(".", 1)[0] for figure in compiler.names.figures}
        raise unknown(term.at, "table of parameters", term.name, sorted(tables))
    key = compiler.compile(term.key)
    if key.type not in {Type.CODE, Type.NUMBER}:
        raise SyntaxFaultError(term.key.at, "a table is read by a code or a number")
    return TableNode(term.name, key, compiler.as_of)


@handles(AsOf)
def _as_of(compiler: Compiler, term: AsOf) -> Node:
    day = compiler.compile(term.day, Type.DAY)
    node = Compiler(compiler.names, compiler.scope, day).compile(term.term)
    if not isinstance(node, ParameterNode | TableNode):
        raise SyntaxFaultError(term.at, "only a parameter is taken `at` another day; a rule names its own day")
    return node


@handles(Binary)
def _binary(compiler: Compiler, term: Binary) -> Node:
    if term.operator in {"and", "or"}:
        nodes = [compiler.compile(part, Type.TRUTH) for part in (term.left, term.right)]
        first = nodes[0]
        if isinstance(first, Logic) and first.word == term.operator:
            return Logic(term.operator, (*first.parts, nodes[1]))
        return Logic(term.operator, tuple(nodes))
    if term.operator in {"+", "-", "*", "/"}:
        left, right = (compiler.compile(part, Type.NUMBER) for part in (term.left, term.right))
        return Arithmetic(term.operator, left, right)
    left = compiler.compile(term.left)
    if left.type not in {Type.NUMBER, Type.DAY}:
        hint = "; compare codes with `is`" if left.type is Type.CODE else ""
        raise SyntaxFaultError(term.left.at, f"numbers or days are compared, and this is {_WORDS[left.type]}{hint}")
    return Compare(term.operator, left, compiler.compile(term.right, left.type))


@handles(Negation)
def _negation(compiler: Compiler, term: Negation) -> Node:
    return Not(compiler.compile(term.term, Type.TRUTH))


@handles(Choice)
def _choice(compiler: Compiler, term: Choice) -> Node:
    condition = compiler.compile(term.condition, Type.TRUTH)
    chosen = compiler.compile(term.chosen)
    return If(condition, chosen, compiler.compile(term.otherwise, chosen.type))


@handles(Is)
def _is(compiler: Compiler, term: Is) -> Node:
    part = compiler.compile(term.term, Type.CODE)
    codes = _codes_of(compiler, part)
    for code in term.codes:
        if code.text not in codes:
            raise unknown(code.at, "code here", code.text, codes)
    return OneOf(part, tuple(code.text for code in term.codes), term.negated)


def _codes_of(compiler: Compiler, node: Node) -> Mapping[str, object]:
    return (compiler.names.facts[node.name].codes or {}) if isinstance(node, FactNode) else {}


@handles(Gather)
def _gather(compiler: Compiler, term: Gather) -> Node:
    scope = compiler.group(term.group)
    inner = compiler.inside(scope)
    where = inner.compile(term.where, Type.TRUTH) if term.where else None
    wanted = Type.NUMBER if term.kind == "sum" else Type.TRUTH
    body = inner.compile(term.body, wanted) if term.body else None
    return GatherNode(term.kind, scope[-1], len(scope) - 1, where, body)


@handles(Rank)
def _rank(compiler: Compiler, term: Rank) -> Node:
    scope = compiler.group(term.group)
    if compiler.scope[: len(scope)] != scope:
        raise SyntaxFaultError(
            term.at, f"order is asked of one of {term.group.text}, inside a rule of {term.group.text}"
        )
    inner = compiler.inside(scope)
    where = inner.compile(term.where, Type.TRUTH) if term.where else None
    return RankNode(scope[-1], len(scope) - 1, where, inner.compile(term.day, Type.DAY))


@handles(Call)
def _call(compiler: Compiler, term: Call) -> Node:
    if term.function not in FUNCTIONS:
        raise unknown(term.at, "function", term.function, [*FUNCTIONS, *GATHERS])
    function = FUNCTIONS[term.function]
    if len(term.arguments) != function.arguments:
        raise SyntaxFaultError(term.at, f"{term.function} takes {function.arguments} arguments: {function.form}")
    return function.build(compiler, term)


@dataclass(frozen=True, slots=True)
class _Function:
    form: str
    build: Callable[[Compiler, Call], Node]

    @property
    def arguments(self) -> int:
        return self.form.count(",") + 1


def _rounded(compiler: Compiler, term: Call) -> Node:
    part = compiler.compile(term.arguments[0], Type.NUMBER)
    step = compiler.compile(term.arguments[1])
    if not isinstance(step, ParameterNode):
        raise SyntaxFaultError(term.arguments[1].at, "the step of a rounding is a parameter")
    direction = _bare(term.arguments[2], "direction of rounding", compiler.names.directions)
    return RoundNode(part, step, direction, compiler.as_of)


def _extreme(compiler: Compiler, term: Call) -> Node:
    left, right = (compiler.compile(part, Type.NUMBER) for part in term.arguments)
    return Extreme(term.function == "larger", left, right)


def _shift(compiler: Compiler, term: Call) -> Node:
    day = compiler.compile(term.arguments[0], Type.DAY)
    count = compiler.compile(term.arguments[1], Type.NUMBER)
    name = _bare(term.arguments[2], "convention", compiler.names.conventions)
    return ShiftNode(term.function.removesuffix("_after"), day, count, name, compiler.as_of)


def _start(compiler: Compiler, term: Call) -> Node:
    which, _, period = term.function.removesuffix("_start").rpartition("_")
    shift = {"": 0, "previous": -1, "next": 1}[which]
    return StartNode(Period(period), compiler.compile(term.arguments[0], Type.DAY), shift)


def _days_between(compiler: Compiler, term: Call) -> Node:
    first, last = (compiler.compile(part, Type.DAY) for part in term.arguments)
    return DaysBetween(first, last)


def _bare(term: Term, kind: str, known: frozenset[str]) -> str:
    if not isinstance(term, Name) or term.text not in known:
        text = term.text if isinstance(term, Name) else "this"
        raise unknown(term.at, kind, text, sorted(known))
    return term.text


FUNCTIONS: Mapping[str, _Function] = {
    "rounded": _Function("rounded(number, step, direction)", _rounded),
    "smaller": _Function("smaller(number, number)", _extreme),
    "larger": _Function("larger(number, number)", _extreme),
    "years_after": _Function("years_after(day, number, convention)", _shift),
    "months_after": _Function("months_after(day, number, convention)", _shift),
    "days_after": _Function("days_after(day, number, convention)", _shift),
    "days_between": _Function("days_between(day, day)", _days_between),
    **{
        f"{which}{period}_start": _Function(f"{which}{period}_start(day)", _start)
        for period in Period
        for which in ("", "previous_", "next_")
    },
}
