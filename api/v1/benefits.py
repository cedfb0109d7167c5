"""Benefits: a calculator open to everybody; determinations for families of the record, and what becomes of them."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Request, Response

from api.compression import compressed
from api.etags import ExpectedVersion, set_etag
from api.languages import ReaderLanguage
from api.routing import CurrentServices, CurrentWork, Router
from api.schemas import DEFAULT_PAGE, Cursor, Limit, Page
from casemgmt.access.permissions import Permission
from casemgmt.benefits import (
    appeals,
    catalogue,
    deciding,
    determining,
    offers,
    reading,
    recomputing,
    screening,
)
from casemgmt.benefits.answer_views import CatalogueView, ScreeningView
from casemgmt.benefits.commands import (
    AnswerOffer,
    ApproveBenefit,
    LodgeAppeal,
    MakeDetermination,
    MakeOffer,
    ProposeRefusal,
    RecomputeDetermination,
    ReturnRefusal,
    ScreenFamily,
    SetAside,
    SettleAppeal,
)
from casemgmt.benefits.engine import Engine
from casemgmt.benefits.states import DeterminationState
from casemgmt.benefits.views import (
    AppealsView,
    AppealView,
    DeterminationExplainedView,
    DeterminationSummary,
    DeterminationView,
    OffersView,
    OfferView,
    RecomputationsView,
    RecomputationView,
)

router = Router("", "benefits")

_CALCULATOR = "a public calculator asks for anybody, without names and numbers; nothing is stored"
_SCREENING_BYTES = 65_536


async def _engine(services: CurrentServices) -> Engine:
    return services.engine


Rules = Annotated[Engine, Depends(_engine)]
State = Annotated[DeterminationState | None, Query(description="Only those in this state.")]


@router.open("GET", "/benefits", _CALCULATOR, response_model=CatalogueView)
async def list_benefits(request: Request, rules: Rules, language: ReaderLanguage) -> Response:
    """List the benefits, and the words in which they can be asked about.

    Each with the days for which it has an answer and the facts that it needs; the facts with limits, codes and labels:
    enough to build a form from.
    """
    view = await catalogue.read_catalogue(rules, language)
    return await compressed(request, view.model_dump_json().encode())


@router.open("POST", "/benefits/screenings", _CALCULATOR, body_limit=_SCREENING_BYTES, response_model=ScreeningView)
async def screen_family(request: Request, command: ScreenFamily, rules: Rules, language: ReaderLanguage) -> Response:
    """Ask what a family is entitled to on a day.

    Yes, no or cannot tell yet, with the amount, the law of every step, and the facts that would settle what is open.
    An estimate; nothing is stored.
    """
    return await compressed(request, await screening.screen_family(rules, command, language))


@router.post("/families/{family_id}/determinations", Permission.BENEFITS_DETERMINE, status_code=201)
async def make_determination(
    family_id: UUID,
    command: MakeDetermination,
    response: Response,
    work: CurrentWork,
    rules: Rules,
    language: ReaderLanguage,
) -> DeterminationView:
    """Ask the law about a family of the record, and keep the answer with its receipt.

    Facts come from the record, each with its source; what the record lacks is stated. Facts that contradict each other
    stop with a list (409).
    """
    view = await determining.make_determination(work, rules, family_id, command, language)
    response.headers["Location"] = f"/v1/determinations/{view.id}"
    return _shown(response, view)


@router.get("/families/{family_id}/determinations", Permission.BENEFITS_READ)
async def list_family_determinations(
    family_id: UUID,
    work: CurrentWork,
    rules: Rules,
    language: ReaderLanguage,
    limit: Limit = DEFAULT_PAGE,
    cursor: Cursor = None,
) -> Page[DeterminationSummary]:
    """List the determinations of a family, newest first."""
    return Page.of(await reading.list_of_family(work, rules, family_id, limit, cursor, language))


@router.get("/determinations", Permission.BENEFITS_READ)
async def list_determinations(
    work: CurrentWork,
    rules: Rules,
    language: ReaderLanguage,
    limit: Limit = DEFAULT_PAGE,
    cursor: Cursor = None,
    state: State = None,
) -> Page[DeterminationSummary]:
    """List the determinations of your cases, your body and your region that you may see, newest first."""
    return Page.of(await reading.list_here(work, rules, state, limit, cursor, language))


@router.get("/determinations/{determination_id}", Permission.BENEFITS_READ)
async def get_determination(
    determination_id: UUID, response: Response, work: CurrentWork, rules: Rules, language: ReaderLanguage
) -> DeterminationView:
    """Read a determination in full: facts with their sources, answer, decision, and the actions allowed on it now."""
    return _shown(response, await reading.read_determination(work, rules, determination_id, language))


@router.get("/determinations/{determination_id}/explanation", Permission.BENEFITS_READ)
async def explain_determination(
    determination_id: UUID, work: CurrentWork, rules: Rules, language: ReaderLanguage
) -> DeterminationExplainedView:
    """Explain a determination step by step, recomputed from its receipt; it says where that is no longer the same."""
    return await reading.explain_determination(work, rules, determination_id, language)


@router.post("/determinations/{determination_id}/approve", Permission.BENEFITS_DECIDE)
async def approve_benefit(
    determination_id: UUID,
    command: ApproveBenefit,
    response: Response,
    work: CurrentWork,
    rules: Rules,
    language: ReaderLanguage,
    expected: ExpectedVersion,
) -> DeterminationView:
    """Grant the benefit. An estimate, an open answer and a no can't be granted (409)."""
    view = await deciding.approve(work, rules, determination_id, command, expected, language)
    return _shown(response, view)


