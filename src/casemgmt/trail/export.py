"""The log of a person's record as it is given out to answer a lawful request: bodies and roles, no names.

Why no names: the paper leaves the service, and may reach somebody whom the child's helpers have to fear. The number of
a line lets an auditor or a court find out who it was.
"""

from collections.abc import Mapping
from html import escape
from typing import Any
from uuid import UUID

from casemgmt.audit.events import Event
from casemgmt.db.work import Work
from casemgmt.people.repository import get_person
from casemgmt.reference.languages import Language
from casemgmt.reference.lists import code_list
from casemgmt.timeline.repository import staff
from casemgmt.trail import repository
from casemgmt.trail.commands import ExportAccessLog
from casemgmt.trail.policy import MOST_LINES, export_window, refuse_restricted, refuse_too_many
from casemgmt.trail.service import actors_in
from casemgmt.trail.views import ExportedLineView, ExportedLogView, LogRequestView
from casemgmt.trail.wording import act_of, area_of, line, phrase, purpose_text, role_names
from rules.zone import to_local

_MOMENT = "%d.%m.%Y %H:%M"
_STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;margin:2rem;color:#1a1a1a}h1{font-size:1.4rem}"
    "table{border-collapse:collapse;width:100%}th,td{border:1px solid #888;padding:.35rem .5rem;text-align:left;"
    "vertical-align:top}td:first-child{white-space:nowrap}td:last-child{font:12px/1.6 monospace}"
    "dt{float:left;clear:left;width:14rem;font-weight:600}dd{margin:0 0 .2rem 14rem}thead{display:table-header-group}"
)


async def export_log(work: Work, person_id: UUID, command: ExportAccessLog) -> ExportedLogView:
    """Return the log as it is given out. The event holds the ground as its purpose and the request as its reason."""
    person = await get_person(work, person_id)
    refuse_restricted(restricted=person.restricted)
    window = export_window(command.since, command.until, await work.call("SELECT clock_timestamp()"))
    rows = await repository.trail_of(work, person_id, window, MOST_LINES + 1, None)
    refuse_too_many(len(rows))
    work.record(
        Event("access_log.exported", "person", (person_id,), reason=command.request_number, purpose=command.basis)
    )
    body = await repository.own_body(work)
    return ExportedLogView(
        title=phrase("title", command.language),
        person_id=person_id,
        request=LogRequestView(
            number=command.request_number,
            basis=command.basis,
            basis_text=code_list("log_request_basis").value(command.basis).label((command.language,)).text,
        ),
        body=body[f"name_{command.language}"],
        language=command.language,
        since=window.since,
        until=window.until,
        made_at=work.now,
        note=phrase("note", command.language).strip(),
        lines=await _lines(work, rows, command.language),
    )


async def _lines(work: Work, rows: list[dict[str, Any]], language: Language) -> list[ExportedLineView]:
    people = await staff(work, actors_in(rows))

    def body_of(row: Mapping[str, Any]) -> str | None:
        who = people.get(row["actor_id"])
        return None if who is None else str(who[f"name_{language}"])

    return [
        ExportedLineView(
            number=row["id"],
            at=row["at"],
            body=body_of(row),
            roles=role_names(row["roles"], language),
            text=line(act_of(row), area_of(row), language),
            purpose=purpose_text(row["purpose"], language),
        )
        for row in rows
    ]


def page_of(log: ExportedLogView) -> str:
    """Return the document as a page that prints well and needs nothing from elsewhere."""
    language: Language = log.language  # type: ignore[assignment]  # one of the three, as the command demands

    def say(key: str) -> str:
        return escape(phrase(key, language))

    facts = {
        "person": str(log.person_id),
        "request": log.request.number,
        "basis": log.request.basis_text,
        "body": log.body,
        "window": f"{_local(log.since)} – {_local(log.until)}",
        "made": _local(log.made_at),
    }
    head = "".join(f"<dt>{say(key)}</dt><dd>{escape(value)}</dd>" for key, value in facts.items())
    names = "".join(f"<th>{say(key)}</th>" for key in ("at", "who", "what", "purpose", "number"))
    rows = "".join(_row(entry, say("system")) for entry in log.lines)
    table = (
        f"<table><thead><tr>{names}</tr></thead><tbody>{rows}</tbody></table>" if log.lines else f"<p>{say('none')}</p>"
    )
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{escape(log.title)}</title>'
        f"<style>{_STYLE}</style></head><body><h1>{escape(log.title)}</h1><dl>{head}</dl>"
        f"<p>{escape(log.note)}</p>{table}</body></html>"
    )


def _row(entry: ExportedLineView, system: str) -> str:
    who = system if entry.body is None else escape(", ".join([entry.body, *entry.roles]))
    cells = (_local(entry.at), None, entry.text, entry.purpose or "–", str(entry.number))
    return "<tr>" + "".join(f"<td>{who if cell is None else escape(cell)}</td>" for cell in cells) + "</tr>"


def _local(moment: Any) -> str:
    return to_local(moment).strftime(_MOMENT)
