"""Use cases of signals: record, read, list, name whom it is about."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel import SQLModel, select

from casemgmt.audit.events import Event
from casemgmt.db import paging
from casemgmt.db.direct import Direct
from casemgmt.db.work import Acting, Work
from casemgmt.errors import Conflict, NotFound, WrongState, invalid_field
from casemgmt.ids import new_id
from casemgmt.models import AllowedActionView
from casemgmt.moments import check_moment
from casemgmt.outreach.warnings import warnings_of
from casemgmt.people.phones import InvalidPhoneError, normalise_phone, phone_hash
from casemgmt.people.service import require_visible_persons
from casemgmt.people.tables import Person
from casemgmt.reference.lists import content_digest
from casemgmt.screenings.reading import result_of
from casemgmt.signals import danger, policy, repository
from casemgmt.signals.commands import AddSubject, RegisterSignal, ReporterGiven
from casemgmt.signals.redirects import newest_of
from casemgmt.signals.states import SIGNAL, SignalState
from casemgmt.signals.tables import Reporter, Signal, SignalPerson
from casemgmt.signals.views import ReporterView, SignalRegistered, SignalSubject, SignalSummary, SignalView
from casemgmt.tasks import clocks
from casemgmt.tasks.tables import Task
from casemgmt.timeline.service import columns as story_columns
from casemgmt.timeline.service import entry
from casemgmt.timeline.tables import TimelineEntry
from rules.deadlines import compute_due

_UNIQUE_VIOLATION = "23505"
_SETTLED = (SignalState.CLOSED, SignalState.ATTACHED)
_NOT_SHOWN = {
    "changed_xid",
    "lists_version",
    "content_digest",
    "gravest_severity",
    "list_urgency",
    "word_list_version",
    "danger_signs",
}


async def register_signal(
    work: Work,
    command: RegisterSignal,
    lookup_key: bytes,
    *,
    owner: UUID | None = None,
    latest: datetime | None = None,
    beside: danger.Beside = danger.NOTHING,
) -> SignalRegistered:
    """Record a signal. It has an owner (the body that took it) and a clock (the triage) from its first second.

    The same content under the same id answers as the first time; other content is refused with `id-in-use`, also where
    the record of that id is hidden. A child whose whereabouts nobody knows is looked for where the signal was taken.
    `owner`: the body that answers for it from the first second, where it is another than the one that took it.
    `latest`: the latest moment that may be named, where it is another than now.
    """
    policy.check_registration(command, latest or work.now)
    if command.id is not None and (known := await _sent_before(work, command.id, command)) is not None:
        return known
    persons = await require_visible_persons(work, [s.person_id for s in command.subjects])
    ids = {s.person_id for s in command.subjects if s.role == "child"}
    children = [person for person in persons if person.id in ids]
    columns, clock, story = _beginning(work, command, owner=owner, beside=beside, children=children)
    signal = Signal(**columns)
    subjects = [_subject(work, signal, s.person_id, s.role) for s in command.subjects]
    reporter = [] if command.reporter is None else [_reporter(work, signal.id, command.reporter, lookup_key)]
    event = Event("signal.registered", "signal", (signal.id,), signal_id=signal.id)
    await _insert(work, signal)
    await work.save(event, *subjects, *reporter, Task(**clock), TimelineEntry(**story))
    return _registered(columns, clock)


def is_plain(command: RegisterSignal) -> bool:
    """Answer whether nothing has to be looked up before the signal is written: it then takes one round trip."""
    return command.id is None and not command.subjects


async def register_plain_signal(direct: Direct, command: RegisterSignal, lookup_key: bytes) -> SignalRegistered:
    """Record a signal as `register_signal` does, in one round trip; `is_plain` tells which can be."""
    policy.check_registration(command, direct.now)
    signal, clock, story = _beginning(direct, command)
    reporter = None if command.reporter is None else _reporter(direct, signal["id"], command.reporter, lookup_key)
    await repository.insert_signal(direct, signal, clock, story, reporter)
    return _registered(signal, clock)


def imported_signal(
    work: Acting, command: RegisterSignal, received_at: datetime, until: datetime, lookup_key: bytes
) -> tuple[Signal, list[SQLModel]]:
    """Return a signal from a register that was kept elsewhere, and the rows that begin with it; the caller saves them.

    It is as one that is recorded now, but for the moment of its receipt: its desk owes the triage since then. `until`:
    the moment up to which that clock ran elsewhere.
    """
    policy.check_registration(command, work.now)
    check_moment("/occurred_at", command.occurred_at, now=received_at)
    columns, clock, story = _beginning(work, command, received_at)
    signal = Signal(**columns)
    reporter = [] if command.reporter is None else [_reporter(work, signal.id, command.reporter, lookup_key)]
    triage = clocks.overdue_already(Task(**clock), until)
    return signal, [*reporter, triage, TimelineEntry(**story)]


def _beginning(
    work: Acting,
    command: RegisterSignal,
    received_at: datetime | None = None,
    owner: UUID | None = None,
    beside: danger.Beside = danger.NOTHING,
    children: Sequence[Person] = (),
) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Return the columns of a new signal, of the clock of its triage and of the first entry of its story.

    `received_at`: of a signal that was taken before this service was there; its clock runs from then on.
    """
    signal_id, body = command.id or new_id(), work.actor.organisation_id
    signal = command.model_dump(exclude={"subjects", "reporter"}) | {
        "id": signal_id,
        "state": SIGNAL.initial,
        "received_at": received_at or work.now,
        "received_by_organisation_id": body,
        "organisation_id": owner or body,
        "registered_by_id": work.actor.user_id,
        "lists_version": content_digest(),
        "gravest_severity": policy.assumed_severity(command.category, command.severity, danger_now=command.danger_now),
        "content_digest": policy.content_digest_of(command),
        "region_code": command.region_code or work.actor.region_code,
    }
    signal |= danger.columns(command, received_at or work.now, beside, children)
    kind = f"triage_{signal['suggested_urgency']}"
    about = clocks.About(organisation_id=body, signal_id=signal_id, since=received_at)
    clock = clocks.columns(work, kind, "signal", signal_id, **about)
    data = {"source": command.source, "channel": command.channel, "category": command.category}
    told = "signal.received" if received_at is None else "signal.imported"
    story = story_columns(work, told, "signal", signal_id, organisation_id=body, signal_id=signal_id, data=data)
    return signal, clock, story


