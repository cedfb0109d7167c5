"""Use case of triage: what is done on a signal, by whom, and which clocks run from then on."""

from uuid import UUID

from sqlmodel import SQLModel

from casemgmt.audit.events import Event
from casemgmt.db.work import Work, check_version
from casemgmt.errors import WrongState, invalid_field
from casemgmt.organisations.service import require_organisation
from casemgmt.outreach.offers import offer_referral
from casemgmt.signals import danger, policy, redirects, repository
from casemgmt.signals.attaching import attach_to_open_case
from casemgmt.signals.commands import TriageSignal
from casemgmt.signals.desk import desk_clock
from casemgmt.signals.notices import start_notices
from casemgmt.signals.service import view_of
from casemgmt.signals.states import SEVERE, SIGNAL, SignalState
from casemgmt.signals.tables import Signal
from casemgmt.signals.views import SignalView
from casemgmt.tasks import clocks
from casemgmt.timeline.service import entry


async def triage_signal(work: Work, signal_id: UUID, command: TriageSignal, expected: int | None) -> SignalView:
    """Decide on a signal. Stops the clock of the triage and starts those that the outcome calls for."""
    signal = await repository.get_signal(work, signal_id, for_change=True)
    check_version(signal, expected)
    facts = await repository.facts_of(work, signal, command.severity)
    two_persons = facts.severity in SEVERE or signal.state != SignalState.RECEIVED
    transition = SIGNAL.check(work.actor, _action_of(command, two_persons=two_persons), signal.state, facts)
    policy.check_triage(command)
    _apply(work, signal, command)
    if transition.target != SignalState.ATTACHED:
        signal.state = transition.target
    rows = await _decide(work, signal, command)
    stopped = await clocks.stop(work, signal.id, policy.DESK_CLOCKS, command.outcome)
    story = entry(
        work,
        "signal.triaged",
        "signal",
        signal.id,
        organisation_id=signal.organisation_id,
        signal_id=signal.id,
        data={
            "outcome": command.outcome,
            "severity": command.severity,
            "urgency": signal.urgency,
            "reason": command.reason,
        },
    )
    event = Event("signal.triaged", "signal", (signal.id,), signal_id=signal.id, reason=command.reason)
    await work.save(event, signal, *stopped, *rows, story)
    if policy.needs_notices(command.outcome, facts.severity, signal.urgency or "standard"):
        await start_notices(work, signal)
    await _move(work, signal, command)
    return await view_of(work, signal)


def _action_of(command: TriageSignal, *, two_persons: bool) -> str:
    if command.outcome == "no_ground" and two_persons:
        return "propose_no_ground"
    return f"triage_{command.outcome}"


def _apply(work: Work, signal: Signal, command: TriageSignal) -> None:
    """Write the decision on the signal, having refused an urgency that was lowered without a word."""
    before = danger.suggested_for(signal)
    signal.category = command.category or signal.category
    signal.severity = command.severity
    signal.gravest_severity = policy.graver(signal.gravest_severity, command.severity)
    suggested = danger.suggested_for(signal)
    urgency = command.urgency or ("emergency" if command.outcome == "emergency" else suggested)
    policy.check_urgency(urgency, policy.more_urgent(before, suggested), command.note)
    signal.urgency = urgency
    signal.triage_outcome = command.outcome
    signal.triage_reason = command.reason
    signal.triage_note = command.note
    signal.triaged_by_id = work.actor.user_id
    signal.triaged_at = work.now
    signal.reviewed_by_id = None
    signal.reviewed_at = None
    signal.review_note = None
    signal.redirected_to = command.external_body


async def _decide(work: Work, signal: Signal, command: TriageSignal) -> list[SQLModel]:
    """Return what the outcome adds: a referral, and the clock that runs from now on."""
    match SignalState(signal.state):
        case SignalState.EMERGENCY:
            return [desk_clock(work, signal, "emergency_acknowledgement")]
        case SignalState.REFERRED if command.mobile_group_id is not None:
            signal.mobile_group_id = command.mobile_group_id
            return await offer_referral(work, signal, command.mobile_group_id, command.instructions)
        case SignalState.IN_CONSULTATION:
            return [desk_clock(work, signal, "consultation_answer")]
        case SignalState.REDIRECTED:
            return list(await redirects.begin(work, signal, command))
        case SignalState.AWAITING_REVIEW:
            return [desk_clock(work, signal, "high_severity_no_action_review")]
        case SignalState.CLOSED:
            signal.closed_at = work.now
    return []


async def _move(work: Work, signal: Signal, command: TriageSignal) -> None:
    """Take the steps that may move the signal out of the actor's sight, after everything else is written."""
    if command.outcome == "redirect" and command.organisation_id is not None:
        await work.call(
            "SELECT redirect_signal(:signal, :organisation)",
            signal=signal.id,
            organisation=command.organisation_id,
        )
        body = await require_organisation(work, command.organisation_id)
        region = body.region_code or signal.region_code
        await repository.refresh(work, signal, organisation_id=body.id, region_code=region)
    if command.outcome == "attach_to_case" and command.person_id is not None:
        subjects = await repository.subjects_of(work, signal.id)
        if not any(s.person_id == command.person_id and s.role == "child" for s in subjects):
            raise invalid_field("/person_id", "not-a-subject", "This person is not a child of the signal.")
        if not await attach_to_open_case(work, signal, [command.person_id]):
            raise WrongState("The child has no open case to attach the signal to.", code="no-open-case")
