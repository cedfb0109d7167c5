"""Use cases of auditors."""

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from casemgmt.audit import proofs
from casemgmt.audit.events import Event
from casemgmt.audit.policy import choose_window
from casemgmt.audit.progress import read_progress, read_witnesses
from casemgmt.audit.repository import Question, list_events
from casemgmt.audit.views import AuditEventView, SealedEventView, SealingHolderView, SealingView, WitnessView
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


async def read_sealed_event(work: Work, event_id: UUID, size: int | None) -> SealedEventView:
    """Return an event as it was sealed, with its proof against the head of a size or the newest."""
    found = await proofs.prove_event(await work.driver(), event_id, size)
    work.record(Event("audit.event_read", "audit", (event_id,)))
    return found


async def read_sealing(work: Work, late_seconds: int) -> SealingView:
    """Return how far the log is sealed and told, and what the rest waits for."""
    connection = await work.driver()
    progress = await read_progress(connection)
    witnesses = await read_witnesses(connection)
    work.record(Event("audit.sealing_read", "audit"))
    return SealingView(
        size=progress.size,
        sealed_at=progress.sealed_at,
        late=progress.is_late(late_seconds),
        waiting_since=progress.waiting_since,
        seconds_waiting=progress.seconds_waiting,
        held_by=None if progress.holder is None else SealingHolderView(**asdict(progress.holder)),
        witnesses=[WitnessView(**asdict(w), events_behind=progress.size - w.size) for w in witnesses],
    )
