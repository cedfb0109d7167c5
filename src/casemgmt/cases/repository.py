"""Queries on cases. Row security decides what is seen; every list starts from indexes of its own."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from casemgmt.cases.policy import ROUTE_CLOCKS, missing_help_kinds
from casemgmt.cases.states import CaseFacts
from casemgmt.cases.tables import CaseClosure, CaseHandover, CaseMember, CasePerson, CaseRecord
from casemgmt.db.direct import Direct
from casemgmt.db.paging import Position
from casemgmt.db.work import Work
from casemgmt.errors import NotFound

_ROUTE_CLOCKS = list(ROUTE_CLOCKS)

_READ = "SELECT * FROM request_case($1, $2, $3, $4, $5, $6, $7)"
_LIST = "SELECT * FROM request_cases($1, $2, $3, $4, $5, $6, $7, $8, $9)"
_START = Position(datetime(9999, 1, 1, tzinfo=UTC), UUID(int=2**128 - 1))
"""Before the newest row of every list."""


async def read_case(direct: Direct, case_id: UUID) -> tuple[bytes, CaseFacts, str, int]:
    """Return a case as JSON, what its guards need, its state and version; audited. `NotFound` where hidden."""
    row = await direct.call(_READ, case_id, _ROUTE_CLOCKS)
    if row is None or row["document"] is None:
        raise NotFound("There is no such case.")
    return row["document"].encode(), _facts(row), row["state"], row["version"]


async def list_cases(
    direct: Direct, limit: int, after: Position | None, state: str | None
) -> tuple[bytes, Position | None]:
    """Return up to `limit` cases that the actor sees as JSON, the newest first, and where more begin; audited."""
    start = after or _START
    row = await direct.call(_LIST, limit, start.at, start.id, state)
    if row is None:  # pragma: no cover - the function always answers
        raise NotFound("There is no such list.")
    end = None if row["next_id"] is None else Position(row["next_at"], row["next_id"])
    return row["items"].encode(), end


async def get_case(work: Work, case_id: UUID, *, for_change: bool = False) -> CaseRecord:
    """Return a case that the actor sees, locked when it is about to change; else `NotFound`."""
    query = select(CaseRecord).where(CaseRecord.id == case_id)
    if for_change:
        query = query.with_for_update()
    case = (await work.session.scalars(query)).one_or_none()
    if case is None:
        raise NotFound("There is no such case.")
    return case


async def persons_of(work: Work, case_id: UUID) -> list[CasePerson]:
    """Return the persons of a case, in the order in which they joined it."""
    query = (
        select(CasePerson)
        .where(CasePerson.case_id == case_id, col(CasePerson.until).is_(None))
        .order_by(col(CasePerson.since), col(CasePerson.id))
    )
    return list(await work.session.scalars(query))


async def team_of(work: Work, case_id: UUID) -> list[CaseMember]:
    """Return the present team of a case."""
    query = (
        select(CaseMember)
        .where(CaseMember.case_id == case_id, col(CaseMember.ended_at).is_(None))
        .order_by(col(CaseMember.since), col(CaseMember.id))
    )
    return list(await work.session.scalars(query))


async def signal_ids_of(work: Work, case_id: UUID) -> list[UUID]:
    """Return the signals of a case that the actor sees, in the order of their receipt."""
    rows = await work.rows("SELECT id FROM signal WHERE case_id = :case ORDER BY received_at, id", case=case_id)
    return [row["id"] for row in rows]


async def approved_plan_id(work: Work, case_id: UUID) -> UUID | None:
    """Return the approved plan of a case, where there is one."""
    found: UUID | None = await work.call(
        "SELECT id FROM plan WHERE case_id = :case AND state = 'approved'", case=case_id
    )
    return found


async def open_handover(work: Work, case_id: UUID) -> CaseHandover | None:
    """Return the hand-over of a case that waits for its receiver."""
    query = select(CaseHandover).where(CaseHandover.case_id == case_id, CaseHandover.state == "offered")
    return (await work.session.scalars(query)).one_or_none()


async def closures_of(work: Work, case_id: UUID) -> list[CaseClosure]:
    """Return all proposals to close a case, the oldest first."""
    query = select(CaseClosure).where(CaseClosure.case_id == case_id).order_by(col(CaseClosure.proposed_at))
    # Read anew each time: a closure may have been looked at before its case was locked.
    return list(await work.session.scalars(query.execution_options(populate_existing=True)))


async def get_closure(work: Work, closure_id: UUID) -> CaseClosure:
    """Return a proposal to close a case that the actor sees; else `NotFound`."""
    closure = (await work.session.scalars(select(CaseClosure).where(CaseClosure.id == closure_id))).one_or_none()
    if closure is None:
        raise NotFound("There is no such closure.")
    return closure


async def lock_closure(work: Work, closure_id: UUID) -> CaseClosure:
    """Return a proposal to close a case as it is once the case is locked; else `NotFound`."""
    await get_case(work, (await get_closure(work, closure_id)).case_id, for_change=True)
    query = select(CaseClosure).where(CaseClosure.id == closure_id).execution_options(populate_existing=True)
    return (await work.session.scalars(query)).one()


async def facts_of(work: Work, case: CaseRecord) -> CaseFacts:
    """Return what the guards of the case's route need."""
    found = await work.rows(
        "SELECT * FROM case_facts(:case, cast(:clocks AS text[]))", case=case.id, clocks=_ROUTE_CLOCKS
    )
    about = case.model_dump(include={"manager_id", "restricted", "restricted_by_id", "help_package"})
    return _facts(found[0] | about)


