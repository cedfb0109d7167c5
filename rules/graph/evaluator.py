"""What each kind of node does with its values. The same code serves one case and the bounds of all cases."""

from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction
from math import ceil, floor

from rules.errors import RuleError
from rules.graph import domain
from rules.graph.dates import MONTHS_A_YEAR, Reached, months_after, start_of
from rules.graph.domain import Answer, Codes, Days, Exact, Span, Value, divide, hull, number
from rules.graph.graph import Rule
from rules.graph.models import ConventionVersion
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
from rules.graph.records import Path
from rules.graph.run import ANY, Kind, Run
from rules.parameters import RoundingDirection

_Handler = Callable[..., Value]
_HANDLERS: dict[type[Node], _Handler] = {}


class NotWholeError(RuleError):
    """A number of years, months or days came out as a fraction."""


def evaluate_rule(run: Run, name: str, path: Path = ()) -> Value:
    """Return a rule's value at a place of the case; over all its possible wordings where its day is not known."""
    key = (name, path)
    if key not in run.results:
        rule = run.graph.rules[name]
        on = _days(evaluate(run, rule.as_of, path))
        grounds = [wording.ground for wording in rule.wordings]
        chosen = run.choose(Kind.RULE, name, grounds, on, (id(rule), path))
        run.results[key] = hull(evaluate(run, node_of(rule, ground), path) for ground in chosen)
    return run.results[key]


def node_of(rule: Rule, ground: object) -> Node:
    """Return what the wording with that ground means."""
    return next(wording.node for wording in rule.wordings if wording.ground is ground)


def evaluate(run: Run, node: Node, path: Path) -> Value:
    """Return the node's value at a place of the case."""
    value = _HANDLERS[type(node)](run, node, path)
    if run.traced:
        run.values[id(node), path] = value
    return value


def _handles(kind: type[Node]) -> Callable[[_Handler], _Handler]:
    def register(function: _Handler) -> _Handler:
        _HANDLERS[kind] = function
        return function

    return register


def _span(value: Value) -> Span:
    if not isinstance(value, Span):
        raise TypeError(value)
    return value


def _days(value: Value) -> Days:
    if not isinstance(value, Days):
        raise TypeError(value)
    return value


def _answer(value: Value) -> Answer:
    if not isinstance(value, Answer):
        raise TypeError(value)
    return value


def _codes(value: Value) -> frozenset[str]:
    if not isinstance(value, Codes):
        raise TypeError(value)
    return value.codes


@_handles(Constant)
def _constant(_: Run, node: Constant, __: Path) -> Value:
    return Span(node.value, node.value)


@_handles(Verdict)
def _verdict(_: Run, node: Verdict, __: Path) -> Value:
    return domain.truth(node.yes)


@_handles(Asked)
def _asked(run: Run, _: Asked, __: Path) -> Value:
    return run.on


@_handles(FactNode)
def _fact(run: Run, node: FactNode, path: Path) -> Value:
    return run.fact(node.name, path[: node.depth])


@_handles(RuleNode)
def _rule(run: Run, node: RuleNode, path: Path) -> Value:
    return evaluate_rule(run, node.name, path[: node.depth])


@_handles(ParameterNode)
def _parameter(run: Run, node: ParameterNode, path: Path) -> Value:
    return run.parameter(node.name, _days(evaluate(run, node.at, path)), (id(node), path))


@_handles(TableNode)
def _table(run: Run, node: TableNode, path: Path) -> Value:
    on = _days(evaluate(run, node.at, path))
    return run.table(node.table, evaluate(run, node.key, path), on, (id(node), path))


@_handles(Arithmetic)
def _arithmetic(run: Run, node: Arithmetic, path: Path) -> Value:
    left = _span(evaluate(run, node.left, path))
    right = _span(evaluate(run, node.right, path))
    work = {"+": domain.add, "-": domain.subtract, "*": domain.multiply, "/": domain.quotient}
    return work[node.sign](left, right)


@_handles(Extreme)
def _extreme(run: Run, node: Extreme, path: Path) -> Value:
    left = _span(evaluate(run, node.left, path))
    right = _span(evaluate(run, node.right, path))
    pick = max if node.larger else min
    return Span(pick(left.low, right.low), pick(left.high, right.high))


