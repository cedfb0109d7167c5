"""Values that may be known only in part: a range of numbers or days, a set of codes, or an open answer.

A fact that is missing is not an error but the widest value it could have. Every operation on values keeps
this promise: whatever a missing fact turns out to be, the exact result lies inside the value computed
without it. So a definite answer can be given early, and can never be contradicted later.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Any

Exact = int | Fraction


class Answer(StrEnum):
    """Yes, no, or not to be told from the facts at hand."""

    YES = "yes"
    NO = "no"
    OPEN = "cannot_tell_yet"

    def __invert__(self) -> "Answer":
        return _OPPOSITE[self]


_OPPOSITE = {Answer.YES: Answer.NO, Answer.NO: Answer.YES, Answer.OPEN: Answer.OPEN}


@dataclass(frozen=True, slots=True)
class Span:
    """All numbers from `low` to `high`; one number when both are equal."""

    low: Exact
    high: Exact

    @property
    def settled(self) -> bool:
        return self.low == self.high


@dataclass(frozen=True, slots=True)
class Days:
    """All days from `low` to `high`; one day when both are equal."""

    low: date
    high: date

    @property
    def settled(self) -> bool:
        return self.low == self.high


@dataclass(frozen=True, slots=True)
class Codes:
    """One of these codes; which one is known when there is only one."""

    codes: frozenset[str]

    @property
    def settled(self) -> bool:
        return len(self.codes) == 1


Value = Span | Answer | Days | Codes


def number(exact: Exact) -> Span:
    """Return one number, as a whole number where it is one."""
    plain = exact.numerator if isinstance(exact, Fraction) and exact.denominator == 1 else exact
    return Span(plain, plain)


def day(exact: date) -> Days:
    """Return one day."""
    return Days(exact, exact)


def truth(exact: bool) -> Answer:  # noqa: FBT001 - it is the whole of what is asked
    """Return yes or no."""
    return Answer.YES if exact else Answer.NO


def is_settled(value: Value) -> bool:
    """Return whether the value is known exactly."""
    return value is not Answer.OPEN if isinstance(value, Answer) else value.settled


def contains(wide: Value, narrow: Value) -> bool:
    """Return whether everything that `narrow` can be, `wide` can be too."""
    if isinstance(wide, Answer):
        return wide is Answer.OPEN or wide is narrow
    if isinstance(wide, Codes):
        return isinstance(narrow, Codes) and narrow.codes <= wide.codes
    if isinstance(wide, Days):
        return isinstance(narrow, Days) and wide.low <= narrow.low and narrow.high <= wide.high
    return isinstance(narrow, Span) and wide.low <= narrow.low and narrow.high <= wide.high


def hull(values: Iterable[Value]) -> Value:
    """Return the smallest value that holds all of them. They are of one type and at least one."""
    first, *rest = values
    for other in rest:
        first = _join(first, other)
    return first


def _join(left: Value, right: Value) -> Value:
    if isinstance(left, Span) and isinstance(right, Span):
        return Span(min(left.low, right.low), max(left.high, right.high))
    if isinstance(left, Days) and isinstance(right, Days):
        return Days(min(left.low, right.low), max(left.high, right.high))
    if isinstance(left, Codes) and isinstance(right, Codes):
        return Codes(left.codes | right.codes)
    return left if left is right else Answer.OPEN


def divide(left: Exact, right: Exact) -> Exact:
    """Return the exact quotient, as a whole number where it is one."""
    quotient = Fraction(
        left.numerator * right.denominator,
        left.denominator * right.numerator,
    )
    return quotient.numerator if quotient.denominator == 1 else quotient


def add(left: Span, right: Span) -> Span:
    return Span(left.low + right.low, left.high + right.high)


def subtract(left: Span, right: Span) -> Span:
    return Span(left.low - right.high, left.high - right.low)


def multiply(left: Span, right: Span) -> Span:
    if left.settled and right.settled:
        return number(left.low * right.low)
    corners = [a * b for a in (left.low, left.high) for b in (right.low, right.high)]
    return Span(min(corners), max(corners))


def quotient(left: Span, right: Span) -> Span:
    """Divide by a range without zero. Raises ZeroDivisionError where the range holds zero."""
    if right.low <= 0 <= right.high:
        raise ZeroDivisionError
    corners = [divide(a, b) for a in (left.low, left.high) for b in (right.low, right.high)]
    return Span(min(corners), max(corners))


def at_most(left: Span | Days, right: Span | Days, *, strictly: bool = False) -> Answer:
    """Return whether left <= right (left < right when strictly) for all, none, or some of the possible values.

    Both are numbers or both are days.
    """
    one: Any = left
    other: Any = right
    if one.high < other.low or (not strictly and one.high == other.low):
        return Answer.YES
    never = one.low > other.high or (strictly and one.low == other.high)
    return Answer.NO if never else Answer.OPEN


def same(left: Span | Days, right: Span | Days) -> Answer:
    """Return whether both are equal; both are numbers or both are days."""
    one: Any = left
    other: Any = right
    if one.high < other.low or other.high < one.low:
        return Answer.NO
    return Answer.YES if left.settled and right.settled else Answer.OPEN


def both(answers: Iterable[Answer]) -> Answer:
    """Return yes when all are yes, no when one is no."""
    found = Answer.YES
    for answer in answers:
        if answer is Answer.NO:
            return Answer.NO
        if answer is Answer.OPEN:
            found = Answer.OPEN
    return found


def either(answers: Iterable[Answer]) -> Answer:
    """Return yes when one is yes, no when all are no."""
    return ~both(~answer for answer in answers)
