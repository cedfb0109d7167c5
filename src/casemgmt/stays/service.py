"""Use cases of a temporary stay: admit, leave, read."""

from datetime import datetime, timedelta
from uuid import UUID

from casemgmt.audit.events import Event
from casemgmt.cases.repository import get_case, persons_of, team_of
from casemgmt.cases.service import refuse_closed
from casemgmt.cases.tables import CaseRecord
from casemgmt.centers.catalogue import catalogue
from casemgmt.db.work import Work, check_version
from casemgmt.errors import Conflict, Forbidden, invalid_field
from casemgmt.ids import new_id
from casemgmt.models import AllowedActionView
from casemgmt.stays import repository
from casemgmt.stays.commands import AdmitToStay, LeaveStay
from casemgmt.stays.states import TEMPORARY_STAY, StayFacts
from casemgmt.stays.tables import TemporaryStay
from casemgmt.stays.views import StayList, StayView
from casemgmt.tasks import clocks
from casemgmt.timeline.service import entry
from casemgmt.timeline.tables import TimelineEntry
from rules.deadlines import Due, compute_due
from rules.zone import to_local

_TERM = "temporary_stay"
_AFTER_MOVE = "stay_after_transfer"
_BREAK = "centre.stay_break"
_REASON = "Уақытша болу / Временное пребывание"
"""Why an address is protected, on the address that a stay gives. A protected address is read in the two languages."""


async def admit(work: Work, case_id: UUID, command: AdmitToStay) -> StayView:
    """Admit persons of a case, each to a bed of its own in one house, and protect the address that follows.

    Whether the centre has no shelter or no free bed is one answer: who asks about must not find the houses.
    """
    case = await get_case(work, case_id, for_change=True)
    if not await _on_team(work, case_id):
        raise Forbidden("Only the team of the person's case records this.", code="team-only")
    refuse_closed(case)
    if len(set(command.person_ids)) != len(command.person_ids):
        raise invalid_field("/person_ids", "person-repeated", "Name each person once.")
    if not set(command.person_ids) <= {p.person_id for p in await persons_of(work, case_id)}:
        raise invalid_field("/person_ids", "not-of-case", "Those who stay are persons of the case.")
    counted_from, due = await _term(work, command.person_ids)
    stay = TemporaryStay(
        id=command.id or new_id(),
        case_id=case.id,
        organisation_id=case.organisation_id,
        state=TEMPORARY_STAY.initial,
        ground=command.ground,
        persons=len(command.person_ids),
        admitted_at=work.now,
        counted_from=counted_from,
        until_at=due.due_at,
        term_status=str(due.status),
        created_at=work.now,
        created_by_id=work.actor.user_id,
    )
    clock = clocks.start(
        work,
        _TERM,
        "temporary_stay",
        stay.id,
        organisation_id=case.organisation_id,
        case_id=case.id,
        assignee_id=case.manager_id,
        since=counted_from,
    )
    story = _story(work, case, stay, "stay.admitted", {"persons": stay.persons, "until_at": stay.until_at.isoformat()})
    event = Event("stay.admitted", "temporary_stay", (stay.id, *command.person_ids), case_id=case.id)
    await work.save(event, stay, clock, story)
    await _take_places(work, stay, command)
    return await _view(work, stay)


async def _term(work: Work, person_ids: list[UUID]) -> tuple[datetime, Due]:
    """Return from when the longest term runs, and until when: leaving for a night begins no new one."""
    days = catalogue().figures["stay_break_days"].value
    earlier: datetime | None = await work.call(
        "SELECT stay_counted_from(:persons, :since)", persons=person_ids, since=work.now - timedelta(days=days)
    )
    counted_from = earlier or work.now
    due = compute_due(_TERM, counted_from)
    if due.due_at <= work.now:
        raise Conflict(
            "The longest term of a temporary stay is used up, and nothing states that it can be made longer.",
            code="stay-term-used",
            data={"counted_from": counted_from.isoformat(), "until_at": due.due_at.isoformat()},
        )
    return counted_from, due


async def _take_places(work: Work, stay: TemporaryStay, command: AdmitToStay) -> None:
    answer = await work.call(
        "SELECT take_stay_places(:stay, :centre, :persons, :at, :today, :reason)",
        stay=stay.id,
        centre=command.centre_id,
        persons=command.person_ids,
        at=work.now,
        today=to_local(work.now).date(),
        reason=_REASON,
    )
    if answer == "staying":
        raise Conflict("Somebody of them is in a temporary stay already.", code="staying-already")
    if answer != "admitted":
        raise Conflict("There is no free place for all of them at this centre.", code="no-free-place")


async def leave(work: Work, stay_id: UUID, command: LeaveStay, expected: int | None) -> StayView:
    """Record that they left: the beds are free at once, the protected address ends, the clock stops.

    Where a move had left the stay in another region, the staff of its centre lose the case with this very act.
    """
    seen = await repository.get_stay(work, stay_id)
    case = await get_case(work, seen.case_id, for_change=True)
    stay = await repository.get_stay(work, stay_id, for_change=True)
    check_version(stay, expected)
    facts = StayFacts(on_team=await _on_team(work, stay.case_id))
    stay.state = TEMPORARY_STAY.check(work.actor, "leave", stay.state, facts).target
    stay.left_at, stay.leave_reason = work.now, command.reason
    persons = await repository.persons_of(work, stay.id)
    addresses = await repository.addresses_of(work, persons)
    for person in persons:
        person.left_at = work.now
    for address in addresses:
        address.until = max(address.since, to_local(work.now).date())
    stopped = await clocks.stop(work, stay.id, (_TERM, _AFTER_MOVE), command.reason)
    story = _story(work, case, stay, "stay.left", {"reason": command.reason})
    event = Event("stay.left", "temporary_stay", (stay.id,), case_id=case.id)
    await work.save(event, stay, *persons, *addresses, *stopped, story)
    view = await _view(work, stay)
    await work.call("SELECT end_places_of_stay(:stay, :at)", stay=stay.id, at=work.now)
    return view


async def read_stay(work: Work, stay_id: UUID) -> StayView:
    """Return a stay, and record that the actor read it."""
    stay = await repository.get_stay(work, stay_id)
    work.record(Event("stay.read", "temporary_stay", (stay.id,), case_id=stay.case_id))
    return await _view(work, stay)


async def list_stays(work: Work, case_id: UUID) -> StayList:
    """Return the stays of a case; one event names all that were shown."""
    await get_case(work, case_id)
    stays = await repository.stays_of(work, case_id)
    work.record(Event("stay.listed", "temporary_stay", tuple(s.id for s in stays), case_id=case_id))
    return StayList(items=[await _view(work, s) for s in stays])


async def _on_team(work: Work, case_id: UUID) -> bool:
    return any(m.user_id == work.actor.user_id for m in await team_of(work, case_id))


async def _view(work: Work, stay: TemporaryStay) -> StayView:
    facts = StayFacts(on_team=await _on_team(work, stay.case_id))
    actions = TEMPORARY_STAY.allowed_actions(work.actor, stay.state, facts)
    return StayView(
        **stay.model_dump(include=set(StayView.model_fields)),
        person_ids=[p.person_id for p in await repository.persons_of(work, stay.id)],
        allowed_actions=[AllowedActionView.model_validate(a) for a in actions],
    )


def _story(work: Work, case: CaseRecord, stay: TemporaryStay, kind: str, data: dict[str, object]) -> TimelineEntry:
    return entry(
        work,
        kind,
        "temporary_stay",
        stay.id,
        organisation_id=case.organisation_id,
        case_id=case.id,
        data=data,
    )
