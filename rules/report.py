"""The texts of the command line: what is known of a parameter, and how a due time was computed."""

import textwrap
from collections.abc import Iterator
from datetime import date

from rules.check import Summary
from rules.deadlines import Due, show_amount, show_citation, show_moment
from rules.loader import TIME_OF_DAY, Law
from rules.parameters import DatedValue
from rules.terms import TermValue

_WIDTH = 100


def report_check(summary: Summary) -> Iterator[str]:
    """Yield the lines that `check` prints when no fault was found."""
    yield f"The law is in order: {summary.parameters} parameters, {summary.deadlines} deadlines."
    yield f"  calendar   {', '.join(str(year) for year in summary.years)}"
    grounds = ", ".join(f"{count} {status}" for status, count in summary.by_status.items() if count)
    yield f"  values     {grounds}"
    if summary.disputed:
        yield f"  disputed   {summary.disputed} values have another reading in some source"
    if summary.awaiting:
        yield f"  awaiting   {summary.awaiting} parameters were entered before the rules that will use them"
    yield f"  version    {summary.version}"


def report_show(law: Law, name: str, on: date | None) -> Iterator[str]:
    """Yield all values of a parameter or deadline, or the one in force on `on`.

    Raises UnknownNameError, NotInForceError, BeyondConfirmedError.
    """
    deadline = law.deadlines.get(name)
    values: tuple[DatedValue, ...]
    if deadline is not None:
        label, values = deadline.label, deadline.values
        chosen: DatedValue | None = law.term(name, on) if on else None
    else:
        parameter = law.parameter(name)
        label, values = parameter.label, parameter.values
        chosen = law.value(name, on) if on else None
    yield f"{name}   ({law.places[name]})"
    yield f"  kk  {label.kk}"
    yield f"  ru  {label.ru}"
    yield f"  en  {label.en}"
    if deadline is not None:
        yield f"  runs from: {deadline.runs_from}"
    for value in values if chosen is None else (chosen,):
        yield ""
        yield from _value(value)


def _value(value: DatedValue) -> Iterator[str]:
    yield f"  {_amount(value)}, in force {value.in_force}"
    known = f", known from {value.known_from.isoformat()}" if value.known_from else ""
    meaning = "" if value.status.is_law else ": not law, set by the operator"
    yield f"    status     {value.status}{meaning}{known}"
    if value.confirmed_through is not None:
        yield f"    confirmed  through {value.confirmed_through.isoformat()}; a later date is refused"
    if value.verified_by is not None and value.verified_on is not None:
        yield f"    verified   by {value.verified_by} on {value.verified_on.isoformat()}"
    if value.citation is not None:
        yield f"    citation   {show_citation(value.citation)}"
    for name, text in (("reason", value.reason), ("note", value.note)):
        if text:
            yield f"    {name:<10} {text}"
    for other in value.alternatives:
        yield f"    otherwise  {other.value}: {other.source}. Not taken: {other.why_not}"


def _amount(value: DatedValue) -> str:
    if isinstance(value, TermValue):
        return show_amount(value.value, value.unit)
    return str(value.value) if value.unit == TIME_OF_DAY else f"{value.value} {value.unit}"


def report_due(law: Law, due: Due) -> Iterator[str]:
    """Yield how a due time was computed, step by step, and the result."""
    yield f"{due.code}: {law.deadline(due.code).label.en}"
    yield ""
    for number, step in enumerate(due.steps, start=1):
        lead = f"{number:>3}. "
        yield textwrap.fill(step.text, _WIDTH, initial_indent=lead, subsequent_indent=" " * len(lead))
    yield ""
    yield f"  due        {show_moment(due.due_at)}" + ("   (provisional)" if due.provisional else "")
    yield f"  warning    {show_moment(due.warn_at)}"
    yield f"  status     {due.status}" + ("" if due.is_law else " (not law)")
    if due.calendar_status is not None:
        yield f"  calendar   {due.calendar_status}"
    yield f"  parameter  {due.parameter}"
    yield f"  version    {due.rules_version}"
