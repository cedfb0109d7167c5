"""The failures of this package. Each carries its facts as fields; the text is for a person to act on."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

# A list of faults in one file or one case ends here: more of them help nobody, and a hostile file could hold thousands.
MOST_FAULTS = 100


class RuleError(Exception):
    """The base of every failure of this package."""


@dataclass(frozen=True, slots=True)
class FileProblem:
    """One fault in one file of the law, at one line and, inside a formula, one column (counted from 1)."""

    path: str
    line: int
    message: str
    column: int | None = None

    def __str__(self) -> str:
        column = "" if self.column is None else f"{self.column}:"
        return f"{self.path}:{self.line}:{column} {self.message}"


class LawFilesError(RuleError):
    """The files of the law can not be used; all faults found are listed, not only the first."""

    def __init__(self, problems: Iterable[FileProblem]) -> None:
        self.problems = tuple(sorted(set(problems), key=lambda found: (found.path, found.line, found.message)))
        super().__init__("\n".join(str(problem) for problem in self.problems))


class UnknownNameError(RuleError):
    """No parameter or deadline of that name exists."""

    def __init__(self, kind: str, name: str, suggestions: Iterable[str] = ()) -> None:
        self.kind = kind
        self.name = name
        near = ", ".join(suggestions)
        super().__init__(f"no {kind} is called {name!r}" + (f"; near to it: {near}" if near else ""))


class NotInForceError(RuleError):
    """No value of the parameter is in force on the date asked for."""

    def __init__(self, name: str, on: date) -> None:
        self.name = name
        self.on = on
        super().__init__(f"{name}: no value is in force on {on.isoformat()}")


class NotKnownYetError(RuleError):
    """A value is in force on the date, but nobody knew it on the knowledge date asked for."""

    def __init__(self, name: str, on: date, known_on: date) -> None:
        self.name = name
        self.on = on
        self.known_on = known_on
        super().__init__(f"{name}: the value in force on {on.isoformat()} was not known on {known_on.isoformat()}")


class BeyondConfirmedError(RuleError):
    """The date lies after the last day for which the value's source was confirmed.

    The last known value is never carried forward: law changes, and a stale figure looks like a right one.
    """

    def __init__(self, name: str, on: date, confirmed_through: date) -> None:
        self.name = name
        self.on = on
        self.confirmed_through = confirmed_through
        super().__init__(
            f"{name}: asked for {on.isoformat()}, but its value is confirmed only through "
            f"{confirmed_through.isoformat()}; read the act and confirm it further, or enter the new value"
        )


class NaiveTimeError(RuleError):
    """A moment came without its offset from UTC, so that it names no point in time."""

    def __init__(self) -> None:
        super().__init__("a moment needs its offset from UTC, for example 2026-11-20T16:00+05:00")


class StaleTimeZoneError(RuleError):
    """The time-zone data of this installation is older than Kazakhstan's single zone (2024-03-01)."""

    def __init__(self) -> None:
        super().__init__("the time-zone data is older than 2024-03-01: update the package tzdata")
