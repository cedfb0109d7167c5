"""How many families each worker of a body accompanies, against the ceiling of the house."""

from casemgmt.audit.events import Event
from casemgmt.db.work import Work
from casemgmt.tasks.views import CaseloadView, WorkerLoad
from casemgmt.timeline.repository import staff

_OPEN = (
    "SELECT manager_id, count(*) AS cases, count(*) FILTER (WHERE risk_level = 'high') AS high_risk FROM case_record"
    " WHERE organisation_id = actor_organisation() AND state <> 'closed' GROUP BY manager_id"
    " ORDER BY cases DESC, manager_id"
)


async def read_caseload(work: Work, ceiling: int) -> CaseloadView:
    """Return the open cases of each manager of the actor's body, as far as the actor sees them; the fullest first."""
    rows = await work.rows(_OPEN)
    names = await staff(work, [row["manager_id"] for row in rows])
    work.record(Event("task.caseload_read", "organisation", (work.actor.organisation_id,)))
    return CaseloadView(
        ceiling=ceiling,
        ceiling_status="house_default",
        ceiling_is_law=False,
        workers=[
            WorkerLoad(
                user_id=row["manager_id"],
                name=names[row["manager_id"]]["name"],
                cases=row["cases"],
                high_risk=row["high_risk"],
                over_ceiling=row["cases"] > ceiling,
            )
            for row in rows
        ],
    )
