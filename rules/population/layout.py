"""How a population lies in files: a folder a table, keys and facts as columns, and a note that says what it is.

    FOLDER/population.json
    FOLDER/families/part-00000.parquet    family_id, facts of the family
    FOLDER/members/part-00000.parquet     family_id, members_id, facts of a member
    FOLDER/incomes/part-00000.parquet     family_id, members_id, facts of an income

Tables are those of the graph's groups. Rows are sorted by their keys. An empty cell, a column or a table that is not
there, is not stated; `incomes_stated: false` beside a member says that the list of incomes is not known.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

import pyarrow as pa
from pydantic import Field, ValidationError

from rules.errors import RuleError
from rules.graph.graph import Graph
from rules.graph.models import FAMILY, Fact, Group
from rules.graph.nodes import Type
from rules.parameters import Entry, Text

FAMILIES = "families"
FAMILY_ID = "family_id"
ENDING = ".parquet"
NOTE = "population.json"
NOTE_KEY = b"casemgmt.population"
PART = "part-{:05d}.parquet"
_DIGITS = 18
_LARGEST_NOTE = 100_000
_WHAT_A_NOTE_SAYS = (
    "It says whether the families are real and what they stand for, for example "
    '{"source": "register", "title": "Digital Family Card, extract of 2025-12-01", "as_of": "2025-12-01"}'
)


class Source(StrEnum):
    """Whether the families are real."""

    SYNTHETIC = "synthetic"
    REGISTER = "register"


class Note(Entry):
    """What a population is: its kind, the day it is as of, and the months whose incomes it holds."""

    format: Literal[1] = 1
    source: Annotated[Source, Field(strict=False)]
    title: Text
    as_of: Annotated[date, Field(strict=False)]
    incomes_from: Annotated[date, Field(strict=False)] | None = None
    incomes_through: Annotated[date, Field(strict=False)] | None = None
    families: Annotated[int, Field(ge=0)] | None = None
    seed: int | None = None

    @property
    def label(self) -> str:
        """What stands on everything that is made from the population."""
        if self.source is Source.SYNTHETIC:
            return f"SYNTHETIC: no real family is behind these figures. {self.title}"
        return f"From a register: {self.title}"


class PopulationError(RuleError):
    """A population can not be used, or a result can not be written."""


@dataclass(frozen=True)
class Table:
    """One table: its keys, of which the last is its own where something hangs from its rows, and its facts."""

    group: str
    keys: tuple[str, ...]
    facts: dict[str, Fact]
    groups: dict[str, Group]
    own_key: bool

    @property
    def name(self) -> str:
        return FAMILIES if self.group == FAMILY else self.group

    @property
    def schema(self) -> pa.Schema:
        """The columns as the generator writes them."""
        keys = [pa.field(key, pa.int64() if key == FAMILY_ID else pa.int32(), nullable=False) for key in self.keys]
        facts = [pa.field(name, stored_type(fact)) for name, fact in self.facts.items()]
        return pa.schema([*keys, *facts])


def key_of(group: str) -> str:
    """Return the key column of a group's own rows."""
    return f"{group}_id"


def stated_column(group: str) -> str:
    """Return the column that says whether the list of a group is known."""
    return f"{group}_stated"


def tables_of(graph: Graph, scope: str = FAMILY, keys: tuple[str, ...] = ()) -> Iterator[Table]:
    """Yield the table of the families, then those of the groups, each after the one that holds it."""
    groups = dict(graph.groups_of(scope))
    own = bool(groups)
    mine = (*keys, key_of(scope)) if own else keys
    yield Table(scope, mine, dict(graph.facts_of(scope)), groups, own)
    for group in groups:
        yield from tables_of(graph, group, mine)


def stored_type(fact: Fact) -> pa.DataType:
    """Return the Parquet type in which a fact is kept."""
    if fact.type is Type.NUMBER:
        return pa.decimal128(_DIGITS, fact.decimals) if fact.decimals else pa.int64()
    return {Type.TRUTH: pa.bool_(), Type.DAY: pa.date32(), Type.CODE: pa.dictionary(pa.int8(), pa.string())}[fact.type]


def read_note(folder: Path) -> Note:
    """Return what the population in a folder says of itself. Raises PopulationError."""
    path = folder.joinpath(NOTE)
    if not path.is_file():
        return parse_note(str(path), None)
    return parse_note(str(path), path.read_bytes()[:_LARGEST_NOTE])


def parse_note(where: str, content: bytes | None) -> Note:
    """Return what a population says of itself. Raises PopulationError."""
    if content is None:
        raise PopulationError(f"{where}: is missing. {_WHAT_A_NOTE_SAYS}")
    try:
        return Note.model_validate_json(content)
    except ValidationError as error:
        faults = (f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}" for fault in error.errors())
        raise PopulationError(f"{where}: {'; '.join(faults)}") from error


def check_incomes(note: Note, on: date, months: tuple[date, ...]) -> None:
    """Refuse a question that the population holds no incomes for. Raises PopulationError."""
    if note.incomes_from is None or note.incomes_through is None:
        return
    if months[0] < note.incomes_from or months[-1] > note.incomes_through:
        raise PopulationError(
            f"the population holds incomes of {note.incomes_from:%Y-%m} to {note.incomes_through:%Y-%m}, and a "
            f"question about {on} counts those of {months[0]:%Y-%m} to {months[-1]:%Y-%m}: every family would look poor"
        )
