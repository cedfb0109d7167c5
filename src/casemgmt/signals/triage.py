"""Use cases of triage: what is done on a signal, by whom, and the second person's word."""

from dataclasses import dataclass
from uuid import UUID

from sqlmodel import SQLModel

from casemgmt.audit.events import Event
from casemgmt.db.work import Work, check_version
from casemgmt.errors import WrongState
from casemgmt.organisations.service import require_organisation
from casemgmt.outreach.offers import offer_referral
from casemgmt.signals import policy, repository
from casemgmt.signals.commands import CompleteSignal, ReviewSignal, TriageSignal
from casemgmt.signals.service import view_of
from casemgmt.signals.states import SEVERE, SIGNAL
from casemgmt.signals.tables import Signal
from casemgmt.signals.views import SignalView
from casemgmt.tasks import clocks
from casemgmt.tasks.tables import Task
from casemgmt.timeline.service import entry

_TRIAGE_CLOCKS = ("triage_emergency", "triage_urgent", "triage_standard", "emergency_acknowledgement")


@dataclass
class _Decision:
    """What an outcome adds to the triage: rows to write, clocks to start."""

    rows: list[SQLModel]
    clocks: list[Task]


async def triage_signal(work: Work, signal_id: UUID, command: TriageSignal, expected: int | None) -> SignalView:
    """Decide on a signal. Stops the clock of the triage and starts those that the outcome calls for."""
    signal = await repository.get_signal(work, signal_id, for_change=True)
    check_version(signal, expected)
    action = _action_of(command)
    signal.severity = command.severity
    facts = await repository.facts_of(work, signal)
    transition = SIGNAL.check(work.actor, action, signal.state, facts)
    suggested = policy.suggested_urgency(signal.category, command.severity, danger_now=signal.danger_now)
    urgency = command.urgency or suggested
    policy.check_triage(command.outcome, command.reason, urgency, suggested, command.note)
    signal.state = transition.target
    signal.urgency = urgency
    signal.triage_outcome = command.outcome
    signal.triage_reason = command.reason
    signal.triage_note = command.note
    signal.triaged_by_id = work.actor.user_id
    signal.triaged_at = work.now
    decision = await _decide(work, signal, command)
    stopped = await clocks.stop(work, signal.id, _TRIAGE_CLOCKS, command.outcome)
    story = entry(
        work,
        "signal.triaged",
        "signal",
        signal.id,
        organisation_id=signal.organisation_id,
        signal_id=signal.id,
        case_id=signal.case_id,
        data={
            "outcome": command.outcome,
            "severity": command.severity,
            "urgency": urgency,
            "reason": command.reason,
        },
    )
    event = Event("signal.triaged", "signal", (signal.id,), signal_id=signal.id, reason=command.reason)
    await work.save(event, signal, *stopped, *decision.rows, *decision.clocks, story)
    await _move(work, signal, command)
    return await view_of(work, signal)


def _action_of(command: TriageSignal) -> str:
    if command.outcome == "no_ground" and command.severity in SEVERE:
        return "propose_no_ground"
    return f"triage_{command.outcome}"


async def _decide(work: Work, signal: Signal, command: TriageSignal) -> _Decision:
    """Return what the outcome adds, having refused a triage that lacks what its outcome needs."""
    decision = _Decision([], [])
    match command.outcome:
        case "emergency":
            decision.clocks.append(_clock(work, signal, "emergency_acknowledgement"))
            decision.clocks.extend(_mandatory_notices(work, signal))
        case "mobile_group_referral":
            policy.check_exactly_one({"mobile_group_id": command.mobile_group_id}, command.outcome)
            offer = await offer_referral(work, signal, _given(command.mobile_group_id), command.instructions)
            signal.mobile_group_id = command.mobile_group_id
            decision.rows.extend(offer)
            if signal.triaged_at == work.now and signal.urgency != "standard":
                decision.clocks.extend(_mandatory_notices(work, signal))
        case "consultation":
            decision.clocks.append(_clock(work, signal, "consultation_answer"))
        case "redirect":
            targets = {"organisation_id": command.organisation_id, "external_body": command.external_body}
            policy.check_exactly_one(targets, command.outcome)
            if command.organisation_id is not None:
                await require_organisation(work, command.organisation_id)
            signal.redirected_to = command.external_body
            decision.clocks.append(_clock(work, signal, "redirect_acknowledgement"))
        case "attach_to_case":
            policy.check_exactly_one({"person_id": command.person_id}, command.outcome)
        case _ if signal.severity in SEVERE:
            decision.clocks.append(_clock(work, signal, "high_severity_no_action_review"))
        case _:
            signal.closed_at = work.now
    return decision


