"""Use cases of auditors."""

from datetime import datetime

from casemgmt.audit.events import Event
from casemgmt.audit.policy import choose_window
from casemgmt.audit.repository import Question, list_events
from casemgmt.audit.views import AuditEventView
from casemgmt.db import paging
from casemgmt.db.work import Work, only


async def read_events(
    work: Work, question: Question, since: datetime | None, until: datetime | None, limit: int, cursor: str | None
) -> paging.Page[AuditEventView]:
    """Return a page of the log, newest first. The question stands in the log itself: whom and what it was about."""
    after = paging.decode("audit", cursor)
    # The events bear the database's time, so the window is counted from it.
    window = choose_window(since, until, await work.call("SELECT clock_timestamp()"))
    rows = await list_events(work, question, window, limit + 1, after)
    page = paging.page("audit", [AuditEventView(**r) for r in rows], limit, lambda e: paging.Position(e.at, e.id))
    asked = only(question.actor_id, question.record_id)
    work.record(Event("audit.read", "audit", asked, case_id=question.case_id, reason=question.kind))
    return page
