"""Expressions over days. A comparison with a shifted day becomes one with a threshold that is worked out once."""

from collections.abc import Callable

from rules.graph.dates import MONTHS_A_QUARTER, MONTHS_A_YEAR, MissingDay, Period, Reached
from rules.graph.models import ConventionVersion
from rules.kernel.daycount import months_after, period_start
from rules.kernel.expressions import COMPARISONS, Builder, X

_LENGTH = {Period.MONTH: 1, Period.QUARTER: MONTHS_A_QUARTER, Period.YEAR: MONTHS_A_YEAR}
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "="}
MOVES: dict[str, Callable[..., int]] = {"months_after": months_after, "period_start": period_start}


def shift_days(build: Builder, unit: str, day: X, count: X, convention: ConventionVersion) -> X:
    """Return the day so many years, months or days later."""
    next_day = int(convention.reached is Reached.NEXT_DAY)
    if unit == "days":
        return build.binary("+", build.binary("+", day, count), build.literal(next_day))
    months = build.binary("*", count, build.literal(MONTHS_A_YEAR)) if unit == "years" else count
    edges = (int(convention.value is MissingDay.FIRST_OF_NEXT_MONTH), next_day)
    return _moved(build, "months_after", day, (months, *edges))


def start_days(build: Builder, period: Period, shift: int, day: X) -> X:
    """Return the first day of the period a day lies in, or of a neighbouring one."""
    return _moved(build, "period_start", day, (_LENGTH[period], shift))


def _moved(build: Builder, move: str, day: X, settings: tuple[X | int, ...]) -> X:
    lows = [part.low if isinstance(part, X) else part for part in settings]
    highs = [part.high if isinstance(part, X) else part for part in settings]
    low, high = MOVES[move](day.low, *lows), MOVES[move](day.high, *highs)
    fixed = day.fixed and all(part.fixed for part in settings if isinstance(part, X))
    return build.make(move, (day, *settings), low, high, value=low if fixed else None)


def compare_days(build: Builder, sign: str, left: X, right: X) -> X:
    """Return the comparison of two days."""
    if left.fixed and not right.fixed:
        left, right, sign = right, left, _TURNED[sign]
    if not _can_move_back(left) or not right.fixed:
        return build.compare("==" if sign == "=" else sign, left, right)
    if sign in {"<=", ">"}:
        found = _at_most(build, "<=", left, right)
        return found if sign == "<=" else build.opposite(found)
    if sign in {"<", ">="}:
        found = _at_most(build, "<", left, right)
        return found if sign == "<" else build.opposite(found)
    earlier = build.opposite(_at_most(build, "<", left, right))
    return build.logic("and", [earlier, _at_most(build, "<=", left, right)])


def _can_move_back(day: X) -> bool:
    settings = [part for part in day.args[1:] if isinstance(part, X)]
    return day.op in MOVES and not day.fixed and all(part.fixed for part in settings)


def _at_most(build: Builder, sign: str, moved: X, limit: X) -> X:
    """Return whether a moved day lies before a limit, as whether the day itself lies up to the last such day.

    Moving never changes the order of days, so that last day is found by halving.
    """
    if not _can_move_back(moved):
        return build.compare(sign, moved, limit)
    inner = moved.args[0]
    settings = [part.value if isinstance(part, X) else part for part in moved.args[1:]]
    if not isinstance(inner, X) or limit.value is None:
        raise TypeError(moved)
    move, fits = MOVES[moved.op], COMPARISONS[sign]
    before, after = inner.low - 1, inner.high + 1
    while after - before > 1:
        middle = (before + after) // 2
        if fits(move(middle, *settings), limit.value):
            before = middle
        else:
            after = middle
    last = build.make(
        f"last {sign}", (moved.op, *moved.args[1:], inner.low, inner.high, limit), before, before, value=before
    )
    return _at_most(build, "<=", inner, last)
