"""The commands over the law's data: `check`, `show` and `due`."""

import argparse
from difflib import get_close_matches
from typing import TYPE_CHECKING

from rules.check import find_awaited, find_untitled, find_unused, summarise, words_in_code
from rules.deadlines import compute_due
from rules.desk.arguments import DONE, Write, as_date, as_folder, as_moment
from rules.desk.case_files import cases_beside, find_cases
from rules.desk.triage import check_list
from rules.errors import LawFilesError, UnknownNameError
from rules.graph.bounds import find_bound_faults
from rules.graph.proven import find_unproven
from rules.graph.reader import read_graph, used_parameters
from rules.loader import Law
from rules.report import report_check, report_due, report_show

if TYPE_CHECKING:
    from rules.desk.arguments import Commands

_CHECK = """\
Read every file of the law and every case that shows what the rules do, and list each fault with its file and line: a
value without a citation, a gap or an overlap of days, an unknown or unused name, a circle, arithmetic that could not
fit, a rule, check or notice without a case, a case that fails. The list of words of danger is checked too. Print what
the law holds when there is none."""
_SHOW = """\
Show what is known of a figure or of a term: its name in three languages, and each of its values with the days it
applies to, its status, where it stands, and other readings that sources give."""
_DUE = """\
Compute when a term ends that begins with an event, and tell each step: the day of the event, days off, the hours of
work, the last day."""


def add_commands(commands: "Commands") -> None:
    """Add the commands over the law's data."""
    check = commands.add_parser("check", help="validate every file: citations, gaps, overlaps, unused, without a case",
                                description=_CHECK)  # fmt: skip
    check.add_argument("--cases", type=as_folder, metavar="FOLDER",
                       help="the cases that show what the rules do (default: those that ship; with --law the folder "
                       "`cases` beside it)")  # fmt: skip
    check.set_defaults(run=_check)
    show = commands.add_parser("show", help="all values of a parameter or deadline, or the one on a date",
                               description=_SHOW)  # fmt: skip
    show.add_argument("name", help="for example working_day.opens or visit_urgent")
    show.add_argument("--on", type=as_date, metavar="DATE", help="for example 2026-11-20")
    show.set_defaults(run=_show)
    due = commands.add_parser("due", help="compute a due time and explain each step", description=_DUE)
    due.add_argument("deadline", help="for example visit_standard")
    due.add_argument("--from", dest="start", type=as_moment, required=True, metavar="MOMENT",
                     help="the event with its offset, for example 2026-11-20T16:00+05:00")  # fmt: skip
    due.add_argument("--on", type=as_date, metavar="DATE", help="use the term in force on this day")
    due.add_argument("--known-on", type=as_date, metavar="DATE", help="use what was known on this day")
    due.set_defaults(run=_due)


def _check(asked: argparse.Namespace, law: Law, write: Write) -> int:
    graph = read_graph(law)
    used = used_parameters(graph)
    faults = [*find_unused(law, words_in_code() | used), *find_awaited(law, used), *find_untitled(graph)]
    faults += find_bound_faults(graph)
    if graph.benefits:
        found = find_cases(graph, [asked.cases or cases_beside(asked.law)])
        faults += [*found.problems, *find_unproven(graph, found.cases)]
    if faults:
        raise LawFilesError(faults)
    write(report_check(summarise(law)))
    write([f"  rules      {len(graph.rules)} rules of {len(graph.benefits)} benefits"])
    if asked.law is None:
        write([check_list()])
    return DONE


def _show(asked: argparse.Namespace, law: Law, write: Write) -> int:
    names = [*law.parameters, *law.deadlines]
    if asked.name not in names:
        raise UnknownNameError("parameter or deadline", asked.name, get_close_matches(asked.name, names))
    write(report_show(law, asked.name, asked.on))
    return DONE


def _due(asked: argparse.Namespace, law: Law, write: Write) -> int:
    due = compute_due(asked.deadline, asked.start, on=asked.on, known_on=asked.known_on, law=law)
    write(report_due(law, due))
    return DONE
