"""The command `triage`: the list of words and signs of danger, explained, tested and shown."""

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from rules.desk.arguments import DONE, FOUND_FAULTS, Write, as_date, as_folder
from rules.desk.tables import table
from rules.errors import LawFilesError
from rules.loader import Law
from rules.triage.cases import Outcome, find_faults, read_cases, run, shipped_cases
from rules.triage.models import Sign
from rules.triage.reading import FACTS, Lists, NoListError, WordList, load_lists, read_lists
from rules.triage.suggestion import Explanation, explain
from rules.triage.wording import CONFIRMED, NOT_CONFIRMED, STANDINGS, SUM, URGENCIES, Language, said

if TYPE_CHECKING:
    from rules.desk.arguments import Commands

_SHIPPED = "rules/triage/cases"
_ABOUT = """\
Words and signs of danger in what is told of a child: each has a weight, and the sum suggests how urgent a signal is.
The list can only raise an urgency; a person decides. It is files that anybody can read and change: rules/triage."""
_EXPLAIN = """\
Tell what the list makes of a text: each sign with the words that show it and their place, what was left out and why,
the sum and the thresholds. Nothing of it is kept. Do not type what a real child wrote where others can read it."""
_TEST = """\
Hold sentences against the list: the urgency and the signs that count must come out exactly. Without files, the cases
that ship are run, and each sign must count in at least one of them."""
_SIGNS = "Show every sign with its weight, where it comes from, and its phrases."


def add_commands(commands: "Commands") -> None:
    """Add the command with its parts."""
    parser = commands.add_parser("triage", help="words and signs of danger: explain, test, show", description=_ABOUT)
    parts = parser.add_subparsers(required=True, metavar="PART")
    part = parts.add_parser("explain", help="what the list makes of a text, word for word", description=_EXPLAIN)
    part.add_argument("text", nargs="?", metavar="TEXT", help='for example "отчим бьёт меня"')
    part.add_argument("--file", type=Path, metavar="FILE", help="take the text from a file instead")
    part.add_argument("--fact", action="append", default=[], choices=FACTS, help="what is known besides")
    part.add_argument("--lang", type=Language, choices=list(Language), default=Language.RU,
                      help="the language of the explanation; Russian when none is named")  # fmt: skip
    part.add_argument("--as", dest="form", choices=("text", "json"), default="text")
    _add_list(part)
    part.set_defaults(run=_explain)
    part = parts.add_parser("test", help="run the cases of the list", description=_TEST)
    part.add_argument("files", type=Path, nargs="*", metavar="FILE", help="files of cases")
    _add_list(part)
    part.set_defaults(run=_test)
    part = parts.add_parser("signs", help="every sign with weight, ground and phrases", description=_SIGNS)
    part.add_argument("code", nargs="?", metavar="SIGN", help="only this one, with its phrases")
    part.add_argument("--lang", type=Language, choices=list(Language), default=Language.RU)
    _add_list(part)
    part.set_defaults(run=_signs)


