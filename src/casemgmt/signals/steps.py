"""Use cases after the triage: the second person's word, the end of a consultation, the answer to a redirect."""

from uuid import UUID

from sqlmodel import SQLModel

from casemgmt.audit.events import Event
from casemgmt.db.work import Work, check_version
from casemgmt.errors import WrongState
from casemgmt.signals import redirects, repository
from casemgmt.signals.commands import CompleteSignal, RefuseRedirect, ReviewSignal
from casemgmt.signals.desk import desk_clock, triage_clock
from casemgmt.signals.service import view_of
from casemgmt.signals.states import SIGNAL
from casemgmt.signals.tables import Signal
from casemgmt.signals.views import SignalView
from casemgmt.tasks import clocks
from casemgmt.tasks.tables import Task
from casemgmt.timeline.service import entry


async def review_signal(work: Work, signal_id: UUID, command: ReviewSignal, expected: int | None) -> SignalView:
    """Give the second person's word: confirm that a severe signal has no ground, or send it back to triage."""
    action = "confirm_no_ground" if command.confirm else "reject_no_ground"
    signal = await _step(work, signal_id, action, expected)
    signal.reviewed_by_id = work.actor.user_id
    signal.reviewed_at = work.now
    signal.review_note = command.note
    clock: list[Task] = []
    if command.confirm:
        signal.closed_at = work.now
    else:
        clock = [triage_clock(work, signal)]
    stopped = await clocks.stop(work, signal.id, ("high_severity_no_action_review",), action)
    await _save_step(work, signal, "signal.reviewed", {"confirmed": command.confirm}, *stopped, *clock)
    return await view_of(work, signal)


async def acknowledge_emergency(work: Work, signal_id: UUID, expected: int | None) -> SignalView:
    """Confirm that the desk has the emergency in hand; the clock of the decision on it runs from then on."""
    signal = await _step(work, signal_id, "acknowledge_emergency", expected)
    stopped = await clocks.stop(work, signal.id, ("emergency_acknowledgement",), "acknowledged")
    if not stopped:
        raise WrongState("The emergency was acknowledged already.", code="already-acknowledged")
    clock = desk_clock(work, signal, "case_opening")
    await _save_step(work, signal, "signal.emergency_acknowledged", {}, *stopped, clock)
    return await view_of(work, signal)


async def complete_consultation(
    work: Work, signal_id: UUID, command: CompleteSignal, expected: int | None
) -> SignalView:
    """End a consultation: the signal is closed."""
    signal = await _step(work, signal_id, "complete_consultation", expected)
    stopped = await clocks.stop(work, signal.id, ("consultation_answer",), "done")
    return await _close(work, signal, "signal.consultation_completed", command, *stopped)


async def acknowledge_redirect(
    work: Work, signal_id: UUID, command: CompleteSignal, expected: int | None
) -> SignalView:
    """Record that the body outside acknowledged the redirect: the signal is closed."""
    signal = await _step(work, signal_id, "acknowledge_redirect", expected)
    redirect, stopped = await redirects.answer(work, signal, "acknowledged", command.note)
    return await _close(work, signal, "signal.redirect_acknowledged", command, redirect, *stopped)


async def _close(work: Work, signal: Signal, kind: str, command: CompleteSignal, *rows: SQLModel) -> SignalView:
    signal.closed_at = work.now
    signal.closing_note = command.note
    await _save_step(work, signal, kind, {}, *rows)
    return await view_of(work, signal)


async def accept_redirect(work: Work, signal_id: UUID, expected: int | None) -> SignalView:
    """Take over a signal that was redirected to the actor's body; it is triaged anew."""
    signal = await _step(work, signal_id, "accept_redirect", expected)
    redirect, stopped = await redirects.answer(work, signal, "accepted")
    await _save_step(work, signal, "signal.redirect_accepted", {}, redirect, *stopped, triage_clock(work, signal))
    return await view_of(work, signal)


async def refuse_redirect(work: Work, signal_id: UUID, command: RefuseRedirect, expected: int | None) -> SignalView:
    """Refuse a signal that was redirected: it is with the desk that redirected it again, which triages it anew."""
    signal = await _step(work, signal_id, "refuse_redirect", expected)
    redirect, stopped = await redirects.answer(work, signal, "refused", command.note)
    await _save_step(work, signal, "signal.redirect_refused", {}, redirect, *stopped, triage_clock(work, signal))
    await redirects.go_back(work, signal, redirect)
    return await view_of(work, signal)


async def _step(work: Work, signal_id: UUID, action: str, expected: int | None) -> Signal:
    signal = await repository.get_signal(work, signal_id, for_change=True)
    check_version(signal, expected)
    transition = SIGNAL.check(work.actor, action, signal.state, await repository.facts_of(work, signal))
    signal.state = transition.target
    return signal


async def _save_step(work: Work, signal: Signal, kind: str, data: dict[str, object], *rows: SQLModel) -> None:
    story = entry(
        work,
        kind,
        "signal",
        signal.id,
        organisation_id=signal.organisation_id,
        signal_id=signal.id,
        data=data,
    )
    await work.save(Event(kind, "signal", (signal.id,), signal_id=signal.id), signal, *rows, story)