async def _move(work: Work, signal: Signal, command: TriageSignal) -> None:
    """Take the steps that may move the signal out of the actor's sight, after everything else is written."""
    if command.outcome == "redirect" and command.organisation_id is not None:
        await work.call(
            "SELECT redirect_signal(:signal, :organisation)",
            signal=signal.id,
            organisation=command.organisation_id,
        )
    if command.outcome == "attach_to_case":
        found = await work.rows(
            "SELECT * FROM attach_signal(:signal, :person)", signal=signal.id, person=command.person_id
        )
        if not found:
            raise WrongState("The child has no open case to attach the signal to.", code="no-open-case")
        case = found[0]
        task = clocks.start(
            work,
            "first_contact_with_child",
            "signal",
            signal.id,
            organisation_id=signal.organisation_id,
            case_id=case["case_id"],
            signal_id=signal.id,
            assignee_id=case["manager_id"],
        )
        event = Event("case.signal_attached", "case", (case["case_id"],), case_id=case["case_id"], signal_id=signal.id)
        await work.save(event, task)


def _given(value: UUID | None) -> UUID:
    if value is None:  # pragma: no cover - check_exactly_one has refused it
        raise ValueError("value")
    return value


def _clock(work: Work, signal: Signal, kind: str) -> Task:
    return clocks.start(work, kind, "signal", signal.id, organisation_id=signal.organisation_id, signal_id=signal.id)


def _mandatory_notices(work: Work, signal: Signal) -> list[Task]:
    kinds = policy.triage_table().mandatory_notices.get(signal.category, [])
    return [_clock(work, signal, kind) for kind in kinds]


async def review_signal(work: Work, signal_id: UUID, command: ReviewSignal, expected: int | None) -> SignalView:
    """Give the second person's word: confirm that a severe signal has no ground, or send it back to triage."""
    action = "confirm_no_ground" if command.confirm else "reject_no_ground"
    signal = await _step(work, signal_id, action, expected)
    signal.reviewed_by_id = work.actor.user_id
    signal.reviewed_at = work.now
    clock: list[Task] = []
    if command.confirm:
        signal.closed_at = work.now
    else:
        clock = [_clock(work, signal, f"triage_{signal.urgency}")]
    stopped = await clocks.stop(work, signal.id, ("high_severity_no_action_review",), action)
    await _save_step(work, signal, "signal.reviewed", {"confirmed": command.confirm}, *stopped, *clock)
    return await view_of(work, signal)


async def complete_signal(
    work: Work, signal_id: UUID, action: str, command: CompleteSignal, expected: int | None
) -> SignalView:
    """End a consultation, or record that a body outside acknowledged a redirect: both close the signal."""
    signal = await _step(work, signal_id, action, expected)
    signal.closed_at = work.now
    stopped = await clocks.stop(work, signal.id, ("consultation_answer", "redirect_acknowledgement"), command.note)
    await _save_step(work, signal, f"signal.{action}d", {}, *stopped)
    return await view_of(work, signal)


async def accept_redirect(work: Work, signal_id: UUID, expected: int | None) -> SignalView:
    """Take over a signal that was redirected to the actor's body; it is triaged there anew."""
    signal = await _step(work, signal_id, "accept_redirect", expected)
    stopped = await clocks.stop(work, signal.id, ("redirect_acknowledgement",), "accepted")
    clock = _clock(work, signal, f"triage_{signal.urgency or 'standard'}")
    await _save_step(work, signal, "signal.redirect_accepted", {}, *stopped, clock)
    return await view_of(work, signal)


async def _step(work: Work, signal_id: UUID, action: str, expected: int | None) -> Signal:
    signal = await repository.get_signal(work, signal_id, for_change=True)
    check_version(signal, expected)
    transition = SIGNAL.check(work.actor, action, signal.state, await repository.facts_of(work, signal))
    signal.state = transition.target
    return signal


async def _save_step(work: Work, signal: Signal, kind: str, data: dict[str, object], *rows: SQLModel) -> None:
    story = entry(
        work,
        kind,
        "signal",
        signal.id,
        organisation_id=signal.organisation_id,
        signal_id=signal.id,
        data=data,
    )
    await work.save(Event(kind, "signal", (signal.id,), signal_id=signal.id), signal, *rows, story)