def _add_list(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--signs", type=as_folder, metavar="FOLDER", help="a list of your own instead of the package's")
    parser.add_argument("--on", type=as_date, metavar="DATE", help="the version in force on this day; else the newest")


def list_of(asked: argparse.Namespace) -> WordList:
    """Return the version of the list that is asked for. Raises LawFilesError, NoListError."""
    lists: Lists = load_lists() if asked.signs is None else read_lists(asked.signs, str(asked.signs))
    if asked.on is None:
        return lists.versions[-1]
    words = lists.on(asked.on)
    if words is None:
        raise NoListError(f"no version of the list is in force on {asked.on.isoformat()}")
    return words


def _explain(asked: argparse.Namespace, _: Law, write: Write) -> int:
    if (asked.text is None) == (asked.file is None):
        raise NoListError("give either a text or --file")
    text = asked.text if asked.file is None else _read(asked.file)
    words = list_of(asked)
    told = explain(text, asked.fact, words)
    write(_as_json(told) if asked.form == "json" else _as_text(told, words, asked.lang))
    return DONE


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise NoListError(f"{path} can not be read as UTF-8 text") from error


def _as_text(told: Explanation, words: WordList, language: Language) -> Iterator[str]:
    suggestion, limits = told.suggestion, told.thresholds
    yield said(URGENCIES[suggestion.urgency], language).capitalize()
    frame = said(SUM, language)
    yield frame.format(
        total=suggestion.total, urgent=limits.urgent, emergency=limits.emergency, version=suggestion.version
    )
    for hit in told.hits:
        yield ""
        yield f"  +{hit.weight}  {said(hit.label, language)}  [{hit.code}]"
        if hit.standing != "counted":
            yield f"      {said(STANDINGS[hit.standing], language)}"
        yield from (f"      «{' '.join(p.words.split())}» {p.start + 1}–{p.end}" for p in hit.places)
    yield ""
    by = words.version.confirmed_by
    yield said(NOT_CONFIRMED, language) if by is None else said(CONFIRMED, language).format(by=by)


def _as_json(told: Explanation) -> list[str]:
    hits = [asdict(hit) | {"label": hit.label.model_dump()} for hit in told.hits]
    data = asdict(told.suggestion) | {"thresholds": told.thresholds.model_dump(), "hits": hits}
    return json.dumps(data, ensure_ascii=False, indent=2).splitlines()


def _test(asked: argparse.Namespace, _: Law, write: Write) -> int:
    words = list_of(asked)
    cases = read_cases((path, str(path)) for path in asked.files) if asked.files else shipped_cases()
    outcomes = [run(placed, words) for placed in cases if placed.case.version in {None, words.version.number}]
    failed = [outcome for outcome in outcomes if outcome.differences]
    faults = [] if asked.files else find_faults(cases, words, _SHIPPED)
    write(_report(failed))
    uncovered = [fault for fault in faults if fault.path == _SHIPPED]
    write(str(fault) for fault in uncovered)
    files = len({placed.document.path for placed in cases})
    write([f"{_count(len(outcomes), 'case')} of {_count(files, 'file')}: {len(failed)} failed."])
    return FOUND_FAULTS if failed or uncovered else DONE


def _report(failed: list[Outcome]) -> Iterator[str]:
    for outcome in failed:
        placed = outcome.placed
        yield f"{placed.document.path}:{placed.line}: {placed.case.text}"
        yield from (f"    {difference}" for difference in outcome.differences)
        for hit in outcome.explanation.hits:
            found = ", ".join(f"«{place.words}»" for place in hit.places) or "a fact"
            yield f"    {hit.code} ({hit.standing}): {found}"
        yield ""


def _signs(asked: argparse.Namespace, _: Law, write: Write) -> int:
    words = list_of(asked)
    if asked.code is None:
        rows = [(s.code, str(s.sign.weight), said(s.sign.label, asked.lang), _ground(s.sign)) for s in words.signs]
        rows += [(c, str(f.weight), said(f.label, asked.lang), f"fact: {f.reason}") for c, f in words.facts.items()]
        write(table(("sign", "weight", "what", "ground"), rows))
        version, phrases = words.version, sum(len(sign.patterns) for sign in words.signs)
        write(["", f"Version {version.number}, in force from {version.in_force_from}, digest {words.digest}."])
        write([f"{len(words.signs)} signs with {phrases} phrases, {len(words.facts)} facts."])
        write([f"Urgent from {version.thresholds.urgent}, emergency from {version.thresholds.emergency}."])
        return DONE
    found = next((s.sign for s in words.signs if s.code == asked.code), None)
    if found is None:
        raise NoListError(f"no sign is called {asked.code!r}; `triage signs` lists them")
    write(_shown(asked.code, found, words, asked.lang))
    return DONE


def _shown(code: str, sign: Sign, words: WordList, language: Language) -> Iterator[str]:
    yield f"{code}: {said(sign.label, language)}"
    yield f"  weight {sign.weight}{', beside another sign only' if sign.needs_other else ''}; {_ground(sign)}"
    parts = [sign, *(more for more in sign.more if more.holds_in(words.version.number))]
    for title, kind in (("phrases", "phrases"), ("not where it says", "unless")):
        for tongue in ("kk", "ru"):
            found = [text for part in parts for text in getattr(part, kind).get(tongue, ())]
            if found:
                yield f"  {title} ({tongue}):"
                yield from (f"    {text}" for text in found)


def _ground(sign: Sign) -> str:
    return sign.named_in or f"house_default: {sign.reason}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def check_list() -> str:
    """Return a line on the shipped list for `check`. Raises LawFilesError where it is not in order."""
    words = load_lists().versions[-1]
    cases = shipped_cases()
    faults = find_faults(cases, words, _SHIPPED)
    if faults:
        raise LawFilesError(faults)
    return f"  triage     {len(words.signs)} signs of danger, version {words.version.number}, {len(cases)} cases"
