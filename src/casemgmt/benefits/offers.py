"""Use cases of a proactive service: an offer, the family's answer within days, and the determination it opens."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlmodel import SQLModel

from casemgmt.access.permissions import Permission
from casemgmt.audit.events import Event
from casemgmt.benefits import clocks, repository
from casemgmt.benefits.commands import AnswerOffer, MakeOffer
from casemgmt.benefits.determining import Determined, Question, determination_of, determine, save_new
from casemgmt.benefits.engine import Engine
from casemgmt.benefits.labels import label_of
from casemgmt.benefits.reading import action_view, amount_view, event_of
from casemgmt.benefits.states import OFFER, DeterminationState, OfferFacts
from casemgmt.benefits.tables import BenefitDetermination, BenefitOffer
from casemgmt.benefits.telling import story_of
from casemgmt.benefits.views import OffersView, OfferView
from casemgmt.cases.repository import get_case
from casemgmt.consents.requiring import ENDED, consent_holds, require_consent
from casemgmt.db.work import Work, check_version
from casemgmt.errors import Conflict, DomainError, WrongState, invalid_field
from casemgmt.ids import new_id
from casemgmt.people.policy import local_day
from casemgmt.people.repository import get_family
from casemgmt.reference.languages import Language
from casemgmt.tasks import clocks as tasks
from rules.graph.basis import Mode
from rules.graph.receipt import ReceiptError, read_receipt
from rules.parameters import Status

_CLOCK = ("benefit_offer_answer",)
_LAW = {str(status) for status in Status if status.is_law}
_NOT_COLUMNS = {"benefit", "label", "amount", "term_is_law", "expired", "allowed_actions"}
_VIEW = OfferView.model_fields.keys() - _NOT_COLUMNS


async def make_offer(
    work: Work, engine: Engine, determination_id: UUID, command: MakeOffer, language: Language
) -> OfferView:
    """Offer the family what the law answered yes to; the days to answer are those of the benefit, or the operator's."""
    row = await repository.get_determination(work, determination_id, for_change=True)
    if row.state != DeterminationState.MADE or row.entitled != "yes":
        raise WrongState(
            "Only what the law answers yes to, and nobody has decided yet, is offered.",
            code="nothing-to-offer",
            data={"state": row.state, "entitled": row.entitled},
        )
    if command.consent_id is not None:
        await _check_consent(work, row, command.consent_id)
    await _make_way(work, engine, row)
    clock = clocks.start_answer(work, engine.graph, row)
    offer = BenefitOffer(
        id=command.id or new_id(),
        determination_id=row.id,
        family_id=row.family_id,
        state=OFFER.initial,
        channel=command.channel,
        consent_id=command.consent_id,
        answer_by=clock.due_at,
        deadline=clock.kind,
        deadline_status=clock.deadline_status,
        created_at=work.now,
        created_by_id=work.actor.user_id,
    )
    return await _save(work, engine, row, offer, "benefit.offered", [clock], language)


async def _check_consent(work: Work, row: BenefitDetermination, consent_id: UUID) -> None:
    """Refuse a consent that is not of the determination's case, or doesn't hold; the case waits for this act."""
    if row.case_id is None:
        raise invalid_field("/consent_id", "unknown-consent", "The family has no case, and so no consent.")
    await get_case(work, row.case_id, for_change=True)
    await require_consent(work, consent_id, row.case_id, "benefit_application")


async def _make_way(work: Work, engine: Engine, row: BenefitDetermination) -> None:
    """Lapse an offer whose days are over, so that another can be made; refuse where the family may still answer."""
    earlier = await repository.open_offer(work, row.id)
    if earlier is None:
        return
    if work.now <= earlier.answer_by:
        raise Conflict("The family has this offer already.", code="offer-open")
    await _lapse(work, engine, row, earlier)


async def read_offer(work: Work, engine: Engine, offer_id: UUID, language: Language) -> OfferView:
    """Return an offer, and record that it was read."""
    offer = await repository.get_offer(work, offer_id)
    row = await repository.get_determination(work, offer.determination_id)
    work.record(_event("benefit.offer_read", row, offer))
    return await _view(work, engine, row, offer, language)


async def list_offers(work: Work, engine: Engine, family_id: UUID, language: Language) -> OffersView:
    """Return the offers to a family, the newest first."""
    await get_family(work, family_id)
    found = await repository.offers_of(work, family_id)
    views = [
        await _view(work, engine, await repository.get_determination(work, each.determination_id), each, language)
        for each in found
    ]
    ids = (family_id, *(each.id for each in found))
    work.record(Event("benefit.offers_read", "benefit_offer", ids))
    return OffersView(items=views)


async def answer_offer(
    work: Work, engine: Engine, offer_id: UUID, command: AnswerOffer, expected: int | None, language: Language
) -> OfferView:
    """Record consent or its absence, given in time; consent opens a determination with the facts of the estimate."""
    row, offer = await _lock(work, offer_id, expected)
    if not offer.created_at <= command.answered_at <= work.now:
        raise invalid_field("/answered_at", "answer-time-impossible", "Not before the offer, and not after now.")
    facts = OfferFacts(offer.answer_by, command.answered_at, await consent_holds(work, offer.consent_id))
    offer.state = OFFER.check(work.actor, "accept" if command.consent else "decline", offer.state, facts).target
    offer.answered_at, offer.recorded_at, offer.recorded_by_id = command.answered_at, work.now, work.actor.user_id
    offer.answer_channel, offer.answer_note = command.channel, command.note
    stopped: list[SQLModel] = [*await clocks.stop(work, engine.graph, row, _CLOCK, offer.state)]
    if not command.consent:
        return await _save(work, engine, row, offer, "benefit.offer_declined", stopped, language)
    opened = await _open(work, engine, row, language)
    if opened is not None:
        offer.opened_id = opened.id
        await save_new(work, engine.graph, opened)
    return await _save(work, engine, row, offer, "benefit.offer_accepted", stopped, language)


