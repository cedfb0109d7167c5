"""What must hold of a booking, whoever is free: the stage, the plan, the consent, the place, the team."""

from datetime import datetime
from uuid import UUID

from casemgmt.cases import team
from casemgmt.cases.commands import AddMember
from casemgmt.cases.repository import persons_of, team_of
from casemgmt.cases.states import CASE, CaseState
from casemgmt.cases.tables import CaseRecord
from casemgmt.centers import policy, repository, slots
from casemgmt.centers.commands import BookSession
from casemgmt.consents.requiring import consent_holds, require_consent
from casemgmt.db.work import Work
from casemgmt.errors import WrongState, invalid_field
from casemgmt.organisations.tables import Organisation
from casemgmt.plans.measure_states import MeasureState
from casemgmt.plans.repository import measures_of, version_in
from casemgmt.plans.states import PlanState

_STAGES = (CaseState.SUPPORT, CaseState.REHABILITATION)
_OPEN_MEASURES = (MeasureState.PLANNED, MeasureState.IN_PROGRESS)


async def check_booking(work: Work, case: CaseRecord, command: BookSession) -> tuple[datetime, datetime]:
    """Return the times of a booking in UTC, or refuse what can't be, whoever is free."""
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
    await check_room(work, slots.place_of(command), len(command.person_ids))
    await check_specialist(work, centre.id, command.specialist_id)


async def check_specialist(work: Work, centre_id: UUID, specialist_id: UUID) -> None:
    """Refuse whoever is no specialist of the centre."""
    if specialist_id not in {s["id"] for s in await repository.specialists_of(work, centre_id)}:
        raise invalid_field("/specialist_id", "unknown-specialist", "The centre has no such specialist.")


async def check_room(work: Work, place: slots.Place, persons: int) -> None:
    """Refuse a room that is not there, closed or too small: once more with its lock held, for it may just be closed."""
    if place.room_id is None:
        return
    room = next((r for r in await repository.rooms_of(work, place.centre_id) if r.id == place.room_id), None)
    if room is None or not room.active:
        raise invalid_field("/room_id", "unknown-room", "The centre has no such room.")
    policy.check_capacity(room.capacity, persons)


async def place_in_team(work: Work, case: CaseRecord, specialist_id: UUID, help_kind: str, until: datetime) -> None:
    """Take the specialist into the team where the case manager books; refuse where the place there is another one.

    Who stands in for a specialist of the same help needs no other place for what is over before the absence.
    """
    held = next((m for m in await team_of(work, case.id) if m.user_id == specialist_id), None)
    if held is not None and held.absence_id is not None:
        if held.help_kind == help_kind and held.rests_until is not None and until <= held.rests_until:
            return
        held = None
    if held is None and case.manager_id == work.actor.user_id:
        place = AddMember(
            user_id=specialist_id,
            team_role=policy.team_role_of(help_kind),
            help_kind=help_kind,
        )
        await team.add_member(work, case.id, place, None)
    elif held is None:
        raise WrongState(
            "The specialist is not in the team of the case: the case manager's booking takes new ones in.",
            code="specialist-not-in-team",
        )
    elif held.help_kind != help_kind:
        raise WrongState("The specialist is in the team for another kind of help.", code="other-help-in-team")
