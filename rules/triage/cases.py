"""Sentences with what the list should make of them. All must come out, or the list is not in order."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Annotated

from pydantic import Field, ValidationError

from rules.documents import Document, read_document, read_file
from rules.errors import FileProblem, LawFilesError
from rules.faults import explain_faults
from rules.parameters import Entry, Text
from rules.triage.models import Code, Number, Urgency
from rules.triage.reading import FACTS, WordList
from rules.triage.suggestion import Explanation, explain


class Case(Entry):
    """A text, the facts beside it, and what is expected, exactly."""

    text: Text
    facts: tuple[Code, ...] = ()
    urgency: Annotated[Urgency, Field(strict=False)]
    signs: tuple[Code, ...]
    """All that count, in any order."""
    not_counted: tuple[Code, ...] = ()
    """Signs that are found and count nothing: negated, innocent, or alone."""
    version: Number | None = None
    """The version that it is for; all that are there where none is named."""
    note: Text | None = None


class CaseFile(Entry):
    """A file of cases."""

    cases: tuple[Case, ...]


_KEYS = sorted({*Case.model_fields, *CaseFile.model_fields})


@dataclass(frozen=True, slots=True)
class Placed:
    """A case, and where it stands."""

    case: Case
    document: Document
    index: int

    @property
    def line(self) -> int:
        """Return the line of the case."""
        return self.document.line_of(("cases", self.index))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came out of a case."""

    placed: Placed
    explanation: Explanation
    differences: tuple[str, ...]


def shipped_cases() -> tuple[Placed, ...]:
    """Return the cases that come with this package. Raises LawFilesError."""
    folder = files("rules").joinpath("triage", "cases")
    return read_cases(
        (entry, f"rules/triage/cases/{entry.name}")
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith((".yaml", ".yml"))
    )


def read_cases(sources: Iterable[tuple[Traversable, str]]) -> tuple[Placed, ...]:
    """Read files of cases, each with the name to show. Raises LawFilesError naming every fault."""
    placed: list[Placed] = []
    problems: list[FileProblem] = []
    for source, shown_as in sources:
        try:
            document = read_document(shown_as, read_file(source, shown_as))
            placed += _read(document)
        except LawFilesError as error:
            problems += error.problems
    if problems:
        raise LawFilesError(problems)
    return tuple(placed)


def _read(document: Document) -> Iterator[Placed]:
    try:
        file = CaseFile.model_validate(document.data)
    except ValidationError as error:
        raise LawFilesError(explain_faults(error, document, _KEYS)) from error
    problems = [
        document.problem(("cases", index, "facts", number), f"no fact is called {code!r}; facts are {', '.join(FACTS)}")
        for index, case in enumerate(file.cases)
        for number, code in enumerate(case.facts)
        if code not in FACTS
    ]
    if problems:
        raise LawFilesError(problems)
    yield from (Placed(case, document, index) for index, case in enumerate(file.cases))


def run(placed: Placed, words: WordList) -> Outcome:
    """Hold a case against a version of the list."""
    case = placed.case
    told = explain(case.text, case.facts, words)
    counted = {hit.code for hit in told.hits if hit.standing == "counted"}
    idle = {hit.code for hit in told.hits if hit.standing != "counted"} - counted
    expected = set(case.signs)
    differences: list[str] = []
    if case.urgency is not told.suggestion.urgency:
        differences.append(f"expected {case.urgency}, suggested {told.suggestion.urgency}")
    differences += [f"{code} is expected to count, and does not" for code in sorted(expected - counted)]
    differences += [f"{code} counts, and is not expected" for code in sorted(counted - expected)]
    differences += [f"{code} is expected to be seen and not counted" for code in sorted(set(case.not_counted) - idle)]
    return Outcome(placed, told, tuple(differences))


def find_faults(cases: Sequence[Placed], words: WordList, shown_as: str) -> list[FileProblem]:
    """Return each case that does not come out, and each sign and fact that counts in no case."""
    outcomes = [run(placed, words) for placed in cases if placed.case.version in {None, words.version.number}]
    faults = [
        FileProblem(o.placed.document.path, o.placed.line, f"{o.placed.case.text!r}: {difference}")
        for o in outcomes
        for difference in o.differences
    ]
    shown = {code for outcome in outcomes for code in outcome.explanation.suggestion.signs}
    there = [*(sign.code for sign in words.signs), *words.facts]
    return faults + [
        FileProblem(shown_as, 1, f"{code} counts in no case: write one") for code in there if code not in shown
    ]
