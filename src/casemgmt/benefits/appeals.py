"""Use cases of an appeal: recorded for the applicant, settled by somebody who had no part in the decision."""

from uuid import UUID

from casemgmt.audit.events import Event
from casemgmt.benefits import clocks, repository
from casemgmt.benefits.commands import LodgeAppeal, SettleAppeal
from casemgmt.benefits.engine import Engine
from casemgmt.benefits.reading import action_view, event_of, facts_of
from casemgmt.benefits.states import APPEAL, DETERMINATION, AppealFacts, DeterminationState
from casemgmt.benefits.tables import BenefitAppeal, BenefitDetermination
from casemgmt.benefits.telling import story_of
from casemgmt.benefits.views import AppealsView, AppealView
from casemgmt.db.work import Work, check_version
from casemgmt.errors import Conflict, WrongState, invalid_field
from casemgmt.ids import new_id
from casemgmt.people.policy import local_day

_DECIDED = (DeterminationState.APPROVED, DeterminationState.REFUSED)
_VIEW = AppealView.model_fields.keys() - {"allowed_actions"}


async def lodge_appeal(work: Work, determination_id: UUID, command: LodgeAppeal) -> AppealView:
    """Record an appeal against a decision; its clock runs from the day on which it was filed."""
    row = await repository.get_determination(work, determination_id, for_change=True)
    if row.state not in _DECIDED or row.decided_by_id is None or row.decided_at is None:
        raise WrongState(
            "Nothing has been decided that an appeal could be against.",
            code="nothing-decided",
            data={"state": row.state, "allowed_transitions": list(DETERMINATION.actions_from(row.state))},
        )
    if not local_day(row.decided_at) <= command.filed_on <= local_day(work.now):
        raise invalid_field("/filed_on", "appeal-date-impossible", "Not before the decision, and not after today.")
    known = await repository.appeals_of(work, determination_id)
    if any(each.state == APPEAL.initial for each in known):
        raise Conflict("An appeal against this decision is open.", code="appeal-open")
    appeal = BenefitAppeal(
        id=command.id or new_id(),
        determination_id=row.id,
        state=APPEAL.initial,
        against_id=row.decided_by_id,
        proposer_id=row.proposed_by_id,
        created_at=work.now,
        created_by_id=work.actor.user_id,
        **command.model_dump(exclude={"id"}),
    )
    clock = clocks.start(work, "benefit_appeal", row, since=clocks.noon_of(command.filed_on))
    told = story_of(work, "benefit.appeal_lodged", row)
    await work.save(_event("benefit.appeal_lodged", row, appeal), appeal, clock, *([told] if told else []))
    return _view(work, appeal)


async def list_appeals(work: Work, determination_id: UUID) -> AppealsView:
    """Return the appeals against a decision, and record that they were read."""
    row = await repository.get_determination(work, determination_id)
    work.record(event_of("benefit.appeals_read", row))
    return AppealsView(items=[_view(work, each) for each in await repository.appeals_of(work, determination_id)])


async def uphold_appeal(
    work: Work, engine: Engine, appeal_id: UUID, command: SettleAppeal, expected: int | None
) -> AppealView:
    """Uphold an appeal: the decision is overturned in the same act, and a new determination is due."""
    row, appeal = await _lock(work, appeal_id, expected)
    _settle(work, appeal, "uphold", command)
    facts = await facts_of(work, row, appeal_upheld=True)
    row.state = DETERMINATION.check(work.actor, "overturn", row.state, facts).target
    return await _save(work, engine, row, appeal, "benefit.appeal_upheld")


async def dismiss_appeal(
    work: Work, engine: Engine, appeal_id: UUID, command: SettleAppeal, expected: int | None
) -> AppealView:
    """Dismiss an appeal: the decision stands."""
    row, appeal = await _lock(work, appeal_id, expected)
    _settle(work, appeal, "dismiss", command)
    return await _save(work, engine, row, appeal, "benefit.appeal_dismissed")


async def _lock(work: Work, appeal_id: UUID, expected: int | None) -> tuple[BenefitDetermination, BenefitAppeal]:
    """Lock the determination, then the appeal: the order of every other act."""
    seen = await repository.get_appeal(work, appeal_id)
    row = await repository.get_determination(work, seen.determination_id, for_change=True)
    appeal = await repository.get_appeal(work, appeal_id, for_change=True)
    check_version(appeal, expected)
    return row, appeal


def _settle(work: Work, appeal: BenefitAppeal, action: str, command: SettleAppeal) -> None:
    facts = AppealFacts(appeal.against_id, appeal.proposer_id)
    appeal.state = APPEAL.check(work.actor, action, appeal.state, facts).target
    appeal.settled_by_id, appeal.settled_at = work.actor.user_id, work.now
    appeal.reason = command.reason


async def _save(work: Work, engine: Engine, row: BenefitDetermination, appeal: BenefitAppeal, kind: str) -> AppealView:
    stopped = await clocks.stop(work, engine.graph, row, ("benefit_appeal",), appeal.state)
    told = story_of(work, kind, row)
    await work.save(_event(kind, row, appeal), row, appeal, *stopped, *([told] if told else []))
    return _view(work, appeal)


def _event(kind: str, row: BenefitDetermination, appeal: BenefitAppeal) -> Event:
    about = event_of(kind, row)
    return Event(kind, "benefit_appeal", (appeal.id, *about.record_ids), case_id=about.case_id)


def _view(work: Work, appeal: BenefitAppeal) -> AppealView:
    facts = AppealFacts(appeal.against_id, appeal.proposer_id)
    actions = APPEAL.allowed_actions(work.actor, appeal.state, facts)
    return AppealView(
        **appeal.model_dump(include=set(_VIEW)), allowed_actions=[action_view(action) for action in actions]
    )
