"""Queries of searches. Row security decides what is found; each search starts from an index.

By a key the index of the key is where it starts: few rows carry one, and each is held against the policies. By a span
of days every way of seeing has a branch of its own, as the lists have.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from casemgmt.db.work import Work
from casemgmt.signals.repository import BRANCHES as SIGNAL_BRANCHES

MOST = 200
"""Records that a search keeps."""


@dataclass
class Conditions:
    """Parts of a WHERE that all must hold, and their arguments. The parts are words of this package."""

    parts: list[str] = field(default_factory=list)
    arguments: dict[str, Any] = field(default_factory=dict)

    def add(self, part: str, **arguments: Any) -> None:
        """Demand one thing more."""
        self.parts.append(part)
        self.arguments |= arguments

    @property
    def text(self) -> str:
        """The parts as SQL."""
        return " AND ".join(self.parts)


@dataclass(frozen=True)
class Kind:
    """What is searched: its table, how it is sorted, and what is shown of it."""

    table: str
    order: str
    columns: str
    persons: str | None = None
    """The table that says which persons belong to it."""
    moment: str | None = None
    branches: Sequence[str] = ()


KINDS: Mapping[str, Kind] = {
    "persons": Kind(
        "person",
        "birth_year DESC NULLS LAST, id",
        "id, family_name, given_name, patronymic, sex, birth_precision, birth_date, birth_year, region_code,"
        " restricted, (SELECT coalesce(json_agg(json_build_object('family_name', f.family_name, 'given_name',"
        " f.given_name, 'patronymic', f.patronymic, 'since', f.since, 'until', f.until) ORDER BY f.until DESC,"
        " f.id DESC), '[]') FROM former_name f WHERE f.person_id = person.id) AS former_names",
    ),
    "cases": Kind(
        "case_record",
        "opened_at DESC, id DESC",
        "id, number, state, risk_level, restricted, manager_id, region_code, organisation_id, opened_at",
        "case_person",
        "opened_at",
        (
            "sees_all_cases()",
            "region_code = case_region()",
            "organisation_id = case_organisation()",
            "id IN (SELECT m.case_id FROM case_member m WHERE m.user_id = actor_user() AND m.ended_at IS NULL)",
        ),
    ),
    "signals": Kind(
        "signal",
        "received_at DESC, id DESC",
        "id, state, source, channel, category, severity, urgency, danger_now, region_code, organisation_id,"
        " mobile_group_id, case_id, received_at",
        "signal_person",
        "received_at",
        SIGNAL_BRANCHES,
    ),
}


def statement(kind: Kind, conditions: Conditions, *, by_key: bool) -> str:
    """Return the query for the ids of what fits."""
    one = f"SELECT id, {kind.order.partition(' ')[0]} FROM {kind.table} WHERE {conditions.text}"  # noqa: S608 - own words
    end = f" ORDER BY {kind.order} LIMIT :most"
    ways = [one] if by_key else [f"{one} AND {branch}" for branch in kind.branches]
    return f"SELECT id FROM ({' UNION '.join(f'({way}{end})' for way in ways)}) AS found{end}"  # noqa: S608 - own words


async def find(work: Work, kind: Kind, conditions: Conditions, *, by_key: bool) -> list[UUID]:
    """Return the ids of what the actor sees and fits, one more than a search keeps where there is more."""
    rows = await work.rows(statement(kind, conditions, by_key=by_key), most=MOST + 1, **conditions.arguments)
    return [row["id"] for row in rows]


async def read(work: Work, kind: Kind, ids: Iterable[UUID], limit: int) -> list[dict[str, Any]]:
    """Return those of the records that the actor still sees, in the order of the ids, up to `limit`."""
    return await work.rows(
        f"SELECT {kind.columns} FROM {kind.table} WHERE id = ANY (:ids)"  # noqa: S608 - words of this module
        " ORDER BY array_position(CAST(:ids AS uuid[]), id) LIMIT :limit",
        ids=list(ids),
        limit=limit,
    )


async def keep(
    work: Work, search_id: UUID, what: str, ids: Sequence[UUID], *, complete: bool, expires_at: datetime
) -> None:
    """Keep what was found, and forget what nobody can turn the pages of any more."""
    await work.call(
        "SELECT search_keep(:id, :what, :ids, :complete, :now, :expires_at)",
        id=search_id,
        what=what,
        ids=list(ids),
        complete=complete,
        now=work.now,
        expires_at=expires_at,
    )


async def kept(work: Work, search_id: UUID) -> dict[str, Any] | None:
    """Return a search of the actor that has not expired, or None."""
    rows = await work.rows("SELECT * FROM search_kept(:id, :now)", id=search_id, now=work.now)
    return rows[0] if rows else None
