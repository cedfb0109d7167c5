"""Made-up identification numbers. They satisfy the rules and are meant to belong to nobody."""

from collections.abc import Iterator
from datetime import date

from casemgmt.people.iin import control_digit

_SEVENTH_DIGITS = {
    (18, "male"): "1",
    (18, "female"): "2",
    (19, "male"): "3",
    (19, "female"): "4",
    (20, "male"): "5",
    (20, "female"): "6",
}


def make_iin(birth_date: date, sex: str, serial: int) -> str:
    """Build the number of this serial (0 to 9999); ValueError for the few that have no control digit."""
    if serial not in range(10_000):
        raise ValueError("a serial has four digits")
    seventh = _SEVENTH_DIGITS.get((birth_date.year // 100, sex), "0")
    first_eleven = f"{birth_date:%y%m%d}{seventh}{serial:04}"
    control = control_digit(first_eleven)
    if control is None:
        raise ValueError("no number has this serial")
    return f"{first_eleven}{control}"


def iins(birth_date: date, sex: str) -> Iterator[str]:
    """Yield all numbers of one birth date and sex in the order of their serials."""
    for serial in range(10_000):
        try:
            yield make_iin(birth_date, sex, serial)
        except ValueError:
            continue
