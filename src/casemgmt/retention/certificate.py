"""The certificate of destruction: signed and readable. It proves how much was destroyed, not of whom.

A document of its own kind: its `type` is inside what is signed, so that no signature of the audit log is one on it.
"""

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from casemgmt.audit.evidence import bytes_of, read_key
from casemgmt.audit.leaf import canonical, written_time
from casemgmt.audit.signing import PublicKey, SigningKey, key_document
from casemgmt.audit.tree import HEAD_COLUMNS, head_of, read_log
from casemgmt.reference.languages import FALLBACK_ORDER, Language
from casemgmt.retention.schedule import schedule
from casemgmt.retention.wording import reason_text, say, term_text, texts

FORMAT = 1
_KIND = ("destruction_certificate", FORMAT)
_PLAN = (
    "SELECT id, state, as_of, schedule::text AS schedule, held_back::text AS held_back, digest, made_by_id, made_at,"
    " approved_by_id, approved_at, completed_at FROM retention_plan WHERE id = $1"
)
_CLASSES = (
    "SELECT record_class, sum(rows) FILTER (WHERE outcome = 'destroyed') AS destroyed, min(due_since) AS first_due,"
    " max(due_since) AS last_due FROM retention_item WHERE plan_id = $1 GROUP BY record_class"
)
_LEFT_OUT = (
    "SELECT record_class, reason, sum(rows) AS rows FROM retention_item WHERE plan_id = $1 AND outcome = 'left_out'"
    " GROUP BY record_class, reason ORDER BY 1, 2"
)


class CertificateError(Exception):
    """There is nothing to certify, or the file is no certificate; the text is for a person."""


async def write_certificate(connection: asyncpg.Connection, plan_id: UUID, key: SigningKey) -> bytes:
    """Return the signed certificate of a completed plan, as JSON."""
    plan = await connection.fetchrow(_PLAN, plan_id)
    if plan is None:
        raise CertificateError(f"There is no plan {plan_id}.")
    if plan["state"] != "completed":
        raise CertificateError(f"The plan is {plan['state']}: a certificate is written when the last record is done.")
    head = await connection.fetchrow(f"SELECT {HEAD_COLUMNS} FROM audit_head ORDER BY size DESC LIMIT 1")  # noqa: S608 - a constant
    log = await read_log(connection)
    statement = {
        "type": "destruction_certificate",
        "format": FORMAT,
        "log": str(log),
        "plan": str(plan["id"]),
        "plan_digest": plan["digest"],
        "as_of": written_time(plan["as_of"]),
        "made": {"by": str(plan["made_by_id"]), "at": written_time(plan["made_at"])},
        "approved": {"by": str(plan["approved_by_id"]), "at": written_time(plan["approved_at"])},
        "completed_at": written_time(plan["completed_at"]),
        "classes": await _classes(connection, plan),
        "head": None if head is None else {**head_of(log, head).statement(), "signature": head["signature"].hex()},
        "key": key_document(key.public),
    }
    signed = {**statement, "signature": key.sign(canonical(statement)).hex()}
    return orjson.dumps(signed, option=orjson.OPT_INDENT_2) + b"\n"


async def _classes(connection: asyncpg.Connection, plan: Mapping[str, Any]) -> list[dict[str, Any]]:
    counts = {r["record_class"]: r for r in await connection.fetch(_CLASSES, plan["id"])}
    left_out = await connection.fetch(_LEFT_OUT, plan["id"])
    held_back = orjson.loads(plan["held_back"])
    found = []
    for term in orjson.loads(plan["schedule"]):
        name = term["class"]
        count = counts.get(name)
        found.append(
            {
                **{k: term[k] for k in ("class", "act", "value", "unit", "in_force_from", "status", "citation")},
                "destroyed": int(count["destroyed"] or 0) if count else 0,
                "first_due": written_time(count["first_due"]) if count else None,
                "last_due": written_time(count["last_due"]) if count else None,
                "left_out": {r["reason"]: int(r["rows"]) for r in left_out if r["record_class"] == name},
                "held_back": {h["reason"]: h["records"] for h in held_back if h["class"] == name},
            }
        )
    return found


