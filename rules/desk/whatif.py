"""The command `what-if`: the smallest change of one input that flips an answer, and where one tenge more costs more."""

import argparse
import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from textwrap import wrap
from typing import TYPE_CHECKING

from rules.desk.arguments import DONE, Write
from rules.desk.case_files import find_case
from rules.desk.explaining import add_case, asked_benefits, asked_day
from rules.desk.tables import table
from rules.graph.domain import Span
from rules.graph.levers import MOST_DAYS, Moved, Question, amount_at, levers_of
from rules.graph.reader import read_graph
from rules.graph.show import show_number, show_value
from rules.graph.words import Language, say, word
from rules.loader import Law

if TYPE_CHECKING:
    from rules.desk.arguments import Commands

_EN = Language.EN
_WIDTH = 118
_ABOUT = f"""\
Find the smallest change of one input that turns the answer over: a sum of the case in whole tenge, the number of
children, the day of the question (up to {MOST_DAYS} days back and ahead, as far as the law of the day is known). Tell
also each cliff: where one tenge more of a sum loses more than one tenge of the benefit. Without --fact, --children or
--date, every input is tried. One input is moved at a time; everything else stays as it is."""


def add_commands(commands: "Commands") -> None:
    """Add the command."""
    parser = commands.add_parser("what-if", help="the smallest change that would turn an answer over, and cliffs",
                                 description=_ABOUT)  # fmt: skip
    add_case(parser)
    parser.add_argument("--fact", action="append", default=[], metavar="PLACE",
                        help="move this number: members.mother.incomes.1.received; may be given again")  # fmt: skip
    parser.add_argument("--children", action="store_true", help="move the number of children, each like the last one")
    parser.add_argument("--date", action="store_true", help="move the day of the question")
    parser.add_argument("--as", dest="form", choices=("text", "json"), default="text")
    parser.set_defaults(run=_what_if)


def _what_if(asked: argparse.Namespace, law: Law, write: Write) -> int:
    graph = read_graph(law)
    placed = find_case(graph, asked.case, asked.name)
    on = asked_day(placed, asked)
    case = placed.record(graph, on)
    questions = [
        Question(graph, benefit, case, on, asked.known_on or placed.case.known_on)
        for benefit in asked_benefits(graph, placed, asked)
    ]
    found = [
        (question, levers_of(question, asked.fact, children=asked.children, on=asked.date)) for question in questions
    ]
    if asked.form == "json":
        write([json.dumps([_data(*entry) for entry in found], ensure_ascii=False, indent=2)])
    else:
        for number, entry in enumerate(found):
            write(["", *_report(*entry)] if number else _report(*entry))
    return DONE


def _report(question: Question, found: Mapping[str, Moved]) -> Iterator[str]:
    label = say(question.graph.benefits[question.benefit].label, _EN)
    entitled, amount = question.ask(question.case, question.on)
    yield f"{label}, on {question.on.isoformat()}: {word(str(entitled), _EN)}{_sum(question, amount)}"
    yield ""
    for place, moved in found.items():
        for sentence in (_tell_flip(question, place, moved), *_tell_cliffs(place, moved)):
            yield from wrap(sentence, _WIDTH, initial_indent="  ", subsequent_indent="    ")
    rows = [_row(question, place, moved) for place, moved in found.items() if moved.flip]
    if rows:
        yield ""
        yield from table(("input", "now", "flips at", "change", "answer", "amount"), rows, _WIDTH, "  ")


def _sum(question: Question, amount: Span | None) -> str:
    rule = question.graph.benefits[question.benefit].amount
    return f", {show_value(amount, _EN, question.graph.rules[rule].unit)}" if amount is not None and rule else ""


