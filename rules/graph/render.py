"""An explanation as data for programs and as text for a terminal."""

from collections.abc import Iterator

from rules.graph.domain import Answer, Codes, Value
from rules.graph.explain import Explanation, Ground, Step, show_step_value
from rules.graph.gaps import Gap
from rules.graph.models import Paid
from rules.graph.records import FactRef, plain
from rules.graph.show import show_value
from rules.graph.words import Language, say, word
from rules.parameters import NOT_SEEN

_INDENT = "    "


def value_data(value: Value) -> object:
    """Return a value as plain data: settled as text, a range as its two ends, open codes as a list."""
    if isinstance(value, Answer) or value.settled:
        return plain(value)
    if isinstance(value, Codes):
        return sorted(value.codes)
    return {"from": str(value.low), "to": str(value.high)}


def explanation_data(told: Explanation) -> dict[str, object]:
    """Return the explanation as plain data, ready for JSON: exact numbers and dates are text."""
    answered, language = told.answered, told.language
    return {
        "benefit": answered.benefit,
        "label": say(told.label, language),
        "language": str(language),
        "mode": str(answered.mode),
        "on": answered.on.isoformat(),
        "known_on": answered.known_on.isoformat() if answered.known_on else None,
        "entitled": str(answered.entitled),
        "amount": value_data(answered.amount) if answered.amount is not None else None,
        "provisional": answered.provisional,
        "not_verified": sorted({use.name for use in answered.not_verified}),
        "missing": [str(ref) for ref in answered.missing],
        "could_settle": [
            {"facts": [str(ref) for ref in entry.facts], "answers": list(entry.answers)}
            for entry in answered.settling.smallest
        ],
        "judged_by_a_person": [str(ref) for ref in answered.judged],
        "notices": [
            {"name": found.name, "place": found.place, "text": say(found.text, language)} for found in answered.notices
        ],
        "not_met": [_gap_data(gap) for gap in told.reasons],
        "steps": [_step_data(step, language) for step in told.steps],
        "rules_version": answered.run.graph.law.version,
    }


def _step_data(step: Step, language: Language) -> dict[str, object]:
    named = {
        "rule": step.rule,
        "place": step.place,
        "label": say(step.label, language),
        "value": value_data(step.value),
        "unit": step.unit,
    }
    if step.ground is None:
        return named | {"told_before": step.told_before}
    return named | {
        "formula": step.formula,
        "numbers": step.numbers,
        "law": _ground_data(step.ground),
        "figures": [_ground_data(figure) for figure in step.figures],
        "not_met": [_gap_data(gap) for gap in step.gaps],
        "steps": [_step_data(inner, language) for inner in step.steps],
    }


def _gap_data(gap: Gap) -> dict[str, object]:
    by = None if gap.by is None else str(gap.by)
    return {"condition": gap.text, "by": by, "distance": gap.shown or None, "place": gap.place}


def _ground_data(ground: Ground) -> dict[str, object]:
    return {
        "name": ground.name,
        "shown": ground.shown,
        "taken_for": ground.on.isoformat(),
        "in_force_from": ground.in_force_from.isoformat(),
        "known_from": ground.known_from.isoformat() if ground.known_from else None,
        "status": str(ground.status),
        "citation": ground.citation.model_dump() if ground.citation else None,
        "reason": ground.reason,
        "digest": ground.digest,
    }


def show_law(ground: Ground, language: Language, *, status: bool = True) -> str:
    """Return act, article and wording of a value in one line, with its status if wanted."""
    citation = ground.citation
    seen = [citation.act] if citation else [ground.reason or ""]
    if citation and citation.article != NOT_SEEN:
        seen.append(citation.article)
    seen.append(word("wording", language).format(start=ground.in_force_from.isoformat()))
    if ground.known_from:
        seen.append(word("known_from", language).format(start=ground.known_from.isoformat()))
    return "; ".join([*seen, word(str(ground.status), language)] if status else seen)


def explanation_text(told: Explanation) -> Iterator[str]:
    """Yield the explanation as lines of text."""
    answered, language = told.answered, told.language
    yield say(told.label, language)
    yield f"{word('on', language)}: {answered.on.isoformat()}"
    if answered.known_on:
        yield f"{word('known_on', language)}: {answered.known_on.isoformat()}"
    yield f"{word('entitled', language)}: {show_value(answered.entitled, language)}"
    if answered.amount is not None:
        yield f"{word('amount', language)}: {show_amount(told)}"
    if told.reasons:
        yield f"{word('not_met', language)}:"
        yield from (f"{_INDENT}{line}" for line in map(_gap_line, told.reasons))
    yield from _open_questions(told)
    yield ""
    for step in told.steps:
        yield from _step_lines(step, language, "")
    if answered.provisional:
        yield ""
        yield f"{word('provisional', language)}:"
        yield from (f"{_INDENT}{name}" for name in sorted({use.name for use in answered.not_verified}))


def show_amount(told: Explanation) -> str:
    """Return the amount with how often it is paid; nothing where the benefit has none."""
    answered, language = told.answered, told.language
    benefit = answered.run.graph.benefits[answered.benefit]
    unit = answered.run.graph.rules[benefit.amount].unit if benefit.amount else None
    if answered.amount is None:
        return ""
    shown = show_value(answered.amount, language, unit)
    return f"{shown}, {word(str(benefit.paid or Paid.ONCE), language)}"


def _open_questions(told: Explanation) -> Iterator[str]:
    answered, language = told.answered, told.language
    if answered.missing:
        yield f"{word('missing_facts', language)}:"
        yield from (f"{_INDENT}{name_fact(told, ref)}" for ref in answered.missing)
    if answered.settling.smallest:
        yield f"{word('could_settle', language)}:"
        for entry in answered.settling.smallest:
            facts = f" {word('and', language)} ".join(name_fact(told, ref) for ref in entry.facts)
            answers = ", ".join(word(answer, language) for answer in entry.answers)
            yield f"{_INDENT}{facts} → {answers}"
    for ref in answered.judged:
        judgement = answered.run.graph.facts[ref.name].judgement
        if judgement is not None:
            yield f"{word('judged', language)}: {name_fact(told, ref)}: {say(judgement.text, language)}"
    for found in answered.notices:
        yield f"{word('noticed', language)}: {found.place}: {say(found.text, language)}"


def name_fact(told: Explanation, ref: FactRef) -> str:
    """Return a fact by its name in the language, and by its place in the case."""
    return f"{say(told.answered.run.graph.label(ref.name), told.language)} ({ref})"


def _gap_line(gap: Gap) -> str:
    place = f" [{gap.place}]" if gap.place else ""
    return f"{gap.text}{place}{f': {gap.shown}' if gap.shown else ''}"


def _step_lines(step: Step, language: Language, indent: str) -> Iterator[str]:
    place = f" [{step.place}]" if step.place else ""
    again = f" ({word('see_above', language)})" if step.told_before else ""
    yield f"{indent}{say(step.label, language)}{place}: {show_step_value(step, language)}{again}"
    if step.ground is None:
        return
    inner = indent + _INDENT
    yield f"{inner}= {step.numbers}"
    yield f"{inner}{word('law', language)}: {show_law(step.ground, language)}"
    for figure in step.figures:
        yield f"{inner}· {figure.shown} — {show_law(figure, language)}"
    for gap in step.gaps:
        yield f"{inner}✗ {_gap_line(gap)}"
    for child in step.steps:
        yield from _step_lines(child, language, inner)
