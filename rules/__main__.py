"""The desk of a policy analyst: `python -m rules check`, `show`, `due`, `explain` and `test`."""

import argparse
import sys
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path

from rules.check import find_unused, summarise, words_in_code
from rules.deadlines import compute_due
from rules.errors import LawFilesError, RuleError, UnknownNameError
from rules.graph.bounds import find_bound_faults
from rules.graph.commands import COMMANDS, add_commands, run_command
from rules.graph.reader import read_graph, used_parameters
from rules.loader import Law, load_law, read_law
from rules.report import report_check, report_due, report_show

FOUND_FAULTS = 1
NO_ANSWER = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Exit codes: 0 done, 1 the files have faults, 2 the question has no answer."""
    asked = _build_parser().parse_args(arguments)
    try:
        law = read_law(asked.law, str(asked.law)) if asked.law else load_law()
        if asked.command == "check":
            return _check(law)
        if asked.command in COMMANDS:
            return run_command(asked, law, _write)
        if asked.command == "show":
            _write(report_show(law, _find_name(law, asked.name), asked.on))
        else:
            due = compute_due(asked.deadline, asked.start, on=asked.on, known_on=asked.known_on, law=law)
            _write(report_due(law, due))
    except LawFilesError as error:
        return _refuse(error)
    except RuleError as error:
        sys.stderr.write(f"{error}\n")
        return NO_ANSWER
    return 0


def _check(law: Law) -> int:
    graph = read_graph(law)
    faults = find_unused(law, words_in_code() | used_parameters(graph))
    faults += find_bound_faults(graph)
    if faults:
        return _refuse(LawFilesError(faults))
    _write(report_check(summarise(law)))
    _write([f"  rules      {len(graph.rules)} rules of {len(graph.benefits)} benefits"])
    return 0


def _refuse(error: LawFilesError) -> int:
    count = len(error.problems)
    sys.stderr.write(f"{error}\n{count} fault{'' if count == 1 else 's'} found.\n")
    return FOUND_FAULTS


def _find_name(law: Law, name: str) -> str:
    names = [*law.parameters, *law.deadlines]
    if name not in names:
        raise UnknownNameError("parameter or deadline", name, get_close_matches(name, names))
    return name


def _write(lines: Iterable[str]) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in list(lines)))


def _build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m rules", description="Check and explain the law's data.")
    parser.add_argument("--law", type=_folder, metavar="FOLDER", help="files to use instead of the package's own")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("check", help="validate every file: gaps, overlaps, unknown keys, citations, unused")
    show = commands.add_parser("show", help="all values of a parameter or deadline, or the one on a date")
    show.add_argument("name", help="for example working_day.opens or visit_urgent")
    show.add_argument("--on", type=_date, metavar="DATE", help="for example 2026-11-20")
    due = commands.add_parser("due", help="compute a due time and explain each step")
    due.add_argument("deadline", help="for example visit_standard")
    due.add_argument("--from", dest="start", type=_moment, required=True, metavar="MOMENT",
                     help="the event with its offset, for example 2026-11-20T16:00+05:00")  # fmt: skip
    due.add_argument("--on", type=_date, metavar="DATE", help="use the term in force on this day")
    due.add_argument("--known-on", type=_date, metavar="DATE", help="use what was known on this day")
    add_commands(commands, _date)
    return parser


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date such as 2026-11-20") from error


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not a moment such as 2026-11-20T16:00+05:00") from error


def _folder(text: str) -> Path:
    folder = Path(text)
    if not folder.is_dir():
        raise argparse.ArgumentTypeError(f"{text} is not a folder")
    return folder


if __name__ == "__main__":
    sys.exit(main())
