"""Use cases of referrals: read, accept, decline, withdraw."""

import json
from uuid import UUID

from sqlmodel import SQLModel

from casemgmt.audit.events import Event
from casemgmt.db import paging
from casemgmt.db.work import Work, check_version
from casemgmt.errors import NotFound
from casemgmt.models import AllowedActionView
from casemgmt.outreach import policy, repository
from casemgmt.outreach.commands import DeclineReferral, WithdrawReferral
from casemgmt.outreach.states import REFERRAL
from casemgmt.outreach.tables import Referral
from casemgmt.outreach.views import (
    AttemptView,
    ReferralGivenBack,
    ReferralSubject,
    ReferralSummary,
    ReferralView,
    SignalEssentials,
)
from casemgmt.outreach.warnings import warnings_of
from casemgmt.signals.desk import triage_clock
from casemgmt.signals.repository import facts_of as signal_facts_of
from casemgmt.signals.repository import subjects_of
from casemgmt.signals.states import SIGNAL
from casemgmt.signals.tables import Signal
from casemgmt.tasks import clocks
from casemgmt.timeline.service import entry

ACCEPTANCE_CLOCKS = ("referral_acceptance_emergency", "referral_acceptance_urgent", "referral_acceptance_standard")
VISIT_CLOCKS = ("visit_emergency", "visit_urgent", "visit_standard")


async def list_referrals(work: Work, limit: int, cursor: str | None, state: str | None) -> paging.Page[ReferralSummary]:
    """Return a page of the referrals that the actor sees, newest first; one event names all that were shown."""
    after = paging.decode("referrals", cursor)
    rows = await repository.list_referrals(work, limit + 1, after, state)
    page = paging.page(
        "referrals", [ReferralSummary(**r) for r in rows], limit, lambda r: paging.Position(r.offered_at, r.id)
    )
    work.record(Event("referral.listed", "referral", tuple(r.id for r in page.items)))
    return page


async def read_referral(work: Work, referral_id: UUID) -> ReferralView:
    """Return a referral with what the visitors need, and record that the actor read it."""
    referral = await repository.get_referral(work, referral_id)
    work.record(Event("referral.read", "referral", (referral_id,), signal_id=referral.signal_id))
    return await view_of(work, referral)


async def view_of(work: Work, referral: Referral) -> ReferralView:
    """Return the referral as this actor sees it, with the actions that are allowed now."""
    facts = await repository.facts_of(work, referral)
    signal = await repository.signal_of(work, referral)
    attempts = await repository.attempts_of(work, referral.id)
    own = referral.model_dump(exclude={"changed_xid", "restricted"})
    return ReferralView(
        **own,
        signal=None if signal is None else await _essentials(work, signal),
        warnings=await warnings_of(work, referral.signal_id),
        attempts=[AttemptView.model_validate(a) for a in attempts],
        visit_act_id=await repository.act_id_of(work, referral.id),
        allowed_actions=[
            AllowedActionView.model_validate(a) for a in REFERRAL.allowed_actions(work.actor, referral.state, facts)
        ],
    )


async def _essentials(work: Work, signal: Signal) -> SignalEssentials:
    subjects = await subjects_of(work, signal.id)
    known = signal.model_dump(include=set(SignalEssentials.model_fields) - {"subjects"})
    return SignalEssentials(**known, subjects=[ReferralSubject(person_id=s.person_id, role=s.role) for s in subjects])


async def begin_step(
    work: Work, referral_id: UUID, action: str, expected: int | None, *, warnings_read: bool = True
) -> tuple[Referral, Signal, str]:
    """Lock referral and signal and check the step; return both and the state that follows."""
    referral, signal = await repository.lock_referral(work, referral_id)
    check_version(referral, expected)
    facts = await repository.facts_of(work, referral, warnings_read=warnings_read)
    transition = REFERRAL.check(work.actor, action, referral.state, facts)
    if signal is None:
        raise NotFound("There is no such signal.")
    return referral, signal, str(transition.target)


async def save_step(
    work: Work, referral: Referral, kind: str, data: dict[str, object], *rows: SQLModel, reason: str | None = None
) -> None:
    """Write a step of the referral with its entry in the story."""
    story = entry(
        work,
        kind,
        "referral",
        referral.id,
        organisation_id=referral.organisation_id,
        signal_id=referral.signal_id,
        data=data,
    )
    event = Event(kind, "referral", (referral.id,), signal_id=referral.signal_id, reason=reason)
    await work.save(event, referral, *rows, story)


async def accept_referral(work: Work, referral_id: UUID, expected: int | None) -> ReferralView:
    """Take the referral on. The term of the visit runs from the offer, not from the answer."""
    referral, _, target = await begin_step(work, referral_id, "accept", expected)
    referral.state = target
    referral.answered_by_id = work.actor.user_id
    referral.answered_at = work.now
    stopped = await clocks.stop(work, referral.id, ACCEPTANCE_CLOCKS, target)
    clock = clocks.start(
        work,
        f"visit_{referral.urgency}",
        "referral",
        referral.id,
        organisation_id=referral.organisation_id,
        signal_id=referral.signal_id,
        mobile_group_id=referral.mobile_group_id,
        since=referral.offered_at,
    )
    await save_step(work, referral, "referral.accepted", {}, *stopped, clock)
    return await view_of(work, referral)


async def decline_referral(
    work: Work, referral_id: UUID, command: DeclineReferral, expected: int | None
) -> ReferralGivenBack:
    """Give the referral back: the signal waits for its desk with a new clock, and the group sees it no more."""
    referral, signal, target = await begin_step(work, referral_id, "decline", expected)
    policy.check_reason(command.reason, command.note)
    back = SIGNAL.check(work.actor, "decline_referral", signal.state, await signal_facts_of(work, signal))
    stopped = await clocks.stop(work, referral.id, ACCEPTANCE_CLOCKS, target)
    cancelled = await clocks.cancel(work, referral.id, VISIT_CLOCKS, target)
    rows = (*stopped, *cancelled, triage_clock(work, signal))
    await save_step(work, referral, "referral.declined", {"reason": command.reason}, *rows, reason=command.reason)
    await work.call(
        "SELECT release_signal_from_group(:referral, :state, :at, CAST(:decline AS jsonb))",
        referral=referral.id,
        state=str(back.target),
        at=work.now,
        decline=json.dumps({"reason": command.reason, "note": command.note}),
    )
    return ReferralGivenBack(
        id=referral.id,
        signal_id=signal.id,
        state=target,
        decline_reason=command.reason,
        answered_at=work.now,
    )


async def withdraw_referral(
    work: Work, referral_id: UUID, command: WithdrawReferral, expected: int | None
) -> ReferralView:
    """Take the referral back from the group: the signal waits for its desk with a new clock."""
    referral, signal, target = await begin_step(work, referral_id, "withdraw", expected)
    back = SIGNAL.check(work.actor, "withdraw_referral", signal.state, await signal_facts_of(work, signal))
    referral.state = target
    referral.withdrawn_by_id = work.actor.user_id
    referral.withdrawn_at = work.now
    referral.withdraw_note = command.note
    signal.state = back.target
    signal.mobile_group_id = None
    cancelled = await clocks.cancel(work, referral.id, (*ACCEPTANCE_CLOCKS, *VISIT_CLOCKS), target)
    await save_step(work, referral, "referral.withdrawn", {}, signal, *cancelled, triage_clock(work, signal))
    return await view_of(work, referral)
