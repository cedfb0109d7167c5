"""The commands that write cases: `cases template` and `cases generate`."""

import argparse
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rules.desk.arguments import DONE, Write, as_date, write_file
from rules.desk.case_files import cases_beside, find_cases
from rules.desk.progress import follow
from rules.errors import LawFilesError, RuleError
from rules.graph.boundary import Proposal, propose
from rules.graph.cases import Placed
from rules.graph.coverage import Coverage, prepare
from rules.graph.edges import find_edges
from rules.graph.graph import Graph
from rules.graph.moves import Situation
from rules.graph.mutants import find_mutants
from rules.graph.reach import law_of_question
from rules.graph.reader import read_graph
from rules.graph.templates import last_day, table_template, yaml_template
from rules.graph.uncovered import choose_noticing
from rules.graph.words import Language
from rules.graph.write_cases import write_csv, write_yaml
from rules.loader import Law

if TYPE_CHECKING:
    from rules.desk.arguments import Commands

_TEMPLATE = """\
Write an empty case of a benefit with every fact that its rules can ask, each with its meaning and its form. The file
can be run as it stands. With --csv it is a table for a spreadsheet; its headings are codes, or names with --lang."""
_GENERATE = """\
Propose a case on each side of every edge of a benefit's rules: each comparison, each row of a table, the ends of
periods, each day on which a value or wording changes, each code, yes and no. The edges are found in the rules; a
confirmed case that reaches one is moved, one input at a time, until the two sides meet. What the cases expect is what
the rules say today, and is marked as proposed until a person confirms it."""
# Without it a spreadsheet takes the file for another alphabet.
_BYTE_ORDER_MARK = "\ufeff"


class TooManyError(RuleError):
    """More was asked for than one screen can hold."""


def add_commands(commands: "Commands") -> None:
    """Add the commands that write cases."""
    parser = commands.add_parser("cases", help="write an empty case, or proposed cases for every edge of the law")
    acts = parser.add_subparsers(required=True, metavar="template|generate")
    template = acts.add_parser("template", help="an empty case to be filled in", description=_TEMPLATE)
    template.add_argument("benefit", help="for example multi_child_benefit")
    template.add_argument("--csv", action="store_true", help="a table for a spreadsheet instead of YAML")
    template.add_argument("--on", type=as_date, metavar="DATE", help="the day of the question")
    template.add_argument(
        "--lang", type=Language, choices=list(Language), help="language of the explanations or headings"
    )
    template.add_argument("--out", type=Path, metavar="FILE", help="write here instead of to the screen")
    template.set_defaults(run=_template)
    _add_generate(acts)


def _add_generate(acts: "Commands") -> None:
    generate = acts.add_parser("generate", help="proposed cases for every edge of the rules", description=_GENERATE)
    generate.add_argument("benefits", nargs="*", metavar="BENEFIT", help="all of them when none is named")
    generate.add_argument("--from", dest="seeds", type=Path, nargs="+", default=[], metavar="FILE",
                          help="cases to start from (default: those that ship, or beside --law)")  # fmt: skip
    generate.add_argument("--uncovered", action="store_true",
                          help="only cases that notice what `coverage` calls a survivor or not reached")  # fmt: skip
    generate.add_argument("--csv", action="store_true", help="a table for a spreadsheet instead of YAML")
    generate.add_argument("--out", type=Path, metavar="FOLDER", help="write a file for each benefit into this folder")
    generate.set_defaults(run=_generate)


def _generate(asked: argparse.Namespace, law: Law, write: Write) -> int:
    graph = read_graph(law)
    benefits = asked.benefits or list(graph.benefits)
    for benefit in benefits:
        graph.benefit(benefit)
    found = find_cases(graph, asked.seeds or [cases_beside(asked.law)])
    if found.problems:
        raise LawFilesError(found.problems)
    if asked.out is None and len(benefits) > 1:
        raise TooManyError("name one benefit, or a folder for the files of several with --out")
    coverage = Coverage(graph, list(prepare(graph, found.cases))) if asked.uncovered else None
    for benefit in benefits:
        seeds = list(_seeds(graph, found.cases, benefit))
        proposals = propose(graph, benefit, seeds, follow(find_edges(graph, benefit), f"Edges of {benefit}"))
        if coverage is not None:
            names = law_of_question(graph, benefit)
            mutants = (mutant for mutant in find_mutants(graph) if mutant.name in names)
            proposals = choose_noticing(coverage, mutants, benefit, proposals)
        _write_proposals(asked, graph, benefit, proposals, len(seeds), write)
    return DONE


def _write_proposals(
    asked: argparse.Namespace, graph: Graph, benefit: str, proposals: Sequence[Proposal], seeds: int, write: Write
) -> None:
    if not proposals:
        hint = "" if seeds else f": no confirmed case asks about it; begin with `cases template {benefit}`"
        write([f"# {benefit}: nothing to propose{hint}."])
        return
    text = write_csv(graph, benefit, proposals) if asked.csv else _lines(write_yaml(benefit, proposals))
    if asked.out is None:
        write(text.splitlines())
        return
    path = asked.out.joinpath(f"{benefit}_edges{'.csv' if asked.csv else '.yaml'}")
    write_file(path, f"{_BYTE_ORDER_MARK}{text}" if asked.csv else text)
    write([f"{path}: {len(proposals)} proposed cases, from {seeds} that are there."])


def _seeds(graph: Graph, cases: Iterable[Placed], benefit: str) -> Iterator[Situation]:
    """Yield the confirmed cases that ask about the benefit and have an answer."""
    for placed in cases:
        expected = placed.case.questions.get(benefit)
        if expected is not None and expected.refused is None and placed.case.on and not placed.case.is_proposed:
            yield Situation(placed.record(graph, placed.case.on), placed.case.on)


def _lines(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _template(asked: argparse.Namespace, law: Law, write: Write) -> int:
    graph = read_graph(law)
    on = asked.on or last_day(graph, asked.benefit)
    if asked.csv:
        text = table_template(graph, asked.benefit, on, asked.lang)
    else:
        text = _lines(yaml_template(graph, asked.benefit, on, asked.lang or Language.EN))
    if asked.out is None:
        write(text.splitlines())
    else:
        write_file(asked.out, f"{_BYTE_ORDER_MARK}{text}" if asked.csv else text)
        write([f"{asked.out}: an empty case of {asked.benefit}."])
    return DONE
