"""What each kind of node of a rule becomes as a whole-number expression."""

from collections.abc import Callable

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
    Type,
    Verdict,
)  # fmt: skip
from rules.kernel import figures
from rules.kernel.daycount import to_date, to_number
from rules.kernel.days import compare_days, shift_days, start_days
from rules.kernel.expressions import Series, X
from rules.kernel.lowering import HANDLERS, Handler, Low, Lowering, NotCompiledError, key_of, without
from rules.parameters import RoundingDirection

__all__ = ["Low", "Lowering", "NotCompiledError"]
_DIRECTIONS = tuple(RoundingDirection)


def _lowers(kind: type[Node]) -> Callable[[Handler], Handler]:
    def register(function: Handler) -> Handler:
        HANDLERS[kind] = function
        return function

    return register


@_lowers(Constant)
def _constant(low: Lowering, node: Constant) -> Low:
    return Low(low.build.literal(node.value), low.never)


@_lowers(Verdict)
def _verdict(low: Lowering, node: Verdict) -> Low:
    return Low(low.build.verdict(yes=node.yes), low.never)


@_lowers(Asked)
def _asked(low: Lowering, _: Asked) -> Low:
    return Low(low.asked, low.never)


@_lowers(FactNode)
def _fact(low: Lowering, node: FactNode) -> Low:
    fact = low.graph.facts[node.name]
    scope = low.scope_of(fact.of)
    missing = low.missing(node.name, scope)
    if fact.type is Type.NUMBER and fact.least is not None and fact.most is not None:
        scale: int = 10**fact.decimals
        return Low(low.build.fact(node.name, scope, fact.least * scale, fact.most * scale), missing, scale)
    if fact.type is Type.DAY and fact.earliest is not None and fact.latest is not None:
        return Low(low.build.fact(node.name, scope, to_number(fact.earliest), to_number(fact.latest)), missing)
    most = len(fact.codes or ()) - 1 if fact.type is Type.CODE else 1
    return Low(low.build.fact(node.name, scope, 0, most, truth=fact.type is Type.TRUTH), missing)


@_lowers(RuleNode)
def _rule(low: Lowering, node: RuleNode) -> Low:
    return low.rule(node.name)


@_lowers(ParameterNode)
def _parameter(low: Lowering, node: ParameterNode) -> Low:
    parameter = low.graph.law.parameter(node.name)
    return low.parameter((parameter, node.name), low.node(node.at), figures.scale_of([parameter]))


@_lowers(TableNode)
def _table(low: Lowering, node: TableNode) -> Low:
    key, day = low.node(node.key), low.node(node.at)
    if key.scale != 1 or key.factors:
        raise NotCompiledError(f"{low.current}: the key of {node.table} must be a whole number or a code")
    build, prefix = low.build, f"{node.table}."
    rows = {name.removeprefix(prefix): p for name, p in low.graph.law.parameters.items() if name.startswith(prefix)}
    scale = figures.scale_of(rows.values())
    if isinstance(node.key, FactNode) and node.key.kind is Type.CODE:
        keys = list(low.graph.facts[node.key.name].codes or ())
        first = 0
    else:
        whole = sorted(int(row) for row in rows if row.isdecimal())
        first = whole[0] if whole else 0
        keys = [str(number) for number in range(first, (whole[-1] if whole else 0) + 1)]
    found = [
        low.parameter((rows[row], prefix + row), day, scale)
        if row in rows
        else Low(build.given(f"{prefix}{row} absent", 0), build.verdict(yes=True), scale)
        for row in keys
    ]
    row_x = build.binary("-", key.top, build.literal(first))
    outside = low.either(
        build.compare("<", row_x, build.literal(0)), build.compare(">=", row_x, build.literal(len(keys)))
    )
    if isinstance(node.key, FactNode) and node.key.kind is Type.CODE:
        outside = low.never
    if all(row.top.value is not None and row.fault.value is not None for row in found):
        name = f"{node.table} {key_of(day.top)}"
        values = build.by_key(name, row_x, tuple(row.top.value or 0 for row in found))
        faults = tuple(row.fault.value or 0 for row in found)
        lacks = build.by_key(f"{name} missing", row_x, faults, truth=True) if any(faults) else low.never
        return Low(values, low.either(key.fault, day.fault, outside, lacks), scale)
    picked = found[0]
    for index, row in enumerate(found[1:], start=1):
        picked = low.choose(build.compare("==", row_x, build.literal(index)), row, picked)
    return low.with_fault(picked, key.fault, day.fault, outside)


