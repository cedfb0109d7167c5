"""What a comparison says to its reader, in the three languages."""

from functools import cache
from importlib.resources import files

from rules.documents import read_document
from rules.graph.words import Language, in_each, say, unit_word
from rules.loader import parse_document
from rules.parameters import Entry, Label, Unit

_FILE = "words.yaml"
_MILLION = 1_000_000
# Units of values that are words already.
_WITHOUT_A_WORD = {Unit.ROUNDING_DIRECTION, Unit.TIME_OF_DAY}


class WordFile(Entry):
    """The whole file."""

    words: dict[str, Label]


@cache
def load_words() -> WordFile:
    """Return the words that come with this package."""
    path = files("rules").joinpath("population", "data", _FILE)
    return parse_document(read_document(_FILE, path.read_bytes()), WordFile)


def tell(key: str, language: Language, **parts: str) -> str:
    """Return a text with its parts put in."""
    return say(load_words().words[key], language).format(**parts)


def label(key: str, **parts: str) -> Label:
    """Return a text in the three languages with its parts put in."""
    return in_each(lambda language: tell(key, language, **parts))


def shown_change(value: str | None, unit: str | None, language: Language) -> str:
    """Return one side of a change with its unit in words."""
    if value is None:
        return tell("nothing", language)
    return value if unit in _WITHOUT_A_WORD else f"{value} {unit_word(unit, language)}".strip()


def plain(text: str) -> Label:
    """Return a text that is the same in all languages."""
    return Label(kk=text, ru=text, en=text)


def grouped(value: int | None) -> str:
    """Return a number with spaces between the thousands; a dash where there is none."""
    return "-" if value is None else f"{value:,}".replace(",", " ")


def millions(tenge: int | None) -> str:
    """Return a sum in millions of tenge, rounded half up."""
    return grouped(None if tenge is None else (tenge + _MILLION // 2) // _MILLION)


def signed(text: str) -> str:
    """Return a number with its sign, and a minus as wide as a plus."""
    return text.replace("-", "−") if text.startswith("-") or text in {"0", "0.0"} else f"+{text}"


def millions_exactly(tenge: int) -> str:
    """Return a change of a sum in millions of tenge with one digit behind the point, and its sign."""
    tenths = (abs(tenge) * 10 + _MILLION // 2) // _MILLION
    shown = f"{grouped(tenths // 10)}.{tenths % 10}"
    return signed(f"-{shown}" if tenge < 0 and tenths else shown)


def percent(part: int, whole: int) -> str:
    """Return a share in percent with one digit behind the point."""
    tenths = (part * 1000 + whole // 2) // whole if whole else 0
    return f"{tenths // 10}.{tenths % 10} %"
