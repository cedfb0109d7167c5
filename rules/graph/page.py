"""An explanation as one HTML page that needs nothing else: to be read on a screen, printed, and kept.

It runs no script and loads nothing. Everything from a case or from the law stands in it as text only.
"""

from collections.abc import Iterable, Iterator, Sequence
from html import escape

from rules.graph.domain import Answer, Value
from rules.graph.explain import Explanation, Ground, Step, show_step_value
from rules.graph.gaps import Gap, show_place
from rules.graph.models import FAMILY
from rules.graph.nodes import Type
from rules.graph.page_style import STYLE
from rules.graph.reach import facts_of_question
from rules.graph.records import walk_records
from rules.graph.render import name_fact, show_amount, show_law
from rules.graph.show import show_value
from rules.graph.words import Language, say, word

_KINDS = {Answer.YES: "yes", Answer.NO: "no", Answer.OPEN: "open"}
_MARKS = {Answer.YES: "✓", Answer.NO: "✗", Answer.OPEN: "?"}
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
# How many levels of steps stand open; the others open at a click, and all of them on paper.
_OPEN_LEVELS = 1


def explanation_page(explanations: Sequence[Explanation]) -> str:
    """Return one page for one answer or for several answers on one case; they are in one language."""
    first = explanations[0]
    language = first.language
    title = _label(first) if len(explanations) == 1 else word("questions", language)
    body = "".join(f"<article>{''.join(_article(told, len(explanations) > 1))}</article>" for told in explanations)
    heading = f"<h1>{escape(title)}</h1>{_contents(explanations)}" if len(explanations) > 1 else ""
    version = first.answered.run.graph.law.version
    return (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>\n<body><main>{heading}{body}</main>\n"
        f"<footer>{escape(word('version', language))}: <code>{escape(version)}</code></footer></body></html>\n"
    )


def _label(told: Explanation) -> str:
    return say(told.label, told.language)


def _contents(explanations: Iterable[Explanation]) -> str:
    rows = "".join(
        f'<li><a href="#{told.answered.benefit}">{escape(_label(told))}</a> '
        f"{_answer(told)}<span>{escape(show_amount(told))}</span></li>"
        for told in explanations
    )
    return f"<ul class=contents>{rows}</ul>"


def _answer(told: Explanation) -> str:
    entitled = told.answered.entitled
    mark = f'<span aria-hidden="true">{_MARKS[entitled]}</span>'
    return f'<strong class="answer {_KINDS[entitled]}">{mark} {escape(show_value(entitled, told.language))}</strong>'


def _article(told: Explanation, several: bool) -> Iterator[str]:  # noqa: FBT001 - one page or one of several
    answered, language = told.answered, told.language
    level = "h2" if several else "h1"
    yield f'<{level} id="{answered.benefit}">{escape(_label(told))}</{level}>'
    yield '<dl class="head">'
    yield _row(word("entitled", language), _answer(told))
    if answered.amount is not None:
        yield _row(word("amount", language), f'<strong class="amount">{escape(show_amount(told))}</strong>')
    yield _row(word("on", language), answered.on.isoformat())
    if answered.known_on:
        yield _row(word("known_on", language), answered.known_on.isoformat())
    yield "</dl>"
    yield from _provisional(told)
    yield from _gaps(word("not_met", language), told.reasons)
    yield from _open_questions(told)
    yield f"<h3>{escape(word('steps', language))}</h3>"
    yield from (_step(step, language, 0) for step in told.steps)
    yield from _facts(told)


def _row(name: str, value: str) -> str:
    """Return a line of a list of names and values; the value is HTML already."""
    return f"<div><dt>{escape(name)}</dt><dd>{value}</dd></div>"


def _provisional(told: Explanation) -> Iterator[str]:
    names = sorted({use.name for use in told.answered.not_verified})
    if names:
        rows = "".join(f"<li><code>{escape(name)}</code></li>" for name in names)
        title = f"{word('provisional', told.language)} ({len(names)})"
        yield f'<details class="note provisional"><summary>{escape(title)}</summary><ul>{rows}</ul></details>'


def _gaps(title: str, gaps: Sequence[Gap]) -> Iterator[str]:
    if gaps:
        yield f'<section class="note unmet"><h3>{escape(title)}</h3><ul>'
        yield from (f"<li>{_gap(gap)}</li>" for gap in gaps)
        yield "</ul></section>"


