"""Benefits: a calculator open to everybody."""

from typing import Annotated

from fastapi import Header

from api.routing import CurrentServices, Router
from casemgmt.benefits import catalogue, screening
from casemgmt.benefits.commands import ScreenFamily
from casemgmt.benefits.views import CatalogueView, ScreeningView
from casemgmt.reference.languages import Language, preferred_languages

router = Router("", "benefits")

_CALCULATOR = "a public calculator asks for anybody, without names and numbers; nothing is stored"
_SCREENING_BYTES = 65_536
AcceptLanguage = Annotated[
    str | None, Header(max_length=500, description="Languages in the order of your wish: `kk`, `ru`, `en`.")
]


@router.open("GET", "/benefits", _CALCULATOR)
async def list_benefits(services: CurrentServices, accept_language: AcceptLanguage = None) -> CatalogueView:
    """List the benefits, and the words in which they can be asked about.

    Each with the days for which it has an answer and the facts that it needs; the facts with limits, codes and labels:
    enough to build a form from.
    """
    return await catalogue.read_catalogue(services.engine, _language(accept_language))


@router.open("POST", "/benefits/screenings", _CALCULATOR, body_limit=_SCREENING_BYTES)
async def screen_family(
    command: ScreenFamily, services: CurrentServices, accept_language: AcceptLanguage = None
) -> ScreeningView:
    """Ask what a family is entitled to on a day.

    Yes, no or cannot tell yet, with the amount, the law of every step, and the facts that would settle what is open.
    An estimate; nothing is stored.
    """
    return await screening.screen_family(services.engine, command, _language(accept_language))


def _language(accept_language: str | None) -> Language:
    return preferred_languages(accept_language)[0] if accept_language else "en"
