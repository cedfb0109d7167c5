"""Use cases of warnings: what visitors must know before they knock."""

from uuid import UUID

from sqlmodel import col, select

from casemgmt.audit.events import Event
from casemgmt.db.work import Work
from casemgmt.errors import NotFound, WrongState, invalid_field
from casemgmt.ids import new_id
from casemgmt.outreach.commands import LiftWarning, RecordWarning
from casemgmt.outreach.tables import VisitorWarning
from casemgmt.outreach.views import WarningView
from casemgmt.signals.repository import get_signal
from casemgmt.signals.states import SignalState
from casemgmt.timeline.service import entry
from rules.zone import to_local


async def warnings_of(work: Work, signal_id: UUID) -> list[WarningView]:
    """Return the warnings of a signal in the order in which they were recorded, lifted ones included."""
    query = (
        select(VisitorWarning)
        .where(VisitorWarning.signal_id == signal_id)
        .order_by(col(VisitorWarning.recorded_at), col(VisitorWarning.id))
    )
    return [WarningView.model_validate(w) for w in await work.session.scalars(query)]


async def record_warning(work: Work, signal_id: UUID, command: RecordWarning) -> WarningView:
    """Warn those who will visit on a signal that isn't closed."""
    signal = await get_signal(work, signal_id, for_change=True)
    if signal.state == SignalState.CLOSED:
        raise WrongState("The signal is closed: nobody will visit on it.", code="settled")
    if command.review_on < to_local(work.now).date():
        raise invalid_field("/review_on", "in-past", "The day of the review lies in the past.")
    warning = VisitorWarning(
        id=new_id(),
        signal_id=signal_id,
        organisation_id=signal.organisation_id,
        recorded_at=work.now,
        recorded_by_id=work.actor.user_id,
        **command.model_dump(),
    )
    story = entry(
        work,
        "visitor_warning.recorded",
        "visitor_warning",
        warning.id,
        organisation_id=signal.organisation_id,
        signal_id=signal_id,
        case_id=signal.case_id,
        data={"kind": command.kind},
    )
    event = Event("visitor_warning.recorded", "visitor_warning", (warning.id,), signal_id=signal_id)
    await work.save(event, warning, story)
    return WarningView.model_validate(warning)


async def lift_warning(work: Work, signal_id: UUID, warning_id: UUID, command: LiftWarning) -> WarningView:
    """Say that a warning no longer holds. It stays on record."""
    signal = await get_signal(work, signal_id, for_change=True)
    query = (
        select(VisitorWarning)
        .where(VisitorWarning.id == warning_id, VisitorWarning.signal_id == signal_id)
        .with_for_update()
    )
    warning = (await work.session.scalars(query)).one_or_none()
    if warning is None:
        raise NotFound("There is no such warning.")
    if warning.lifted_at is not None:
        raise WrongState("The warning was lifted already.", code="already-lifted")
    warning.lifted_at = work.now
    warning.lifted_by_id = work.actor.user_id
    warning.lift_note = command.note
    story = entry(
        work,
        "visitor_warning.lifted",
        "visitor_warning",
        warning.id,
        organisation_id=signal.organisation_id,
        signal_id=signal_id,
        case_id=signal.case_id,
        data={"kind": warning.kind},
    )
    event = Event("visitor_warning.lifted", "visitor_warning", (warning.id,), signal_id=signal_id)
    await work.save(event, warning, story)
    return WarningView.model_validate(warning)
