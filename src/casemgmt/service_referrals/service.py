"""One thing is asked of another body: offered by the team of a case, accepted with a name, done with a note.

The body never sees the case. It reads what is asked; from its acceptance on also the child's name and age and what it
is told; and after the end nothing but how many there were. The manager of the case learns of every answer.
"""

import json
from datetime import date
from typing import Any
from uuid import UUID

from casemgmt.audit.events import Event
from casemgmt.cases import repository as cases
from casemgmt.cases.service import begin
from casemgmt.cases.tables import CaseRecord
from casemgmt.conflicts.repository import is_shut_out
from casemgmt.consents.requiring import require_consent
from casemgmt.db import paging
from casemgmt.db.work import Work, check_version
from casemgmt.errors import WrongState, invalid_field
from casemgmt.ids import new_id
from casemgmt.models import AllowedActionView
from casemgmt.organisations.service import require_organisation
from casemgmt.service_referrals import repository
from casemgmt.service_referrals.commands import (
    AcceptServiceReferral,
    CompleteServiceReferral,
    DeclineServiceReferral,
    OfferServiceReferral,
)
from casemgmt.service_referrals.states import SERVICE_REFERRAL, ServiceReferralFacts
from casemgmt.service_referrals.tables import ServiceReferral, ServiceReferralShare
from casemgmt.service_referrals.views import (
    ReferredChildView,
    ServiceReferralFileView,
    ServiceReferralShareView,
    ServiceReferralTallyView,
    ServiceReferralView,
)
from casemgmt.tasks import clocks
from casemgmt.timeline.service import entry

_SCOPE = {"changed_xid", "organisation_id", "region_code", "restricted", "case_id"}


async def offer_service_referral(
    work: Work, case_id: UUID, command: OfferServiceReferral, expected: int | None
) -> ServiceReferralFileView:
    """Ask another body for something; in its queue the clock of acceptance starts.

    Errors: Invalid for the case's own body, for one that has nobody to answer, for a child that is none of the case,
    and where neither a consent nor another ground is named; WrongState where the consent holds no more.
    """
    case, _ = await begin(work, case_id, "offer_service_referral", expected)
    await _check_offer(work, case, command)
    asked = command.model_dump(exclude={"person_id", "told", "consent_id", "without_consent_ground"})
    referral = ServiceReferral(
        id=new_id(),
        case_id=case_id,
        organisation_id=case.organisation_id,
        offered_by_id=work.actor.user_id,
        offered_at=work.now,
        case_number=case.number,
        state=SERVICE_REFERRAL.initial,
        **asked,
    )
    share = ServiceReferralShare(
        referral_id=referral.id,
        case_id=case_id,
        organisation_id=case.organisation_id,
        **command.model_dump(include={"person_id", "told", "consent_id", "without_consent_ground"}),
    )
    story = entry(
        work,
        "service_referral.offered",
        "service_referral",
        referral.id,
        organisation_id=case.organisation_id,
        case_id=case.id,
        data={"help_kind": command.help_kind},
    )
    await work.save(_event("service_referral.offered", referral), referral, share, story)
    clock = clocks.columns(
        work,
        "service_referral_acceptance",
        "service_referral",
        referral.id,
        organisation_id=command.to_organisation_id,
    )
    await work.call(
        "SELECT start_service_referral_clock(:referral, CAST(:task AS jsonb))",
        referral=referral.id,
        task=json.dumps(clock, default=str),
    )
    return await _file_of(work, referral)


async def list_service_referrals(
    work: Work, limit: int, cursor: str | None, *, case_id: UUID | None = None, state: str | None = None
) -> paging.Page[ServiceReferralView]:
    """Return a page of the referrals of a case, or of those to the actor's body that are open, the newest first.

    Errors: NotFound for a case that the actor does not see.
    """
    if case_id is not None:
        await cases.get_case(work, case_id)
    at = paging.decode("service_referrals", cursor)
    rows = await repository.list_referrals(work, limit + 1, at, case_id=case_id, state=state)
    seen = await repository.seen_cases(work, [r.case_id for r in rows])
    views = [ServiceReferralView(**_columns(work, r, case_seen=r.case_id in seen)) for r in rows]
    page = paging.page("service_referrals", views, limit, lambda r: paging.Position(r.offered_at, r.id))
    work.record(Event("service_referral.listed", "service_referral", tuple(r.id for r in page.items), case_id=case_id))
    return page


