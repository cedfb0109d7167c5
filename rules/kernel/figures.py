"""Figures of the law as whole numbers: on one day, or by day where the day differs between families."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from fractions import Fraction

from rules.dated import value_on
from rules.errors import RuleError
from rules.graph.bounds import whole_scale
from rules.graph.run import exact
from rules.kernel.daycount import to_number
from rules.kernel.expressions import Series
from rules.parameters import DatedValue, Parameter

_BEFORE_ALL = -(2**31)


def scale_of(parameters: Iterable[Parameter]) -> int:
    """Return the power of ten over which all the figures there ever were are whole."""
    return whole_scale(exact(value) for parameter in parameters for value in parameter.values)


def scaled(value: DatedValue, scale: int) -> int:
    """Return a figure as a whole number over `scale`."""
    figure = Fraction(exact(value)) * scale
    if figure.denominator != 1:
        raise ValueError(f"{value.value} is no whole number over {scale}")
    return figure.numerator


def taken(name: str, values: Sequence[DatedValue], on: date, known_on: date | None) -> DatedValue | None:
    """Return the value in force on a day as known on another; None where the law gives none."""
    try:
        return value_on(name, values, on, known_on)
    except RuleError:
        return None


def by_day(
    name: str, values: Sequence[DatedValue], known_on: date | None, measure: Callable[[DatedValue], int]
) -> Series:
    """Return the figures of a value's whole history. What the law does not give is marked and stands as 0."""
    edges = {value.in_force_from for value in values}
    edges |= {value.in_force_before for value in values if value.in_force_before}
    edges |= {value.confirmed_through + timedelta(days=1) for value in values if value.confirmed_through}
    starts, found, missing = [_BEFORE_ALL], [0], [1]
    for edge in sorted(edges):
        value = taken(name, values, edge, known_on)
        figure, lacks = (0, 1) if value is None else (measure(value), 0)
        if (figure, lacks) != (found[-1], missing[-1]):
            starts.append(to_number(edge))
            found.append(figure)
            missing.append(lacks)
    return Series(tuple(starts), tuple(found), tuple(missing))
