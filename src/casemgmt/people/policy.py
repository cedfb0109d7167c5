"""Pure checks of what is said of a person: birth, death, identification number, contacts, places, dates."""

import re
from collections.abc import Sequence
from datetime import date, datetime

from casemgmt.errors import FieldFault, Invalid, invalid_field
from casemgmt.people.commands import BirthGiven, RecordContact
from casemgmt.people.iin import IinProblem, check_iin
from casemgmt.people.phones import InvalidPhoneError, normalise_phone
from casemgmt.reference.lists import code_list
from casemgmt.reference.regions import InvalidKatoError, region_of_kato
from rules.zone import to_local

SECRET_KINDS = frozenset({"adoptive_parent", "adopted_child"})
"""Relationships that the team of a case alone may know of; row security holds to it."""

_EARLIEST_YEAR = 1900
"""Nobody who was born before it lives: such a date is a slip of the pen."""
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_DISAGREEMENTS = {IinProblem.BIRTH_DATE_DIFFERS, IinProblem.SEX_DIFFERS}
_IIN_DETAILS = {
    IinProblem.WRONG_FORM: "The number has twelve digits.",
    IinProblem.WRONG_CONTROL_DIGIT: "The control digit does not fit the number.",
    IinProblem.UNKNOWN_CENTURY_DIGIT: "The seventh digit is not one in use.",
    IinProblem.IMPOSSIBLE_DATE: "The first six digits are no date.",
    IinProblem.BIRTH_DATE_DIFFERS: "The number tells another birth date.",
    IinProblem.SEX_DIFFERS: "The number tells another sex.",
}


def local_day(moment: datetime) -> date:
    """Return the day on which a moment falls in Kazakhstan."""
    return to_local(moment).date()


def settle_birth(given: BirthGiven | None, today: date) -> tuple[str, date | None, int | None]:
    """Return (precision, date, year) as they are stored; refuse what the precision doesn't allow or time forbids."""
    if given is None:
        return "unknown", None, None
    day, year = given.date, given.year
    match given.precision:
        case "unknown":
            fits = day is None and year is None
        case "exact":
            fits = day is not None
        case "month":
            fits = day is not None and day.day == 1
        case "year":
            fits = year is not None or day is not None
            fits = fits and (day is None or (day.month, day.day) == (1, 1))
        case _:
            fits = year is not None or day is not None
    if not fits:
        raise invalid_field(
            "/birth", "birth-date-not-of-precision", "Date and year do not fit the precision that was given."
        )
    if day is not None and year is not None and day.year != year:
        raise invalid_field("/birth/year", "birth-date-contradicts-year", "The date lies in another year.")
    year = year if day is None else day.year
    if given.precision == "year" and year is not None:
        day = date(year, 1, 1)
    if year is not None and (year < _EARLIEST_YEAR or (day or date(year, 1, 1)) > today):
        raise invalid_field("/birth", "birth-date-impossible", "Nobody alive was born then.")
    return given.precision, day, year


def check_death(died_on: date | None, birth_date: date | None, birth_year: int | None, today: date) -> None:
    """Refuse a death in the future, or before the birth as far as that is known."""
    if died_on is None:
        return
    born = birth_date or (date(birth_year, 1, 1) if birth_year else date.min)
    if died_on > today or died_on < born:
        raise invalid_field("/died_on", "death-date-impossible", "The day lies before the birth or in the future.")


def check_given_iin(iin: str, birth_date: date | None = None, sex: str | None = None) -> None:
    """Refuse a number that can't be one, or that disagrees with an exact birth date or the sex."""
    problems = check_iin(iin, birth_date, sex)
    if not problems:
        return
    disagrees = set(problems) <= _DISAGREEMENTS
    code = "iin-disagrees" if disagrees else "invalid-iin"
    detail = "The number disagrees with what is recorded." if disagrees else "This is not an identification number."
    raise Invalid(detail, code=code, faults=tuple(_iin_fault(p, "/iin") for p in problems))


def check_against_iin(iin: str, birth_date: date | None, sex: str) -> None:
    """Refuse an exact birth date or a sex that disagrees with the number on record."""
    pointers = {IinProblem.BIRTH_DATE_DIFFERS: "/birth/date", IinProblem.SEX_DIFFERS: "/sex"}
    faults = [_iin_fault(p, pointers[p]) for p in check_iin(iin, birth_date, sex) if p in pointers]
    if faults:
        raise Invalid("The number disagrees with what is recorded.", code="iin-disagrees", faults=tuple(faults))


def _iin_fault(problem: IinProblem, pointer: str) -> FieldFault:
    return FieldFault(pointer, f"iin-{problem.replace('_', '-')}", _IIN_DETAILS[problem])


def normalise_given_phone(value: str, pointer: str) -> str:
    """Return the number as E.164, or refuse the field."""
    try:
        return normalise_phone(value)
    except InvalidPhoneError:
        raise invalid_field(pointer, "invalid-phone", "This is not a phone number with its area code.") from None


def settle_contact(given: RecordContact) -> tuple[str, bool]:
    """Return the value as it is stored and whether it is a phone number that can be searched by."""
    if (given.safe_from is None) != (given.safe_until is None):
        raise invalid_field("/safe_until", "safe-times-incomplete", "Say both from when and until when it is safe.")
    if given.safe_from is not None and not given.safe_to_call:
        raise invalid_field("/safe_to_call", "safe-times-without-call", "Safe times are given, but no call is safe.")
    match given.kind:
        case "phone":
            return normalise_given_phone(given.value, "/value"), True
        case "email" if not _EMAIL.fullmatch(given.value):
            raise invalid_field("/value", "invalid-email", "This is not an e-mail address.")
        case "messenger":
            # Most messengers are known by a phone number; a name in one can't be searched by.
            try:
                return normalise_phone(given.value), True
            except InvalidPhoneError:
                return given.value, False
        case _:
            return given.value, False


def region_of(kato: str, pointer: str = "/kato") -> str:
    """Return the ISO 3166-2 code of the region in which a KATO code lies, or refuse the field."""
    try:
        return region_of_kato(kato).iso_code
    except InvalidKatoError:
        raise invalid_field(pointer, "invalid-kato", "The first two digits of the code are of no region.") from None


def check_dates(since: date | None, until: date | None, pointer: str = "/until") -> None:
    """Refuse an end before the beginning."""
    if since is not None and until is not None and until < since:
        raise invalid_field(pointer, "dates-out-of-order", "The end lies before the beginning.")


def inverse_of(kind: str) -> str:
    """Return the same relationship, read from the other side."""
    return code_list("relationship_kind").value(kind).inverse or kind


def check_relationship(kind: str, *, parental_responsibility: bool) -> None:
    """Refuse parental responsibility between two of whom neither is the child of the pair."""
    if parental_responsibility and inverse_of(kind) == kind:
        raise invalid_field(
            "/parental_responsibility", "no-parental-side", "In this relationship neither answers for the other."
        )


def is_same_relationship(kind: str, reversed_kind: str) -> bool:
    """Answer whether A being `kind` of B says the same as B being `reversed_kind` of A: a mother's child is one."""
    return inverse_of(kind) == reversed_kind or inverse_of(reversed_kind) == kind


def refuse_repeated(pointer: str, ids: Sequence[object]) -> None:
    """Refuse a list that names somebody twice."""
    if len(set(ids)) != len(ids):
        raise invalid_field(pointer, "repeated", "Somebody is named twice.")