def round_exact(value: Exact, step: Exact, direction: RoundingDirection) -> Exact:
    """Return the multiple of `step` that the direction picks."""
    steps = Fraction(divide(value, step))
    if direction is RoundingDirection.UP:
        whole = ceil(steps)
    elif direction is RoundingDirection.DOWN:
        whole = floor(steps)
    else:
        whole = floor(steps + Fraction(1, 2))
    return number(whole * step).low


@_handles(RoundNode)
def _round(run: Run, node: RoundNode, path: Path) -> Value:
    on = _days(evaluate(run, node.at, path))
    part, step = _span(evaluate(run, node.part, path)), _span(evaluate(run, node.step, path))
    values = run.graph.law.parameter(node.direction).values
    found = []
    for chosen in run.choose(Kind.PARAMETER, node.direction, values, on, (id(node), path)):
        direction = RoundingDirection(str(chosen.value))
        if step.settled:
            ends = [round_exact(end, step.low, direction) for end in (part.low, part.high)]
            found.append(Span(*ends))
        else:
            found.append(Span(part.low - step.high, part.high + step.high))
    return hull(found)


@_handles(Compare)
def _compare(run: Run, node: Compare, path: Path) -> Value:
    left, right = evaluate(run, node.left, path), evaluate(run, node.right, path)
    if isinstance(left, Answer | Codes) or isinstance(right, Answer | Codes):
        raise TypeError(left)
    if node.sign == "=":
        return domain.same(left, right)
    if node.sign in {">", ">="}:
        left, right = right, left
    return domain.at_most(left, right, strictly=node.sign in {"<", ">"})


def _behind_guard(run: Run, node: Node, path: Path, guard: Answer) -> Value:
    """Return a part behind a guard. While the guard is open, what the law refuses behind it may never be asked.

    Then the part is all that it could be in any case: nothing is settled by it, and an explanation does not tell it.
    """
    try:
        return evaluate(run, node, path)
    except RuleError:
        if guard is not Answer.OPEN or run.case is None:
            raise
        return evaluate(Run.of_anything(run.graph), node, tuple((group, ANY) for group, _ in path))


@_handles(Logic)
def _logic(run: Run, node: Logic, path: Path) -> Value:
    """Stop at the first part that settles the answer: it also guards the parts behind it."""
    join = domain.both if node.word == "and" else domain.either
    idle = Answer.YES if node.word == "and" else Answer.NO
    found = idle
    for part in node.parts:
        found = join([found, _answer(_behind_guard(run, part, path, found))])
        if found is ~idle:
            break
    return found


@_handles(Not)
def _not(run: Run, node: Not, path: Path) -> Value:
    return ~_answer(evaluate(run, node.part, path))


@_handles(OneOf)
def _one_of(run: Run, node: OneOf, path: Path) -> Value:
    answer = _within(_codes(evaluate(run, node.part, path)), frozenset(node.codes))
    return ~answer if node.negated else answer


def _within(codes: frozenset[str], wanted: frozenset[str]) -> Answer:
    if codes <= wanted:
        return Answer.YES
    return Answer.OPEN if codes & wanted else Answer.NO


@_handles(If)
def _if(run: Run, node: If, path: Path) -> Value:
    condition = evaluate(run, node.condition, path)
    if condition is Answer.YES:
        return evaluate(run, node.chosen, path)
    if condition is Answer.NO:
        return evaluate(run, node.otherwise, path)
    return hull(_behind_guard(run, part, path, Answer.OPEN) for part in (node.chosen, node.otherwise))


@_handles(DaysBetween)
def _days_between(run: Run, node: DaysBetween, path: Path) -> Value:
    first, last = _days(evaluate(run, node.first, path)), _days(evaluate(run, node.last, path))
    return Span((last.low - first.high).days, (last.high - first.low).days)


@_handles(StartNode)
def _start(run: Run, node: StartNode, path: Path) -> Value:
    on = _days(evaluate(run, node.day, path))
    return Days(start_of(node.period, on.low, node.shift), start_of(node.period, on.high, node.shift))


@_handles(ShiftNode)
def _shift(run: Run, node: ShiftNode, path: Path) -> Value:
    start, count = _days(evaluate(run, node.day, path)), _span(evaluate(run, node.count, path))
    at = _days(evaluate(run, node.at, path))
    values = run.graph.conventions[node.convention].values
    found = []
    for chosen in run.choose(Kind.CONVENTION, node.convention, values, at, (id(node), path)):
        first = _shifted(node, start.low, count.low, chosen)
        last = _shifted(node, start.high, count.high, chosen)
        found.append(Days(first, last))
    return hull(found)


