"""What today demands of whoever asks."""

from typing import Annotated

from fastapi import Query

from api.languages import ReaderLanguage
from api.routing import CurrentServices, CurrentWork, Router
from casemgmt.access.permissions import Permission
from casemgmt.today.service import read_today
from casemgmt.today.views import TodayView

router = Router("/me/today", "tasks")

Most = Annotated[int, Query(ge=1, le=50, description="Most items of each part; the counts are of all.")]


@router.get("", Permission.SELF_READ)
async def get_my_today(
    work: CurrentWork, services: CurrentServices, language: ReaderLanguage, most: Most = 5
) -> TodayView:
    """Read what today demands of you: how much of each kind, and the first of it, the most urgent first.

    Each part is there for whoever may read the list of its kind, and shows nothing that the list would not show. What
    stands in no queue is here too: a session of yesterday of which nobody said what became, a draft that was not sent.
    """
    return await read_today(work, language, most, services.settings.caseload_ceiling)