async def _insert(work: Work, signal: Signal) -> None:
    work.session.add(signal)
    try:
        await work.session.flush()
    except IntegrityError as error:
        if getattr(error.orig, "sqlstate", None) == _UNIQUE_VIOLATION:
            raise _id_in_use() from error
        raise


async def _sent_before(work: Work, signal_id: UUID, command: RegisterSignal) -> SignalRegistered | None:
    signal = (await work.session.scalars(select(Signal).where(Signal.id == signal_id))).one_or_none()
    if signal is None:
        return None
    if signal.registered_by_id != work.actor.user_id or signal.content_digest != policy.content_digest_of(command):
        raise _id_in_use()
    work.record(Event("signal.sent_again", "signal", (signal_id,), signal_id=signal_id))
    urgency = signal.suggested_urgency or danger.suggested_for(signal)
    due_at = compute_due(f"triage_{urgency}", signal.received_at).due_at
    return _registered(signal.model_dump(), {"kind": f"triage_{urgency}", "due_at": due_at})


def _id_in_use() -> Conflict:
    return Conflict("This id belongs to another record: choose a new one.", code="id-in-use")


def _registered(signal: Mapping[str, Any], clock: Mapping[str, Any]) -> SignalRegistered:
    return SignalRegistered(
        id=signal["id"],
        state=signal["state"],
        suggested_urgency=clock["kind"].removeprefix("triage_"),
        triage_due_at=clock["due_at"],
        received_at=signal["received_at"],
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


def _reporter(work: Acting, signal_id: UUID, given: ReporterGiven, lookup_key: bytes) -> Reporter:
    try:
        phone = None if given.phone is None else normalise_phone(given.phone)
    except InvalidPhoneError:
        raise invalid_field(
            "/reporter/phone", "invalid-phone", "This is no phone number that can be dialled."
        ) from None
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
    if signal.state in _SETTLED:
        raise WrongState("The signal is settled: persons are named in the case, or in a new signal.", code="settled")
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
    columns = signal.model_dump(exclude=_NOT_SHOWN) | {"suggested_urgency": danger.suggested_for(signal)}
    if work.actor.is_integration:
        # A system follows its signal's state; what the desk wrote down about the child, or found in it, is not for it.
        columns |= dict.fromkeys(("triage_note", "review_note", "closing_note"))
    return SignalView(
        **columns,
        suggestion=None if work.actor.is_integration else danger.explained(signal),
        subjects=[SignalSubject(person_id=s.person_id, role=s.role) for s in subjects],
        warnings=[] if work.actor.is_integration else await warnings_of(work, signal.id),
        redirect=await newest_of(work, signal),
        screening=await result_of(work, signal.id) if signal.source == "school_psychologist" else None,
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
