"""Record what became of a session, and read sessions."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlmodel import SQLModel

from casemgmt.access.permissions import Permission
from casemgmt.audit.events import Event
from casemgmt.cases.repository import get_case
from casemgmt.cases.tables import CaseRecord
from casemgmt.centers import policy, repository, without
from casemgmt.centers.catalogue import catalogue
from casemgmt.centers.commands import HoldSession, RecordNoShow
from casemgmt.centers.measures import moved_measure
from casemgmt.centers.service import day_bounds
from casemgmt.centers.states import SESSION, SessionFacts, SessionState
from casemgmt.centers.tables import CentreSession
from casemgmt.centers.views import ParticipantView, SessionSummary, SessionView
from casemgmt.db import paging
from casemgmt.db.work import Work, check_version
from casemgmt.errors import NotFound, invalid_field
from casemgmt.models import AllowedActionView
from casemgmt.tasks import clocks
from casemgmt.timeline.service import entry
from casemgmt.timeline.tables import TimelineEntry


@dataclass(frozen=True)
class Step:
    """A session and its case, both locked, on their way to the next state."""

    session: CentreSession
    case: CaseRecord


async def begin_step(work: Work, session_id: UUID, action: str, expected: int | None) -> Step:
    """Lock a session and take an action on it, or refuse: the change is not saved yet."""
    seen = await repository.get_session(work, session_id)
    case = await repository.find_case(work, seen.case_id, for_change=True)
    session = await repository.get_session(work, session_id, for_change=True)
    check_version(session, expected)
    transition = SESSION.check(work.actor, action, session.state, facts_of(work, session, case))
    if case is None:  # pragma: no cover - every action is guarded by the sight of the case
        raise NotFound("There is no such session.")
    session.state = transition.target
    return Step(session, case)


async def save_step(work: Work, step: Step, kind: str, data: dict[str, object], *rows: SQLModel) -> None:
    """Save a step with its story and its event."""
    session = step.session
    story = story_of_step(work, step, kind, data)
    await work.save(Event(kind, "centre_session", (session.id,), case_id=session.case_id), session, *rows, story)


def story_of_step(work: Work, step: Step, kind: str, data: dict[str, object]) -> TimelineEntry:
    """Return the entry of a step in the story of the case."""
    return entry(
        work,
        kind,
        "centre_session",
        step.session.id,
        organisation_id=step.case.organisation_id,
        case_id=step.session.case_id,
        data={"help_kind": step.session.help_kind} | data,
    )


def facts_of(work: Work, session: CentreSession, case: CaseRecord | None) -> SessionFacts:
    """Return what the guards of a session need."""
    return SessionFacts(
        specialist_id=session.specialist_id,
        centre_id=session.centre_id,
        booked_by_id=session.created_by_id,
        manager_id=None if case is None else case.manager_id,
        started=session.starts_at <= work.now,
    )


async def hold_session(work: Work, session_id: UUID, command: HoldSession, expected: int | None) -> SessionView:
    """Record that a session took place, who came, what came of it. Its measure of the plan is in progress with it."""
    step = await begin_step(work, session_id, "hold", expected)
    given = {a.person_id: a.attendance for a in command.attendance}
    participants = await repository.participants_of(work, session_id)
    if len(given) != len(command.attendance):
        raise invalid_field("/attendance", "attendance-incomplete", "Name the attendance of each participant once.")
    policy.check_attendance([p.person_id for p in participants], given)
    for participant in participants:
        participant.attendance = given[participant.person_id]
    step.session.outcome = command.outcome
    step.session.next_step = command.next_step
    data: dict[str, object] = {"outcome": command.outcome, "next_step": command.next_step}
    rows = [*participants, *await _started_measure(work, step), *await without.answered(work, step.session, "held")]
    await save_step(work, step, "session.held", data, *rows)
    return await view_of(work, step.session, step.case)


async def _started_measure(work: Work, step: Step) -> list[SQLModel]:
    if step.session.plan_measure_id is None:
        return []
    return await moved_measure(work, step.session.plan_measure_id, "start", "plan_measure.started")


async def _follow_up(work: Work, step: Step, *, excused: bool) -> list[SQLModel]:
    """Return the tasks that follow from a no-show: the next step that was chosen, and one for the second in a row.

    Who had a valid reason is no case of staying away.
    """
    session, case = step.session, step.case
    about: clocks.About = {"organisation_id": case.organisation_id, "case_id": case.id}
    theirs: clocks.About = {**about, "assignee_id": session.specialist_id}
    managers: clocks.About = {**about, "assignee_id": case.manager_id}
    tasks: list[SQLModel] = []
    if session.next_step == "call_family":
        tasks.append(clocks.start(work, "no_show_call", "centre_session", session.id, **theirs))
    elif session.next_step == "home_visit":
        tasks.append(clocks.start(work, "no_show_visit", "centre_session", session.id, **theirs))
    elif session.next_step == "tell_manager":
        tasks.append(clocks.start(work, "no_show_signal", "centre_session", session.id, **managers))
    needed = catalogue().figures["no_shows_in_a_row"].value - 1
    before = await repository.came_before(work, session, needed)
    repeated = not excused and before == [SessionState.NO_SHOW] * needed
    if repeated and not await repository.has_open_task(work, case.id, "repeated_no_show"):
        tasks.append(clocks.start(work, "repeated_no_show", "centre_session", session.id, **managers))
    return tasks


async def record_no_show(work: Work, session_id: UUID, command: RecordNoShow, expected: int | None) -> SessionView:
    """Record that nobody came. A call, a visit or word to the manager as next step is a task at once."""
    step = await begin_step(work, session_id, "record_no_show", expected)
    participants = await repository.participants_of(work, session_id)
    for participant in participants:
        participant.attendance = "absent_excused" if command.excused else "absent_unexcused"
    step.session.next_step = command.next_step
    data: dict[str, object] = {"excused": command.excused, "next_step": command.next_step}
    tasks = await _follow_up(work, step, excused=command.excused)
    tasks += await without.answered(work, step.session, "no_show")
    await save_step(work, step, "session.no_show", data, *participants, *tasks)
    return await view_of(work, step.session, step.case)


async def read_session(work: Work, session_id: UUID) -> SessionView:
    """Return a session in full, and record that the actor read it."""
    session = await repository.get_session(work, session_id)
    work.record(Event("session.read", "centre_session", (session_id,), case_id=session.case_id))
    return await view_of(work, session, await repository.find_case(work, session.case_id))


async def view_of(work: Work, session: CentreSession, case: CaseRecord | None) -> SessionView:
    """Return the session as this actor sees it, with the actions that are allowed now."""
    participants = await repository.participants_of(work, session.id)
    actions = SESSION.allowed_actions(work.actor, session.state, facts_of(work, session, case))
    return SessionView(
        **session.model_dump(include=set(SessionView.model_fields)),
        participants=[ParticipantView(person_id=p.person_id, attendance=p.attendance) for p in participants],
        allowed_actions=[AllowedActionView.model_validate(a) for a in actions],
    )


async def list_case_sessions(
    work: Work, case_id: UUID, limit: int, cursor: str | None, state: str | None
) -> paging.Page[SessionSummary]:
    """Return a page of the sessions of a case, the latest first; one event names all that were shown."""
    await get_case(work, case_id)
    name = f"sessions of {case_id}"
    rows = await repository.list_case_sessions(work, case_id, limit + 1, paging.decode(name, cursor), state)
    page = paging.page(name, [summary_of(r) for r in rows], limit, _position)
    work.record(Event("session.listed", "centre_session", tuple(s.id for s in page.items), case_id=case_id))
    return page


async def list_day(
    work: Work, day: date, limit: int, cursor: str | None, *, without_outcome: bool = False
) -> paging.Page[SessionSummary]:
    """Return a page of the actor's own sessions of a day, and for the head of a centre those of the centre.

    `without_outcome`: instead those of the days before that are still booked, the longest ago first.
    """
    start, end = day_bounds(day)
    head = work.actor.may(Permission.CENTRES_MANAGE)
    if without_outcome:
        name = f"sessions before {day}"
        after = paging.decode(name, cursor)
        rows = [row for row, _ in await _booked(work, None, start, limit + 1, after, whole_centre=head)]
    else:
        name = f"sessions on {day}"
        after = paging.decode(name, cursor)
        found = await repository.list_day(work, start, end, limit + 1, after, whole_centre=head)
        rows = [SessionSummary(**row) for row in found]
    page = paging.page(name, rows, limit, _position)
    work.record(Event("session.listed", "centre_session", tuple(s.id for s in page.items)))
    return page


async def booked_until(
    work: Work, start: datetime | None, end: datetime, most: int, *, whole_centre: bool
) -> tuple[int, list[SessionSummary]]:
    """Return how many sessions of a time are still booked, and the first; the caller records that they were shown."""
    found = await _booked(work, start, end, most, None, whole_centre=whole_centre)
    return (found[0][1] if found else 0), [session for session, _ in found]


async def _booked(
    work: Work, start: datetime | None, end: datetime, size: int, after: paging.Position | None, *, whole_centre: bool
) -> list[tuple[SessionSummary, int]]:
    rows = await repository.list_booked(work, start, end, size, after, whole_centre=whole_centre)
    return [(SessionSummary(**{k: v for k, v in row.items() if k != "count"}), row["count"]) for row in rows]


def summary_of(session: CentreSession) -> SessionSummary:
    """Return a session as it stands in lists."""
    return SessionSummary.model_validate(session.model_dump(include=set(SessionSummary.model_fields)))


def _position(session: SessionSummary) -> paging.Position:
    return paging.Position(session.starts_at, session.id)
