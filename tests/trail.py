"""Who looked at a person, worked out a second time: from raw rows, in another language than the database's function."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg

from casemgmt.db.addresses import driver_url
from tests.all_rows import World as Records
from tests.expectation import Expectation

Row = dict[str, Any]
_LINKS = ("case_id", "signal_id", "person_id")


async def expected_log(owner_url: str, asker: UUID, person_id: UUID) -> list[UUID]:
    """Return the ids of the events that an asker is to be told of, newest first."""
    connection = await asyncpg.connect(driver_url(owner_url))
    try:
        records = await Records.read(connection)
        links = await _links(connection)
        events = [dict(r) for r in await connection.fetch("SELECT * FROM audit_event ORDER BY at DESC, id DESC")]
        now = await connection.fetchval("SELECT now()")
    finally:
        await connection.close()
    eyes = Expectation(records, asker, now)
    if not eyes.person(records.by_id["person"][person_id]):
        return []
    return [e["id"] for e in events if _Trail(eyes, person_id, links).tells(e)]


async def _links(connection: asyncpg.Connection) -> list[Row]:
    """Return all rows that have an id and belong to a case, a signal or a person, whatever their table."""
    tables = await connection.fetch(
        "SELECT table_name AS name, array_agg(column_name::text) AS columns FROM information_schema.columns"
        " WHERE table_schema = 'public' GROUP BY table_name"
    )
    found: list[Row] = []
    for table in tables:
        columns = [c for c in (*_LINKS, "person_ids") if c in table["columns"]]
        if "id" in table["columns"] and columns and not table["name"].startswith("audit_"):
            found += [dict(r) for r in await connection.fetch(f"SELECT id, {', '.join(columns)} FROM {table['name']}")]
    return found


class _Trail:
    """What belongs to a person in the eyes of an asker."""

    def __init__(self, eyes: Expectation, person_id: UUID, links: Iterable[Row]) -> None:
        rows = eyes.world.rows
        mine = [c for c in rows["case_person"] if c["person_id"] == person_id]
        subjects = [s for s in rows["signal_person"] if s["person_id"] == person_id]
        signal = eyes.world.by_id["signal"]
        self.cases = {c["case_id"] for c in mine if eyes.in_case(c)}
        self.signals = {s["signal_id"] for s in subjects if eyes.of_signal(s)}
        secret = {c["case_id"] for c in mine if c["restricted"]}
        secret |= {signal[s["signal_id"]]["case_id"] for s in subjects if s["restricted"]}
        secret -= self.cases
        self.silent = [m for m in rows["case_member"] if m["case_id"] in secret and m["user_id"] != eyes.user_id]
        self.known = [m for m in rows["case_member"] if m["case_id"] in self.cases]
        self.own = {person_id} | {
            r["id"] for r in links if r.get("person_id") == person_id or person_id in (r.get("person_ids") or ())
        }
        self.around = self.cases | self.signals
        self.around |= {r["id"] for r in links if r.get("case_id") in self.cases or r.get("signal_id") in self.signals}

    def tells(self, event: Row) -> bool:
        if event["case_id"] is not None and event["case_id"] not in self.cases:
            return False
        if event["signal_id"] is not None and event["signal_id"] not in self.signals:
            return False
        named = set(event["record_ids"])
        if named & self.around or event["case_id"] is not None or event["signal_id"] is not None:
            return True
        hides = _worked(event, self.silent, timedelta(minutes=1)) and not _worked(event, self.known, timedelta())
        return bool(named & self.own) and not hides


def _worked(event: Row, places: Iterable[Row], early: timedelta) -> bool:
    """Answer whether the actor held one of the places when the event happened."""
    return any(
        m["user_id"] == event["actor_id"]
        and m["since"] - early <= event["at"]
        and (m["ended_at"] is None or event["at"] < m["ended_at"])
        for m in places
    )