def _tell_flip(question: Question, place: str, moved: Moved) -> str:
    """Return what a change does in one sentence."""
    flip = moved.flip
    if flip is None:
        return _tell_nothing(question, place, moved)
    answer = f"the answer becomes {word(str(flip.after), _EN)}{_sum(question, moved.amount)}"
    size = show_number(abs(flip.change), _EN)
    if moved.contradicted:
        answer = f"{answer}, but then the facts of the case contradict each other"
    if place == "date":
        day = (question.on + timedelta(days=flip.change)).isoformat()
        return f"On {day}, {_count(flip.change, 'day')} {'later' if flip.change > 0 else 'earlier'}, {answer}."
    if place == "children":
        more = "more" if flip.change > 0 else "fewer"
        noun = "child" if abs(flip.change) == 1 else "children"
        like = moved.lever.name.removeprefix("children ")
        return f"With {size} {noun} {more}{f' ({like})' if flip.change > 0 else ''}, {answer}."
    unit = show_value(Span(flip.value, flip.value), _EN, moved.lever.unit)
    return f"{place}: at {unit}, {size} {'more' if flip.change > 0 else 'less'} than now, {answer}."


def _count(number: int, noun: str) -> str:
    return f"{abs(number)} {noun}{'' if abs(number) == 1 else 's'}"


def _tell_nothing(question: Question, place: str, moved: Moved) -> str:
    if place == "date" and moved.first is not None and moved.last is not None:
        first, last = (question.on + timedelta(days=days) for days in (moved.first, moved.last))
        return f"No other day from {first.isoformat()} through {last.isoformat()} changes the answer."
    if place == "children":
        return "No number of children, more or fewer, changes the answer."
    low, high = (show_number(end, _EN) for end in (moved.lever.least, moved.lever.most))
    return f"{place}: no sum from {low} to {high} changes the answer."


def _tell_cliffs(place: str, moved: Moved) -> Iterator[str]:
    for cliff in moved.cliffs:
        lost = show_number(cliff.amount_before - cliff.amount_at, _EN)
        before, after = show_number(cliff.amount_before, _EN), show_number(cliff.amount_at, _EN)
        at = show_number(cliff.value, _EN)
        yield f"Cliff: {place} at {at}: the last tenge loses {lost} of the benefit ({before} before, {after} then)."


def _row(question: Question, place: str, moved: Moved) -> tuple[str, ...]:
    flip = moved.flip
    if flip is None:
        return ()
    now, then = moved.lever.start, flip.value
    shown = [show_number(now, _EN), show_number(then, _EN)]
    if place == "date":
        shown = [question.on.isoformat(), (question.on + timedelta(days=then)).isoformat()]
    change = f"{'+' if flip.change > 0 else '−'}{show_number(abs(flip.change), _EN)}"
    return (place, *shown, change, word(str(flip.after), _EN), _sum(question, moved.amount).removeprefix(", "))


def _data(question: Question, found: Mapping[str, Moved]) -> dict[str, object]:
    entitled, amount = question.ask(question.case, question.on)
    return {
        "benefit": question.benefit,
        "on": question.on.isoformat(),
        "entitled": str(entitled),
        "amount": str(amount.low) if amount is not None and amount.settled else None,
        "inputs": [_input_data(question, place, moved) for place, moved in found.items()],
    }


def _input_data(question: Question, place: str, moved: Moved) -> dict[str, object]:
    flip = moved.flip
    found: dict[str, object] = {
        "input": place,
        "unit": moved.lever.unit,
        "now": moved.lever.start,
        "flip": None,
        "cliffs": [
            {"at": cliff.value, "amount_before": str(cliff.amount_before), "amount_at": str(cliff.amount_at)}
            for cliff in moved.cliffs
        ],
    }
    if flip is not None:
        sum_then = amount_at(moved)
        found["flip"] = {
            "at": flip.value,
            "change": flip.change,
            "day": (question.on + timedelta(days=flip.change)).isoformat() if place == "date" else None,
            "before": str(flip.before),
            "after": str(flip.after),
            "amount": None if sum_then is None else str(sum_then),
            "contradicts": moved.contradicted,
        }
    return found
