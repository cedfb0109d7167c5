"""The commands over benefits: `python -m rules explain` and `python -m rules test`."""

import argparse
import json
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path

from rules.errors import FileProblem, LawFilesError
from rules.graph.answers import Answered, ask
from rules.graph.basis import Mode, read_sign_off
from rules.graph.cases import Placed, read_cases, report_outcomes, run_folder
from rules.graph.explain import explain
from rules.graph.graph import Graph
from rules.graph.reader import read_graph
from rules.graph.render import explanation_data, explanation_html, explanation_text
from rules.graph.words import Language
from rules.loader import Law

FAILED = 1
COMMANDS = ("explain", "test")


def add_commands(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", as_date: Callable[[str], date]
) -> None:
    """Add the commands over benefits to the command line."""
    explain_parser = commands.add_parser("explain", help="answer a benefit for a case, step by step with its law")
    explain_parser.add_argument("benefit", help="for example multi_child_benefit")
    explain_parser.add_argument("--case", type=Path, required=True, metavar="FILE", help="a case in YAML")
    explain_parser.add_argument("--name", help="the case of that name, where the file has more than one")
    explain_parser.add_argument("--on", type=as_date, metavar="DATE", help="the day the question is about")
    explain_parser.add_argument("--known-on", type=as_date, metavar="DATE", help="use what was known on this day")
    explain_parser.add_argument("--lang", type=Language, choices=list(Language), default=Language.RU)
    explain_parser.add_argument("--as", dest="form", choices=("text", "json", "html"), default="text")
    explain_parser.add_argument("--mode", type=Mode, choices=list(Mode), default=Mode.ESTIMATE)
    explain_parser.add_argument("--sign-off", type=Path, metavar="FILE", help="the authority's sign-off file")
    test_parser = commands.add_parser("test", help="run the cases of a folder and compare, without any margin")
    test_parser.add_argument("folder", type=Path)


def run_command(asked: argparse.Namespace, law: Law, write: Callable[[Iterable[str]], None]) -> int:
    """Run one command over benefits. Raises LawFilesError and RuleError."""
    graph = read_graph(law)
    if asked.command == "test":
        outcomes = list(run_folder(graph, asked.folder))
        write(report_outcomes(outcomes))
        return FAILED if any(outcome.differences for outcome in outcomes) else 0
    answered = _answer(graph, asked)
    told = explain(answered, asked.lang)
    if asked.form == "text":
        write(explanation_text(told))
    elif asked.form == "html":
        write([explanation_html(told)])
    else:
        write([json.dumps(explanation_data(told), ensure_ascii=False, indent=2)])
    return 0


def _answer(graph: Graph, asked: argparse.Namespace) -> Answered:
    placed = _find_case(asked.case, asked.name)
    on = asked.on or placed.case.on
    if on is None:
        raise LawFilesError([placed.document.problem(placed.location, "give the day with --on or in the case")])
    sign_off = read_sign_off(str(asked.sign_off), _read(asked.sign_off)) if asked.sign_off else None
    record = placed.record(graph, on)
    return ask(graph, asked.benefit, record, on, asked.known_on or placed.case.known_on, asked.mode, sign_off)


def _find_case(path: Path, name: str | None) -> Placed:
    found = [placed for placed in read_cases(str(path), _read(path)) if name in {None, placed.case.name}]
    if len(found) != 1:
        text = f"{len(found)} cases fit; name one of them with --name"
        raise LawFilesError([FileProblem(str(path), 1, text)])
    return found[0]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise LawFilesError([FileProblem(str(path), 1, f"can not be read: {error.strerror}")]) from error
