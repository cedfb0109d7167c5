"""The command `explain`: the answers to a case, step by step, with their law."""

import argparse
import json
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from rules.desk.arguments import DONE, Write, as_date, write_file
from rules.desk.case_files import find_case
from rules.documents import read_file
from rules.errors import LawFilesError
from rules.graph.answers import ask
from rules.graph.basis import Mode, read_sign_off
from rules.graph.cases import Placed
from rules.graph.explain import Explanation, explain
from rules.graph.graph import Graph
from rules.graph.page import explanation_page
from rules.graph.reader import read_graph
from rules.graph.render import explanation_data, explanation_text
from rules.graph.words import Language
from rules.loader import Law

if TYPE_CHECKING:
    from rules.desk.arguments import Commands

_ABOUT = """\
Answer a case and tell every step: its value, its formula with the numbers put in, the law it stands on and the wording
in force; of a no, each condition that is not met and how far it is from its threshold. What is expected of the case is
not looked at. The default mode is an estimate; a decision is refused while a value under it is not verified."""


def add_commands(commands: "Commands") -> None:
    """Add the command."""
    parser = commands.add_parser("explain", help="answer a case, step by step with its law", description=_ABOUT)
    add_case(parser)
    parser.add_argument("--lang", type=Language, choices=list(Language), default=Language.RU,
                        help="the language of the explanation; Russian when none is named")  # fmt: skip
    parser.add_argument("--as", dest="form", choices=("text", "json", "html"), default="text",
                        help="text for the screen, JSON for programs, HTML for a browser or for print")  # fmt: skip
    parser.add_argument("--out", type=Path, metavar="FILE", help="write here instead of to the screen")
    parser.add_argument("--mode", type=Mode, choices=list(Mode), default=Mode.ESTIMATE)
    parser.add_argument("--sign-off", type=Path, metavar="FILE", help="the authority's sign-off file")
    parser.set_defaults(run=_explain)


def add_case(parser: argparse.ArgumentParser) -> None:
    """Let a command name a case, and ask it another question than its own."""
    parser.add_argument("case", type=Path, metavar="FILE", help="a file of cases, YAML or CSV")
    parser.add_argument("--name", metavar="TEXT", help="the case of that name, where the file has more than one")
    parser.add_argument("--benefit", action="append", default=[], metavar="BENEFIT",
                        help="ask about this benefit instead of those of the case; may be given again")  # fmt: skip
    parser.add_argument("--on", type=as_date, metavar="DATE", help="the day of the question, instead of the case's own")
    parser.add_argument("--known-on", type=as_date, metavar="DATE", help="use what was known on this day")


def asked_benefits(graph: Graph, placed: Placed, asked: argparse.Namespace) -> Sequence[str]:
    """Return the benefits that are asked about. Raises UnknownNameError, and LawFilesError where there are none."""
    case = placed.case
    named = asked.benefit or [*case.answers] or ([case.benefit] if case.benefit else [])
    if not named:
        text = "the case names no benefit: name one with --benefit, or write it into the case"
        raise LawFilesError([placed.document.problem(placed.location, text)])
    for benefit in named:
        graph.benefit(benefit)
    return named


def asked_day(placed: Placed, asked: argparse.Namespace) -> date:
    """Return the day of the question. Raises LawFilesError where neither command nor case names it."""
    on: date | None = asked.on or placed.case.on
    if on is None:
        raise LawFilesError([placed.document.problem(placed.location, "give the day with --on or in the case")])
    return on


def _explain(asked: argparse.Namespace, law: Law, write: Write) -> int:
    graph = read_graph(law)
    told = list(_answers(graph, asked))
    text = {"text": _text, "json": _data, "html": explanation_page}[asked.form](told)
    if asked.out is None:
        write(text.splitlines())
    else:
        write_file(asked.out, text)
        write([f"{asked.out}: {', '.join(one.answered.benefit for one in told)}."])
    return DONE


def _answers(graph: Graph, asked: argparse.Namespace) -> Iterator[Explanation]:
    placed = find_case(graph, asked.case, asked.name)
    on = asked_day(placed, asked)
    known_on = asked.known_on or placed.case.known_on
    sign_off = read_sign_off(str(asked.sign_off), read_file(asked.sign_off)) if asked.sign_off else None
    record = placed.record(graph, on)
    for benefit in asked_benefits(graph, placed, asked):
        yield explain(ask(graph, benefit, record, on, known_on, asked.mode, sign_off), asked.lang)


def _text(told: Sequence[Explanation]) -> str:
    return "\n\n\n".join("\n".join(explanation_text(one)) for one in told) + "\n"


def _data(told: Sequence[Explanation]) -> str:
    """Return one answer as one object, several as a list."""
    data = [explanation_data(one) for one in told]
    return json.dumps(data[0] if len(data) == 1 else data, ensure_ascii=False, indent=2) + "\n"
