"""Queries on signals. Row security decides what is seen; every list starts from indexes of its own."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import col, select

from casemgmt.audit.commitments import commitments, new_row, new_salt
from casemgmt.db.direct import Direct
from casemgmt.db.paging import Position
from casemgmt.db.work import Work
from casemgmt.errors import NotFound
from casemgmt.signals import policy
from casemgmt.signals.states import SignalFacts
from casemgmt.signals.tables import Reporter, Signal, SignalPerson, SignalRedirect

Columns = Mapping[str, Any]
_INSERT = "SELECT request_signal($1, $2, $3, $4, $5, $6, $7, $8, $9)"

_COLUMNS = (
    "id, state, source, channel, category, severity, urgency, danger_now, region_code, organisation_id,"
    " mobile_group_id, case_id, received_at"
)

# One branch per way of seeing a signal, each on an index of its own; UNION removes what two branches found.
BRANCHES = (
    "sees_all_signals()",
    "region_code = signal_region()",
    "organisation_id = signal_organisation()",
    "received_by_organisation_id = signal_organisation()",
    "registered_by_id = actor_user()",
    # As a sub-select: below row security PostgreSQL uses no index for `= ANY (actor_groups())`.
    "mobile_group_id = ANY ((SELECT actor_groups())::uuid[])",
    "case_id IN (SELECT m.case_id FROM case_member m WHERE m.user_id = actor_user() AND m.ended_at IS NULL)",
)


def _list_statement(*, with_state: bool, with_cursor: bool) -> str:
    conditions = ""
    if with_state:
        conditions += " AND state = :state"
    if with_cursor:
        conditions += " AND (received_at, id) < (:at, :id)"
    branches = " UNION ".join(
        f"(SELECT {_COLUMNS} FROM signal WHERE {branch}{conditions}"  # noqa: S608 - constants of this module
        " ORDER BY received_at DESC, id DESC LIMIT :size)"
        for branch in BRANCHES
    )
    return f"SELECT * FROM ({branches}) AS found ORDER BY received_at DESC, id DESC LIMIT :size"  # noqa: S608 - as above


async def list_signals(work: Work, size: int, after: Position | None, state: str | None) -> list[dict[str, Any]]:
    """Return up to `size` signals that the actor sees, newest first."""
    arguments: dict[str, Any] = {"size": size}
    if state is not None:
        arguments["state"] = state
    if after is not None:
        arguments |= {"at": after.at, "id": after.id}
    statement = _list_statement(with_state=state is not None, with_cursor=after is not None)
    return [dict(r) for r in (await work.session.execute(text(statement), arguments)).mappings()]


async def insert_signal(
    direct: Direct, signal: Columns, clock: Columns, story: Columns, reporter: Reporter | None
) -> None:
    """Write a new signal and what it begins with; audited."""
    rows = {"signal": signal, "task": clock, "entry": story}
    if reporter is not None:
        rows["reporter"] = reporter.model_dump()
    salt = new_salt()
    keys = {"signal": signal["id"], "task": clock["id"], "reporter": signal["id"]}
    changes = [new_row(table, str(key), rows[table]) for table, key in keys.items() if table in rows]
    written = orjson.dumps(rows).decode()
    await direct.call(_INSERT, signal["id"], written, commitments(salt, changes), salt)


async def get_signal(work: Work, signal_id: UUID, *, for_change: bool = False) -> Signal:
    """Return a signal that the actor sees, locked when it is about to change; else `NotFound`."""
    query = select(Signal).where(Signal.id == signal_id)
    if for_change:
        query = query.with_for_update()
    signal = (await work.session.scalars(query)).one_or_none()
    if signal is None:
        raise NotFound("There is no such signal.")
    return signal


async def refresh(work: Work, signal: Signal, **known: object) -> None:
    """Read again what a function of the database changed; where it took the signal out of sight, set what is known."""
    query = select(Signal).where(Signal.id == signal.id).execution_options(populate_existing=True)
    if (await work.session.scalars(query)).one_or_none() is None:
        for name, value in known.items():
            set_committed_value(signal, name, value)


async def subjects_of(work: Work, signal_id: UUID) -> list[SignalPerson]:
    """Return the persons of a signal."""
    query = select(SignalPerson).where(SignalPerson.signal_id == signal_id).order_by(col(SignalPerson.added_at))
    return list(await work.session.scalars(query))


async def reporter_of(work: Work, signal_id: UUID) -> Reporter | None:
    """Return the reporter, where there is one and the actor may know."""
    return (await work.session.scalars(select(Reporter).where(Reporter.signal_id == signal_id))).one_or_none()


async def facts_of(work: Work, signal: Signal, severity: str | None = None) -> SignalFacts:
    """Return what the guards of the signal's route need; `severity` is what the triage in hand says."""
    subjects = await subjects_of(work, signal.id)
    return SignalFacts(
        severity=policy.graver(signal.gravest_severity, severity or signal.gravest_severity),
        triaged_by_id=signal.triaged_by_id,
        has_known_child=any(s.role == "child" for s in subjects),
        redirected_inside=signal.triage_outcome == "redirect" and signal.redirected_to is None,
        at_the_desk=policy.is_desk(work.actor, signal.organisation_id, signal.region_code),
    )


async def open_redirect_of(work: Work, signal_id: UUID) -> SignalRedirect:
    """Return the redirect of a signal that waits for its answer."""
    query = select(SignalRedirect).where(SignalRedirect.signal_id == signal_id, col(SignalRedirect.answer).is_(None))
    return (await work.session.scalars(query)).one()


async def newest_redirect_of(work: Work, signal_id: UUID) -> SignalRedirect | None:
    """Return the newest redirect of a signal."""
    order = (col(SignalRedirect.redirected_at).desc(), col(SignalRedirect.id).desc())
    query = select(SignalRedirect).where(SignalRedirect.signal_id == signal_id).order_by(*order).limit(1)
    return (await work.session.scalars(query)).one_or_none()


_SIDES = {"sent": ("from_organisation_id", "by_organisation_id"), "received": ("to_organisation_id",)}


def _redirects_statement(side: str, *, with_cursor: bool) -> str:
    beyond = " AND (redirected_at, id) < (:at, :id)" if with_cursor else ""
    branches = " UNION ".join(
        f"(SELECT * FROM signal_redirect WHERE {column} = signal_organisation()"  # noqa: S608 - constants of this module
        f" AND (NOT :unanswered OR answer IS NULL){beyond} ORDER BY redirected_at DESC, id DESC LIMIT :size)"
        for column in _SIDES[side]
    )
    return (
        "SELECT id, signal_id, from_organisation_id, by_organisation_id, to_organisation_id, redirected_at, due_at,"  # noqa: S608 - as above
        " answer, answered_at, CASE WHEN sees_signal(signal_id) THEN external_body END AS external_body,"
        " CASE WHEN sees_signal(signal_id) THEN note END AS note"
        f" FROM ({branches}) AS found ORDER BY redirected_at DESC, id DESC LIMIT :size"
    )


async def list_redirects(
    work: Work, size: int, after: Position | None, side: str, *, unanswered: bool
) -> list[dict[str, Any]]:
    """Return up to `size` redirects from or to the actor's body, newest first."""
    arguments: dict[str, Any] = {"size": size, "unanswered": unanswered}
    if after is not None:
        arguments |= {"at": after.at, "id": after.id}
    return await work.rows(_redirects_statement(side, with_cursor=after is not None), **arguments)
