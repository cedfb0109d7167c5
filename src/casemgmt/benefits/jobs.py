"""Offers that nobody answered in time lapse by themselves."""

from typing import ClassVar
from uuid import UUID

from sqlmodel import col, select

from casemgmt.access.permissions import Permission as P
from casemgmt.benefits.offers import lapse_offer
from casemgmt.benefits.states import OfferState
from casemgmt.benefits.tables import BenefitOffer
from casemgmt.db.work import Work
from casemgmt.jobs.handling import Handler
from casemgmt.jobs.payload import Payload
from casemgmt.jobs.schedule import MOST_OF_A_SWEEP, Every, fan_out
from casemgmt.jobs.work import Tools


class FindUnanswered(Payload):
    """Look for offers whose days to answer are over."""

    kind: ClassVar[str] = "benefit_offer.find_unanswered"


class LapseOffer(Payload):
    """Close one of them."""

    kind: ClassVar[str] = "benefit_offer.lapse"
    offer_id: UUID


async def find_unanswered(work: Work, _: FindUnanswered, __: Tools) -> None:
    """Enqueue a job for each."""
    query = select(BenefitOffer.id).where(BenefitOffer.state == OfferState.MADE, BenefitOffer.answer_by < work.now)
    ids = await work.session.scalars(query.order_by(col(BenefitOffer.answer_by)).limit(MOST_OF_A_SWEEP))
    await fan_out(work, ids, lambda each: LapseOffer(offer_id=each))


async def lapse(work: Work, told: LapseOffer, tools: Tools) -> None:
    """Close it, in the act that a person would do by hand."""
    await lapse_offer(work, tools.engine, told.offer_id, None, "en")


HANDLERS = (Handler(FindUnanswered, find_unanswered), Handler(LapseOffer, lapse, may=frozenset({P.BENEFITS_OFFER})))

SCHEDULE = (Every("2-59/5 * * * *", FindUnanswered()),)
