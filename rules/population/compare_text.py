"""A comparison as lines for a terminal, and as plain data."""

from collections.abc import Iterator

from rules.graph.words import Language, say
from rules.population.comparing import NOTES, OUTCOMES, Comparison, Groups
from rules.population.report import table, wrapped
from rules.population.wording import grouped, millions, millions_exactly, percent, shown_change, tell

_SHOWN = 6


def compare_text(found: Comparison, language: Language) -> Iterator[str]:
    """Yield the lines of a comparison."""
    unverified = found.question.unverified()
    yield from wrapped(f"{tell(str(found.note.source), language)}. {found.note.title}")
    yield from wrapped(_provisional(unverified, language))
    yield ""
    yield f"{found.reform.title}   ({tell('reform', language)})"
    yield tell("question", language, on=found.question.on.isoformat(), families=grouped(found.families))
    if found.question.known_on:
        yield tell("known", language, on=found.question.known_on.isoformat())
    for change in found.reform.changes:
        yield f"  {change.name}, {tell('since', language)} {change.since}"
        yield f"    {tell('now', language)}: {shown_change(change.before, change.unit, language)}"
        yield f"    {tell('then', language)}: {shown_change(change.after, change.unit, language)}"
    yield ""
    for key, outcome in OUTCOMES.items():
        count = found.count(outcome)
        yield f"  {tell(key, language):<18} {grouped(count):>12}   {percent(count, found.families)}"
    yield from (f"  {tell(key, language)}: {millions_exactly(money)}" for key, money in found.money())
    yield ""
    yield from _benefits(found, language)
    for groups in found.groups():
        yield ""
        yield from _groups(found, groups, language)
    yield ""
    notes = (tell(note, language) for note in NOTES)
    for note in (*notes, *(f"{name}: {why}" for name, why in found.reasons.items())):
        yield from wrapped(f"  {note}")


def _provisional(names: tuple[str, ...], language: Language) -> str:
    if not names:
        return tell("verified", language)
    more = ", …" if len(names) > _SHOWN else ""
    return f"{tell('provisional', language, count=str(len(names)))}: {', '.join(names[:_SHOWN])}{more}"


def _benefits(found: Comparison, language: Language) -> Iterator[str]:
    keys = ("benefit", "entitled_now", "entitled_then", "newly", "no_longer", "now", "then")
    rows = [(*(tell(key, language) for key in keys), "")]
    for line in found.benefits.values():
        name = say(found.reform.graph.benefits[line.benefit].label, language)
        counts = (line.entitled_before, line.entitled_after, line.newly, line.no_longer)
        sums = (millions(amount) if line.paid else "-" for amount in (line.amount_before, line.amount_after))
        unit = tell(str(line.paid), language) if line.paid else ""
        rows.append((name, *(grouped(count) for count in counts), *sums, unit))
    yield from table(rows)


def _groups(found: Comparison, groups: Groups, language: Language) -> Iterator[str]:
    rows = [tuple(tell(key, language) for key in (groups.key, *OUTCOMES, *found.kinds))]
    for row in groups.filled():
        counts = (grouped(int(groups.outcomes[row, outcome])) for outcome in OUTCOMES.values())
        sums = (millions_exactly(int(getattr(groups, key)[row])) for key in found.kinds)
        rows.append((say(groups.labels[row], language), *counts, *sums))
    yield from table([(*row, "") for row in rows])


def compare_data(found: Comparison) -> dict[str, object]:
    """Return everything that was found as plain data; sums are whole tenge."""
    question = found.question
    return {
        "label": found.note.label,
        "population": found.note.model_dump(mode="json"),
        "reform": found.reform.title,
        "changes": [
            {
                "name": change.name,
                "since": change.since.isoformat(),
                "before": change.before,
                "after": change.after,
                "unit": change.unit,
            }
            for change in found.reform.changes
        ],
        "date": question.on.isoformat(),
        "known_on": question.known_on.isoformat() if question.known_on else None,
        "rules_version": found.reform.graph.law.version,
        "reformed_version": found.reform.reformed.law.version,
        "not_verified": list(question.unverified()),
        "families": found.families,
        **{key: found.count(outcome) for key, outcome in OUTCOMES.items()},
        "change_a_month": found.monthly,
        "change_paid_once": found.once,
        "benefits": [{**vars(line), "paid": str(line.paid) if line.paid else None} for line in found.benefits.values()],
        "by": {groups.key: list(_group_data(groups)) for groups in found.groups()},
        "no_answer_in_law": dict(found.reasons),
        "notes": [tell(note, Language.EN) for note in NOTES],
    }


def _group_data(groups: Groups) -> Iterator[dict[str, object]]:
    for row in groups.filled():
        yield {
            "group": groups.labels[row].en,
            **{key: int(groups.outcomes[row, outcome]) for key, outcome in OUTCOMES.items()},
            "change_a_month": int(groups.monthly[row]),
            "change_paid_once": int(groups.once[row]),
        }
