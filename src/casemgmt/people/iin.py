"""The individual identification number (IIN, ЖСН, ИИН) of Kazakhstan: form, control digit, what it tells.

A number has twelve digits: birth date as YYMMDD, one digit for century and sex, four of a serial number and
one control digit. Source: general knowledge of the numbering rules, no act was read for it. The IIN is
optional everywhere, because children without one exist.
"""

import re
from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Final, Literal, NamedTuple

Sex = Literal["female", "male"]

_FORM = re.compile(r"[0-9]{12}")
_CONTROL_MODULUS: Final = 11
_NO_DIGIT: Final = 10
_FIRST_WEIGHTS: Final = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)
_SECOND_WEIGHTS: Final = (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)

# The seventh digit. 0 stands for persons whose century and sex the number does not tell (foreigners and other
# special cases), so it is valid and says nothing.
_SILENT_DIGIT: Final = "0"
_CENTURY_AND_SEX: Final[dict[str, tuple[int, Sex]]] = {
    "1": (1800, "male"),
    "2": (1800, "female"),
    "3": (1900, "male"),
    "4": (1900, "female"),
    "5": (2000, "male"),
    "6": (2000, "female"),
}
_CENTURIES: Final = (1800, 1900, 2000)

_SHOWN_DIGITS: Final = 2
_HIDDEN: Final = "•"


class IinProblem(StrEnum):
    """What is wrong with a number. The first four make it invalid; the last two say that facts disagree."""

    WRONG_FORM = "wrong_form"
    WRONG_CONTROL_DIGIT = "wrong_control_digit"
    UNKNOWN_CENTURY_DIGIT = "unknown_century_digit"
    IMPOSSIBLE_DATE = "impossible_date"
    BIRTH_DATE_DIFFERS = "birth_date_differs"
    SEX_DIFFERS = "sex_differs"


class InvalidIinError(ValueError):
    """The number is invalid. The message names the problems and never the number."""

    def __init__(self, problems: Sequence[IinProblem]) -> None:
        super().__init__(f"invalid IIN: {', '.join(problems)}")
        self.problems = tuple(problems)


class IinFacts(NamedTuple):
    """What a valid number tells; both None when its seventh digit is 0."""

    birth_date: date | None
    sex: Sex | None


def control_digit(first_eleven: str) -> int | None:
    """Return the control digit of the first eleven digits, or None if no IIN begins with them.

    It is the weighted sum modulo 11; if that is 10, once more with the weights moved on by two; 10 again
    is not used.
    """
    digits = [int(digit) for digit in first_eleven]
    for weights in (_FIRST_WEIGHTS, _SECOND_WEIGHTS):
        remainder = sum(map(int.__mul__, digits, weights)) % _CONTROL_MODULUS
        if remainder != _NO_DIGIT:
            return remainder
    return None


def check_iin(iin: str, birth_date: date | None = None, sex: str | None = None) -> list[IinProblem]:
    """Return every problem of a number, an empty list if there is none.

    `birth_date` is compared only if given: pass an exact date, never an approximate one. `sex` is a code of
    the list `sex`; 'unknown' is not compared. A disagreement is for a person to resolve: documents err too.
    """
    if not _FORM.fullmatch(iin):
        return [IinProblem.WRONG_FORM]
    problems: list[IinProblem] = []
    if control_digit(iin[:11]) != int(iin[11]):
        problems.append(IinProblem.WRONG_CONTROL_DIGIT)
    known = _CENTURY_AND_SEX.get(iin[6])
    if known is None and iin[6] != _SILENT_DIGIT:
        problems.append(IinProblem.UNKNOWN_CENTURY_DIGIT)
    centuries = _CENTURIES if known is None else (known[0],)
    dates = [found for century in centuries if (found := _date(iin[:6], century))]
    if not dates:
        problems.append(IinProblem.IMPOSSIBLE_DATE)
    elif birth_date is not None and birth_date not in dates:
        problems.append(IinProblem.BIRTH_DATE_DIFFERS)
    if known is not None and sex in {"female", "male"} and sex != known[1]:
        problems.append(IinProblem.SEX_DIFFERS)
    return problems


def read_iin(iin: str) -> IinFacts:
    """Return birth date and sex that a valid number tells; InvalidIinError otherwise."""
    if problems := check_iin(iin):
        raise InvalidIinError(problems)
    if iin[6] == _SILENT_DIGIT:
        return IinFacts(None, None)
    century, sex = _CENTURY_AND_SEX[iin[6]]
    return IinFacts(_date(iin[:6], century), sex)


def mask_iin(iin: str) -> str:
    """Hide a number but for its last two digits, which tell two papers apart.

    Birth date and sex stand beside it and give the first seven digits; with four more shown, the control digit would
    leave one number that fits. With two there are about ninety.

    Whatever is not a number of twelve digits is hidden whole, so that a slip of the pen shows nothing either.
    """
    shown = iin[-_SHOWN_DIGITS:] if _FORM.fullmatch(iin) else ""
    return shown.rjust(12, _HIDDEN)


def _date(six_digits: str, century: int) -> date | None:
    year, month, day = int(six_digits[:2]), int(six_digits[2:4]), int(six_digits[4:])
    try:
        return date(century + year, month, day)
    except ValueError:
        return None
