"""The language in which a reader wants labels."""

from typing import Annotated

from fastapi import Depends, Header

from casemgmt.reference.languages import Language, preferred_languages


async def _language(
    accept_language: Annotated[
        str | None, Header(max_length=500, description="Languages in the order of your wish: `kk`, `ru`, `en`.")
    ] = None,
) -> Language:
    return preferred_languages(accept_language)[0] if accept_language else "en"


ReaderLanguage = Annotated[Language, Depends(_language)]