def _facts(row: Mapping[str, Any]) -> CaseFacts:
    """Return facts from a row of `case_facts` with the columns of the case beside them."""
    return CaseFacts(
        manager_id=row["manager_id"],
        restricted=row["restricted"],
        restricted_by_id=row["restricted_by_id"],
        child_contacted=row["child_contacted"],
        children_assessed=row["children_assessed"],
        plan_approved=row["plan_approved"],
        missing_help_kinds=missing_help_kinds(row["help_package"], row["help_kinds"]),
        goals_without_outcome=row["goals_without_outcome"],
        open_tasks=row["open_tasks"],
        open_route_clocks=row["open_route_clocks"],
        open_handover=row["open_handover"],
        open_commitments=tuple(row["open_commitments"]),
        closure_proposed_by_id=row["closure_proposed_by_id"],
        closure_from_state=row["closure_from_state"],
    )


async def manager_body(work: Work, user_id: UUID) -> tuple[UUID, str | None] | None:
    """Return body and region of an active case manager, None for anybody else."""
    rows = await work.rows("SELECT organisation_id, region_code FROM active_case_manager(:user)", user=user_id)
    return (rows[0]["organisation_id"], rows[0]["region_code"]) if rows else None


async def manager_bodies(work: Work, user_ids: Collection[UUID]) -> dict[UUID, tuple[UUID, str | None]]:
    """Return body and region of those of some users who are active case managers."""
    rows = await work.rows(
        "SELECT u AS id, m.organisation_id, m.region_code FROM unnest(cast(:users AS uuid[])) u,"
        " LATERAL active_case_manager(u) m",
        users=list(user_ids),
    )
    return {row["id"]: (row["organisation_id"], row["region_code"]) for row in rows}


async def not_free(work: Work, asked: Sequence[tuple[str, str, str, int]]) -> tuple[set[int], set[int]]:
    """Return the numbers of those whose manager a conflict keeps away, and of those whose child has an open case.

    `asked`: child, signal, manager, number; in the order of the children, who are locked until the commit.
    """
    rows = await work.rows(
        "SELECT a.number, is_shut_out(a.manager, ARRAY[a.child, a.signal]) AS shut_out,"
        " child_has_open_case(ARRAY[a.child], NULL) AS taken FROM jsonb_to_recordset(cast(:asked AS jsonb))"
        " AS a(child uuid, signal uuid, manager uuid, number integer)",
        asked=json.dumps([dict(zip(("child", "signal", "manager", "number"), each, strict=True)) for each in asked]),
    )
    return {r["number"] for r in rows if r["shut_out"]}, {r["number"] for r in rows if r["taken"]}


async def child_has_open_case(work: Work, children: list[UUID], *, besides: UUID | None = None) -> bool:
    """Answer whether a child has another open case, hidden or not, and lock the children until the commit."""
    answer: bool = await work.call(
        "SELECT child_has_open_case(cast(:children AS uuid[]), :besides)", children=children, besides=besides
    )
    return answer
