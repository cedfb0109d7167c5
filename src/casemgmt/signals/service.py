"""Use cases of signals: record, read, list, name whom it is about."""

from uuid import UUID

from casemgmt.audit.events import Event
from casemgmt.db import paging
from casemgmt.db.work import Work
from casemgmt.errors import Conflict, NotFound
from casemgmt.ids import new_id
from casemgmt.models import AllowedActionView
from casemgmt.people.phones import normalise_phone, phone_hash
from casemgmt.people.service import require_visible_persons
from casemgmt.reference.lists import content_digest
from casemgmt.signals import policy, repository
from casemgmt.signals.commands import AddSubject, RegisterSignal, ReporterGiven
from casemgmt.signals.states import SIGNAL
from casemgmt.signals.tables import Reporter, Signal, SignalPerson
from casemgmt.signals.views import ReporterView, SignalRegistered, SignalSubject, SignalSummary, SignalView
from casemgmt.tasks import clocks
from casemgmt.timeline.service import entry


async def register_signal(work: Work, command: RegisterSignal, lookup_key: bytes) -> SignalRegistered:
    """Record a signal. It has an owner (the body that took it) and a clock (the triage) from its first second."""
    await require_visible_persons(work, [s.person_id for s in command.subjects])
    signal = Signal(
        id=command.id or new_id(),
        state=SIGNAL.initial,
        received_at=work.now,
        received_by_organisation_id=work.actor.organisation_id,
        organisation_id=work.actor.organisation_id,
        registered_by_id=work.actor.user_id,
        lists_version=content_digest(),
        **command.model_dump(exclude={"id", "subjects", "reporter"}),
    )
    subjects = [_subject(work, signal, s.person_id, s.role) for s in command.subjects]
    reporter = [] if command.reporter is None else [_reporter(work, signal.id, command.reporter, lookup_key)]
    urgency = policy.suggested_urgency(signal.category, signal.severity, danger_now=signal.danger_now)
    clock = clocks.start(
        work,
        f"triage_{urgency}",
        "signal",
        signal.id,
        organisation_id=signal.organisation_id,
        signal_id=signal.id,
    )
    story = entry(
        work,
        "signal.received",
        "signal",
        signal.id,
        organisation_id=signal.organisation_id,
        signal_id=signal.id,
        data={"source": signal.source, "channel": signal.channel, "category": signal.category},
    )
    event = Event("signal.registered", "signal", (signal.id,), signal_id=signal.id)
    await work.save(event, signal, *subjects, *reporter, clock, story)
    return SignalRegistered(
        id=signal.id,
        state=signal.state,
        suggested_urgency=urgency,
        triage_due_at=clock.due_at,
        received_at=signal.received_at,
    )


def _subject(work: Work, signal: Signal, person_id: UUID, role: str) -> SignalPerson:
    return SignalPerson(
        signal_id=signal.id,
        person_id=person_id,
        role=role,
        organisation_id=signal.organisation_id,
        added_at=work.now,
        added_by_id=work.actor.user_id,
    )


def _reporter(work: Work, signal_id: UUID, given: ReporterGiven, lookup_key: bytes) -> Reporter:
    phone = None if given.phone is None else normalise_phone(given.phone)
    return Reporter(
        signal_id=signal_id,
        phone=phone,
        phone_hash=None if phone is None else phone_hash(phone, lookup_key),
        recorded_at=work.now,
        **given.model_dump(exclude={"phone"}),
    )


async def add_subject(work: Work, signal_id: UUID, command: AddSubject) -> SignalView:
    """Name a person whom the signal is about, once it is known who it is."""
    signal = await repository.get_signal(work, signal_id, for_change=True)
    await require_visible_persons(work, [command.person_id])
    if any(s.person_id == command.person_id for s in await repository.subjects_of(work, signal_id)):
        raise Conflict("This person is a subject of the signal already.", code="already-exists")
    subject = _subject(work, signal, command.person_id, command.role)
    story = entry(
        work,
        "signal.subject_named",
        "person",
        command.person_id,
        organisation_id=signal.organisation_id,
        signal_id=signal_id,
        case_id=signal.case_id,
        data={"role": command.role},
    )
    event = Event("signal.subject_added", "signal", (signal_id, command.person_id), signal_id=signal_id)
    await work.save(event, subject, story)
    return await view_of(work, signal)


async def read_signal(work: Work, signal_id: UUID) -> SignalView:
    """Return a signal in full, and record that the actor read it."""
    signal = await repository.get_signal(work, signal_id)
    work.record(Event("signal.read", "signal", (signal_id,), case_id=signal.case_id, signal_id=signal_id))
    return await view_of(work, signal)


async def view_of(work: Work, signal: Signal) -> SignalView:
    """Return the signal as this actor sees it, with the actions that are allowed now."""
    facts = await repository.facts_of(work, signal)
    subjects = await repository.subjects_of(work, signal.id)
    return SignalView(
        **signal.model_dump(exclude={"changed_xid", "lists_version"}),
        suggested_urgency=policy.suggested_urgency(signal.category, signal.severity, danger_now=signal.danger_now),
        subjects=[SignalSubject(person_id=s.person_id, role=s.role) for s in subjects],
        allowed_actions=[
            AllowedActionView.model_validate(a) for a in SIGNAL.allowed_actions(work.actor, signal.state, facts)
        ],
    )


async def list_signals(work: Work, limit: int, cursor: str | None, state: str | None) -> paging.Page[SignalSummary]:
    """Return a page of the signals that the actor sees, newest first; one event names all that were shown."""
    after = paging.decode("signals", cursor)
    rows = await repository.list_signals(work, limit + 1, after, state)
    page = paging.page(
        "signals", [SignalSummary(**r) for r in rows], limit, lambda s: paging.Position(s.received_at, s.id)
    )
    work.record(Event("signal.listed", "signal", tuple(s.id for s in page.items)))
    return page


async def read_reporter(work: Work, signal_id: UUID) -> ReporterView:
    """Return who reported. A read of its own in the audit log, because it is the most sensitive of a signal."""
    await repository.get_signal(work, signal_id)
    reporter = await repository.reporter_of(work, signal_id)
    if reporter is None:
        raise NotFound("No reporter is recorded for this signal.")
    work.record(Event("reporter.read", "reporter", (signal_id,), signal_id=signal_id))
    return ReporterView.model_validate(reporter)
