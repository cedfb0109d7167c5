"""Reading the report."""

from casemgmt.audit.events import Event
from casemgmt.board.policy import FEWEST
from casemgmt.db.work import Work
from casemgmt.triage_reports.policy import ENOUGH, bounds, composed
from casemgmt.triage_reports.views import TriageReportView


async def read_report(work: Work, month: str) -> TriageReportView:
    """Return how the decisions of a month stood to the suggestions: of the actor's region, or of the country."""
    begins, ends = bounds(month, work.now)
    counts = await work.call("SELECT suggestion_counts(:begins, :ends)", begins=begins, ends=ends)
    work.record(Event("triage_report.read", "triage_report"))
    return TriageReportView(
        month=month,
        region_code=counts["region"],
        fewest=FEWEST,
        enough=ENOUGH,
        versions=composed(counts),
    )