@router.post("/determinations/{determination_id}/propose-refusal", Permission.BENEFITS_DECIDE)
async def propose_refusal(
    determination_id: UUID,
    command: ProposeRefusal,
    response: Response,
    work: CurrentWork,
    rules: Rules,
    language: ReaderLanguage,
    expected: ExpectedVersion,
) -> DeterminationView:
    """Propose to refuse, with a ground and its article; another person confirms."""
    view = await deciding.propose_refusal(work, rules, determination_id, command, expected, language)
    return _shown(response, view)


@router.post("/determinations/{determination_id}/confirm-refusal", Permission.BENEFITS_REVIEW)
async def confirm_refusal(
    determination_id: UUID,
    response: Response,
    work: CurrentWork,
    rules: Rules,
    language: ReaderLanguage,
    expected: ExpectedVersion,
) -> DeterminationView:
    """Confirm a proposed refusal, as another person than the one who proposed it."""
    return _shown(response, await deciding.confirm_refusal(work, rules, determination_id, expected, language))


@router.post("/determinations/{determination_id}/return-refusal", Permission.BENEFITS_REVIEW)
async def return_refusal(
    determination_id: UUID,
    command: ReturnRefusal,
    response: Response,
    work: CurrentWork,
    rules: Rules,
    language: ReaderLanguage,
    expected: ExpectedVersion,
) -> DeterminationView:
    """Send a proposed refusal back, with the reason."""
    view = await deciding.return_refusal(work, rules, determination_id, command, expected, language)
    return _shown(response, view)


@router.post("/determinations/{determination_id}/set-aside", Permission.BENEFITS_DETERMINE)
async def set_determination_aside(
    determination_id: UUID,
    command: SetAside,
    response: Response,
    work: CurrentWork,
    rules: Rules,
    language: ReaderLanguage,
    expected: ExpectedVersion,
) -> DeterminationView:
    """Put a determination aside that nobody has decided on, with the reason."""
    view = await deciding.set_aside(work, rules, determination_id, command, expected, language)
    return _shown(response, view)


@router.post("/determinations/{determination_id}/appeals", Permission.BENEFITS_APPEAL, status_code=201)
async def lodge_appeal(
    determination_id: UUID, command: LodgeAppeal, response: Response, work: CurrentWork
) -> AppealView:
    """Record an appeal of the applicant against a decision."""
    view = await appeals.lodge_appeal(work, determination_id, command)
    set_etag(response, view.version)
    return view


@router.get("/determinations/{determination_id}/appeals", Permission.BENEFITS_READ)
async def list_appeals(determination_id: UUID, work: CurrentWork) -> AppealsView:
    """List the appeals against a decision, oldest first."""
    return await appeals.list_appeals(work, determination_id)


