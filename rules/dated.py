"""Half-open ranges of dates, and the choice of the value in force on a date, as known on another date."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Protocol, TypeVar

from rules.errors import BeyondConfirmedError, NotInForceError, NotKnownYetError


@dataclass(frozen=True, slots=True)
class DateRange:
    """All days from `start` up to, but without, `before`; without an end when `before` is None."""

    start: date
    before: date | None = None

    def __contains__(self, day: date) -> bool:
        return self.start <= day and (self.before is None or day < self.before)

    def overlaps(self, other: "DateRange") -> bool:
        """Return whether some day lies in both ranges."""
        return (other.before is None or self.start < other.before) and (
            self.before is None or other.start < self.before
        )

    def __str__(self) -> str:
        end = "" if self.before is None else f" before {self.before.isoformat()}"
        return f"from {self.start.isoformat()}{end}"


class Dated(Protocol):
    """A value with its time in force, the date it became known, and the last day its source confirms."""

    @property
    def in_force(self) -> DateRange:
        """The days on which the value applies."""

    @property
    def known_from(self) -> date | None:
        """The day the value became known; None when it was known all along."""

    @property
    def confirmed_through(self) -> date | None:
        """The last day that the source confirms; None when the whole range may be used."""


ValueT = TypeVar("ValueT", bound=Dated)


def find_faults(values: Sequence[Dated]) -> Iterator[tuple[int, str]]:
    """Yield (index of the value, message) for each gap and each overlap among the values of one parameter.

    Two values may cover the same days only when they became known on different dates: then the later
    knowledge replaces the earlier, and an old decision can still be recomputed as it was known then.
    """
    for (left, first), (right, second) in combinations(enumerate(values), 2):
        if first.in_force.overlaps(second.in_force) and first.known_from == second.known_from:
            yield right, f"overlaps value {left + 1} (in force {first.in_force}) with the same known_from"
    ordered = sorted(enumerate(values), key=lambda pair: pair[1].in_force.start)
    reached: date | None = None
    for position, (index, value) in enumerate(ordered):
        start = value.in_force.start
        if position and reached is not None and start > reached:
            yield index, f"gap: no value is in force from {reached.isoformat()} before {start.isoformat()}"
        if value.in_force.before is None:
            return
        reached = value.in_force.before if reached is None else max(reached, value.in_force.before)


def value_on(name: str, values: Iterable[ValueT], on: date, known_on: date | None = None) -> ValueT:
    """Return the value in force on `on`; of several, the one that became known last.

    With `known_on` only what was known by the end of that day counts. Raises NotInForceError,
    NotKnownYetError, or BeyondConfirmedError when `on` lies past the last day the source confirms.
    """
    in_force = [value for value in values if on in value.in_force]
    if not in_force:
        raise NotInForceError(name, on)
    known = [value for value in in_force if _was_known(value, known_on)]
    if not known:
        raise NotKnownYetError(name, on, known_on or on)
    chosen = max(known, key=lambda value: value.known_from or date.min)
    if chosen.confirmed_through is not None and on > chosen.confirmed_through:
        raise BeyondConfirmedError(name, on, chosen.confirmed_through)
    return chosen


def _was_known(value: Dated, known_on: date | None) -> bool:
    return known_on is None or value.known_from is None or value.known_from <= known_on