def _gap(gap: Gap) -> str:
    place = f' <span class="place">{escape(gap.place)}</span>' if gap.place else ""
    by = f" — <strong>{escape(gap.shown)}</strong>" if gap.shown else ""
    return f"{escape(gap.text)}{place}{by}"


def _open_questions(told: Explanation) -> Iterator[str]:
    answered, language = told.answered, told.language
    if answered.missing:
        rows = "".join(f"<li>{escape(name_fact(told, ref))}</li>" for ref in answered.missing)
        yield f'<section class="note"><h3>{escape(word("missing_facts", language))}</h3><ul>{rows}</ul>'
        if answered.settling.smallest:
            yield f"<p>{escape(word('could_settle', language))}:</p><ul>"
            for entry in answered.settling.smallest:
                facts = f" {word('and', language)} ".join(name_fact(told, ref) for ref in entry.facts)
                answers = ", ".join(word(answer, language) for answer in entry.answers)
                yield f"<li>{escape(facts)} → {escape(answers)}</li>"
            yield "</ul>"
        yield "</section>"
    for ref in answered.judged:
        judgement = answered.run.graph.facts[ref.name].judgement
        if judgement is not None:
            yield f'<section class="note"><h3>{escape(word("judged", language))}: {escape(name_fact(told, ref))}</h3>'
            yield f"<p>{escape(say(judgement.text, language))}</p></section>"
    if answered.notices:
        rows = "".join(
            f"<li>{escape(f'{found.place}: {say(found.text, language)}')}</li>" for found in answered.notices
        )
        yield f'<section class="note"><h3>{escape(word("noticed", language))}</h3><ul>{rows}</ul></section>'


def _step(step: Step, language: Language, level: int) -> str:
    place = f' <span class="place">{escape(step.place)}</span>' if step.place else ""
    value = f'<span class="value">{escape(show_step_value(step, language))}</span>'
    title = f'<span class="name">{escape(say(step.label, language))}{place}</span>{value}'
    if step.ground is None:
        again = f" <em>{escape(word('see_above', language))}</em>" if step.told_before else ""
        return f'<div class="told">{title}{again}</div>'
    inner = "".join(_step(child, language, level + 1) for child in step.steps)
    gaps = "".join(f'<p class="gap">✗ {_gap(gap)}</p>' for gap in step.gaps)
    figures = "".join(f"<li>{escape(figure.shown)}<br>{_law(figure, language)}</li>" for figure in step.figures)
    listed = f'<ul class="figures">{figures}</ul>' if figures else ""
    return (
        f"<details{' open' if level < _OPEN_LEVELS else ''}><summary>{title}</summary>"
        f'<div class="inside"><p class="numbers">= {escape(step.numbers)}</p>{gaps}'
        f"<p>{_law(step.ground, language)}</p>{listed}"
        f"<pre><code>{escape(step.formula)}</code></pre>{inner}</div></details>"
    )


def _law(ground: Ground, language: Language) -> str:
    """Return where a value stands, with a link where its address is one of the web, and its status."""
    text = escape(show_law(ground, language, status=False))
    address = ground.citation.address if ground.citation else None
    if address and address.startswith(("https://", "http://")):
        text = f'<a href="{escape(address)}" rel="noreferrer">{text}</a>'
    status = f'<span class="status {ground.status}">{escape(word(str(ground.status), language))}</span>'
    return f'<span class="law">{text} {status}</span>'


def _facts(told: Explanation) -> Iterator[str]:
    """Yield the stated facts that the question can ask, for each record of the case."""
    run, language = told.answered.run, told.language
    if run.case is None:
        return
    asked = facts_of_question(run.graph, told.answered.benefit)
    yield f'<details class="facts"><summary><span class="name">{escape(word("facts", language))}</span></summary>'
    for path, scope, record in walk_records(run.case):
        rows = "".join(
            f"<tr><th scope=row>{escape(say(run.graph.facts[name].label, language))}</th>"
            f"<td>{escape(_fact_value(told, name, record.facts[name]))}</td></tr>"
            for name in asked
            if name in record.facts
        )
        if rows:
            caption = word("family", language) if scope == FAMILY else show_place(run, path)
            yield f"<table><caption>{escape(caption)}</caption>{rows}</table>"
    yield "</details>"


def _fact_value(told: Explanation, name: str, value: Value) -> str:
    fact = told.answered.run.graph.facts[name]
    if fact.type is Type.CODE and fact.codes:
        shown = show_value(value, told.language)
        return say(fact.codes[shown], told.language) if shown in fact.codes else shown
    return show_value(value, told.language, fact.unit)
