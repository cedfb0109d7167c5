"""What a person reads of a run: the sums by benefit and region, and what was published beside them."""

import textwrap
from collections.abc import Iterator, Sequence

import numpy as np

from rules.graph.models import Paid
from rules.population.layout import Note
from rules.population.published import compare_published, load_published
from rules.population.run import Question
from rules.population.summary import Summary
from rules.population.wording import grouped, millions

_SHOWN = 6
_WIDTH = 110


def table(rows: Sequence[Sequence[str]], left: int = 1) -> Iterator[str]:
    """Yield rows as lines with columns side by side: numbers to the right, `left` columns and the last to the left."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = [
            cell.ljust(width) if column < left or column == len(row) - 1 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  " + "  ".join(cells).rstrip()


def wrapped(text: str) -> list[str]:
    """Return a text as lines of a width that can be read; further lines stand under the first, further in."""
    indent = " " * (len(text) - len(text.lstrip()) + 4)
    return textwrap.wrap(text, _WIDTH, subsequent_indent=indent, break_on_hyphens=False)


def provisional(unverified: Sequence[str]) -> str:
    """Return the warning that names what nobody has verified."""
    if not unverified:
        return "Every value of the law under these figures is verified."
    more = f" and {len(unverified) - _SHOWN} more" if len(unverified) > _SHOWN else ""
    return (
        f"PROVISIONAL: {len(unverified)} values and wordings of the law are not verified: "
        f"{', '.join(unverified[:_SHOWN])}{more}."
    )


def report_run(summary: Summary, question: Question, note: Note, never_stated: Sequence[str]) -> Iterator[str]:
    """Yield the lines of a run."""
    yield from wrapped(note.label)
    yield from wrapped(provisional(question.unverified()))
    known = "" if question.known_on is None else f", as the law was known on {question.known_on}"
    families, persons = (grouped(int(counts.sum())) for counts in (summary.families, summary.persons))
    yield f"On {question.on}{known}: {families} families, {persons} persons."
    if never_stated:
        yield from wrapped(f"Stated for nobody: {', '.join(never_stated)}.")
    yield ""
    yield from table(
        [("benefit", "entitled", "million tenge", "cannot tell", "no answer", "paid"), *_benefits(summary)]
    )
    yield from _without_law(summary)
    yield ""
    yield from table([("region", "families", "persons", "a month", "once", "cannot tell", "code"), *_regions(summary)])
    yield "  a month and once: million tenge of all benefits together; cannot tell: answers, not families"
    yield ""
    yield from report_published(summary, note)


def _benefits(summary: Summary) -> Iterator[tuple[str, ...]]:
    for benefit in summary.benefits:
        line = summary.line(benefit)
        if line.no_law == line.families:
            continue
        paid = summary.graph.benefits[benefit].paid
        amount = millions(line.amount) if paid else "-"
        numbers = (grouped(line.cannot_tell), grouped(line.no_law))
        yield (benefit, grouped(line.entitled), amount, *numbers, str(paid or "no money"))


def _without_law(summary: Summary) -> Iterator[str]:
    """Yield which benefits the law answers for nobody, or not for some."""
    lines = [summary.line(benefit) for benefit in summary.benefits]
    silent = [line.benefit for line in lines if line.no_law == line.families]
    if silent:
        yield from wrapped(f"  no answer in law on this day, to anybody: {', '.join(silent)}")
    for line in lines:
        if 0 < line.no_law < line.families:
            yield from wrapped(f"  no answer in law to some, {line.benefit}: {summary.reasons[line.benefit]}")


def _regions(summary: Summary) -> Iterator[tuple[str, ...]]:
    paid = {name: benefit.paid for name, benefit in summary.graph.benefits.items()}
    for place in np.flatnonzero(summary.families).tolist():
        lines = [summary.line(benefit, place) for benefit in summary.benefits]
        sums = {
            often: sum(line.amount for line in lines if paid[line.benefit] is often)
            for often in (Paid.MONTHLY, Paid.ONCE)
        }
        region = summary.regions[place]
        people = (grouped(int(summary.families[place])), grouped(int(summary.persons[place])))
        cannot_tell = grouped(sum(line.cannot_tell for line in lines))
        yield (region.name, *people, millions(sums[Paid.MONTHLY]), millions(sums[Paid.ONCE]), cannot_tell, region.iso)


def report_published(summary: Summary, note: Note) -> Iterator[str]:
    """Yield what was published beside the run's own figures."""
    published = load_published()
    yield f"PLAUSIBILITY: published figures of {published.source.year} beside this {note.source} population"
    yield f"  published  {published.source.act}"
    yield f"  run        scaled to {grouped(published.families.value)} families ({published.families.lines})"
    yield f"  {published.source.note}"
    rows = [("id", "figure", "published", "run, scaled", "%", "lines")]
    missing: dict[str, None] = {}
    for row in compare_published(summary):
        if row.scaled is None:
            missing[row.what.split(":")[0]] = None
            continue
        show = millions if row.unit == "tenge" else grouped
        what = f"{row.what}, million tenge" if row.unit == "tenge" else row.what
        rows.append((row.id, what, show(row.published), show(row.scaled), str(row.percent), row.lines))
    yield from table(rows, 2)
    if missing:
        yield from wrapped(f"  not asked, or without an answer in law on this day: {', '.join(missing)}")
