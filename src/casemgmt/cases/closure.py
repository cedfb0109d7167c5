"""Close a case with a second person, and open it again with its history."""

from typing import Any, NamedTuple
from uuid import UUID

from sqlmodel import SQLModel, col, select

from casemgmt.audit.events import Event
from casemgmt.cases import policy, repository, service
from casemgmt.cases.clocks import start_clocks
from casemgmt.cases.commands import DecideClosure, ProposeClosure, ReopenCase
from casemgmt.cases.opening import attached
from casemgmt.cases.states import CaseState
from casemgmt.cases.tables import CaseClosure, CaseRecord
from casemgmt.cases.views import CaseView
from casemgmt.db.work import Work
from casemgmt.errors import Conflict, WrongState
from casemgmt.ids import new_id
from casemgmt.plans.repository import goals_of
from casemgmt.rehabilitation.follow_up_states import FOLLOW_UP, FollowUpState
from casemgmt.rehabilitation.tables import FollowUpCheck
from casemgmt.signals.joining import lock_signals_for_case
from casemgmt.tasks import clocks
from casemgmt.tasks.tables import Task
from rules.zone import to_local


class Outcome(NamedTuple):
    """What became of a goal, as it stands in the act of closure."""

    goal_id: str
    domain: str
    text: str
    outcome: str | None
    note: str | None


async def propose_closure(work: Work, case_id: UUID, command: ProposeClosure, expected: int | None) -> CaseView:
    """Propose to close the case. The reason decides whether the clocks of the route may still be open."""
    case, transition = await service.begin(work, case_id, policy.closure_action(command.reason), expected)
    plan_id = await repository.approved_plan_id(work, case_id)
    closure = CaseClosure(
        id=new_id(),
        case_id=case_id,
        organisation_id=case.organisation_id,
        reason=command.reason,
        note=command.note,
        from_state=case.state,
        proposed_at=work.now,
        proposed_by_id=work.actor.user_id,
        plan_id=plan_id,
        outcomes=[] if plan_id is None else await _outcomes(work, plan_id),
    )
    case.state = transition.target
    clock = clocks.start(
        work,
        "closure_approval",
        "case",
        case_id,
        organisation_id=case.organisation_id,
        case_id=case_id,
        blocks_closure=False,
    )
    story = service.story_of(work, case, "case.closure_proposed", reason=command.reason)
    return await service.save(work, case, "case.closure_proposed", closure, clock, story, reason=command.reason)


async def _outcomes(work: Work, plan_id: UUID) -> list[dict[str, Any]]:
    """Return what became of each goal, in order, as the act of closure keeps it."""
    return [
        Outcome(str(g.id), g.domain, g.text, g.outcome, g.outcome_note)._asdict() for g in await goals_of(work, plan_id)
    ]


async def return_closure(work: Work, case_id: UUID, command: DecideClosure, expected: int | None) -> CaseView:
    """Send a proposed closure back to the stage that it came from."""
    seen = await _undecided(work, case_id)
    target = CaseState.OPENED if seen is None else seen.from_state
    case, transition = await service.begin(work, case_id, f"return_closure_to_{target}", expected)
    closure = await _decide(work, case, command, approved=False)
    case.state = transition.target
    stopped = await clocks.stop(work, case.id, transition.stops, "returned")
    story = service.story_of(work, case, "case.closure_returned", stage=case.state)
    return await service.save(work, case, "case.closure_returned", closure, *stopped, story)


async def approve_closure(work: Work, case_id: UUID, command: DecideClosure, expected: int | None) -> CaseView:
    """Close the case as its second person. What is left of its clocks ends, and that of the follow-up check starts."""
    case, transition = await service.begin(work, case_id, "approve_closure", expected)
    closure = await _decide(work, case, command, approved=True)
    case.state = transition.target
    case.closed_at = work.now
    stopped = await clocks.stop(work, case.id, transition.stops, "approved")
    left = await _cancel_open_tasks(work, case)
    follow_up = _follow_up(work, case) if policy.is_followed_up(closure.reason) else []
    story = service.story_of(work, case, "case.closed", reason=closure.reason)
    rows = (closure, *stopped, *left, *follow_up, story)
    return await service.save(work, case, "case.closed", *rows, reason=closure.reason)