async def _open(
    work: Work, engine: Engine, row: BenefitDetermination, language: Language
) -> BenefitDetermination | None:
    """Return the determination that a consent opens; None where the rules of today can't answer: consent is kept."""
    receipt, may_decide = row.receipt.encode(), work.actor.may(Permission.BENEFITS_DECIDE)
    try:
        determined = await engine.officers.run(lambda: _determine(engine, receipt, language, may_decide=may_decide))
    except (DomainError, ReceiptError):
        return None
    opened = determination_of(work, engine, determined, new_id(), row.person_ids)
    opened.family_id, opened.sources = row.family_id, row.sources
    opened.case_id, opened.organisation_id = row.case_id, row.organisation_id
    opened.applied_on = local_day(work.now)
    return opened


def _determine(engine: Engine, receipt: bytes, language: Language, *, may_decide: bool) -> Determined:
    """Ask again with the facts of the estimate: to decide on, where the values are signed and the actor may."""
    told = read_receipt(engine.graph, receipt)
    question = Question(told.benefit, told.on, told.known_on, Mode.DECIDE)
    if engine.sign_off is not None and may_decide:
        try:
            return determine(engine, told.facts, question, language)
        except WrongState:
            pass  # a value is not signed: what opens is an estimate, and says so
    return determine(engine, told.facts, replace(question, mode=Mode.ESTIMATE), language)


async def lapse_offer(
    work: Work, engine: Engine, offer_id: UUID, expected: int | None, language: Language
) -> OfferView:
    """Close an offer that nobody answered: not answered in time is not provided."""
    row, offer = await _lock(work, offer_id, expected)
    await _lapse(work, engine, row, offer)
    return await _view(work, engine, row, offer, language)


async def _lapse(work: Work, engine: Engine, row: BenefitDetermination, offer: BenefitOffer) -> None:
    facts = OfferFacts(offer.answer_by, work.now)
    offer.state = OFFER.check(work.actor, "lapse", offer.state, facts).target
    offer.lapsed_at = work.now
    stopped = await clocks.stop(work, engine.graph, row, _CLOCK, offer.state)
    told = story_of(work, "benefit.offer_lapsed", row)
    await work.save(_event("benefit.offer_lapsed", row, offer), offer, *stopped, *([told] if told else []))


async def withdraw_with_consent(work: Work, row: BenefitDetermination, offer: BenefitOffer) -> list[SQLModel]:
    """Return an offer withdrawn with its clock and story, to be saved by who ends the consent it rests on."""
    facts = OfferFacts(offer.answer_by, work.now, ending_with_consent=True)
    offer.state = OFFER.check(work.actor, "end_with_consent", offer.state, facts).target
    offer.withdrawn_at = work.now
    stopped = await tasks.cancel(work, row.id, (offer.deadline,), ENDED)
    told = story_of(work, "benefit.offer_withdrawn", row)
    return [offer, *stopped, *([told] if told else [])]


async def _lock(work: Work, offer_id: UUID, expected: int | None) -> tuple[BenefitDetermination, BenefitOffer]:
    """Lock the determination, then the offer: the order of every other act."""
    seen = await repository.get_offer(work, offer_id)
    row = await repository.get_determination(work, seen.determination_id, for_change=True)
    offer = await repository.get_offer(work, offer_id, for_change=True)
    check_version(offer, expected)
    return row, offer


async def _save(
    work: Work,
    engine: Engine,
    row: BenefitDetermination,
    offer: BenefitOffer,
    kind: str,
    others: list[Any],
    language: Language,
) -> OfferView:
    told = story_of(work, kind, row)
    await work.save(_event(kind, row, offer), offer, *others, *([told] if told else []))
    return await _view(work, engine, row, offer, language)


def _event(kind: str, row: BenefitDetermination, offer: BenefitOffer) -> Event:
    about = event_of(kind, row)
    return Event(kind, "benefit_offer", (offer.id, *about.record_ids), case_id=about.case_id)


async def _view(
    work: Work, engine: Engine, row: BenefitDetermination, offer: BenefitOffer, language: Language
) -> OfferView:
    facts = OfferFacts(offer.answer_by, work.now, await consent_holds(work, offer.consent_id))
    actions = OFFER.allowed_actions(work.actor, offer.state, facts)
    return OfferView(
        **offer.model_dump(include=set(_VIEW)),
        benefit=row.benefit,
        label=label_of(row.benefit, language),
        amount=amount_view(engine.graph, row.benefit, row.amount_low, row.amount_high),
        term_is_law=offer.deadline_status in _LAW,
        expired=offer.state == OFFER.initial and work.now > offer.answer_by,
        allowed_actions=[action_view(action) for action in actions],
    )