def read_certificate(content: bytes) -> dict[str, Any]:
    """Return the document of a certificate."""
    try:
        document = orjson.loads(content)
    except ValueError:
        document = None
    if isinstance(document, dict) and (document.get("type"), document.get("format")) == _KIND:
        return document
    raise CertificateError("This is no certificate of destruction of a kind that is known here.")


def holds(document: Mapping[str, Any], known: Iterable[PublicKey] | None) -> bool:
    """Answer whether the signature is on exactly this content, by one of the known keys; without any, by its own."""
    try:
        statement = {k: v for k, v in document.items() if k != "signature"}
        own = read_key(document["key"])
        key = own if known is None else next((k for k in known if k.id == own.id), None)
        return key is not None and key.verifies(bytes_of(document["signature"]), canonical(statement))
    except (ValueError, KeyError, TypeError):
        return False


def as_html(document: Mapping[str, Any]) -> str:
    """Return the certificate as a page to print, in three languages one under the other."""
    parts = "".join(_section(document, language) for language in FALLBACK_ORDER)
    title = escape(document["plan"])
    return f'<!doctype html><html lang="kk"><meta charset="utf-8"><title>{title}</title>{_STYLE}{parts}</html>\n'


def _section(document: Mapping[str, Any], language: Language) -> str:
    words = {name: escape(say(text, language)) for name, text in texts().certificate.items()}
    head = document["head"]
    facts = {
        "plan": document["plan"],
        "digest": document["plan_digest"],
        "as_of": _time(document["as_of"]),
        "made": f"{document['made']['by']}, {_time(document['made']['at'])}",
        "approved": f"{document['approved']['by']}, {_time(document['approved']['at'])}",
        "completed": _time(document["completed_at"]),
        "head": say(texts().certificate["no_head"], language) if head is None else f"{head['size']} · {head['root']}",
        "signed": document["key"]["id"],
    }
    listed = "".join(f"<dt>{words[name]}</dt><dd>{escape(str(value))}</dd>" for name, value in facts.items())
    columns = "".join(f"<th>{words[c]}</th>" for c in ("class", "term", "act", "destroyed", "left_out", "period"))
    touched = [e for e in document["classes"] if e["destroyed"] or e["left_out"] or e["held_back"]]
    rows = "".join(_row(entry, language) for entry in touched)
    return (
        f'<section lang="{language}"><h1>{words["title"]}</h1><dl>{listed}</dl>'
        f"<table><thead><tr>{columns}</tr></thead><tbody>{rows}</tbody></table><p>{words['backups']}</p></section>"
    )


def _row(entry: Mapping[str, Any], language: Language) -> str:
    found = texts()
    name = say(schedule()[entry["class"]].label, language) if entry["class"] in schedule() else entry["class"]
    term = term_text(entry["value"], entry["unit"], language)
    status = say(found.statuses[entry["status"]], language)
    stayed = {**entry["held_back"]}
    for reason, count in entry["left_out"].items():
        stayed[reason] = stayed.get(reason, 0) + count
    left = "<br>".join(f"{count}: {escape(reason_text(reason, language))}" for reason, count in stayed.items()) or "0"
    days = "–" if entry["first_due"] is None else f"{entry['first_due'][:10]} … {entry['last_due'][:10]}"
    return (
        f"<tr><td>{escape(name)}</td><td>{escape(term)}<br><small>{escape(entry['citation'] or status)}</small></td>"
        f"<td>{escape(say(found.acts[entry['act']], language))}</td><td>{entry['destroyed']}</td><td>{left}</td>"
        f"<td>{days}</td></tr>"
    )


def _time(text: str) -> str:
    return f"{text[:10]} {text[11:16]} UTC"


_STYLE = """<style>
body{font:11pt/1.4 system-ui,sans-serif;color:#111;max-width:62em;margin:2em auto;padding:0 1em}
section{page-break-after:always;margin-bottom:3em}section:last-child{page-break-after:auto}
h1{font-size:16pt;border-bottom:2px solid #111}dl{display:grid;grid-template-columns:16em 1fr;gap:.2em 1em}
dt{color:#555}dd{margin:0;overflow-wrap:anywhere}table{border-collapse:collapse;width:100%;margin-top:1em}
th,td{border:1px solid #999;padding:.35em .5em;text-align:left;vertical-align:top}th{background:#eee}small{color:#555}
</style>"""
