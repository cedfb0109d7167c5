"""What rests on a consent."""

from dataclasses import dataclass
from uuid import UUID

from sqlmodel import col, select

from casemgmt.benefits.repository import get_determination
from casemgmt.benefits.states import OfferState
from casemgmt.benefits.tables import BenefitDetermination, BenefitOffer
from casemgmt.cases.tables import CaseMember
from casemgmt.centers.states import SessionState
from casemgmt.centers.tables import CentreSession
from casemgmt.consents.tables import Consent
from casemgmt.db.work import Work
from casemgmt.plans.states import LIVING
from casemgmt.plans.tables import Plan


@dataclass(frozen=True)
class Resting:
    """What rests on a consent now, as far as the actor sees it."""

    members: list[CaseMember]
    sessions: list[CentreSession]
    """Those booked that have not begun: what began is recorded as it was."""
    plans: list[Plan]
    offers: list[BenefitOffer]

    def named(self) -> list[tuple[str, str, UUID]]:
        """Return code of `consent_effect`, kind of record and id of everything."""
        return [
            *(("plan_ended", "plan", plan.id) for plan in self.plans),
            *(("session_cancelled", "centre_session", session.id) for session in self.sessions),
            *(("offer_withdrawn", "benefit_offer", offer.id) for offer in self.offers),
            *(("membership_ended", "case_member", member.id) for member in self.members),
        ]


async def resting_on(work: Work, consent: Consent, *, for_change: bool = False) -> Resting:
    """Return what rests on a consent; locked when it is about to end."""
    members = select(CaseMember).where(CaseMember.consent_id == consent.id, col(CaseMember.ended_at).is_(None))
    sessions = select(CentreSession).where(
        CentreSession.consent_id == consent.id,
        CentreSession.state == SessionState.BOOKED,
        CentreSession.starts_at > work.now,
    )
    plans = select(Plan).where(Plan.consent_id == consent.id, col(Plan.state).in_(LIVING))
    offers = select(BenefitOffer).where(BenefitOffer.consent_id == consent.id, BenefitOffer.state == OfferState.MADE)
    if for_change:
        sessions, plans, offers = sessions.with_for_update(), plans.with_for_update(), offers.with_for_update()
    return Resting(
        members=list(await work.session.scalars(members.order_by(col(CaseMember.id)))),
        sessions=list(await work.session.scalars(sessions.order_by(col(CentreSession.id)))),
        plans=list(await work.session.scalars(plans.order_by(col(Plan.id)))),
        offers=list(await work.session.scalars(offers.order_by(col(BenefitOffer.id)))),
    )


async def lock_determinations(work: Work, consent_id: UUID) -> dict[UUID, BenefitDetermination]:
    """Lock the determinations of the offers that rest on a consent: before the case, as every act on an offer does."""
    query = select(BenefitOffer.determination_id).where(
        BenefitOffer.consent_id == consent_id, BenefitOffer.state == OfferState.MADE
    )
    ids = sorted(set(await work.session.scalars(query)))
    return {each: await get_determination(work, each, for_change=True) for each in ids}
