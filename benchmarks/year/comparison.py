"""The end of the year: every clock, every owner and every list of the service beside the book and plain questions."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import asyncpg

from benchmarks.year.book import Book
from benchmarks.year.clocks import Clock
from benchmarks.year.orphans import find_orphans
from benchmarks.year.records import Case

_TASKS = """
    SELECT id, kind, record_type, record_id, case_id, signal_id, mobile_group_id, assignee_id, organisation_id,
           started_at, warn_at, due_at, held_until, completed_at, cancelled_at, warned_at, breached_at, about_kind
      FROM task ORDER BY started_at, id
"""
_CHAINS = """
    SELECT m.case_id, m.user_id, m.since, m.ended_at, c.opened_at, c.manager_id, u.active
      FROM case_member m JOIN case_record c ON c.id = m.case_id JOIN app_user u ON u.id = m.user_id
     WHERE m.team_role = 'manager' ORDER BY m.case_id, m.since, m.ended_at NULLS LAST
"""
_COUNTED = {
    "tasks": "SELECT count(*) FROM task",
    "cases": "SELECT count(*) FROM case_record",
    "signals": "SELECT count(*) FROM signal",
    "holds": "SELECT count(*) FROM task_hold",
    "recalculations": "SELECT count(*) FROM task_recalculation",
    "warnings": "SELECT count(*) FROM task_alert WHERE kind = 'warning'",
    "breaches": "SELECT count(*) FROM task_alert WHERE kind = 'breach'",
    "escalations": "SELECT count(*) FROM task_alert WHERE kind = 'escalation'",
    "absences": "SELECT count(*) FROM staff_absence",
    "workers who left": "SELECT count(*) FROM app_user WHERE NOT active AND kind = 'person'",
    "handed over": "SELECT count(*) FROM case_handover WHERE state = 'accepted'",
    "moved": "SELECT count(*) FROM case_transfer WHERE state = 'accepted'",
    "errors taken out": "SELECT count(*) FROM record_error WHERE state = 'confirmed'",
    "closed": "SELECT count(*) FROM case_closure WHERE approved",
    "reopened": "SELECT count(*) FROM case_closure WHERE reopened_at IS NOT NULL",
    "audit events": "SELECT count(*) FROM audit_event",
}


@dataclass
class Findings:
    """What differs, in words; empty where all is right."""

    wrong: list[str] = field(default_factory=list)
    compared: dict[str, int] = field(default_factory=dict)

    def differ(self, what: str, service: object, plain: object) -> None:
        """Note a difference where there is one."""
        if service != plain:
            self.wrong.append(f"{what}: the service says {service}, the plain calculation {plain}")


async def compare_clocks(connection: asyncpg.Connection, book: Book, findings: Findings) -> None:
    """Compare all moments of all clocks, and who has them."""
    rows: dict[Any, list[asyncpg.Record]] = defaultdict(list)
    for row in await connection.fetch(_TASKS):
        rows[row["kind"], row["record_type"], str(row["record_id"]), row["started_at"]].append(row)
    known = {clock.task_id for clock in book.clocks.all if clock.task_id is not None}
    for clock in sorted(book.clocks.all, key=lambda c: c.origin is not None):
        record = str(clock.origin.task_id) if clock.origin is not None else clock.record
        found = rows.get((clock.kind, clock.record_type, record, clock.start), [])
        row = _row_of(clock, found, known)
        if row is None:
            findings.wrong.append(f"no such clock: {clock.kind} of {clock.record_type} {record} since {clock.start}")
            continue
        found.remove(row)
        clock.task_id = str(row["id"])
        _compare_clock(clock, row, findings)
        findings.compared["clocks"] = findings.compared.get("clocks", 0) + 1
    for left in rows.values():
        for row in left:
            findings.wrong.append(f"a clock that nothing began: {dict(row)}")


def _row_of(clock: Clock, rows: list[asyncpg.Record], known: set[str | None]) -> asyncpg.Record | None:
    """Return the row of a clock: by its id where that was seen, else one that is nobody else's and ended as it did.

    A clock that runs again because of an error has the beginning of the one before it.
    """
    own = [row for row in rows if str(row["id"]) == clock.task_id]
    others = [row for row in rows if clock.task_id is None and str(row["id"]) not in known]
    return next(iter(own or sorted(others, key=lambda r: (r["completed_at"] or r["cancelled_at"]) != clock.end)), None)


def _compare_clock(clock: Clock, row: asyncpg.Record, findings: Findings) -> None:
    name = f"{clock.kind} {clock.task_id}"
    ends = {"completed": (clock.end, None), "cancelled": (None, clock.end), None: (None, None)}[clock.how]
    findings.differ(f"{name}, warning", row["warn_at"], clock.warn)
    findings.differ(f"{name}, due", row["due_at"], clock.due)
    findings.differ(f"{name}, end", (row["completed_at"], row["cancelled_at"]), ends)
    findings.differ(f"{name}, breach", row["breached_at"], clock.breached)
    findings.differ(f"{name}, warned", row["warned_at"] is not None, clock.warned)
    owners = (row["assignee_id"], row["mobile_group_id"], row["organisation_id"])
    plain = (clock.owner and clock.owner.id, clock.group, clock.body.id)
    findings.differ(f"{name}, owner", tuple(o and str(o) for o in owners), plain)
    findings.differ(f"{name}, case and signal", _ids(row["case_id"], row["signal_id"]), (clock.case, clock.signal))
    findings.differ(f"{name}, about", row["about_kind"], clock.about)


def _ids(*values: object) -> tuple[str | None, ...]:
    return tuple(None if v is None else str(v) for v in values)


async def compare_alerts(connection: asyncpg.Connection, book: Book, findings: Findings) -> None:
    """Compare every warning, breach and step of an escalation that was ever noticed: none is lost or changed."""
    rows: dict[str, set[Any]] = defaultdict(set)
    for row in await connection.fetch("SELECT task_id, kind, level, at, found_at FROM task_alert"):
        rows[str(row["task_id"])].add((row["kind"], row["level"], row["at"], row["found_at"]))
    for clock in book.clocks.all:
        found = rows.pop(str(clock.task_id), set())
        findings.differ(f"{clock.kind} {clock.task_id}, facts", sorted(map(str, found)), sorted(map(str, clock.alerts)))
        findings.compared["facts"] = findings.compared.get("facts", 0) + len(clock.alerts)
    findings.wrong.extend(f"facts about no clock: {task}" for task in rows)


async def compare_owners(connection: asyncpg.Connection, book: Book, findings: Findings) -> None:
    """Go through the whole history of every case: one manager at every instant, the right one, and never a gap."""
    chains: dict[str, list[asyncpg.Record]] = defaultdict(list)
    for row in await connection.fetch(_CHAINS):
        chains[str(row["case_id"])].append(row)
    for case in book.cases.values():
        _compare_chain(case, chains.pop(case.id, []), findings)
        findings.compared["owners"] = findings.compared.get("owners", 0) + len(case.owners)
    findings.wrong.extend(f"a case that nobody opened: {case}" for case in chains)
    findings.wrong.extend(f"without an owner: {found}" for found in await find_orphans(connection, None))


def _compare_chain(case: Case, chain: list[asyncpg.Record], findings: Findings) -> None:
    for before, after in pairwise(chain):
        findings.differ(f"case {case.id}, a gap or two managers", before["ended_at"], after["since"])
    if not chain:
        findings.wrong.append(f"case {case.id} has had no manager")
        return
    findings.differ(f"case {case.id}, managed since", chain[0]["since"], case.opened_at)
    findings.differ(f"case {case.id}, managed until", chain[-1]["ended_at"], None)
    findings.differ(f"case {case.id}, manager", str(chain[-1]["manager_id"]), case.manager.id)
    findings.differ(f"case {case.id}, account of the manager", chain[-1]["active"], True)
    findings.differ(
        f"case {case.id}, managers",
        [(r["since"], str(r["user_id"])) for r in chain],
        [(at, w.id) for at, w in case.owners],
    )
    for row, (_, worker) in zip(chain, case.owners, strict=False):
        gone, until = worker.left_at, row["ended_at"] or datetime.max.replace(tzinfo=UTC)
        if gone is not None and until > gone:
            findings.wrong.append(f"case {case.id}: {worker.name} was its manager after leaving")


async def count_all(connection: asyncpg.Connection) -> dict[str, int]:
    """Count what the year brought."""
    return {name: await connection.fetchval(statement) for name, statement in _COUNTED.items()}
