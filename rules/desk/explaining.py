"""The command `explain`: one answer, step by step, with its law."""

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from rules.desk.arguments import DONE, Write, as_date
from rules.documents import read_file
from rules.errors import FileProblem, LawFilesError
from rules.graph.answers import Answered, ask
from rules.graph.basis import Mode, read_sign_off
from rules.graph.cases import Placed, read_cases
from rules.graph.explain import explain
from rules.graph.graph import Graph
from rules.graph.reader import read_graph
from rules.graph.render import explanation_data, explanation_html, explanation_text
from rules.graph.words import Language
from rules.loader import Law

if TYPE_CHECKING:
    from rules.desk.arguments import Commands


def add_commands(commands: "Commands") -> None:
    """Add the command."""
    explainer = commands.add_parser("explain", help="answer a benefit for a case, step by step with its law")
    explainer.add_argument("benefit", help="for example multi_child_benefit")
    explainer.add_argument("--case", type=Path, required=True, metavar="FILE", help="a case in YAML")
    explainer.add_argument("--name", help="the case of that name, where the file has more than one")
    explainer.add_argument("--on", type=as_date, metavar="DATE", help="the day the question is about")
    explainer.add_argument("--known-on", type=as_date, metavar="DATE", help="use what was known on this day")
    explainer.add_argument("--lang", type=Language, choices=list(Language), default=Language.RU)
    explainer.add_argument("--as", dest="form", choices=("text", "json", "html"), default="text")
    explainer.add_argument("--mode", type=Mode, choices=list(Mode), default=Mode.ESTIMATE)
    explainer.add_argument("--sign-off", type=Path, metavar="FILE", help="the authority's sign-off file")
    explainer.set_defaults(run=_explain)


def _explain(asked: argparse.Namespace, law: Law, write: Write) -> int:
    answered = _answer(read_graph(law), asked)
    told = explain(answered, asked.lang)
    if asked.form == "text":
        write(explanation_text(told))
    elif asked.form == "html":
        write([explanation_html(told)])
    else:
        write([json.dumps(explanation_data(told), ensure_ascii=False, indent=2)])
    return DONE


def _answer(graph: Graph, asked: argparse.Namespace) -> Answered:
    placed = _find_case(asked.case, asked.name)
    on = asked.on or placed.case.on
    if on is None:
        raise LawFilesError([placed.document.problem(placed.location, "give the day with --on or in the case")])
    sign_off = read_sign_off(str(asked.sign_off), read_file(asked.sign_off)) if asked.sign_off else None
    record = placed.record(graph, on)
    return ask(graph, asked.benefit, record, on, asked.known_on or placed.case.known_on, asked.mode, sign_off)


def _find_case(path: Path, name: str | None) -> Placed:
    found = [placed for placed in read_cases(str(path), read_file(path)) if name in {None, placed.case.name}]
    if len(found) != 1:
        text = f"{len(found)} cases fit; name one of them with --name"
        raise LawFilesError([FileProblem(str(path), 1, text)])
    return found[0]