@_lowers(Arithmetic)
def _arithmetic(low: Lowering, node: Arithmetic) -> Low:
    left, right = low.node(node.left), low.node(node.right)
    build, fault = low.build, low.either(left.fault, right.fault)
    if node.sign in {"+", "-"}:
        first, second = low.level([left, right])
        return Low(build.binary(node.sign, first.top, second.top), fault, first.scale, first.factors)
    if node.sign == "*":
        for this, other in ((left, right), (right, left)):
            rest = without(this.factors, (other.top,))
            if len(rest) < len(this.factors) and not other.factors and other.scale == 1:
                return Low(this.top, fault, this.scale, rest)
        top = build.binary("*", left.top, right.top)
        return Low(top, fault, left.scale * right.scale, (*left.factors, *right.factors))
    if right.top.value == 0:
        return Low(left.top, low.either(fault, build.verdict(yes=True)), left.scale, left.factors)
    if right.factors or right.top.low <= 0:
        raise NotCompiledError(f"{low.current}: a divisor must be a whole number or parameter above zero")
    top = build.binary("*", left.top, build.literal(right.scale))
    if right.top.value is not None:  # part of the code: dividing by a known number is much faster
        return Low(top, fault, left.scale * right.top.value, left.factors)
    return Low(top, fault, left.scale, (*left.factors, right.top))


@_lowers(Extreme)
def _extreme(low: Lowering, node: Extreme) -> Low:
    first, second = low.level([low.node(node.left), low.node(node.right)])
    top = low.build.binary("max" if node.larger else "min", first.top, second.top)
    return Low(top, low.either(first.fault, second.fault), first.scale, first.factors)


@_lowers(RoundNode)
def _round(low: Lowering, node: RoundNode) -> Low:
    part, step, day = low.node(node.part), low.node(node.step), low.node(node.at)
    build = low.build
    if step.top.value == 0:
        return low.nothing(Type.NUMBER, part.fault, step.fault, yes=True)
    if step.factors or step.top.low <= 0:
        raise NotCompiledError(f"{low.current}: the step of a rounding must be above zero")
    if step.top.value is not None:  # part of the code: dividing by a known number is much faster
        step = Low(build.literal(step.top.value), step.fault, step.scale)
    values = low.graph.law.parameter(node.direction).values
    faults = [part.fault, step.fault, day.fault]
    if day.top.value is not None:
        chosen = figures.taken(node.direction, values, to_date(day.top.value), low.known_on)
        faults.append(build.verdict(yes=chosen is None))
        directions = {0 if chosen is None else _DIRECTIONS.index(RoundingDirection(str(chosen.value)))}
        series = None
    else:
        series = figures.by_day(
            node.direction, values, low.known_on, lambda v: _DIRECTIONS.index(RoundingDirection(str(v.value)))
        )
        faults.append(build.missing_by_day(node.direction, series, day.top))
        directions = {v for v, lacks in zip(series.values, series.missing, strict=True) if not lacks} or {0}
    top = build.binary("*", part.top, build.literal(step.scale))
    bottom = build.binary("*", low.bottom(part), step.top)
    if part.factors:
        low.divided.add(low.current)
    found = _steps(low, top, bottom, directions, (node.direction, series, day.top))
    return Low(build.binary("*", found, step.top), low.either(*faults), step.scale)


def _steps(low: Lowering, top: X, bottom: X, directions: set[int], by_day: tuple[str, Series | None, X]) -> X:
    """Return how many steps of the rounding the number has."""
    build = low.build
    name, series, day = by_day
    ways = [_rounded(low, top, bottom, _DIRECTIONS[direction]) for direction in sorted(directions)]
    found = ways[0]
    for direction, way in zip(sorted(directions)[1:], ways[1:], strict=True):
        if series is not None:
            here = build.compare("==", build.by_day(name, series, day), build.literal(direction))
            found = build.choose(here, way, found)
    return found


def _rounded(low: Lowering, top: X, bottom: X, direction: RoundingDirection) -> X:
    build, zero = low.build, low.build.literal(0)
    if direction is RoundingDirection.DOWN:
        return build.binary("//", top, bottom)
    if direction is RoundingDirection.UP:
        return build.binary("-", zero, build.binary("//", build.binary("-", zero, top), bottom))
    double = build.binary("+", build.binary("+", top, top), bottom)
    return build.binary("//", double, build.binary("+", bottom, bottom))


@_lowers(Compare)
def _compare(low: Lowering, node: Compare) -> Low:
    left, right = low.node(node.left), low.node(node.right)
    fault = low.either(left.fault, right.fault)
    if node.left.type is Type.DAY:
        return Low(compare_days(low.build, node.sign, left.top, right.top), fault)
    first, second = low.level([left, right])
    return Low(low.build.compare("==" if node.sign == "=" else node.sign, first.top, second.top), fault)


