"""Use cases of the visit act: hand it in, read it."""

from uuid import UUID

from casemgmt.audit.events import Event
from casemgmt.db.work import Work
from casemgmt.ids import new_id
from casemgmt.outreach import policy, repository
from casemgmt.outreach.commands import ReportVisit
from casemgmt.outreach.service import begin_step, save_step
from casemgmt.outreach.tables import Referral, VisitAct
from casemgmt.outreach.views import FindingView, MeasureView, PresentView, VisitActView
from casemgmt.people.service import require_visible_persons
from casemgmt.people.tables import HealthNote
from casemgmt.reference.lists import content_digest
from casemgmt.signals.attaching import attach_to_open_case
from casemgmt.signals.desk import desk_clock
from casemgmt.signals.notices import start_notices
from casemgmt.signals.repository import facts_of as signal_facts_of
from casemgmt.signals.repository import subjects_of
from casemgmt.signals.states import SIGNAL
from casemgmt.signals.tables import Signal, SignalPerson
from casemgmt.tasks import clocks
from rules.zone import to_local

_NEXT_CLOCK = {
    "accompaniment": "case_opening",
    "support_centre": "case_opening",
    "emergency_measures": "emergency_acknowledgement",
}
"""The clock that runs for the desk after the report; a consultation closes the signal."""


async def report_visit(work: Work, referral_id: UUID, command: ReportVisit, expected: int | None) -> VisitActView:
    """Hand in the visit act. It decides where the signal goes, and the group sees the signal no more."""
    referral, signal, target = await begin_step(work, referral_id, "report", expected)
    policy.check_act(command)
    named = [p.person_id for p in command.present if p.person_id is not None] + [p.person_id for p in command.persons]
    await require_visible_persons(work, named + [each.person_id for each in command.health_notes])
    act = _act(work, referral, command)
    met = await _new_subjects(work, signal, command)
    referral.state = target
    referral.reported_at = work.now
    stopped = await clocks.stop(work, referral.id, ("visit_report",), command.outcome)
    data: dict[str, object] = {"visit_act_id": str(act.id), "outcome": command.outcome, "child_seen": act.child_seen}
    await save_step(work, referral, "referral.reported", data, act, *_health_notes(work, act, command), *met, *stopped)
    view = act_view(act, 1)
    await _move(work, referral, signal, command.outcome)
    return view


def _act(work: Work, referral: Referral, command: ReportVisit) -> VisitAct:
    return VisitAct(
        id=new_id(),
        referral_id=referral.id,
        signal_id=referral.signal_id,
        organisation_id=referral.organisation_id,
        visited_at=referral.visited_at or work.now,
        risk_signs=signs_of(command),
        lists_version=content_digest(),
        submitted_by_id=work.actor.user_id,
        submitted_at=work.now,
        **command.model_dump(mode="json", exclude={"persons", "health_notes"}),
    )


def signs_of(command: ReportVisit) -> list[str]:
    """Return the risk signs of all findings, each once."""
    return list(dict.fromkeys(sign for finding in command.findings for sign in finding.risk_signs))


def _health_notes(work: Work, act: VisitAct, command: ReportVisit) -> list[HealthNote]:
    return [
        HealthNote(
            id=new_id(),
            person_id=seen.person_id,
            visit_act_id=act.id,
            observed_on=to_local(act.visited_at).date(),
            body=seen.body,
            recorded_at=work.now,
            recorded_by_id=work.actor.user_id,
        )
        for seen in command.health_notes
    ]


async def _new_subjects(work: Work, signal: Signal, command: ReportVisit) -> list[SignalPerson]:
    known = {s.person_id for s in await subjects_of(work, signal.id)}
    return [
        SignalPerson(
            signal_id=signal.id,
            person_id=person.person_id,
            role=person.role,
            organisation_id=signal.organisation_id,
            added_at=work.now,
            added_by_id=work.actor.user_id,
        )
        for person in command.persons
        if person.person_id not in known
    ]


async def _move(work: Work, referral: Referral, signal: Signal, outcome: str) -> None:
    """Take the signal where the outcome leads; it leaves the group's sight, so everything else was written before."""
    facts = await signal_facts_of(work, signal)
    if outcome == "accompaniment":
        SIGNAL.check(work.actor, "report_accompaniment_of_open_case", signal.state, facts)
        children = [s.person_id for s in await subjects_of(work, signal.id) if s.role == "child"]
        if await attach_to_open_case(work, signal, children):
            return
    target = SIGNAL.check(work.actor, f"report_{outcome}", signal.state, facts).target
    event = Event("signal.visit_reported", "signal", (signal.id,), signal_id=signal.id)
    if outcome in _NEXT_CLOCK:
        await work.save(event, desk_clock(work, signal, _NEXT_CLOCK[outcome]))
    else:
        work.record(event)
    if outcome == "emergency_measures":
        await start_notices(work, signal)
    await work.call(
        "SELECT release_signal_from_group(:referral, :state, :at, NULL)",
        referral=referral.id,
        state=str(target),
        at=work.now,
    )


async def read_act(work: Work, act_id: UUID) -> VisitActView:
    """Return a visit act, and record that the actor read it."""
    act = await repository.get_act(work, act_id)
    work.record(Event("visit_act.read", "visit_act", (act_id,), case_id=act.case_id, signal_id=act.signal_id))
    return act_view(act, len(await repository.editions_of(work, act_id)) + 1)


def act_view(act: VisitAct, edition: int) -> VisitActView:
    """Return an act as readers get it; `edition` is one more than it was corrected."""
    plain = act.model_dump(include=set(VisitActView.model_fields) - {"present", "findings", "immediate_measures"})
    return VisitActView(
        **plain,
        edition=edition,
        present=[PresentView.model_validate(p) for p in act.present],
        findings=[FindingView.model_validate(f) for f in act.findings],
        immediate_measures=[MeasureView.model_validate(m) for m in act.immediate_measures],
    )
