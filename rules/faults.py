"""Says what is wrong with a file in the words of the file: what is needed at a place, and the nearest right word."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError

from rules.documents import Document, Location
from rules.errors import MOST_FAULTS, FileProblem

# What was told is repeated in a fault only so far, whatever it was.
LONGEST_SHOWN = 60
# What a person writes where a date is due: day first with points or strokes, or single digits.
_DAY_FIRST = re.compile(r"(?P<day>\d{1,2})[./-](?P<month>\d{1,2})[./-](?P<year>\d{4})")
_YEAR_FIRST = re.compile(r"(?P<year>\d{4})[./-](?P<month>\d{1,2})[./-](?P<day>\d{1,2})")
_SPACES = re.compile(r"[\s\u00a0\u202f]+")
_NUMBER_WRITTEN = re.compile(r"-?\d+([.,]\d+)?")
_NUMBER, _WHOLE_NUMBER = "a number", "a whole number"
# What is needed, and how it is written.
_NEEDED: Mapping[str, tuple[str, str]] = {
    "string_type": ("a text", ": put digits in quotes"),
    "string_too_short": ("a text", ", and nothing is written"),
    "string_pattern_mismatch": ("a name of small letters, digits and _", ", such as birth_grant"),
    "int_type": (_WHOLE_NUMBER, ""),
    "int_from_float": (_WHOLE_NUMBER, ""),
    "is_instance_of": (_NUMBER, ""),
    "date_type": ("a date", ", such as 2026-11-20"),
    "bool_type": ("true or false", ""),
    "dict_type": ("a block of keys with their values", ""),
    "model_type": ("a block of keys with their values", ""),
    "tuple_type": ("a list", ": each entry behind a dash, or all in square brackets"),
    "too_short": ("a list with at least one entry", ""),
}


def suggest(word: object, known: Iterable[str]) -> str:
    """Return `; did you mean 'x'?` for the nearest known word, or nothing."""
    near = get_close_matches(str(word)[:LONGEST_SHOWN], list(known), n=1)
    return f"; did you mean {near[0]!r}?" if near else ""


def read_written_date(text: str) -> date | None:
    """Return the date that a person means by 01.02.2026, 1/2/2026 or 2026-2-1; the day stands before the month."""
    found = _DAY_FIRST.fullmatch(text.strip()) or _YEAR_FIRST.fullmatch(text.strip())
    try:
        return date(*(int(found[part]) for part in ("year", "month", "day"))) if found else None
    except ValueError:
        return None


def suggest_date(written: object) -> str:
    """Return `; write 2026-02-01` where it is plain which date is meant, or nothing."""
    meant = read_written_date(written) if isinstance(written, str) else None
    return f"; write {meant.isoformat()}" if meant else ""


def read_written_number(text: str) -> Decimal | None:
    """Return the number that a person means by `12 345,67` or `12 345.67 ₸`; none where both , and . are written."""
    plain = _SPACES.sub("", text).removesuffix("₸").removesuffix("тг").removesuffix("тенге")
    return Decimal(plain.replace(",", ".")) if _NUMBER_WRITTEN.fullmatch(plain) else None


def suggest_number(written: object) -> str:
    """Return `; write 12345.67` where it is plain which number is meant, or nothing."""
    short = isinstance(written, str) and len(written) <= LONGEST_SHOWN
    meant = read_written_number(str(written)) if short else None
    return f"; write {meant}" if meant is not None else ""


def explain_faults(error: ValidationError, document: Document, keys: Sequence[str]) -> Iterator[FileProblem]:
    """Yield each fault once, at its line; `keys` are suggested for misspelt ones."""
    needed: dict[Location, list[Mapping[str, Any]]] = {}
    for fault in error.errors(include_url=False)[:MOST_FAULTS]:
        location: Location = tuple(part for part in fault["loc"] if part != "[key]")
        if fault["type"] not in {"missing", "extra_forbidden"} and location not in document.lines:
            location = location[:-1]  # the last part names one of several types that the value could have had
        needed.setdefault(location, []).append(fault)
    for location, faults in needed.items():
        deeper = any(other[: len(location)] == location != other for other in needed)
        if faults[0]["type"] == "too_short" and deeper:
            continue  # a list whose every entry has a fault of its own counts as empty
        yield document.problem(location, _say(location, faults, keys))


def _say(location: Location, faults: Sequence[Mapping[str, Any]], keys: Sequence[str]) -> str:
    first = faults[0]
    key, kind = location[-1] if location else "", first["type"]
    if kind == "extra_forbidden":
        return f"{_prefix(location[:-1])}unknown key {str(key)[:LONGEST_SHOWN]!r}{suggest(key, keys)}"
    if kind == "missing":
        return f"{_prefix(location[:-1])}the key {key!r} is missing"
    if kind in {"enum", "literal_error"}:
        words = re.findall(r"'([^']*)'", str(first["ctx"]["expected"]))
        return f"{_prefix(location)}one of {', '.join(words)} is needed here{suggest(first['input'], words)}"
    wanted = [_NEEDED[fault["type"]] for fault in faults if fault["type"] in _NEEDED]
    if wanted:
        nouns = [noun for noun, _ in wanted if noun != _WHOLE_NUMBER or (_NUMBER, "") not in wanted]
        detail = wanted[0][1] if len(wanted) == 1 else ""
        return f"{_prefix(location)}{_either(nouns)} is needed here{detail}{suggest_date(first['input'])}"
    message = str(first["msg"])
    return f"{_prefix(location)}{message.removeprefix('Value error, ')}"


def _either(nouns: Sequence[str]) -> str:
    *most, last = dict.fromkeys(nouns)
    return f"{', '.join(most)} or {last}" if most else last


def _prefix(location: Location) -> str:
    shown = ".".join(str(part + 1) if isinstance(part, int) else part for part in location)
    return f"{shown}: " if shown else ""
