"""How many families each worker of a body accompanies, against the ceiling of the house."""

from casemgmt.audit.events import Event
from casemgmt.db.work import Work
from casemgmt.tasks.views import CaseloadView, WorkerLoad
from casemgmt.timeline.repository import staff

LOAD = (
    "SELECT l.manager_id, l.cases, l.cases - coalesce(s.cases, 0) AS hidden, coalesce(s.high_risk, 0) AS high_risk"
    " FROM body_caseload() l LEFT JOIN (SELECT manager_id, count(*) AS cases,"
    " count(*) FILTER (WHERE risk_level = 'high') AS high_risk FROM case_record"
    " WHERE organisation_id = actor_organisation() AND state <> 'closed' GROUP BY manager_id) s USING (manager_id)"
    " ORDER BY l.cases DESC, l.manager_id"
)
"""How many there are is counted past row security, what is told of them under it."""


async def read_caseload(work: Work, ceiling: int) -> CaseloadView:
    """Return how many open cases each manager of the actor's body has, hidden ones too; the fullest first."""
    workers = await loads(work, ceiling)
    work.record(Event("task.caseload_read", "organisation", (work.actor.organisation_id,)))
    return CaseloadView(ceiling=ceiling, ceiling_status="house_default", ceiling_is_law=False, workers=workers)


async def loads(work: Work, ceiling: int) -> list[WorkerLoad]:
    """Return the load of each manager, the fullest first; the caller records that it was shown."""
    rows = await work.rows(LOAD)
    names = await staff(work, [row["manager_id"] for row in rows])
    return [
        WorkerLoad(
            user_id=row["manager_id"],
            name=names[row["manager_id"]]["name"],
            cases=row["cases"],
            hidden=row["hidden"],
            high_risk=row["high_risk"],
            over_ceiling=row["cases"] > ceiling,
        )
        for row in rows
    ]
