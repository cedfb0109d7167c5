"""Papers of specialists that end soon: the specialist and who heads the centre are told, once for each paper."""

from datetime import date, timedelta
from typing import ClassVar
from uuid import UUID

from sqlmodel import col, select

from casemgmt.audit.events import Event
from casemgmt.centers.catalogue import catalogue
from casemgmt.centers.tables import SpecialistPaper
from casemgmt.db.work import Work
from casemgmt.jobs.handling import Handler
from casemgmt.jobs.payload import Payload
from casemgmt.jobs.schedule import MOST_OF_A_SWEEP, Every, fan_out
from casemgmt.jobs.work import Tools
from rules.zone import to_local


class FindEndingPapers(Payload):
    """Look for papers that end soon and of which nobody was told."""

    kind: ClassVar[str] = "centre.find_ending_papers"


class WarnOfPaper(Payload):
    """Tell of one."""

    kind: ClassVar[str] = "centre.warn_of_paper"
    paper_id: UUID


def _days(work: Work) -> tuple[date, date]:
    """Return the days between which a paper that is warned of ends: the same as those that the list marks."""
    today = to_local(work.now).date()
    return today, today + timedelta(days=catalogue().figures["paper_warning_days"].value)


async def find(work: Work, _: FindEndingPapers, __: Tools) -> None:
    """Enqueue a job for each."""
    first, last = _days(work)
    query = select(SpecialistPaper.id).where(
        col(SpecialistPaper.valid_until) >= first,
        col(SpecialistPaper.valid_until) <= last,
        col(SpecialistPaper.withdrawn_at).is_(None),
        col(SpecialistPaper.warned_at).is_(None),
    )
    ids = await work.session.scalars(query.order_by(col(SpecialistPaper.valid_until)).limit(MOST_OF_A_SWEEP))
    await fan_out(work, ids, lambda each: WarnOfPaper(paper_id=each))


async def warn(work: Work, told: WarnOfPaper, _: Tools) -> None:
    """Tell specialist and head, where no other paper of the kind holds longer: a renewed one asks for nothing."""
    warned = await work.call("SELECT warn_of_paper_end(:paper, :at)", paper=told.paper_id, at=work.now)
    if warned is not None:
        work.record(Event("specialist.paper_ending", "specialist_paper", (told.paper_id, warned)))


HANDLERS = (Handler(FindEndingPapers, find), Handler(WarnOfPaper, warn))

SCHEDULE = (Every("10 2 * * *", FindEndingPapers()),)
