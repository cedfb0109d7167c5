"""Redirects of signals to competent bodies: how one begins, what is answered, and the lists of both sides."""

from typing import Literal

from casemgmt.audit.events import Event
from casemgmt.db import paging
from casemgmt.db.work import Work
from casemgmt.errors import invalid_field
from casemgmt.ids import new_id
from casemgmt.organisations.service import require_organisation
from casemgmt.signals import repository
from casemgmt.signals.commands import TriageSignal
from casemgmt.signals.desk import desk_clock
from casemgmt.signals.tables import Signal, SignalRedirect
from casemgmt.signals.views import RedirectView
from casemgmt.tasks import clocks
from casemgmt.tasks.tables import Task

_CLOCK = "redirect_acknowledgement"
CLOCKS = (_CLOCK, f"{_CLOCK}_urgent", f"{_CLOCK}_emergency")
"""A child in danger waits as short for the answer of another body as for the triage of the own one."""

Side = Literal["sent", "received"]
Answer = Literal["accepted", "acknowledged", "refused"]


async def begin(work: Work, signal: Signal, command: TriageSignal) -> tuple[SignalRedirect, Task]:
    """Return a new redirect, and the clock of its answer; the caller saves them, and moves the signal."""
    if command.organisation_id == signal.organisation_id:
        raise invalid_field("/organisation_id", "same-body", "The signal belongs to this body already.")
    if command.organisation_id is not None:
        await require_organisation(work, command.organisation_id)
    kind = _CLOCK if signal.urgency in (None, "standard") else f"{_CLOCK}_{signal.urgency}"
    clock = desk_clock(work, signal, kind)
    redirect = SignalRedirect(
        id=new_id(),
        signal_id=signal.id,
        from_organisation_id=signal.organisation_id,
        by_organisation_id=work.actor.organisation_id,
        from_region_code=signal.region_code,
        to_organisation_id=command.organisation_id,
        external_body=command.external_body,
        redirected_by_id=work.actor.user_id,
        redirected_at=work.now,
        due_at=clock.due_at,
    )
    return redirect, clock


async def answer(
    work: Work, signal: Signal, said: Answer, note: str | None = None
) -> tuple[SignalRedirect, list[Task]]:
    """Return the redirect in hand with its answer, and its clock stopped; the caller saves them."""
    redirect = await repository.open_redirect_of(work, signal.id)
    redirect.answer, redirect.note = said, note
    redirect.answered_at, redirect.answered_by_id = work.now, work.actor.user_id
    return redirect, await clocks.stop(work, signal.id, CLOCKS, said)


async def go_back(work: Work, signal: Signal, redirect: SignalRedirect) -> None:
    """Give a refused signal back to the body that redirected it, perhaps out of the actor's sight."""
    if redirect.to_organisation_id is None:
        return
    await work.call("SELECT return_signal(:redirect)", redirect=redirect.id)
    back = {"organisation_id": redirect.from_organisation_id, "region_code": redirect.from_region_code}
    await repository.refresh(work, signal, **back)


async def newest_of(work: Work, signal: Signal) -> RedirectView | None:
    """Return the newest redirect of a signal; None where there was none. A system is told no words of the desks."""
    if signal.triage_outcome != "redirect":
        return None
    redirect = await repository.newest_redirect_of(work, signal.id)
    if redirect is None:
        return None
    view = RedirectView.model_validate(redirect)
    return view.model_copy(update={"note": None}) if work.actor.is_integration else view


async def list_redirects(
    work: Work, limit: int, cursor: str | None, side: Side, *, unanswered: bool
) -> paging.Page[RedirectView]:
    """Return a page of what the actor's body redirected, or of what was redirected to it, newest first.

    Of signals that are out of sight by now the words are left out.
    """
    after = paging.decode(f"redirects-{side}", cursor)
    rows = await repository.list_redirects(work, limit + 1, after, side, unanswered=unanswered)
    page = paging.page(
        f"redirects-{side}",
        [RedirectView(**row) for row in rows],
        limit,
        lambda r: paging.Position(r.redirected_at, r.id),
    )
    work.record(Event("signal_redirect.listed", "signal", tuple(r.signal_id for r in page.items)))
    return page
