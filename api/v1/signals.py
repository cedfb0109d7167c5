"""Signals: record, read, triage."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from api.etags import ExpectedVersion, set_etag
from api.routing import CurrentWork, Router, direct_of, has_work, needed_work, written
from api.schemas import DEFAULT_PAGE, Cursor, Limit, Page
from api.services import services_of
from casemgmt.access.permissions import Permission
from casemgmt.outreach import warnings
from casemgmt.outreach.commands import LiftWarning, RecordWarning
from casemgmt.outreach.views import WarningView
from casemgmt.signals import redirects, service, steps, triage
from casemgmt.signals.commands import (
    AddSubject,
    CompleteSignal,
    RefuseRedirect,
    RegisterSignal,
    ReviewSignal,
    TriageSignal,
)
from casemgmt.signals.states import SignalState
from casemgmt.signals.views import RedirectView, ReporterView, SignalRegistered, SignalSummary, SignalView

router = Router("/signals", "signals")
redirects_router = Router("/redirects", "signals")


@router.post("", Permission.SIGNALS_CREATE, drafted=True, direct=True, status_code=201, response_model=SignalRegistered)
async def create_signal(command: RegisterSignal, request: Request) -> Response:
    """Record a signal about a child. Its owner and the clock of its triage start at once."""
    lookup_key = services_of(request).settings.lookup_key
    if service.is_plain(command) and not has_work(request):
        registered = await service.register_plain_signal(direct_of(request), command, lookup_key)
    else:
        async with needed_work(request) as work:
            registered = await service.register_signal(work, command, lookup_key)
    return written(registered.model_dump_json(), created=f"/v1/signals/{registered.id}")


@router.get("", Permission.SIGNALS_READ)
async def list_signals(
    work: CurrentWork,
    limit: Limit = DEFAULT_PAGE,
    cursor: Cursor = None,
    state: Annotated[SignalState | None, Query()] = None,
) -> Page[SignalSummary]:
    """List the signals that you may see, newest first."""
    return Page.of(await service.list_signals(work, limit, cursor, state))


@router.get("/{signal_id}", Permission.SIGNALS_READ)
async def get_signal(signal_id: UUID, response: Response, work: CurrentWork) -> SignalView:
    """Read a signal in full, with the actions that are allowed on it now."""
    return _shown(response, await service.read_signal(work, signal_id))


@router.get("/{signal_id}/reporter", Permission.REPORTERS_READ, fresh_factor=True)
async def get_reporter(signal_id: UUID, work: CurrentWork) -> ReporterView:
    """Read who reported. It stands in the audit log as a read of its own."""
    return await service.read_reporter(work, signal_id)


@router.post("/{signal_id}/subjects", Permission.SIGNALS_TRIAGE, status_code=201)
async def add_signal_subject(signal_id: UUID, command: AddSubject, response: Response, work: CurrentWork) -> SignalView:
    """Name a person whom the signal is about, once it is known who it is."""
    return _shown(response, await service.add_subject(work, signal_id, command))


@router.post("/{signal_id}/triage", Permission.SIGNALS_TRIAGE)
async def triage_signal(
    signal_id: UUID, command: TriageSignal, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> SignalView:
    """Decide what is done on a signal."""
    return _shown(response, await triage.triage_signal(work, signal_id, command, expected))


@router.post("/{signal_id}/review", Permission.SIGNALS_REVIEW)
async def review_signal(
    signal_id: UUID, command: ReviewSignal, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> SignalView:
    """Give the second person's word on a severe signal that would be closed without action."""
    return _shown(response, await steps.review_signal(work, signal_id, command, expected))


@router.post("/{signal_id}/acknowledge-emergency", Permission.SIGNALS_TRIAGE)
async def acknowledge_emergency(
    signal_id: UUID, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> SignalView:
    """Confirm that your desk has the emergency in hand."""
    return _shown(response, await steps.acknowledge_emergency(work, signal_id, expected))


@router.post("/{signal_id}/complete-consultation", Permission.SIGNALS_TRIAGE)
async def complete_consultation(
    signal_id: UUID, command: CompleteSignal, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> SignalView:
    """End a consultation: the signal is closed."""
    return _shown(response, await steps.complete_consultation(work, signal_id, command, expected))


@router.post("/{signal_id}/acknowledge-redirect", Permission.SIGNALS_TRIAGE)
async def acknowledge_redirect(
    signal_id: UUID, command: CompleteSignal, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> SignalView:
    """Record that the body outside acknowledged the redirect: the signal is closed."""
    return _shown(response, await steps.acknowledge_redirect(work, signal_id, command, expected))


@router.post("/{signal_id}/accept-redirect", Permission.SIGNALS_TRIAGE)
async def accept_redirect(
    signal_id: UUID, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> SignalView:
    """Take over a signal that was redirected to your body. It is triaged anew."""
    return _shown(response, await steps.accept_redirect(work, signal_id, expected))


@router.post("/{signal_id}/refuse-redirect", Permission.SIGNALS_TRIAGE)
async def refuse_redirect(
    signal_id: UUID, command: RefuseRedirect, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> SignalView:
    """Refuse a signal that was redirected to your body, or record that a body outside does: it goes back to triage."""
    return _shown(response, await steps.refuse_redirect(work, signal_id, command, expected))


@router.post("/{signal_id}/warnings", Permission.SIGNALS_CREATE, status_code=201)
async def record_visitor_warning(signal_id: UUID, command: RecordWarning, work: CurrentWork) -> WarningView:
    """Warn those who will visit on a signal. The mobile group confirms before it departs that it has read this."""
    return await warnings.record_warning(work, signal_id, command)


@router.post("/{signal_id}/warnings/{warning_id}/lift", Permission.SIGNALS_TRIAGE)
async def lift_visitor_warning(
    signal_id: UUID, warning_id: UUID, command: LiftWarning, work: CurrentWork
) -> WarningView:
    """Lift a warning that no longer holds. It stays on record, and so does who lifted it and why."""
    return await warnings.lift_warning(work, signal_id, warning_id, command)


@redirects_router.get("", Permission.SIGNALS_READ)
async def list_redirects(
    work: CurrentWork,
    limit: Limit = DEFAULT_PAGE,
    cursor: Cursor = None,
    side: Annotated[redirects.Side, Query(description="What your body redirected, or what was redirected to it.")] = (
        "sent"
    ),
    unanswered: Annotated[bool, Query(description="Those alone that nobody answered yet.")] = False,  # noqa: FBT002 - a query
) -> Page[RedirectView]:
    """List redirects, newest first: whether somebody took what your desk handed on, also where you see it no more."""
    return Page.of(await redirects.list_redirects(work, limit, cursor, side, unanswered=unanswered))


def _shown(response: Response, view: SignalView) -> SignalView:
    set_etag(response, view.version)
    return view