async def _undecided(work: Work, case_id: UUID) -> CaseClosure | None:
    closures = await repository.closures_of(work, case_id)
    return next((c for c in closures if c.decided_at is None), None)


async def _decide(work: Work, case: CaseRecord, command: DecideClosure, *, approved: bool) -> CaseClosure:
    closure = await _undecided(work, case.id)
    if closure is None:
        raise WrongState("No closure is proposed.")
    closure.approved = approved
    closure.decided_at = work.now
    closure.decided_by_id = work.actor.user_id
    closure.decision_note = command.note
    return closure


async def _cancel_open_tasks(work: Work, case: CaseRecord) -> list[Task]:
    """Return the tasks that don't block a closure and are open still, cancelled."""
    rows = await work.session.scalars(
        select(Task)
        .where(Task.case_id == case.id, col(Task.completed_at).is_(None), col(Task.cancelled_at).is_(None))
        .with_for_update()
    )
    left = [task for task in rows if task.kind != "closure_approval"]
    for task in left:
        task.cancelled_at = work.now
        task.cancel_reason = "case_closed"
    return left


def _follow_up(work: Work, case: CaseRecord) -> list[SQLModel]:
    """Return the check after closure with its clock."""
    check_id = new_id()
    clock = clocks.start(
        work,
        "follow_up_check",
        "follow_up_check",
        check_id,
        organisation_id=case.organisation_id,
        case_id=case.id,
        assignee_id=case.manager_id,
        blocks_closure=False,
    )
    check = FollowUpCheck(
        id=check_id,
        case_id=case.id,
        organisation_id=case.organisation_id,
        due_on=to_local(clock.due_at).date(),
        state=FOLLOW_UP.initial,
        created_at=work.now,
        created_by_id=work.actor.user_id,
    )
    return [check, clock]


async def _cancel_check(work: Work, case_id: UUID) -> list[SQLModel]:
    """Return the check that was due after the closure, cancelled with its clock: the child is looked after again."""
    query = select(FollowUpCheck).where(FollowUpCheck.case_id == case_id, FollowUpCheck.state == FOLLOW_UP.initial)
    check = (await work.session.scalars(query)).one_or_none()
    if check is None:
        return []
    check.state = FollowUpState.CANCELLED
    return [check, *await clocks.cancel(work, check.id, ("follow_up_check",), "case reopened")]


async def reopen_case(work: Work, case_id: UUID, command: ReopenCase, expected: int | None) -> CaseView:
    """Open a closed case again, at the assessment. Everything of the earlier round stays, and carries no new step."""
    case, transition = await service.begin(work, case_id, "reopen", expected)
    children = [p.person_id for p in await repository.persons_of(work, case_id) if p.role == "child"]
    if await repository.child_has_open_case(work, children, besides=case_id):
        raise Conflict("A child of the case has another open case.", code="open-case-exists")
    signals = [] if command.signal_id is None else await lock_signals_for_case(work, [command.signal_id], children)
    closure = (await repository.closures_of(work, case_id))[-1]
    closure.reopened_at = work.now
    closure.reopened_by_id = work.actor.user_id
    closure.reopen_reason = command.reason
    closure.reopen_note = command.note
    case.state = transition.target
    case.closed_at = None
    case.reopened_times += 1
    story = service.story_of(work, case, "case.reopened", reason=command.reason)
    rows = (
        closure,
        *await _cancel_check(work, case_id),
        *start_clocks(work, case, transition.starts),
        story,
        *(attached(work, case, s) for s in signals),
    )
    event = Event("case.reopened", "case", (case_id,), case_id=case_id, reason=command.reason)
    await work.save(event, case, *rows)
    if signals:
        await work.call(
            "SELECT join_case(:case, cast(:signals AS uuid[]), :at)",
            case=case_id,
            signals=[s.id for s in signals],
            at=work.now,
        )
        ground = policy.default_restriction([s.category for s in signals])
        if ground is not None:
            await work.call("SELECT restrict_to_team(:case, :ground)", case=case_id, ground=ground)
            await work.session.refresh(case)
    return await service.view_of(work, case)