async def read_service_referral(work: Work, referral_id: UUID) -> ServiceReferralFileView:
    """Return a referral with what of the child the actor may read by it."""
    referral = await repository.get_referral(work, referral_id)
    return await _file_of(work, referral, told_as="service_referral.read")


async def tally_service_referrals(work: Work) -> ServiceReferralTallyView:
    """Return how many referrals the actor's body was asked, by where they stand."""
    (counted,) = await work.rows("SELECT * FROM service_referral_tally()")
    work.record(Event("service_referral.counted", "service_referral"))
    return ServiceReferralTallyView(**counted)


async def accept_service_referral(
    work: Work, referral_id: UUID, command: AcceptServiceReferral, expected: int | None
) -> ServiceReferralFileView:
    """Accept what is asked and say who does it: from now on the body reads whom it is about.

    Errors: NotFound where the body isn't asked, WrongState where the offer ended at the same moment, Invalid for
    somebody who is not of the body or can't be given this.
    """
    referral = await _begin(work, referral_id, "accept", expected)
    works_there: bool = await work.call(
        "SELECT may_do_service_referral(:user, :body)", user=command.responsible_id, body=referral.to_organisation_id
    )
    if not works_there:
        raise invalid_field("/responsible_id", "not-of-your-body", "Nobody of your body does this.")
    if await is_shut_out(work, command.responsible_id, [referral.case_id]):
        raise invalid_field("/responsible_id", "not-free-for-this", "This person can't be given this.")
    await _answer(
        work, referral, "accepted", responsible=command.responsible_id, clock=_completion(work, referral, command)
    )
    return await _file_of(work, await repository.get_referral(work, referral_id))


async def decline_service_referral(
    work: Work, referral_id: UUID, command: DeclineServiceReferral, expected: int | None
) -> None:
    """Decline what is asked: the body reads it no more, the manager of the case learns why and looks elsewhere."""
    referral = await _begin(work, referral_id, "decline", expected)
    told = _told(work, referral)
    await _answer(work, referral, "declined", reason=command.reason, note=command.note, clock=told)


async def complete_service_referral(
    work: Work, referral_id: UUID, command: CompleteServiceReferral, expected: int | None
) -> None:
    """Say what came of it: the manager of the case reads the note, the body reads nothing of it any more."""
    referral = await _begin(work, referral_id, "complete", expected)
    await _answer(work, referral, "done", note=command.return_note, clock=_told(work, referral))


async def withdraw_service_referral(work: Work, referral_id: UUID, expected: int | None) -> ServiceReferralFileView:
    """Take back what was asked: the body reads nothing of it any more."""
    referral = await _begin(work, referral_id, "withdraw", expected)
    await _answer(work, referral, "withdrawn")
    return await _file_of(work, await repository.get_referral(work, referral_id))


async def _check_offer(work: Work, case: CaseRecord, command: OfferServiceReferral) -> None:
    body = await require_organisation(work, command.to_organisation_id, "/to_organisation_id")
    if body.id == case.organisation_id:
        raise invalid_field("/to_organisation_id", "own-body-referred", "The case is kept by this body.")
    if not body.active or not await work.call("SELECT answers_service_referrals(:body)", body=body.id):
        raise invalid_field("/to_organisation_id", "nobody-answers-there", "Nobody of this body answers here.")
    persons = await cases.persons_of(work, case.id)
    if command.person_id not in {p.person_id for p in persons if p.role == "child"}:
        raise invalid_field("/person_id", "not-child-of-case", "This is no child of the case.")
    if (command.consent_id is None) == (command.without_consent_ground is None):
        raise invalid_field("/consent_id", "sharing-ground-needed", "Name a consent to sharing, or another ground.")
    if command.consent_id is not None:
        consent = await require_consent(work, command.consent_id, case.id, "sharing")
        if consent.shared_with_id != body.id or consent.person_id != command.person_id:
            raise invalid_field(
                "/consent_id", "consent-not-for-this-sharing", "It allows to share with another body, or other data."
            )


