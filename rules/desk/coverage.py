"""The command `coverage`: which small changes of the law no case would notice."""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING

from rules.desk.arguments import DONE, FOUND_FAULTS, Write
from rules.desk.case_files import cases_beside, find_cases
from rules.desk.progress import follow
from rules.documents import read_file
from rules.errors import LawFilesError, RuleError
from rules.graph.coverage import Coverage, Fate, Survivor, prepare, read_survivors
from rules.graph.graph import Graph
from rules.graph.mutants import Mutant, find_mutants
from rules.graph.reach import law_of_question
from rules.graph.reader import read_graph
from rules.loader import Law

if TYPE_CHECKING:
    from rules.desk.arguments import Commands

_WIDTH = 118
_REASONS = "survivors.yaml"
_THOUSAND = 1000
_TEN = 10
_ABOUT = """\
Change every value of the law by one unit of its last digit, turn over every comparison, `and`, `or`, `not` and every
rounding, one at a time, and run the cases that hang on it. A change that no case notices is a norm that nothing tests:
write a case for it, or write into the file of reasons why none can or need notice it. A reason that is no longer needed
is a fault too. What no case reaches at all is counted apart."""


class FailingCasesError(RuleError):
    """Cases that fail without any change can not tell what changes do."""


@dataclass(frozen=True)
class Found:
    """What became of all mutants, and which reasons are written for what."""

    killed: int
    unreached: tuple[Mutant, ...]
    explained: tuple[Mutant, ...]
    survivors: tuple[Mutant, ...]
    needless: tuple[Survivor, ...]


def add_commands(commands: "Commands") -> None:
    """Add the command."""
    parser = commands.add_parser("coverage", help="small changes of the law that no case notices", description=_ABOUT)
    parser.add_argument("--cases", type=Path, nargs="+", default=[], metavar="FILE",
                        help="files or folders of cases (default: those that ship, or beside --law)")  # fmt: skip
    parser.add_argument("--benefit", action="append", default=[], metavar="BENEFIT",
                        help="only what this benefit hangs on; may be given again")  # fmt: skip
    parser.add_argument("--survivors", type=Path, metavar="FILE",
                        help="the file of reasons (default: survivors.yaml beside the cases' folder)")  # fmt: skip
    parser.add_argument("--unreached", action="store_true", help="list also what no case reaches")
    parser.add_argument("--draft", action="store_true", help="print the survivors as entries of the file of reasons")
    parser.set_defaults(run=_coverage)


def _coverage(asked: argparse.Namespace, law: Law, write: Write) -> int:
    graph = read_graph(law)
    for benefit in asked.benefit:
        graph.benefit(benefit)
    cases = find_cases(graph, asked.cases or [cases_beside(asked.law)])
    if cases.problems:
        raise LawFilesError(cases.problems)
    coverage = Coverage(graph, list(prepare(graph, cases.cases)))
    failing = sum(not question.agrees(graph) for question in coverage.questions)
    if failing:
        raise FailingCasesError(f"{failing} answers of the cases fail as it is; see `python -m rules test`")
    mutants = [mutant for mutant in find_mutants(graph) if _is_asked(graph, asked.benefit, mutant)]
    found = _try_all(coverage, mutants, _reasons(asked), whole=not asked.benefit)
    if asked.draft:
        write(_draft(found.survivors))
        return DONE
    write(_report(found, len(coverage.questions), list_unreached=asked.unreached))
    return FOUND_FAULTS if found.survivors or found.needless else DONE


def _is_asked(graph: Graph, benefits: Sequence[str], mutant: Mutant) -> bool:
    return not benefits or any(mutant.name in law_of_question(graph, benefit) for benefit in benefits)


def _reasons(asked: argparse.Namespace) -> tuple[Survivor, ...]:
    """Return the reasons that are written; none where a law of its own has no such file beside it."""
    if asked.survivors is not None:
        return read_survivors(str(asked.survivors), read_file(asked.survivors)).survivors
    if asked.law is None:
        return read_survivors(f"rules/{_REASONS}", read_file(files("rules").joinpath(_REASONS))).survivors
    beside = asked.law.resolve().parent.joinpath(_REASONS)
    return read_survivors(str(beside), read_file(beside)).survivors if beside.is_file() else ()


def _try_all(coverage: Coverage, mutants: Sequence[Mutant], reasons: Sequence[Survivor], *, whole: bool) -> Found:
    fates: dict[Fate, list[Mutant]] = {fate: [] for fate in Fate}
    for mutant in follow(mutants, "Trying changes"):
        fates[coverage.attempt(mutant)].append(mutant)
    survived = fates[Fate.SURVIVED]
    explained = [mutant for mutant in survived if any(reason.covers(mutant) for reason in reasons)]
    needless = [reason for reason in reasons if not any(reason.covers(mutant) for mutant in survived)]
    return Found(
        killed=len(fates[Fate.KILLED]),
        unreached=tuple(fates[Fate.UNREACHED]),
        explained=tuple(explained),
        survivors=tuple(mutant for mutant in survived if mutant not in explained),
        needless=tuple(needless) if whole else (),
    )


def _report(found: Found, questions: int, *, list_unreached: bool) -> Iterator[str]:
    if found.survivors:
        yield "No case notices these changes of the law:"
        yield from _listed([str(mutant) for mutant in found.survivors])
        yield ""
    if found.needless:
        yield "These reasons are no longer needed:"
        yield from _listed(
            [
                f"{reason.name} from {reason.in_force_from}: {reason.mutation or 'every change'}"
                for reason in found.needless
            ]
        )
        yield ""
    if list_unreached and found.unreached:
        yield "No case reaches what these change:"
        yield from _listed([str(mutant) for mutant in found.unreached])
        yield ""
    reached = found.killed + len(found.explained) + len(found.survivors)
    yield f"{reached} changes of what {questions} answers hang on:"
    yield f"  noticed      {found.killed}"
    yield f"  explained    {len(found.explained)}   (survivors with a written reason)"
    yield f"  survivors    {len(found.survivors)}"
    hint = "" if list_unreached else "; --unreached lists them"
    yield f"  not reached  {len(found.unreached)}   (changes of what no case uses{hint})"
    tenths = found.killed * _THOUSAND // reached if reached else _THOUSAND
    yield f"Score: {tenths // _TEN}.{tenths % _TEN} % of the changes are noticed."


def _listed(texts: Sequence[str]) -> Iterator[str]:
    for text in texts:
        yield from wrap(text, _WIDTH, initial_indent="  ", subsequent_indent="      ", break_on_hyphens=False)


def _draft(survivors: Sequence[Mutant]) -> Iterator[str]:
    """Yield entries of the file of reasons, with the reasons to be written."""
    yield "survivors:"
    for mutant in survivors:
        yield f"  - name: {mutant.name}"
        yield f"    in_force_from: {mutant.start.isoformat()}"
        yield f'    mutation: "{mutant.text}"'
        yield '    reason: ""'
