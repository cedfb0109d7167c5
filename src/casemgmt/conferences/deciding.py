"""What a conference decided is done, passed on to another, or dropped with a reason."""

from uuid import UUID

from casemgmt.cases import repository as cases
from casemgmt.conferences import clocks, reading, repository
from casemgmt.conferences.calling import check_guest, story_of
from casemgmt.conferences.commands import CompleteDecision, DropDecision, PassDecisionOn
from casemgmt.conferences.holding import check_responsible
from casemgmt.conferences.states import DECISION, DecisionState
from casemgmt.conferences.tables import Conference, ConferenceDecision
from casemgmt.conferences.views import DecisionView
from casemgmt.db.work import Work, check_version
from casemgmt.errors import WrongState
from casemgmt.ids import new_id


async def complete_decision(work: Work, decision_id: UUID, command: CompleteDecision, expected: int | None) -> None:
    """Say what came of it: the manager of the case is told, and whoever did it reads nothing of it any more."""
    decision = await _begin(work, decision_id, "complete", expected)
    moved = await work.call(
        "SELECT complete_conference_decision(:decision, :note, CAST(:tasks AS jsonb), :entry, :at)",
        decision=decision_id,
        note=command.note,
        tasks=clocks.as_json(clocks.told(work, "conference_decision", decision_id)),
        entry=new_id(),
        at=work.now,
    )
    if not moved:
        raise WrongState("The decision has moved on.", data={"allowed_transitions": []})
    work.record(reading.decision_event("done", decision))


async def drop_decision(work: Work, decision_id: UUID, command: DropDecision, expected: int | None) -> DecisionView:
    """Say why it will not be done: its clock ends, whoever had it reads nothing of it any more."""
    decision, conference = await _locked(work, decision_id, "drop", expected)
    decision.state = DecisionState.DROPPED
    decision.ended_at, decision.closed_by_id, decision.note = work.now, work.actor.user_id, command.reason
    story = story_of(work, conference, "decision_dropped")
    await work.save(reading.decision_event("dropped", decision), decision, story)
    await clocks.end(work, decision.case_id, [decision.id], "dropped", cancelled=True)
    return await reading.decision_view(work, decision)


async def pass_on(work: Work, decision_id: UUID, command: PassDecisionOn, expected: int | None) -> DecisionView:
    """Name another who does it; the term stays, and with it the day on which it is late.

    Errors: Invalid for somebody who is neither of the same body, nor was invited, nor is on the team.
    """
    decision, conference = await _locked(work, decision_id, "pass_on", expected)
    body, at = await repository.body_of(work, command.responsible_id), "/responsible_id"
    if body is not None and body == await repository.body_of(work, decision.responsible_id):
        await check_guest(work, decision.case_id, command.responsible_id, at)
    else:
        invited = await repository.participants_of(work, conference.id)
        decision.consent_id = await check_responsible(work, decision.case_id, invited, command.responsible_id, at)
    decision.responsible_id = command.responsible_id
    story = story_of(work, conference, "decision_passed_on", user_id=str(command.responsible_id))
    await work.save(reading.decision_event("passed_on", decision), decision, story)
    new = clocks.of_decision(work, decision)
    await clocks.end(work, decision.case_id, [decision.id], "passed_on", cancelled=True, new=new)
    return await reading.decision_view(work, decision)


async def _begin(work: Work, decision_id: UUID, action: str, expected: int | None) -> ConferenceDecision:
    decision = await repository.get(work, ConferenceDecision, decision_id)
    check_version(decision, expected)
    DECISION.check(work.actor, action, decision.state, await reading.decision_facts(work, decision))
    return decision


async def _locked(
    work: Work, decision_id: UUID, action: str, expected: int | None
) -> tuple[ConferenceDecision, Conference]:
    seen = await _begin(work, decision_id, action, expected)
    await cases.get_case(work, seen.case_id, for_change=True)
    decision = await repository.get(work, ConferenceDecision, decision_id, for_change=True)
    DECISION.check(work.actor, action, decision.state, await reading.decision_facts(work, decision))
    return decision, await repository.get(work, Conference, decision.conference_id)