def _shifted(node: ShiftNode, start: date, count: Exact, convention: ConventionVersion) -> date:
    if count.denominator != 1:
        raise NotWholeError(f"{count} is no whole number of {node.unit}")
    count = count.numerator
    if node.unit == "days":
        return start + timedelta(days=count + (convention.reached is Reached.NEXT_DAY))
    months = count * MONTHS_A_YEAR if node.unit == "years" else count
    return months_after(start, months, convention.value, convention.reached)


def _counted(run: Run, where: Node | None, path: Path) -> Answer:
    return Answer.YES if where is None else _answer(evaluate(run, where, path))


@_handles(GatherNode)
def _gather(run: Run, node: GatherNode, path: Path) -> Value:
    paths = run.paths(node.group, path[: node.depth])
    gather = {"count": _count, "sum": _sum, "any": _any, "all": _all}[node.kind]
    if paths is not None:
        return gather(run, node, [(place, _counted(run, node.where, place)) for place in paths])
    return _gather_unknown(run, node, (*path[: node.depth], (node.group, ANY)))


def _gather_unknown(run: Run, node: GatherNode, place: Path) -> Value:
    """Take the list as anything from as few to as many records as it may have, each of them any record."""
    counted = _counted(run, node.where, place)
    if node.body is None or node.kind == "count":
        limits = run.graph.groups[node.group]
        return Span(limits.least if counted is Answer.YES else 0, 0 if counted is Answer.NO else limits.most)
    most = run.graph.groups[node.group].most
    body = evaluate(run, node.body, place)
    if isinstance(body, Span):
        return Span(min(0, most * body.low), max(0, most * body.high))
    if node.kind == "any":
        return Answer.NO if Answer.NO in {counted, body} else Answer.OPEN
    return Answer.YES if counted is Answer.NO or body is Answer.YES else Answer.OPEN


def _count(_: Run, __: GatherNode, places: list[tuple[Path, Answer]]) -> Value:
    sure = sum(counted is Answer.YES for _, counted in places)
    return Span(sure, sure + sum(counted is Answer.OPEN for _, counted in places))


def _sum(run: Run, node: GatherNode, places: list[tuple[Path, Answer]]) -> Value:
    total = Span(0, 0)
    for place, counted in places:
        if counted is not Answer.NO and node.body is not None:
            part = _span(_behind_guard(run, node.body, place, counted))
            if counted is Answer.OPEN:
                part = Span(min(0, part.low), max(0, part.high))
            total = domain.add(total, part)
    return total


def _any(run: Run, node: GatherNode, places: list[tuple[Path, Answer]]) -> Value:
    return domain.either(_part(run, node, place, counted, both=True) for place, counted in places)


def _all(run: Run, node: GatherNode, places: list[tuple[Path, Answer]]) -> Value:
    return domain.both(_part(run, node, place, counted, both=False) for place, counted in places)


def _part(run: Run, node: GatherNode, place: Path, counted: Answer, *, both: bool) -> Answer:
    """Return `where and body` for any, `not where or body` for all; without asking the body where it is idle."""
    if counted is Answer.NO or node.body is None:
        return Answer.NO if both else Answer.YES
    body = _answer(_behind_guard(run, node.body, place, counted))
    return domain.both([counted, body]) if both else domain.either([~counted, body])


@_handles(RankNode)
def _rank(run: Run, node: RankNode, path: Path) -> Value:
    """Count those before this one; of two equal days, as with twins, the one listed first comes first."""
    here = path[: node.depth + 1]
    mine = _days(evaluate(run, node.day, here))
    paths = run.paths(node.group, path[: node.depth])
    if paths is None:
        return Span(1, run.graph.groups[node.group].most)
    before = []
    for place in paths:
        if place == here:
            continue
        counted = _counted(run, node.where, place)
        if counted is not Answer.NO:
            strictly = place[-1][1] > here[-1][1]
            earlier = domain.at_most(_days(evaluate(run, node.day, place)), mine, strictly=strictly)
            before.append(domain.both([counted, earlier]))
    sure = before.count(Answer.YES)
    return Span(1 + sure, 1 + sure + before.count(Answer.OPEN))
