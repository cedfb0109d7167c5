"""A comparison as one HTML page that needs nothing else, runs no script and loads nothing."""

from collections.abc import Iterator
from html import escape

from rules.graph.words import Language, say
from rules.population.charts import draw_groups
from rules.population.comparing import NOTES, OUTCOMES, Comparison, Groups
from rules.population.drawing import to_svg
from rules.population.layout import Source
from rules.population.wording import grouped, millions, millions_exactly, percent, shown_change, tell

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
STYLE = """
:root{color-scheme:light}
*{box-sizing:border-box}
body{margin:0;background:#f4f4f2;color:#1b1b1b;font:16px/1.45 system-ui,'Segoe UI','Noto Sans','DejaVu Sans',sans-serif}
main{max-width:1060px;margin:0 auto;padding:20px;background:#fff}
h1{font-size:1.7rem;line-height:1.2;margin:.6em 0 .2em}
h2{font-size:1.15rem;margin:1.6em 0 .4em}
.band{padding:10px 14px;margin:0 0 8px;border-left:6px solid;font-weight:600}
.synthetic{background:#fff3cd;border-color:#8a6100}
.register{background:#e7eef5;border-color:#2f5d86}
.provisional{background:#f3ecf7;border-color:#6a3d8a;font-weight:400}
.provisional summary{font-weight:600;cursor:pointer}
.provisional code{font-size:.8rem;margin-right:.8em;display:inline-block}
.kind{color:#555;margin:.2em 0 0}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:10px}
.tiles{margin:16px 0;padding:0;list-style:none}
.tiles li{border:1px solid #d4d4d0;border-top:5px solid #767676;padding:8px 12px}
.tiles .gain{border-top-color:#0072b2}.tiles .lose{border-top-color:#d55e00}
.tiles b{display:block;white-space:nowrap;font-size:1.3rem;font-variant-numeric:tabular-nums}
.tiles span{color:#444;font-size:.86rem}
table{border-collapse:collapse;width:100%;font-size:.9rem}
th,td{padding:4px 8px;border-bottom:1px solid #dcdcd8;text-align:right;white-space:nowrap}
th,td{font-variant-numeric:tabular-nums}
th,td:first-child,.text td{white-space:normal}
th:first-child,td:first-child,.text td,.text th{text-align:left}
thead th{border-bottom:2px solid #767676;vertical-align:bottom}
.text code{white-space:pre-wrap}
figure{margin:0 0 8px}
svg{width:100%;height:auto}
details summary{cursor:pointer}
.wide{overflow-x:auto}
footer{color:#555;font-size:.82rem;border-top:1px solid #d4d4d0;margin-top:24px;padding-top:10px}
footer code{word-break:break-all}
@media print{body{background:#fff}main{max-width:none;padding:0}figure,table,.tiles{break-inside:avoid}}
"""


def compare_page(found: Comparison, language: Language) -> str:
    """Return the page."""
    return (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(tell(str(found.note.source), language))}: {escape(found.reform.title)}</title>"
        f"<style>{STYLE}</style></head>\n"
        f"<body><main>{''.join(_body(found, language))}</main></body></html>\n"
    )


def _body(found: Comparison, language: Language) -> Iterator[str]:
    source = found.note.source
    shown = escape(f"{tell(str(source), language)}. {found.note.title}")
    yield f'<p class="band {"synthetic" if source is Source.SYNTHETIC else "register"}">{shown}</p>'
    yield from _provisional(found, language)
    yield f'<p class="kind">{escape(tell("reform", language))}</p><h1>{escape(found.reform.title)}</h1>'
    question = found.question
    told = tell("question", language, on=question.on.isoformat(), families=grouped(found.families))
    if question.known_on:
        told += f"; {tell('known', language, on=question.known_on.isoformat())}"
    yield f"<p>{escape(told)}</p>"
    yield from _tiles(found, language)
    yield from _changes(found, language)
    yield from _benefits(found, language)
    for groups in found.groups():
        title = escape(tell(groups.key, language))
        picture = to_svg(draw_groups(groups, found.kinds, language), groups.key)
        yield f"<h2>{title}</h2><figure>{picture}</figure>"
        yield f"<details><summary>{escape(tell('figures', language))}</summary>"
        yield f'<div class="wide">{_table(groups, language)}</div></details>'
    notes = "".join(f"<p>{escape(tell(note, language))}</p>" for note in NOTES)
    reasons = "".join(f"<p>{escape(name)}: {escape(why)}</p>" for name, why in found.reasons.items())
    version = escape(found.reform.reformed.law.version)
    yield f"<footer>{notes}{reasons}<p>{escape(tell('rules', language))}: <code>{version}</code></p></footer>"


