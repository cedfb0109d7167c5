"""Checks after closure: how the child is, what comes next, and the way back into the case."""

from datetime import date
from uuid import UUID

from sqlmodel import SQLModel

from casemgmt.audit.events import Event
from casemgmt.cases import closure
from casemgmt.cases.commands import ReopenCase
from casemgmt.cases.repository import facts_of, get_case
from casemgmt.cases.states import CASE
from casemgmt.cases.tables import CaseRecord
from casemgmt.db import paging
from casemgmt.db.work import Work, check_version
from casemgmt.ids import new_id
from casemgmt.models import AllowedActionView
from casemgmt.rehabilitation import policy, repository
from casemgmt.rehabilitation.commands import RecordFollowUp
from casemgmt.rehabilitation.follow_up_states import FOLLOW_UP, FollowUpFacts
from casemgmt.rehabilitation.tables import FollowUpCheck
from casemgmt.rehabilitation.views import FollowUpRecorded, FollowUpView
from casemgmt.tasks import clocks
from casemgmt.tasks.tables import Task
from casemgmt.timeline.service import entry
from rules.zone import to_local


async def record_follow_up(
    work: Work, check_id: UUID, command: RecordFollowUp, expected: int | None
) -> FollowUpRecorded:
    """Record how the child is. In doubt the next check follows, or the case is reopened in the same act."""
    case, check = await repository.lock(work, FollowUpCheck, check_id)
    check_version(check, expected)
    transition = FOLLOW_UP.check(work.actor, "record", check.state, FollowUpFacts(case.state))
    policy.check_result(
        command.result,
        child_seen=command.child_seen,
        reopens=command.reopen_reason is not None,
        next_due_on=command.next_due_on,
    )
    check.state = transition.target
    check.child_seen = command.child_seen
    check.result = command.result
    check.note = command.note
    check.done_at = work.now
    check.done_by_id = work.actor.user_id
    stopped = await clocks.stop(work, check.id, transition.stops, command.result)
    data = {"result": command.result, "child_seen": command.child_seen}
    story = _story(work, case, check, "follow_up.recorded", data)
    following = None if command.next_due_on is None else _next_check(work, case, command.next_due_on)
    event = Event("follow_up.recorded", "follow_up_check", (check.id,), case_id=case.id, reason=command.result)
    # The check that is done is written before the next one: a case has one due check at a time.
    await work.save(event, check, *stopped, story, *_rows_of(work, case, following))
    if command.reopen_reason is not None:
        await closure.reopen_case(work, case.id, ReopenCase(reason=command.reopen_reason, note=command.note), None)
    return FollowUpRecorded(
        check=_view(work, case, check),
        next_check=None if following is None else _view(work, case, following[0]),
        case_state=case.state,
        case_actions=await _reopening(work, case),
    )


def _next_check(work: Work, case: CaseRecord, wanted: date) -> tuple[FollowUpCheck, Task]:
    """Return the next check and its clock, due at the day that was chosen."""
    check = FollowUpCheck(
        id=new_id(),
        case_id=case.id,
        organisation_id=case.organisation_id,
        due_on=wanted,
        state=FOLLOW_UP.initial,
        created_at=work.now,
        created_by_id=work.actor.user_id,
    )
    clock = clocks.start(
        work,
        "follow_up_check",
        "follow_up_check",
        check.id,
        organisation_id=case.organisation_id,
        case_id=case.id,
        assignee_id=case.manager_id,
        blocks_closure=False,
    )
    policy.check_next_day(wanted, to_local(work.now).date(), to_local(clock.due_at).date())
    clocks.bring_forward(clock, wanted)
    return check, clock


def _rows_of(work: Work, case: CaseRecord, following: tuple[FollowUpCheck, Task] | None) -> list[SQLModel]:
    if following is None:
        return []
    check, clock = following
    return [check, clock, _story(work, case, check, "follow_up.scheduled", {"due_on": check.due_on.isoformat()})]


def _story(work: Work, case: CaseRecord, check: FollowUpCheck, kind: str, data: dict[str, object]) -> SQLModel:
    return entry(
        work,
        kind,
        "follow_up_check",
        check.id,
        organisation_id=case.organisation_id,
        case_id=case.id,
        data=data,
    )


async def _reopening(work: Work, case: CaseRecord) -> list[AllowedActionView]:
    actions = CASE.allowed_actions(work.actor, case.state, await facts_of(work, case))
    return [AllowedActionView.model_validate(a) for a in actions if a.action == "reopen"]


async def list_follow_ups(work: Work, case_id: UUID, limit: int, cursor: str | None) -> paging.Page[FollowUpView]:
    """Return a page of the checks after closure of a case, the newest first; one event names all that were shown."""
    case = await get_case(work, case_id)
    name = f"follow-ups of {case_id}"
    rows = await repository.list_of_case(work, FollowUpCheck, case_id, limit + 1, paging.decode(name, cursor))
    page = paging.page(name, [_view(work, case, r) for r in rows], limit, lambda c: paging.Position(c.created_at, c.id))
    work.record(Event("follow_up.listed", "follow_up_check", tuple(c.id for c in page.items), case_id=case_id))
    return page


def _view(work: Work, case: CaseRecord, check: FollowUpCheck) -> FollowUpView:
    actions = FOLLOW_UP.allowed_actions(work.actor, check.state, FollowUpFacts(case.state))
    return FollowUpView(
        **check.model_dump(include=set(FollowUpView.model_fields)),
        allowed_actions=[AllowedActionView.model_validate(a) for a in actions],
    )
