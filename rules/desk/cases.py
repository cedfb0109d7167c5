"""The commands that write cases: `cases template`."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from rules.desk.arguments import DONE, Write, as_date, write_file
from rules.graph.reader import read_graph
from rules.graph.templates import last_day, table_template, yaml_template
from rules.graph.words import Language
from rules.loader import Law

if TYPE_CHECKING:
    from rules.desk.arguments import Commands

_TEMPLATE = """\
Write an empty case of a benefit with every fact that its rules can ask, each with its meaning and its form. The file
can be run as it stands. With --csv it is a table for a spreadsheet; its headings are codes, or names with --lang."""
# Without it a spreadsheet takes the file for another alphabet.
_BYTE_ORDER_MARK = "\ufeff"


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


def _template(asked: argparse.Namespace, law: Law, write: Write) -> int:
    graph = read_graph(law)
    on = asked.on or last_day(graph, asked.benefit)
    if asked.csv:
        text = table_template(graph, asked.benefit, on, asked.lang)
    else:
        text = "".join(f"{line}\n" for line in yaml_template(graph, asked.benefit, on, asked.lang or Language.EN))
    if asked.out is None:
        write(text.splitlines())
    else:
        write_file(asked.out, f"{_BYTE_ORDER_MARK}{text}" if asked.csv else text)
        write([f"{asked.out}: an empty case of {asked.benefit}."])
    return DONE
