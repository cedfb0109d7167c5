"""Book and cancel sessions. A specialist, a room and a person are each in one session at a time."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql.ranges import Range
from sqlmodel import SQLModel

from casemgmt.audit.events import Event
from casemgmt.cases import team
from casemgmt.cases.commands import AddMember
from casemgmt.cases.repository import get_case, persons_of, team_of
from casemgmt.cases.states import CASE, CaseState
from casemgmt.cases.tables import CaseRecord
from casemgmt.centers import policy, repository, slots
from casemgmt.centers.commands import BookSession, CancelSession
from casemgmt.centers.holding import Step, begin_step, facts_of, save_step, story_of_step, view_of
from casemgmt.centers.states import SESSION
from casemgmt.centers.tables import Booking, CentreSession, SessionParticipant
from casemgmt.centers.views import SessionView
from casemgmt.consents.requiring import ENDED, consent_holds, require_consent
from casemgmt.db.work import Work
from casemgmt.errors import WrongState, invalid_field
from casemgmt.ids import new_id
from casemgmt.organisations.tables import Organisation
from casemgmt.plans.measure_states import MeasureState
from casemgmt.plans.repository import measures_of, version_in
from casemgmt.plans.states import PlanState
from casemgmt.timeline.service import entry

_STAGES = (CaseState.SUPPORT, CaseState.REHABILITATION)
_OPEN_MEASURES = (MeasureState.PLANNED, MeasureState.IN_PROGRESS)


async def book_session(work: Work, case_id: UUID, command: BookSession) -> SessionView:
    """Book a specialist and a room for persons of a case. Who is taken at that time is refused, without a word on why.

    A case manager's booking takes a specialist who is not in the team yet into it, in the same act.
    """
    case = await get_case(work, case_id, for_change=True)
    starts_at, ends_at = await _check(work, case, command)
    await _place_in_team(work, case, command)
    session = CentreSession(
        id=command.id or new_id(),
        case_id=case.id,
        organisation_id=case.organisation_id,
        state=SESSION.initial,
        starts_at=starts_at,
        ends_at=ends_at,
        created_at=work.now,
        created_by_id=work.actor.user_id,
        **command.model_dump(exclude={"id", "person_ids", "starts_at", "ends_at"}),
    )
    participants = [
        SessionParticipant(session_id=session.id, case_id=case.id, organisation_id=case.organisation_id, person_id=p)
        for p in command.person_ids
    ]
    resources = sorted([command.specialist_id, command.room_id, *command.person_ids])
    await repository.reserve(work, resources)
    await _check_room(work, command)
    await slots.check_free(work, command.centre_id, command.specialist_id, command.room_id, (starts_at, ends_at))
    story = entry(
        work,
        "session.booked",
        "centre_session",
        session.id,
        organisation_id=case.organisation_id,
        case_id=case.id,
        data={
            "kind": session.kind,
            "help_kind": session.help_kind,
            "centre_id": str(session.centre_id),
            "starts_at": session.starts_at.isoformat(),
        },
    )
    event = Event("session.booked", "centre_session", (session.id, *command.person_ids), case_id=case.id)
    await work.save(event, session, *participants, *(_booking(session, r) for r in resources), story)
    return await view_of(work, session, case)


async def _check(work: Work, case: CaseRecord, command: BookSession) -> tuple[datetime, datetime]:
    if case.state not in _STAGES:
        raise WrongState(
            "Sessions are booked while the case is in support or rehabilitation.",
            code="case-not-in-support",
            data={"state": case.state, "allowed_transitions": list(CASE.actions_from(case.state))},
        )
    plan = await version_in(work, case.id, PlanState.APPROVED)
    if plan is None:
        raise WrongState("Sessions are booked under an approved plan.", code="session-needs-plan")
    if not await consent_holds(work, plan.consent_id):
        raise WrongState(
            "The consent on which the plan rests was withdrawn or is over.",
            code="consent-not-in-force",
            data={"state": case.state, "allowed_transitions": []},
        )
    starts_at, ends_at = policy.check_times(command.starts_at, command.ends_at, work.now)
    if command.consent_id is not None:
        await require_consent(work, command.consent_id, case.id, "psychological_session", until=starts_at)
    slots.check_service(command.service, command.kind, command.help_kind)
    await _check_place(work, command)
    await slots.check_papers(work, command.specialist_id, command.service, command.help_kind, (starts_at, ends_at))
    if len(set(command.person_ids)) != len(command.person_ids):
        raise invalid_field("/person_ids", "person-repeated", "Name each participant once.")
    if not set(command.person_ids) <= {p.person_id for p in await persons_of(work, case.id)}:
        raise invalid_field("/person_ids", "not-of-case", "Participants are persons of the case.")
    if command.plan_measure_id is not None:
        measures = await measures_of(work, plan.id)
        measure = next((m for m in measures if m.id == command.plan_measure_id), None)
        if measure is None:
            raise invalid_field("/plan_measure_id", "unknown-measure", "There is no such measure in the approved plan.")
        if measure.state not in _OPEN_MEASURES or measure.help_kind != command.help_kind:
            raise invalid_field(
                "/plan_measure_id", "measure-does-not-fit", "The measure is finished or of another kind of help."
            )
    return starts_at, ends_at


async def _check_place(work: Work, command: BookSession) -> None:
    """Refuse a body that is no centre, a room or a specialist of another one, and a room that is too small."""
    centre = await work.session.get(Organisation, command.centre_id)
    if centre is None or not centre.active or centre.kind not in policy.CENTRE_KINDS:
        raise invalid_field("/centre_id", "unknown-centre", "There is no such centre.")
    await _check_room(work, command)
    if command.specialist_id not in {s["id"] for s in await repository.specialists_of(work, centre.id)}:
        raise invalid_field("/specialist_id", "unknown-specialist", "The centre has no such specialist.")


async def _check_room(work: Work, command: BookSession) -> None:
    """Refuse a room that is not there, closed or too small: once more with its lock held, for it may just be closed."""
    room = next((r for r in await repository.rooms_of(work, command.centre_id) if r.id == command.room_id), None)
    if room is None or not room.active:
        raise invalid_field("/room_id", "unknown-room", "The centre has no such room.")
    policy.check_capacity(room.capacity, len(command.person_ids))


async def _place_in_team(work: Work, case: CaseRecord, command: BookSession) -> None:
    """Take the specialist into the team where the case manager books; refuse where the place there is another one."""
    held = next((m for m in await team_of(work, case.id) if m.user_id == command.specialist_id), None)
    if held is None and case.manager_id == work.actor.user_id:
        place = AddMember(
            user_id=command.specialist_id,
            team_role=policy.team_role_of(command.help_kind),
            help_kind=command.help_kind,
        )
        await team.add_member(work, case.id, place, None)
    elif held is None:
        raise WrongState(
            "The specialist is not in the team of the case: the case manager's booking takes new ones in.",
            code="specialist-not-in-team",
        )
    elif held.help_kind != command.help_kind:
        raise WrongState("The specialist is in the team for another kind of help.", code="other-help-in-team")


def _booking(session: CentreSession, resource_id: UUID) -> Booking:
    return Booking(
        id=new_id(),
        resource_id=resource_id,
        centre_id=session.centre_id,
        session_id=session.id,
        during=Range(session.starts_at, session.ends_at, bounds="[)"),
    )


async def cancel_session(work: Work, session_id: UUID, command: CancelSession, expected: int | None) -> SessionView:
    """Cancel a session: specialist, room and participants are free again at that time."""
    step = await begin_step(work, session_id, "cancel", expected)
    step.session.cancellation_reason = command.reason
    bookings = await repository.bookings_of(work, session_id)
    for booking in bookings:
        booking.cancelled_at = work.now
    await save_step(work, step, "session.cancelled", {"reason": command.reason}, *bookings)
    return await view_of(work, step.session, step.case)


async def cancel_with_consent(work: Work, case: CaseRecord, session: CentreSession) -> list[SQLModel]:
    """Return a session cancelled with its bookings and story, to be saved by who ends the consent it rests on."""
    facts = replace(facts_of(work, session, case), ending_with_consent=True)
    session.state = SESSION.check(work.actor, "end_with_consent", session.state, facts).target
    session.cancellation_reason = ENDED
    bookings = await repository.bookings_of(work, session.id)
    for booking in bookings:
        booking.cancelled_at = work.now
    return [session, *bookings, story_of_step(work, Step(session, case), "session.cancelled", {"reason": ENDED})]