@router.post("/benefit-appeals/{appeal_id}/uphold", Permission.BENEFITS_REVIEW)
async def uphold_appeal(
    appeal_id: UUID,
    command: SettleAppeal,
    response: Response,
    work: CurrentWork,
    rules: Rules,
    expected: ExpectedVersion,
) -> AppealView:
    """Uphold an appeal, as somebody who had no part in the decision: it is overturned in the same act."""
    view = await appeals.uphold_appeal(work, rules, appeal_id, command, expected)
    set_etag(response, view.version)
    return view


@router.post("/benefit-appeals/{appeal_id}/dismiss", Permission.BENEFITS_REVIEW)
async def dismiss_appeal(
    appeal_id: UUID,
    command: SettleAppeal,
    response: Response,
    work: CurrentWork,
    rules: Rules,
    expected: ExpectedVersion,
) -> AppealView:
    """Dismiss an appeal, as somebody who had no part in the decision: it stands."""
    view = await appeals.dismiss_appeal(work, rules, appeal_id, command, expected)
    set_etag(response, view.version)
    return view


@router.post("/determinations/{determination_id}/recomputations", Permission.BENEFITS_DETERMINE, status_code=201)
async def recompute_determination(
    determination_id: UUID,
    command: RecomputeDetermination,
    work: CurrentWork,
    rules: Rules,
    language: ReaderLanguage,
) -> RecomputationView:
    """Ask again with the same facts, for another day or as the law was known on another day.

    The answer stands beside the determination, with the difference in tenge and the values of the law that moved.
    Nothing is overwritten.
    """
    return await recomputing.recompute_determination(work, rules, determination_id, command, language)


@router.get("/determinations/{determination_id}/recomputations", Permission.BENEFITS_READ)
async def list_recomputations(
    determination_id: UUID, work: CurrentWork, rules: Rules, language: ReaderLanguage
) -> RecomputationsView:
    """List the recomputations of a determination, oldest first."""
    return await recomputing.list_recomputations(work, rules, determination_id, language)


@router.post("/determinations/{determination_id}/offers", Permission.BENEFITS_OFFER, status_code=201)
async def make_offer(
    determination_id: UUID,
    command: MakeOffer,
    response: Response,
    work: CurrentWork,
    rules: Rules,
    language: ReaderLanguage,
) -> OfferView:
    """Offer the family a benefit that the law answered yes to; it has a few days to answer."""
    view = await offers.make_offer(work, rules, determination_id, command, language)
    response.headers["Location"] = f"/v1/benefit-offers/{view.id}"
    return _offered(response, view)


@router.get("/families/{family_id}/benefit-offers", Permission.BENEFITS_READ)
async def list_benefit_offers(family_id: UUID, work: CurrentWork, rules: Rules, language: ReaderLanguage) -> OffersView:
    """List the offers to a family, newest first."""
    return await offers.list_offers(work, rules, family_id, language)


@router.get("/benefit-offers/{offer_id}", Permission.BENEFITS_READ)
async def get_benefit_offer(
    offer_id: UUID, response: Response, work: CurrentWork, rules: Rules, language: ReaderLanguage
) -> OfferView:
    """Read an offer: until when the family may answer, what it answered, and the determination that this opened."""
    return _offered(response, await offers.read_offer(work, rules, offer_id, language))


@router.post("/benefit-offers/{offer_id}/answer", Permission.BENEFITS_OFFER)
async def answer_benefit_offer(
    offer_id: UUID,
    command: AnswerOffer,
    response: Response,
    work: CurrentWork,
    rules: Rules,
    language: ReaderLanguage,
    expected: ExpectedVersion,
) -> OfferView:
    """Record what the family answered, when and how. Consent opens a determination."""
    return _offered(response, await offers.answer_offer(work, rules, offer_id, command, expected, language))


@router.post("/benefit-offers/{offer_id}/lapse", Permission.BENEFITS_OFFER)
async def lapse_benefit_offer(
    offer_id: UUID,
    response: Response,
    work: CurrentWork,
    rules: Rules,
    language: ReaderLanguage,
    expected: ExpectedVersion,
) -> OfferView:
    """Close an offer that nobody answered in time."""
    return _offered(response, await offers.lapse_offer(work, rules, offer_id, expected, language))


def _shown(response: Response, view: DeterminationView) -> DeterminationView:
    set_etag(response, view.version)
    return view


def _offered(response: Response, view: OfferView) -> OfferView:
    set_etag(response, view.version)
    return view
