"""A consent ends: withdrawn, or its last day noted as over. What rested on it ends in the same act."""

from dataclasses import dataclass
from uuid import UUID

from sqlmodel import SQLModel

from casemgmt.audit.events import Event
from casemgmt.benefits.offers import withdraw_with_consent as withdraw_offer
from casemgmt.benefits.repository import get_determination
from casemgmt.benefits.tables import BenefitDetermination
from casemgmt.cases.repository import get_case
from casemgmt.cases.tables import CaseRecord
from casemgmt.cases.team import end_places, story_of_leaving
from casemgmt.centers.changing import cancel_with_consent as cancel_session
from casemgmt.consents import policy, repository, resting
from casemgmt.consents.commands import WithdrawConsent
from casemgmt.consents.going_on import going_on
from casemgmt.consents.reading import stored, view_of
from casemgmt.consents.states import CONSENT, ConsentFacts
from casemgmt.consents.tables import Consent
from casemgmt.consents.telling import story_of
from casemgmt.consents.views import ConsentView
from casemgmt.db.work import Work, check_version
from casemgmt.plans.ending import end_with_consent as end_plan
from casemgmt.reference.languages import Language


@dataclass(frozen=True)
class _Ending:
    """A consent on its way to its end, locked with all that has to be locked before it."""

    case: CaseRecord
    consent: Consent
    target: str
    determinations: dict[UUID, BenefitDetermination]


async def withdraw_consent(
    work: Work, consent_id: UUID, command: WithdrawConsent, expected: int | None, language: Language
) -> ConsentView:
    """Take a consent back. What rested on it ends now, also where it was taken back some days ago."""
    ending = await _begin(work, consent_id, "withdraw", expected)
    consent = ending.consent
    policy.check_withdrawal(consent, command, work.now)
    consent.withdrawn_at, consent.withdrawn_by_id = command.withdrawn_at, command.withdrawn_by_id
    consent.withdraw_form, consent.withdraw_note = command.form, command.note
    return await _finish(work, ending, "consent.withdrawn", language)


async def note_expiry(work: Work, consent_id: UUID, expected: int | None, language: Language) -> ConsentView:
    """Note that the last day of a consent is over, and end what still rests on it."""
    return await _finish(work, await _begin(work, consent_id, "note_expiry", expected), "consent.expired", language)


async def _begin(work: Work, consent_id: UUID, action: str, expected: int | None) -> _Ending:
    """Lock determinations, case and consent, in the order of every act that lets something rest on one."""
    seen = await repository.get_consent(work, consent_id)
    determinations = await resting.lock_determinations(work, consent_id)
    case = await get_case(work, seen.case_id, for_change=True)
    consent = await repository.get_consent(work, consent_id, for_change=True)
    check_version(consent, expected)
    target = CONSENT.check(work.actor, action, consent.state, ConsentFacts(consent.expires_at, work.now)).target
    return _Ending(case, consent, str(target), determinations)


async def _finish(work: Work, ending: _Ending, kind: str, language: Language) -> ConsentView:
    """End what rests on the consent, keep with it what ended and what goes on, and answer that."""
    case, consent = ending.case, ending.consent
    rest = await resting.resting_on(work, consent, for_change=True)
    consent.outcome = stored(rest, await going_on(work, case, consent))
    rows: list[SQLModel] = []
    for plan in rest.plans:
        rows += await end_plan(work, case, plan)
    for session in rest.sessions:
        rows += await cancel_session(work, case, session)
    for offer in rest.offers:
        row = ending.determinations.get(offer.determination_id)
        rows += await withdraw_offer(work, row or await get_determination(work, offer.determination_id), offer)
    rows += [story_of_leaving(work, case, member) for member in rest.members]
    consent.state, consent.ended_at, consent.ended_by_id = ending.target, work.now, work.actor.user_id
    ids = (consent.id, *(record for _, _, record in rest.named()))
    await work.save(Event(kind, "consent", ids, case_id=case.id), *rows, story_of(work, case, kind, consent), consent)
    view = await view_of(work, case, consent, language)
    if rest.members:  # at last, because the actor's own place may be among them, and with it the sight of all this
        await end_places(work, case, rest.members)
        left = Event("case.member_left", "case_member", tuple(m.id for m in rest.members), case_id=case.id)
        await work.save(left, *rest.members)
    return view
