"""Cases written by policy staff: a family, a day, a benefit, and what the law should answer, to the tenge."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from fractions import Fraction
from pathlib import Path as File
from typing import Self

from pydantic import Field, model_validator

from rules.documents import Document, Location, read_document
from rules.errors import FileProblem, LawFilesError, RuleError, UnknownNameError
from rules.graph.answers import Answered, ask
from rules.graph.domain import Answer, Value, contains, number
from rules.graph.evaluator import evaluate_rule
from rules.graph.facts import FactsError, read_facts
from rules.graph.graph import Graph
from rules.graph.models import Code, Dotted
from rules.graph.records import Record
from rules.graph.run import Run
from rules.graph.show import show_value
from rules.graph.words import Language
from rules.loader import parse_document
from rules.parameters import Entry, Text

LARGEST_FILE = 1_000_000
_DEEPEST = 12


class Expected(Entry):
    """What the law should answer. Nothing is compared with a margin."""

    entitled: Answer | None = Field(default=None, strict=False)
    amount: int | Decimal | None = None
    values: dict[Dotted, int | Decimal | Text | date] = Field(default_factory=dict)
    missing: tuple[Text, ...] | None = None
    refused: Text | None = None
    article: Text | None = None


class Case(Entry):
    """One case: its facts, its question, and the answer the law should give.

    The question is one `benefit` with what is `expected` of it, or several at once: `answers` names each
    benefit with what is expected of it.
    """

    name: Text
    benefit: Code | None = None
    on: date | None = None
    known_on: date | None = None
    article: Text | None = None
    note: Text | None = None
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


_KEYS = sorted({*Expected.model_fields, *Case.model_fields, *CaseFile.model_fields})


@dataclass(frozen=True)
class Placed:
    """A case with the place of its file, for messages."""

    case: Case
    document: Document
    location: Location

    @property
    def where(self) -> str:
        return f"{self.document.path}:{self.document.line_of(self.location)}"

    def record(self, graph: Graph, on: date) -> Record:
        """Return the facts. Raises LawFilesError with file and line for each fault."""
        try:
            return read_facts(graph, self.case.family, on, (*self.location, "family"))
        except FactsError as error:
            raise LawFilesError(
                self.document.problem(fault.location, str(fault)) for fault in error.problems
            ) from error


@dataclass(frozen=True, slots=True)
class Difference:
    """One point in which the answer is not the expected one, and the rule that gave it."""

    benefit: str
    what: str
    expected: str
    got: str
    step: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """A case that was run: all is as expected where there is no difference."""

    case: str
    where: str
    differences: tuple[Difference, ...]


def read_cases(path: str, content: bytes) -> tuple[Placed, ...]:
    """Read a file of one case or of many. Raises LawFilesError with file and line."""
    if len(content) > LARGEST_FILE:
        text = f"the file has {len(content)} bytes; a file of cases has at most {LARGEST_FILE}"
        raise LawFilesError([FileProblem(path, 1, text)])
    _refuse_depth(path, content)
    document = read_document(path, content)
    if isinstance(document.data, Mapping) and "cases" in document.data:
        file = parse_document(document, CaseFile, _KEYS)
        return tuple(Placed(_share(file, case), document, ("cases", index)) for index, case in enumerate(file.cases))
    return (Placed(parse_document(document, Case, _KEYS), document, ()),)


def _share(file: CaseFile, case: Case) -> Case:
    """Give the case what its file says for all; a case with answers of its own names its benefits there."""
    keys = ("article",) if case.answers else ("benefit", "article")
    shared = {key: value for key in keys if getattr(case, key) is None and (value := getattr(file, key)) is not None}
    return case.model_copy(update=shared)


def _refuse_depth(path: str, content: bytes) -> None:
    """Refuse what is nested far deeper than any case, before a reader follows it down."""
    depth = 0
    for line, text in enumerate(content.splitlines(), start=1):
        depth += text.count(b"[") + text.count(b"{") - text.count(b"]") - text.count(b"}")
        dashes = text.lstrip(b" ").replace(b" ", b"").startswith(b"-" * _DEEPEST)
        if depth > _DEEPEST or dashes or len(text) - len(text.lstrip(b" ")) > _DEEPEST * _DEEPEST:
            raise LawFilesError([FileProblem(path, line, "this is nested deeper than any case")])


def run_folder(graph: Graph, folder: File) -> Iterator[Outcome]:
    """Run every case in the YAML files of a folder, or in one file. Raises LawFilesError."""
    paths = sorted(folder.rglob("*.yaml")) if folder.is_dir() else [folder]
    for path in paths:
        for placed in read_cases(str(path), path.read_bytes()):
            yield run_case(graph, placed)


def run_case(graph: Graph, placed: Placed) -> Outcome:
    """Run one case and compare each of its answers. Raises LawFilesError where the case itself has a fault."""
    case = placed.case
    if case.on is None or not case.questions:
        lacks = {"on": case.on is None, "benefit and expected (or answers)": not case.questions}
        text = f"a case to be tested needs {' and '.join(key for key, lacking in lacks.items() if lacking)}"
        raise LawFilesError([placed.document.problem(placed.location, text)])
    record = placed.record(graph, case.on)
    differences = tuple(
        difference
        for benefit, expected in case.questions.items()
        for difference in _answer_and_compare(graph, placed, record, benefit, expected)
    )
    return Outcome(case.name, placed.where, differences)


def _answer_and_compare(
    graph: Graph, placed: Placed, record: Record, benefit: str, expected: Expected
) -> tuple[Difference, ...]:
    case = placed.case
    if benefit not in graph.benefits:
        place = (*placed.location, *(("answers", benefit) if case.answers else ("benefit",)))
        raise LawFilesError([placed.document.problem(place, str(_unknown_benefit(graph, benefit)))])
    if case.on is None:
        raise TypeError(case.name)
    try:
        answered = ask(graph, benefit, record, case.on, case.known_on)
        return tuple(_differences(graph, answered, expected))
    except RuleError as error:
        if expected.refused is not None and expected.refused in str(error):
            return ()
        wanted = expected.refused or "an answer"
        return (Difference(benefit, "answer", wanted, f"refused: {error}", benefit),)


def _unknown_benefit(graph: Graph, name: str) -> UnknownNameError:
    return UnknownNameError("benefit", name, get_close_matches(name, graph.benefits) or graph.benefits)


def _differences(graph: Graph, answered: Answered, expected: Expected) -> Iterator[Difference]:
    benefit = graph.benefits[answered.benefit]
    if expected.refused is not None:
        yield Difference(
            answered.benefit, "answer", f"refused: {expected.refused}", str(answered.entitled), benefit.entitled
        )
    if expected.entitled is not None and expected.entitled is not answered.entitled:
        yield Difference(answered.benefit, "entitled", str(expected.entitled), str(answered.entitled), benefit.entitled)
    if expected.amount is not None and benefit.amount is not None and answered.amount is not None:
        yield from _compare(answered.benefit, "amount", benefit.amount, expected.amount, answered.amount)
    for name, wanted in expected.values.items():
        if name not in graph.rules or graph.rules[name].scope:
            yield Difference(answered.benefit, name, str(wanted), "no rule of the family has this name", name)
        else:
            yield from _compare(answered.benefit, name, name, wanted, _value_of(answered.run, name))
    if expected.missing is not None:
        got = sorted(str(ref) for ref in answered.missing)
        if sorted(expected.missing) != got:
            yield Difference(
                answered.benefit, "missing", ", ".join(sorted(expected.missing)), ", ".join(got), benefit.entitled
            )


def _value_of(run: Run, name: str) -> Value:
    return run.results.get((name, ())) or evaluate_rule(run, name)


def _compare(benefit: str, what: str, rule: str, wanted: object, got: Value) -> Iterator[Difference]:
    shown = show_value(got, Language.EN)
    if isinstance(wanted, int | Decimal) and not isinstance(wanted, bool):
        exact = number(wanted if isinstance(wanted, int) else Fraction(wanted))
        if not contains(exact, got):
            yield Difference(benefit, what, show_value(exact, Language.EN), shown, rule)
    elif str(wanted) != (str(got) if isinstance(got, Answer) else shown):
        yield Difference(benefit, what, str(wanted), shown, rule)


def report_outcomes(outcomes: list[Outcome]) -> Iterator[str]:
    """Yield a table of what failed, and the count."""
    failed = [outcome for outcome in outcomes if outcome.differences]
    for outcome in failed:
        yield f"{outcome.where}: {outcome.case}"
        rows = [("benefit", "", "expected", "got", "step")]
        rows += [(part.benefit, part.what, part.expected, part.got, part.step) for part in outcome.differences]
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
        yield from (
            "    " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in rows
        )
        yield ""
    yield f"{len(outcomes)} cases, {len(failed)} failed."
