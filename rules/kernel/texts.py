"""Texts put together of fixed words and of values that are only known when a family is."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from rules.graph.domain import Days, Exact, Span, Value, number
from rules.graph.show import SPACE, show_number
from rules.graph.words import Language
from rules.kernel.daycount import EPOCH


@dataclass(frozen=True, slots=True)
class Code:
    """The text of an expression that gives a text when the family is known."""

    text: str


Text = tuple[str | Code, ...]


def join(*parts: "str | Code | Text") -> Text:
    """Return texts one after the other, fixed words run together."""
    found: list[str | Code] = []
    for part in parts:
        for piece in part if isinstance(part, tuple) else (part,):
            if isinstance(piece, str) and found and isinstance(found[-1], str):
                found[-1] += piece
            elif piece != "":
                found.append(piece)
    return tuple(found)


def expression(text: Text) -> str:
    """Return the Python expression of a text."""
    if all(isinstance(piece, str) for piece in text):
        return repr("".join(str(piece) for piece in text))
    if len(text) == 1 and isinstance(text[0], Code):
        return text[0].text
    pieces = [repr(piece) if isinstance(piece, str) else piece.text for piece in text]
    return f'"".join(({", ".join(pieces)}))'


def choose(condition: str, chosen: Text, otherwise: Text) -> Text:
    """Return one of two texts by a condition that is known with the family."""
    if chosen == otherwise:
        return chosen
    return (Code(f"({expression(chosen)} if {condition} else {expression(otherwise)})"),)


class DayTexts(dict[int, str]):
    """The texts of days by number, each made once."""

    def __missing__(self, number: int) -> str:
        """Make the text of a day."""
        self[number] = date.fromordinal(number + EPOCH).isoformat()
        return self[number]


class WholeDays(dict[int, Days]):
    """Days as values by number, each made once."""

    def __missing__(self, number: int) -> Days:
        """Make the value of a day."""
        found = date.fromordinal(number + EPOCH)
        self[number] = Days(found, found)
        return self[number]


def show_whole(value: int) -> str:
    """Return a whole number as `show_number` does, in any of the languages."""
    if -1000 < value < 1000:  # noqa: PLR2004 - without a group of three digits
        return str(value) if value >= 0 else f"−{-value}"
    text = f"{value:,}".replace(",", SPACE)
    return text if value >= 0 else f"−{text[1:]}"


class Decimals(dict[int, str]):
    """The texts of numbers over one power of ten by their tops, each made once."""

    def __init__(self, scale: int, language: Language) -> None:
        """Prepare for tops over `scale`."""
        self.scale, self.language = scale, language

    def __missing__(self, top: int) -> str:
        """Make the text of a number."""
        text = show_number(Fraction(top, self.scale), self.language)
        if len(self) < _MOST_KEPT:
            self[top] = text
        return text


_MOST_KEPT = 10_000


class Wholes(dict[int, Value]):
    """Whole numbers as values, the usual ones made once."""

    def __missing__(self, number: int) -> Value:
        """Make the value of a number."""
        found = Span(number, number)
        if len(self) < _MOST_KEPT:
            self[number] = found
        return found


def ratio_value(top: int, bottom: int) -> Value:
    """Return an exact ratio as a value."""
    return number(Fraction(top, bottom))


def difference(left: int, right: int, bottom: int) -> Exact:
    """Return how far two numbers of one denominator are apart."""
    apart = abs(left - right)
    return apart if bottom == 1 else number(Fraction(apart, bottom)).low
