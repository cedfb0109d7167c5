"""What the text of a rule says, before its names are known. Every part remembers where it stands."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a file, both counted from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Literal:
    """A number written in the text; the check accepts 0 and 1 only."""

    at: Position
    value: int


@dataclass(frozen=True, slots=True)
class YesNo:
    at: Position
    value: bool


@dataclass(frozen=True, slots=True)
class Name:
    at: Position
    text: str


@dataclass(frozen=True, slots=True)
class Index:
    """One row of a table of parameters: `poverty_line[region]`."""

    at: Position
    name: str
    key: "Term"


@dataclass(frozen=True, slots=True)
class AsOf:
    """A parameter as of another date than the formula's: `mrp.benefits at birth_date`."""

    at: Position
    term: "Term"
    day: "Term"


@dataclass(frozen=True, slots=True)
class Binary:
    """`+ - * / < <= > >= = and or`."""

    at: Position
    operator: str
    left: "Term"
    right: "Term"


@dataclass(frozen=True, slots=True)
class Negation:
    at: Position
    term: "Term"


@dataclass(frozen=True, slots=True)
class Choice:
    """`if … then … else …`."""

    at: Position
    condition: "Term"
    chosen: "Term"
    otherwise: "Term"


@dataclass(frozen=True, slots=True)
class Is:
    """`relation is child or grandchild`, `relation is not spouse`."""

    at: Position
    term: "Term"
    codes: tuple[Name, ...]
    negated: bool


@dataclass(frozen=True, slots=True)
class Call:
    """A function with its arguments: `years_after(birth_date, age.minor, age.counting)`."""

    at: Position
    function: str
    arguments: tuple["Term", ...]


@dataclass(frozen=True, slots=True)
class Gather:
    """`count(members where …)`, `sum(members where …: …)`, `any(members: …)`, `all(members where …: …)`."""

    at: Position
    kind: str
    group: Name
    where: "Term | None"
    body: "Term | None"


@dataclass(frozen=True, slots=True)
class Rank:
    """`order(members where … by birth_date)`: the place of this member among those, eldest first."""

    at: Position
    group: Name
    where: "Term | None"
    day: "Term"


Term = (
    Literal | YesNo | Name | Index | AsOf | Binary | Negation | Choice | Is | Call | Gather | Rank
)  # fmt: skip


class SyntaxFaultError(Exception):
    """The text is no formula; says where and why."""

    def __init__(self, at: Position, message: str) -> None:
        self.at = at
        self.message = message
        super().__init__(f"{at.line}:{at.column}: {message}")
