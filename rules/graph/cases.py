"""Cases written by policy staff: a family, a day, a benefit, and what the law should answer, to the tenge."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, Self

from pydantic import Field, model_validator

from rules.documents import Document, Location, read_document
from rules.errors import LawFilesError
from rules.graph.domain import Answer
from rules.graph.facts import FactsError, read_facts
from rules.graph.graph import Graph
from rules.graph.models import Code, Dotted
from rules.graph.records import Record
from rules.loader import parse_document
from rules.parameters import Entry, Text


class Expected(Entry):
    """What the law should answer. Nothing is compared with a margin."""

    entitled: Answer | None = Field(default=None, strict=False)
    amount: int | Decimal | None = None
    values: dict[Dotted, int | Decimal | Text | date] = Field(default_factory=dict)
    missing: tuple[Text, ...] | None = None
    refused: Text | None = None
    notices: tuple[Text, ...] | None = None
    article: Text | None = None


class Case(Entry):
    """One case: its facts, its question, and the answer the law should give.

    What the case expects is `proposed` until a person has compared it with the act; then the line is taken out.
    The question is one `benefit` with what is `expected` of it, or several at once: `answers` names each
    benefit with what is expected of it.
    """

    name: Text
    benefit: Code | None = None
    on: date | None = None
    known_on: date | None = None
    article: Text | None = None
    note: Text | None = None
    proposed: Literal["yes", "no"] = "no"
    family: dict[str, object]
    expected: Expected | None = None
    answers: dict[Code, Expected] = Field(default_factory=dict)

    @model_validator(mode="after")
    def check_one_form(self) -> Self:
        """Refuse a case that asks in both ways, for then one of them would be passed over."""
        if self.answers and (self.benefit is not None or self.expected is not None):
            raise ValueError("a case has either benefit and expected, or answers for several benefits")
        return self

    @property
    def is_proposed(self) -> bool:
        """Whether no person has confirmed yet what is expected."""
        return self.proposed == "yes"

    @property
    def questions(self) -> dict[str, Expected]:
        """What is expected of each benefit; empty where the case does not say."""
        if self.benefit is not None and self.expected is not None:
            return {self.benefit: self.expected}
        return dict(self.answers)


class CaseFile(Entry):
    """A file of cases; `benefit` and `article` stand for all cases that name none."""

    benefit: Code | None = None
    article: Text | None = None
    cases: tuple[Case, ...] = Field(min_length=1)


KEYS = sorted({*Expected.model_fields, *Case.model_fields, *CaseFile.model_fields})


@dataclass(frozen=True)
class Placed:
    """A case with the place of its file, for messages."""

    case: Case
    document: Document
    location: Location

    @property
    def where(self) -> str:
        return f"{self.document.path}:{self.document.line_of(self.location)}"

    def facts(self, graph: Graph, on: date) -> Record:
        """Return the facts. Raises FactsError."""
        return read_facts(graph, self.case.family, on, (*self.location, "family"))

    def record(self, graph: Graph, on: date) -> Record:
        """Return the facts. Raises LawFilesError with file and line for each fault."""
        try:
            return self.facts(graph, on)
        except FactsError as error:
            raise self.fault(error) from error

    def fault(self, error: FactsError) -> LawFilesError:
        """Return faults in the facts with the file and line of each."""
        return LawFilesError(self.document.problem(found.location, str(found)) for found in error.problems)


def read_cases(path: str, content: bytes) -> tuple[Placed, ...]:
    """Read a file of one case or of many. Raises LawFilesError with file and line."""
    document = read_document(path, content)
    if isinstance(document.data, Mapping) and "cases" in document.data:
        file = parse_document(document, CaseFile, KEYS)
        return tuple(Placed(_share(file, case), document, ("cases", index)) for index, case in enumerate(file.cases))
    return (Placed(parse_document(document, Case, KEYS), document, ()),)


def _share(file: CaseFile, case: Case) -> Case:
    """Give the case what its file says for all; a case with answers of its own names its benefits there."""
    keys = ("article",) if case.answers else ("benefit", "article")
    shared = {key: value for key in keys if getattr(case, key) is None and (value := getattr(file, key)) is not None}
    return case.model_copy(update=shared)
