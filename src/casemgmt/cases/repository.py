"""Queries on cases. Row security decides what is seen; every list starts from indexes of its own."""

from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select

from casemgmt.cases.policy import ROUTE_CLOCKS, missing_help_kinds
from casemgmt.cases.states import CaseFacts
from casemgmt.cases.tables import CaseClosure, CaseHandover, CaseMember, CasePerson, CaseRecord
from casemgmt.db.paging import Position
from casemgmt.db.work import Work
from casemgmt.errors import NotFound

_COLUMNS = (
    "c.id, c.number, c.state, c.risk_level, c.restricted, c.manager_id, c.region_code, c.organisation_id, c.opened_at"
)
_PLAIN = "case_record c WHERE"
_MINE = "case_member m JOIN case_record c ON c.id = m.case_id WHERE m.user_id = actor_user() AND m.ended_at IS NULL"

# One branch per way of seeing a case, each on an index of its own; UNION removes what two branches found.
_BRANCHES = (
    (f"{_PLAIN} sees_all_cases()", "c.opened_at", "c.id"),
    (f"{_PLAIN} c.region_code = case_region()", "c.opened_at", "c.id"),
    (f"{_PLAIN} c.organisation_id = case_organisation()", "c.opened_at", "c.id"),
    (_MINE, "m.opened_at", "m.case_id"),
)


def _list_statement(*, with_state: bool, with_cursor: bool) -> str:
    branches = []
    for source, at, key in _BRANCHES:
        conditions = " AND c.state = :state" if with_state else ""
        if with_cursor:
            conditions += f" AND ({at}, {key}) < (:at, :id)"
        branches.append(
            f"(SELECT {_COLUMNS} FROM {source}{conditions} ORDER BY {at} DESC, {key} DESC LIMIT :size)"  # noqa: S608 - constants
        )
    found = " UNION ".join(branches)
    return f"SELECT * FROM ({found}) AS found ORDER BY opened_at DESC, id DESC LIMIT :size"  # noqa: S608 - constants


async def list_cases(work: Work, size: int, after: Position | None, state: str | None) -> list[dict[str, Any]]:
    """Return up to `size` cases that the actor sees, the newest first."""
    arguments: dict[str, Any] = {"size": size}
    if state is not None:
        arguments["state"] = state
    if after is not None:
        arguments |= {"at": after.at, "id": after.id}
    statement = _list_statement(with_state=state is not None, with_cursor=after is not None)
    return [dict(r) for r in (await work.session.execute(text(statement), arguments)).mappings()]


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


# One round trip. Work of an earlier round, before the case was reopened, doesn't carry the next one.
_FACTS = text(
    """
    WITH round AS (SELECT max(k.reopened_at) AS since FROM case_closure k WHERE k.case_id = :case),
         approved AS (SELECT p.id FROM plan p, round r WHERE p.case_id = :case AND p.state = 'approved'
                         AND (r.since IS NULL OR p.approved_at >= r.since)),
         open_task AS (SELECT t.kind, t.started_at FROM task t WHERE t.case_id = :case AND t.blocks_closure
                          AND t.completed_at IS NULL AND t.cancelled_at IS NULL)
    SELECT EXISTS (SELECT 1 FROM child_contact k WHERE k.case_id = :case)
           OR EXISTS (SELECT 1 FROM visit_act v JOIN signal s ON s.id = v.signal_id
                       WHERE s.case_id = :case AND v.child_seen) AS child_contacted,
           NOT EXISTS (SELECT 1 FROM case_person cp CROSS JOIN round r
                        WHERE cp.case_id = :case AND cp.role = 'child' AND cp.until IS NULL
                          AND NOT EXISTS (SELECT 1 FROM assessment a
                                           WHERE a.case_id = :case AND a.person_id = cp.person_id
                                             AND a.state = 'completed'
                                             AND (r.since IS NULL OR a.completed_at >= r.since))) AS children_assessed,
           EXISTS (SELECT 1 FROM approved) AS plan_approved,
           ARRAY(SELECT m.help_kind FROM plan_measure m JOIN approved ON approved.id = m.plan_id
                 UNION
                 SELECT h.help_kind FROM plan_missing_help h JOIN approved ON approved.id = h.plan_id) AS help_kinds,
           (SELECT count(*) FROM plan_goal g JOIN plan p ON p.id = g.plan_id
             WHERE p.case_id = :case AND p.state = 'approved' AND g.outcome IS NULL) AS goals_without_outcome,
           (SELECT count(*) FROM open_task WHERE NOT kind = ANY (:route_clocks)) AS open_tasks,
           (SELECT count(*) FROM open_task WHERE kind = ANY (:route_clocks)
               AND (k.proposed_at IS NULL OR started_at > k.proposed_at)) AS open_route_clocks,
           EXISTS (SELECT 1 FROM case_handover h WHERE h.case_id = :case AND h.state = 'offered') AS open_handover,
           k.proposed_by_id, k.from_state
      FROM (SELECT 1) AS one LEFT JOIN case_closure k ON k.case_id = :case AND k.decided_at IS NULL
    """
)


async def facts_of(work: Work, case: CaseRecord) -> CaseFacts:
    """Return what the guards of the case's route need."""
    arguments = {"case": case.id, "route_clocks": list(ROUTE_CLOCKS)}
    row = (await work.session.execute(_FACTS, arguments)).mappings().one()
    return CaseFacts(
        manager_id=case.manager_id,
        restricted=case.restricted,
        child_contacted=row["child_contacted"],
        children_assessed=row["children_assessed"],
        plan_approved=row["plan_approved"],
        missing_help_kinds=missing_help_kinds(case.help_package, row["help_kinds"]),
        goals_without_outcome=row["goals_without_outcome"],
        open_tasks=row["open_tasks"],
        open_route_clocks=row["open_route_clocks"],
        open_handover=row["open_handover"],
        closure_proposed_by_id=row["proposed_by_id"],
        closure_from_state=row["from_state"],
    )


async def manager_body(work: Work, user_id: UUID) -> tuple[UUID, str | None] | None:
    """Return body and region of an active case manager, None for anybody else."""
    rows = await work.rows("SELECT organisation_id, region_code FROM active_case_manager(:user)", user=user_id)
    return (rows[0]["organisation_id"], rows[0]["region_code"]) if rows else None


async def child_has_open_case(work: Work, children: list[UUID], *, besides: UUID | None = None) -> bool:
    """Answer whether a child has another open case, hidden or not, and lock the children until the commit."""
    answer: bool = await work.call(
        "SELECT child_has_open_case(cast(:children AS uuid[]), :besides)", children=children, besides=besides
    )
    return answer