def _provisional(found: Comparison, language: Language) -> Iterator[str]:
    names = found.question.unverified()
    if not names:
        yield f'<p class="band register">{escape(tell("verified", language))}</p>'
        return
    title = escape(tell("provisional", language, count=str(len(names))))
    listed = "".join(f"<code>{escape(name)}</code> " for name in names)
    yield f'<details class="band provisional"><summary>{title}</summary><p>{listed}</p></details>'


def _tiles(found: Comparison, language: Language) -> Iterator[str]:
    yield '<ul class="tiles">'
    for key, outcome in OUTCOMES.items():
        count = found.count(outcome)
        share = percent(count, found.families)
        yield f'<li class="{key}"><b>{grouped(count)}</b><span>{escape(tell(key, language))} · {share}</span></li>'
    for key, money in found.money():
        yield f"<li><b>{millions_exactly(money)}</b><span>{escape(tell(key, language))}</span></li>"
    yield "</ul>"


def _changes(found: Comparison, language: Language) -> Iterator[str]:
    heads = "".join(f"<th>{escape(tell(key, language))}</th>" for key in ("changes", "since", "now", "then"))
    yield f'<div class="wide"><table class="text"><thead><tr>{heads}</tr></thead><tbody>'
    for change in found.reform.changes:
        called = say(found.reform.reformed.label(change.name), language)
        name = f"<code>{escape(change.name)}</code>"
        name = name if called == change.name else f"{escape(called)}<br>{name}"
        sides = (shown_change(side, change.unit, language) for side in (change.before, change.after))
        cells = "".join(f"<td><code>{escape(side)}</code></td>" for side in sides)
        yield f"<tr><td>{name}</td><td>{change.since.isoformat()}</td>{cells}</tr>"
    yield "</tbody></table></div>"


def _benefits(found: Comparison, language: Language) -> Iterator[str]:
    keys = ("benefit", "entitled_now", "entitled_then", "newly", "no_longer", "now", "then")
    heads = "".join(f"<th>{escape(tell(key, language))}</th>" for key in keys)
    yield f'<h2>{escape(tell("benefit", language))}</h2><div class="wide"><table><thead><tr>{heads}</tr></thead><tbody>'
    for line in found.benefits.values():
        unit = f" ({tell(str(line.paid), language)})" if line.paid else ""
        name = escape(f"{say(found.reform.graph.benefits[line.benefit].label, language)}{unit}")
        counts = (line.entitled_before, line.entitled_after, line.newly, line.no_longer)
        sums = (line.amount_before, line.amount_after)
        cells = "".join(f"<td>{grouped(count)}</td>" for count in counts)
        cells += "".join(f"<td>{millions(amount) if line.paid else '-'}</td>" for amount in sums)
        yield f"<tr><td>{name}</td>{cells}</tr>"
    yield "</tbody></table></div>"


def _table(groups: Groups, language: Language) -> str:
    keys = [groups.key, *OUTCOMES, "monthly", "once"]
    heads = "".join(f"<th>{escape(tell(key, language))}</th>" for key in keys)
    rows = "".join(
        f"<tr><td>{escape(say(groups.labels[row], language))}</td>"
        + "".join(f"<td>{grouped(int(groups.outcomes[row, outcome]))}</td>" for outcome in OUTCOMES.values())
        + "".join(f"<td>{millions_exactly(int(money[row]))}</td>" for money in (groups.monthly, groups.once))
        + "</tr>"
        for row in groups.filled()
    )
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
