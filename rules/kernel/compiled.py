"""The calendar arithmetic as machine code, for generated kernels to call."""

from collections.abc import Callable
from types import FunctionType
from typing import Any

from numba import njit

from rules.kernel import daycount


def _look(starts: Any, values: Any, day: int) -> int:
    """Return the value of a series on a day; series are short, so they are walked through."""
    place = 0
    for index in range(1, len(starts)):
        if starts[index] <= day:
            place = index
    return int(values[place])


def _compile(*functions: Callable[..., Any]) -> dict[str, Any]:
    """Compile functions that call each other by name."""
    names: dict[str, Any] = {"__name__": __name__}  # a kernel from the cache looks its callees up by module
    for function in functions:
        if not isinstance(function, FunctionType):
            raise TypeError(function)
        name = function.__name__.strip("_")
        names[name] = njit(nogil=True, error_model="numpy")(FunctionType(function.__code__, names, name))
    return names


_COMPILED = _compile(
    daycount.first_of_month, daycount.month_of, daycount.months_after, daycount.period_start, _look
)  # fmt: skip
look, months_after, period_start = (_COMPILED[name] for name in ("look", "months_after", "period_start"))
