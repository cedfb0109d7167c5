"""The copy as a page to print: large enough for tired eyes, plain enough for a child."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from html import escape
from importlib import resources
from typing import Any

from pydantic import BaseModel, ConfigDict

from casemgmt.benefits.labels import label_of
from casemgmt.reference.data_files import read_document
from casemgmt.reference.languages import Language
from casemgmt.reference.lists import code_list
from casemgmt.retention.schedule import Wording, applied, schedule
from casemgmt.retention.wording import say, term_text
from casemgmt.retention.wording import texts as retention_texts
from rules.zone import to_local

_LISTS = {
    "sex": "sex",
    "citizenship_status": "citizenship_status",
    "languages": "language",
    "disability_category": "disability_category",
    "category": "signal_category",
    "triage_outcome": "triage_outcome",
    "problem_type": "problem_type",
    "risk_level": "risk_level",
    "help_package": "help_package",
    "closure_reason": "closure_reason",
    "help_kind": "help_kind",
    "measure_kind": "plan_measure_kind",
    "attendance": "attendance",
}
"""Field → the code list that says what its codes mean."""
_KINDS = {
    "addresses": "address_kind",
    "contacts": "contact_kind",
    "relationships": "relationship_kind",
    "sessions": "session_kind",
    "documents": "document_kind",
}
"""Section → the code list of its `kind`."""
_OWN_LANGUAGE = {"body_kk": "kk", "body_ru": "ru", "body_en": "en"}


class _Texts(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    title: Wording
    intro: Wording
    request: Wording
    given_on: Wording
    nothing: Wording
    left_out_title: Wording
    left_out: Wording
    child_protected: Wording
    looked_title: Wording
    looked: Wording
    kept_title: Wording
    sections: dict[str, Wording]
    fields: dict[str, Wording]
    records: dict[str, Wording]
    states: dict[str, Wording]


@cache
def _texts() -> _Texts:
    return _Texts.model_validate(read_document(resources.files("casemgmt.texts") / "subjects.yaml"))


def left_out_text(language: Language, *, suspected: bool) -> str:
    """Return what is not in the copy, and why. To a suspected representative it says nothing of what there is."""
    return say(_texts().child_protected if suspected else _texts().left_out, language)


def term_rows(at: datetime, language: Language) -> list[dict[str, str]]:
    """Return how long what is kept, and whether that is law."""
    words = retention_texts()
    rows = []
    for term in applied(at):
        if term["act"] in {"keep", "destroy"}:  # the service's own rows, not a person's record
            continue
        record_class = schedule()[str(term["class"])]
        status = say(words.statuses[str(term["status"])], language)
        rows.append(
            {
                "label": say(record_class.label, language),
                "term": term_text(int(str(term["value"])), str(term["unit"]), language),
                "runs_from": say(record_class.runs_from, language),
                "status": str(term["citation"] or status),
            }
        )
    return rows


def as_page(document: Mapping[str, Any], language: Language) -> str:
    """Return the copy as HTML in a language. Nothing is fetched from anywhere."""
    words = _texts()
    parts = "".join(_section(name, document["parts"].get(name), language) for name in _shown(document))
    looked = ""
    if document["access_log"] is not None:
        looked = f"<h2>{_say(words.looked_title, language)}</h2><p>{_say(words.looked, language)}</p>"
    return (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8">'
        f"<title>{_say(words.title, language)}</title>"
        f'<meta name="viewport" content="width=device-width, initial-scale=1">{_STYLE}</head><body>'
        f"<h1>{_say(words.title, language)}</h1><p>{_say(words.intro, language)}</p>"
        f"<dl>{_pair(_say(words.request, language), escape(document['reference']))}"
        f"{_pair(_say(words.given_on, language), escape(_written(document['given_at'])))}</dl>{parts}"
        f"<h2>{_say(words.left_out_title, language)}</h2><p>{escape(document['left_out'])}</p>{looked}"
        f"<h2>{_say(words.kept_title, language)}</h2>{_terms(document['terms'])}</body></html>\n"
    )


def _shown(document: Mapping[str, Any]) -> Iterator[str]:
    for name in _texts().sections:
        if name in document["parts"]:
            yield name


def _section(name: str, part: Any, language: Language) -> str:
    entries = [part] if isinstance(part, dict) else part
    if not entries:
        body = f"<p>{_say(_texts().nothing, language)}</p>"
    else:
        body = "".join(f"<dl>{''.join(_fields(name, entry, language))}</dl>" for entry in entries)
    return f"<section><h2>{_say(_texts().sections[name], language)}</h2>{body}</section>"


def _fields(section: str, entry: Mapping[str, Any], language: Language) -> Iterator[str]:
    words = _texts()
    order = [*_OWN_LANGUAGE, *words.fields]
    for name in sorted(entry, key=lambda n: order.index(n) if n in order else -1):
        value = entry[name]
        if value in (None, "", []) or name == "id":
            continue
        if name in _OWN_LANGUAGE:
            if _OWN_LANGUAGE[name] == language:
                yield _pair(_say(words.fields["body"], language), escape(str(value)))
        elif name == "measures":
            inner = "".join(f"<li>{escape(_measure(m, language))}</li>" for m in value)
            yield _pair(_say(words.fields[name], language), f"<ul>{inner}</ul>")
        elif (name == "birth_year" and entry.get("birth_date")) or (name == "state" and value not in words.states):
            continue
        else:
            yield _pair(_say(words.fields[name], language), _value(section, name, value, language))


def _measure(measure: Mapping[str, Any], language: Language) -> str:
    state = _texts().states.get(measure["state"])
    said = _label("plan_measure_kind", measure["measure_kind"], language)
    return f"{said}, {_written(measure['due_on'])}{'' if state is None else f': {say(state, language)}'}"


def _value(section: str, name: str, value: Any, language: Language) -> str:
    words = _texts()
    if isinstance(value, list):
        return escape(", ".join(_label(_LISTS[name], v, language) for v in value))
    text = str(value)
    if name == "kind":
        text = _label(_KINDS[section], text, language)
    elif name == "benefit":
        text = label_of(text, language)
    elif name == "record":
        text = say(words.records[text], language)
    elif name in {"state", "entitled"}:
        text = say(words.states.get(text, words.states["unknown"]), language)
    elif name in _LISTS:
        text = _label(_LISTS[name], text, language)
    else:
        text = _written(text)
    return escape(text).replace("\n", "<br>")


def _label(list_name: str, code: str, language: Language) -> str:
    found = code_list(list_name)
    return found.value(code).label([language]).text if code in found.codes else code


def _written(value: Any) -> str:
    """Return a day or moment as people write it; any other text as it is."""
    if isinstance(value, datetime):
        return f"{to_local(value):%d.%m.%Y}"
    text = str(value)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    if "T" not in text:
        return f"{moment:%d.%m.%Y}" if len(text) == len("2026-01-01") else text
    return f"{to_local(moment):%d.%m.%Y %H:%M}" if moment.tzinfo is not None else f"{moment:%d.%m.%Y}"


def _terms(rows: list[dict[str, str]]) -> str:
    lines = "".join(
        f"<tr><td>{escape(r['label'])}</td><td>{escape(r['term'])} {escape(r['runs_from'])}</td>"
        f"<td>{escape(r['status'])}</td></tr>"
        for r in rows
    )
    return f"<table>{lines}</table>"


def _pair(name: str, value: str) -> str:
    return f"<dt>{name}</dt><dd>{value}</dd>"


def _say(wording: Wording, language: Language) -> str:
    return escape(say(wording, language))


_STYLE = """<style>
body{font:12pt/1.5 system-ui,sans-serif;color:#111;max-width:46em;margin:2em auto;padding:0 1em}
h1{font-size:20pt;line-height:1.2}h2{font-size:14pt;border-bottom:1px solid #888;margin-top:1.6em}
dl{display:grid;grid-template-columns:13em 1fr;gap:.15em 1em;margin:.6em 0;break-inside:avoid}
dl+dl{border-top:1px dotted #aaa;padding-top:.6em}dt{color:#555}dd{margin:0;overflow-wrap:anywhere}
ul{margin:0;padding-left:1.2em}table{border-collapse:collapse;width:100%;font-size:10pt}
td{border-top:1px solid #ccc;padding:.3em .5em .3em 0;vertical-align:top}
@media(max-width:36em){dl{grid-template-columns:1fr}}@media print{body{margin:0;max-width:none}}
</style>"""