@_lowers(Logic)
def _logic(low: Lowering, node: Logic) -> Low:
    """Count a fault only where the parts before it did not settle the answer."""
    lows = [low.node(part) for part in node.parts]
    faults: list[X] = []
    before: list[X] = []
    for part in lows:
        faults.append(low.both(*before, part.fault))
        before.append(part.top if node.word == "and" else low.build.opposite(part.top))
    return Low(low.build.logic(node.word, [part.top for part in lows]), low.either(*faults))


@_lowers(Not)
def _not(low: Lowering, node: Not) -> Low:
    part = low.node(node.part)
    return Low(low.build.opposite(part.top), part.fault)


@_lowers(OneOf)
def _one_of(low: Lowering, node: OneOf) -> Low:
    if not isinstance(node.part, FactNode):
        raise NotCompiledError(f"{low.current}: only a fact is compared with codes")
    build, part = low.build, low.node(node.part)
    codes = list(low.graph.facts[node.part.name].codes or ())
    fits = [build.compare("==", part.top, build.literal(codes.index(code))) for code in node.codes]
    found = build.logic("or", fits)
    return Low(build.opposite(found) if node.negated else found, part.fault)


@_lowers(If)
def _if(low: Lowering, node: If) -> Low:
    condition = low.node(node.condition)
    found = low.choose(condition.top, low.node(node.chosen), low.node(node.otherwise))
    return low.with_fault(found, condition.fault)


@_lowers(DaysBetween)
def _days_between(low: Lowering, node: DaysBetween) -> Low:
    first, last = low.node(node.first), low.node(node.last)
    return Low(low.build.binary("-", last.top, first.top), low.either(first.fault, last.fault))


@_lowers(StartNode)
def _start(low: Lowering, node: StartNode) -> Low:
    day = low.node(node.day)
    return Low(start_days(low.build, node.period, node.shift, day.top), day.fault)


@_lowers(ShiftNode)
def _shift(low: Lowering, node: ShiftNode) -> Low:
    day, count, at = low.node(node.day), low.node(node.count), low.node(node.at)
    faults = [day.fault, count.fault, at.fault]
    if at.top.value is None or count.factors:
        raise NotCompiledError(f"{low.current}: the convention of a term must be one for every family")
    values = low.graph.conventions[node.convention].values
    chosen = figures.taken(node.convention, values, to_date(at.top.value), low.known_on)
    if chosen is None or (count.scale != 1 and (count.top.value is None or count.top.value % count.scale)):
        return low.nothing(Type.DAY, *faults, yes=True)
    whole = low.build.binary("//", count.top, low.build.literal(count.scale))
    if not isinstance(chosen, ConventionVersion):
        raise TypeError(chosen)
    return Low(shift_days(low.build, node.unit, day.top, whole, chosen), low.either(*faults))


@_lowers(GatherNode)
def _gather(low: Lowering, node: GatherNode) -> Low:
    build, most = low.build, low.graph.groups[node.group].most
    holder = low.scope_of(node.group)[:-1]
    where = low.node(node.where) if node.where is not None else Low(build.verdict(yes=True), low.never)
    body = low.node(node.body) if node.body is not None else Low(build.literal(1), low.never)
    if body.factors:
        raise NotCompiledError(f"{low.current}: a sum adds what is divided by a number of each record; round it first")
    yes, unlisted = build.verdict(yes=True), low.missing(node.group, holder)
    if node.kind in {"count", "sum"}:
        counted = build.literal(1) if node.kind == "count" else body.top
        total = build.gather("sum", node.group, holder, where.top, counted, most)
        faults = [low.any_fault(node.group, yes, where.fault), low.any_fault(node.group, where.top, body.fault)]
        return Low(total, low.either(unlisted, *faults), body.scale)
    faults = [unlisted, low.any_fault(node.group, yes, where.fault)]
    if body.fault is not low.never:
        faults.append(build.first_fault(node.kind, node.group, holder, (where.top, body.top, body.fault)))
    return Low(build.gather(node.kind, node.group, holder, where.top, body.top, most), low.either(*faults))


@_lowers(RankNode)
def _rank(low: Lowering, node: RankNode) -> Low:
    """Count a fault of any record in the order as a fault of each."""
    build, most, scope = low.build, low.graph.groups[node.group].most, low.scope_of(node.group)
    where = low.node(node.where) if node.where is not None else Low(build.verdict(yes=True), low.never)
    day = low.node(node.day)
    yes = build.verdict(yes=True)
    faults = [low.any_fault(node.group, yes, where.fault), low.any_fault(node.group, where.top, day.fault)]
    return Low(build.rank(node.group, scope, where.top, day.top, most), low.either(day.fault, *faults))
