"""The command `test`: runs cases, and shows where answer and expectation part."""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING

from rules.desk.arguments import DONE, FOUND_FAULTS, Write
from rules.desk.case_files import cases_beside, find_cases
from rules.desk.progress import follow
from rules.desk.tables import table
from rules.errors import FileProblem, LawFilesError, RuleError
from rules.graph.cases import Placed
from rules.graph.graph import Graph
from rules.graph.reader import read_graph
from rules.graph.testing import Outcome, run_case
from rules.loader import Law

if TYPE_CHECKING:
    from rules.desk.arguments import Commands

_ABOUT = """\
Run cases and compare every answer with the expected one, to the tenge. Without files, the cases that ship are
run; with --law, those in the folder `cases` beside it.
A failing case is shown with what was expected, what came out, and the step where the two part."""


class NoSuchCaseError(RuleError):
    """No case has that name, or asks for that benefit."""


def add_commands(commands: "Commands") -> None:
    """Add the command."""
    parser = commands.add_parser("test", help="run cases and compare, without any margin", description=_ABOUT)
    parser.add_argument("files", type=Path, nargs="*", metavar="FILE", help="files or folders of cases")
    parser.add_argument("--benefit", action="append", default=[], metavar="BENEFIT",
                        help="only answers about this benefit; may be given again")  # fmt: skip
    parser.add_argument("--name", default="", metavar="TEXT", help="only cases whose name holds this text")
    parser.set_defaults(run=_test)


def _test(asked: argparse.Namespace, law: Law, write: Write) -> int:
    graph = read_graph(law)
    for benefit in asked.benefit:
        graph.benefit(benefit)
    found = find_cases(graph, asked.files or [cases_beside(asked.law)])
    chosen = [placed for placed in found.cases if _fits(placed, asked.name, asked.benefit)]
    if found.cases and not chosen:
        raise NoSuchCaseError(f"none of {len(found.cases)} cases has that name or asks for that benefit")
    outcomes, problems = _run(graph, chosen, asked.benefit)
    problems += found.problems
    proposed = sum(placed.case.is_proposed for placed in chosen)
    write(_report(outcomes, problems, found.files, proposed))
    return FOUND_FAULTS if problems or any(outcome.differences for outcome in outcomes) else DONE


def _fits(placed: Placed, name: str, benefits: Sequence[str]) -> bool:
    asked = placed.case.questions
    return name.casefold() in placed.case.name.casefold() and (not benefits or any(one in asked for one in benefits))


def _run(graph: Graph, cases: Sequence[Placed], benefits: Sequence[str]) -> tuple[list[Outcome], list[FileProblem]]:
    outcomes: list[Outcome] = []
    problems: list[FileProblem] = []
    for placed in follow(cases, "Running cases"):
        try:
            outcomes.append(run_case(graph, placed, benefits))
        except LawFilesError as error:
            problems += error.problems
    return outcomes, problems


def _report(
    outcomes: Sequence[Outcome], problems: Sequence[FileProblem], files: int, proposed: int
) -> Iterator[str]:  # fmt: skip
    failed = [outcome for outcome in outcomes if outcome.differences]
    for outcome in failed:
        yield from report_failure(outcome)
        yield ""
    if problems:
        yield from str(LawFilesError(problems)).splitlines()
        yield ""
    faults = f", {_count(len(problems), 'fault')} in the files" if problems else ""
    waiting = f", {proposed} only proposed and not confirmed yet" if proposed else ""
    yield f"{_count(len(outcomes), 'case')} of {_count(files, 'file')}: {len(failed)} failed{faults}{waiting}."


def report_failure(outcome: Outcome) -> Iterator[str]:
    """Yield what was expected of a case, what came out, and where the two part."""
    yield f"{outcome.where}: {outcome.case}"
    rows = [(part.benefit, part.what, part.expected, part.got, part.step) for part in outcome.differences]
    yield from table(("benefit", "of it", "expected", "got", "they part at"), rows, indent="    ")
    for told in dict.fromkeys(part.told for part in outcome.differences if part.told):
        yield from wrap(told, 118, initial_indent="    ", subsequent_indent="        ")


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
