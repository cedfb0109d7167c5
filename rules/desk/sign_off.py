"""The commands over an authority's sign-off file: `sign-off draft` and `sign-off check`."""

import argparse
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rules.desk.arguments import DONE, FOUND_FAULTS, Write, as_date, write_file
from rules.documents import read_file
from rules.graph.graph import Graph
from rules.graph.reader import read_graph
from rules.graph.signing import Basis, Drafted, Review, draft_sign_off, find_basis, read_drafted, review
from rules.loader import Law

if TYPE_CHECKING:
    from rules.desk.arguments import Commands

_ABOUT = """\
A decision, unlike an estimate, rests only on values that an authority has compared with the act. It signs them in
a sign-off file, which stands in its deployment. A signature holds for the value as it was signed: when the value
changes, it must be signed anew."""

_DRAFT = """\
Write a sign-off file to be filled in: every value that a decision about the benefits on those days can rest on,
with what it says and where it stands. Which index a birth grant follows hangs on the birth date, so the draft holds
every index that this date can call for."""
_CHECK = """\
Compare a sign-off file with the law as it stands. With --on, list also what decisions on that day would need and
what the file does not hold. The exit code is 1 when something is to be done."""


def add_commands(commands: "Commands") -> None:
    """Add the commands over sign-off files."""
    parser = commands.add_parser(
        "sign-off", help="draft or check the file in which an authority signs values of the law", description=_ABOUT
    )
    acts = parser.add_subparsers(required=True, metavar="draft|check")
    draft = acts.add_parser(
        "draft", help="write a file with all values that decisions would rest on, to be signed", description=_DRAFT
    )
    _add_question(draft, required=True)
    draft.add_argument("--out", type=Path, metavar="FILE", help="write here instead of to the screen")
    draft.set_defaults(run=_draft)
    check = acts.add_parser(
        "check", help="list signatures that no longer hold, and values that lack one", description=_CHECK
    )
    check.add_argument("file", type=Path)
    _add_question(check, required=False)
    check.set_defaults(run=_check)


def _add_question(parser: argparse.ArgumentParser, *, required: bool) -> None:
    parser.add_argument("--benefits", nargs="+", metavar="BENEFIT", default=[],
                        help="for example multi_child_benefit; all of them when none is named")  # fmt: skip
    parser.add_argument("--on", type=as_date, metavar="DATE", required=required, help="the day of the decisions")
    parser.add_argument("--through", type=as_date, metavar="DATE", help="decisions from --on through this day")


def _needed(graph: Graph, asked: argparse.Namespace) -> tuple[Basis, ...]:
    return find_basis(graph, asked.benefits or graph.benefits, asked.on, asked.through or asked.on)


def _draft(asked: argparse.Namespace, law: Law, write: Write) -> int:
    graph = read_graph(law)
    needed = [entry for entry in _needed(graph, asked) if not entry.verified]
    text = draft_sign_off(graph, needed)
    if asked.out is None:
        write([text.rstrip("\n")])
        return DONE
    write_file(asked.out, text)
    write([f"{asked.out}: {len(needed)} values to be compared with their acts and signed."])
    return DONE


def _check(asked: argparse.Namespace, law: Law, write: Write) -> int:
    graph = read_graph(law)
    drafted = read_drafted(str(asked.file), read_file(asked.file))
    needed = _needed(graph, asked) if asked.on else ()
    found = review(graph, drafted.sign_off, [entry for entry in needed if str(entry) not in drafted.waiting])
    write(_report(graph, drafted, found))
    return DONE if found.in_order and not drafted.waiting else FOUND_FAULTS


def _report(graph: Graph, drafted: Drafted, found: Review) -> Iterator[str]:
    if drafted.sign_off is not None and drafted.sign_off.example:
        yield "This file is marked as an example: no authority stands behind its signatures."
    yield from _section(
        "Signed, but changed since: compare with the act again",
        [f"{entry.name} from {entry.in_force_from} ({graph.place(entry.name)})" for entry in found.stale],
    )
    yield from _section(
        "Signed, but no longer in the law", [f"{entry.name} from {entry.in_force_from}" for entry in found.gone]
    )
    yield from _section("In the file, but not signed yet", drafted.waiting)
    yield from _section(
        "Needed, but not in the file",
        [f"{entry} ({graph.place(entry.name)})" for entry in found.missing],
    )
    count = len(drafted.sign_off.values) if drafted.sign_off else 0
    holding = count - len(found.stale) - len(found.gone)
    lacking = len(drafted.waiting) + len(found.missing)
    yield f"{holding} of {count} signatures hold" + (f"; {lacking} lacking." if lacking else ".")


def _section(title: str, entries: Sequence[str]) -> Iterator[str]:
    if entries:
        yield f"{title}:"
        yield textwrap.indent("\n".join(entries), "    ")