async def _begin(work: Work, referral_id: UUID, action: str, expected: int | None) -> ServiceReferral:
    referral = await repository.get_referral(work, referral_id)
    check_version(referral, expected)
    seen = await repository.seen_cases(work, [referral.case_id])
    SERVICE_REFERRAL.check(work.actor, action, referral.state, _facts_of(referral, case_seen=bool(seen)))
    return referral


async def _answer(
    work: Work,
    referral: ServiceReferral,
    state: str,
    *,
    responsible: UUID | None = None,
    reason: str | None = None,
    note: str | None = None,
    clock: dict[str, Any] | None = None,
) -> None:
    moved = await work.call(
        "SELECT answer_service_referral(:referral, :state, :responsible, :reason, :note, CAST(:task AS jsonb),"
        " :entry, :at)",
        referral=referral.id,
        state=state,
        responsible=responsible,
        reason=reason,
        note=note,
        task=None if clock is None else json.dumps(clock, default=str),
        entry=new_id(),
        at=work.now,
    )
    if not moved:
        raise WrongState("The referral has moved on.", data={"allowed_transitions": []})
    work.record(_event(f"service_referral.{state}", referral, reason=reason))


def _completion(work: Work, referral: ServiceReferral, command: AcceptServiceReferral) -> dict[str, Any]:
    clock = clocks.start(
        work,
        "service_referral_completion",
        "service_referral",
        referral.id,
        organisation_id=referral.to_organisation_id,
        assignee_id=command.responsible_id,
    )
    wanted: date | None = referral.wanted_by
    if wanted is not None:
        clocks.bring_forward(clock, wanted)
    return clock.model_dump(exclude={"changed_xid"})


def _told(work: Work, referral: ServiceReferral) -> dict[str, Any]:
    return clocks.columns(
        work,
        "service_referral_return",
        "service_referral",
        referral.id,
        organisation_id=referral.organisation_id,
        case_id=referral.case_id,
    )


def _event(kind: str, referral: ServiceReferral, *, reason: str | None = None) -> Event:
    return Event(kind, "service_referral", (referral.id,), case_id=referral.case_id, reason=reason)


def _facts_of(referral: ServiceReferral, *, case_seen: bool) -> ServiceReferralFacts:
    return ServiceReferralFacts(
        to_organisation_id=referral.to_organisation_id,
        offered_by_id=referral.offered_by_id,
        responsible_id=referral.responsible_id,
        case_seen=case_seen,
    )


def _columns(work: Work, referral: ServiceReferral, *, case_seen: bool) -> dict[str, Any]:
    actions = SERVICE_REFERRAL.allowed_actions(work.actor, referral.state, _facts_of(referral, case_seen=case_seen))
    return referral.model_dump(exclude=_SCOPE) | {
        "case_id": referral.case_id if case_seen else None,
        "from_organisation_id": referral.organisation_id,
        "allowed_actions": [AllowedActionView.model_validate(a) for a in actions],
    }


async def _file_of(work: Work, referral: ServiceReferral, told_as: str | None = None) -> ServiceReferralFileView:
    """Return a referral with its parts; with `told_as`, and whenever the child is named, the log says so."""
    seen = bool(await repository.seen_cases(work, [referral.case_id]))
    share = await repository.share_of(work, referral.id)
    child = None if seen else await repository.referred_child(work, referral.id)
    if told_as is not None or child is not None:
        work.record(_event(told_as or "service_referral.read", referral))
    if child is not None:
        work.record(Event("person.read", "person", (child["person_id"],), case_id=referral.case_id))
    return ServiceReferralFileView(
        **_columns(work, referral, case_seen=seen),
        told=share.told if share else None,
        child=ReferredChildView(**{k: child[k] for k in ("family_name", "given_name", "age")}) if child else None,
        share=ServiceReferralShareView.model_validate(share, from_attributes=True) if share and seen else None,
    )
