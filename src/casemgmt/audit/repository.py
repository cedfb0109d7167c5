"""Queries on the audit log. Each looks through the partitions of its window only, newest first."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from casemgmt.audit.policy import Window
from casemgmt.db.paging import Position
from casemgmt.db.work import Work

_COLUMNS = (
    "id, at, kind, outcome, actor_id, session_id, request_id, reason, record_type, record_ids, case_id, signal_id,"
    " fields"
)
_CONDITIONS = {
    "actor_id": "actor_id = :actor_id",
    "case_id": "case_id = :case_id",
    "kind": "kind = :kind",
}


@dataclass(frozen=True)
class Question:
    """What an auditor looks for; None leaves a filter out."""

    actor_id: UUID | None = None
    case_id: UUID | None = None
    record_id: UUID | None = None
    kind: str | None = None


# Below a policy no index serves a condition on a list of ids: a function finds the page, row security the rest.
NAMING_RECORD = (
    f"SELECT {_COLUMNS} FROM events_naming(:record_id, :since, :until, coalesce(CAST(:at AS timestamptz), 'infinity'),"  # noqa: S608 - constants
    " :id, :size, :actor_id, :case_id, :kind) JOIN audit_event USING (at, id) ORDER BY at DESC, id DESC"
)
_LAST_ID = UUID(int=2**128 - 1)


def list_statement(question: Question, *, with_cursor: bool) -> str:
    """Return the query of a question that names no record; its window and filters are arguments."""
    conditions = ["at >= :since", "at < :until"]
    conditions += [sql for name, sql in _CONDITIONS.items() if getattr(question, name) is not None]
    if with_cursor:
        conditions.append("(at, id) < (:at, :id)")
    where = " AND ".join(conditions)
    return f"SELECT {_COLUMNS} FROM audit_event WHERE {where} ORDER BY at DESC, id DESC LIMIT :size"  # noqa: S608 - constants


async def list_events(
    work: Work, question: Question, window: Window, size: int, after: Position | None
) -> list[dict[str, Any]]:
    """Return up to `size` events of a window, newest first."""
    arguments: dict[str, Any] = {"since": window.since, "until": window.until, "size": size}
    if question.record_id is not None:
        place = {"at": None, "id": _LAST_ID} if after is None else {"at": after.at, "id": after.id}
        return await work.rows(NAMING_RECORD, **arguments, **vars(question), **place)
    arguments |= {name: value for name, value in vars(question).items() if value is not None}
    if after is not None:
        arguments |= {"at": after.at, "id": after.id}
    return await work.rows(list_statement(question, with_cursor=after is not None), **arguments)
