"""How often the suggested urgency was right."""

from typing import Annotated

from fastapi import Query

from api.routing import CurrentWork, Router
from casemgmt.access.permissions import Permission
from casemgmt.triage_reports.service import read_report
from casemgmt.triage_reports.views import TriageReportView

router = Router("/triage-reports", "triage reports")


@router.get("", Permission.TRIAGE_REPORTS_READ)
async def get_triage_report(
    work: CurrentWork,
    month: Annotated[
        str, Query(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$", description="A month that is over, as `2026-10`.")
    ],
) -> TriageReportView:
    """Read how often the suggested urgency was what people decided, by version of the list of words, region and sign.

    Of the region of your body, or of the country. Counts alone, rounded, small ones left out.
    """
    return await read_report(work, month)
