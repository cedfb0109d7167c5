"""The command `changes`: what of the law differs from before, and which periods that moves."""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING

from rules.desk.arguments import DONE, FOUND_FAULTS, Write, as_folder
from rules.desk.case_files import shipped_cases
from rules.graph.changes import Change, find_changes
from rules.graph.reader import read_graph
from rules.loader import Law, read_law

if TYPE_CHECKING:
    from rules.desk.arguments import Commands

_WIDTH = 118
_CHANGELOG = "CHANGELOG.md"
_ABOUT = """\
Compare the law with an earlier state of its folder, value by value and wording by wording, and name the days whose
results move: the draft of an entry of the changelog. Where the folders stand in checkouts with a CHANGELOG.md beside
them, and the law differs while the changelog does not, the exit code is 1."""


def add_commands(commands: "Commands") -> None:
    """Add the command."""
    parser = commands.add_parser("changes", help="what of the law differs from before, and the periods it moves",
                                 description=_ABOUT)  # fmt: skip
    parser.add_argument("--before", type=as_folder, required=True, metavar="FOLDER",
                        help="the earlier law, for example ../before/rules/law")  # fmt: skip
    parser.set_defaults(run=_changes)


def _changes(asked: argparse.Namespace, law: Law, write: Write) -> int:
    before = read_law(asked.before, str(asked.before))
    found = list(find_changes(read_graph(before), read_graph(law)))
    write(_report(found, same=before.version == law.version))
    present = asked.law.resolve() if asked.law else shipped_cases().parent.joinpath("law")
    silent = _is_silent(asked.before.resolve(), present)
    if found and silent:
        write(["", "The changelog says nothing of it yet: write an entry with the impacted periods."])
        return FOUND_FAULTS
    return DONE


def _report(found: Sequence[Change], *, same: bool) -> Iterator[str]:
    if not found:
        yield "The law is the same." if same else "Only words, facts or comments differ; no value and no wording."
    for change in found:
        yield from wrap(f"- {change}", _WIDTH, subsequent_indent="  ", break_on_hyphens=False)


def _is_silent(before: Path, present: Path) -> bool:
    """Return whether both have a changelog beside them, and it is the same."""
    logs = [folder.parent.joinpath(_CHANGELOG) for folder in (before, present)]
    return all(log.is_file() for log in logs) and logs[0].read_bytes() == logs[1].read_bytes()
