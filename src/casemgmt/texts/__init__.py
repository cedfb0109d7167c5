"""Texts for people in Kazakh, Russian and English."""

from collections.abc import Mapping
from functools import cache
from importlib import resources

from pydantic import BaseModel, ConfigDict

from casemgmt.reference.data_files import read_document
from casemgmt.reference.languages import Language, preferred_languages


class _Text(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    kk: str
    ru: str
    en: str


class ProblemText(BaseModel):
    """Title of a problem, and its detail where it can be said without data."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: _Text
    detail: _Text | None = None


@cache
def problem_texts() -> dict[str, ProblemText]:
    """Return all problem texts by code."""
    texts: dict[str, ProblemText] = {}
    for file in (resources.files("casemgmt.texts") / "problems").iterdir():
        for code, entry in read_document(file).items():
            if code in texts:
                raise ValueError(f"{file.name}: {code} has a text already")
            texts[code] = ProblemText.model_validate(entry)
    return texts


def problem_text(
    code: str, accept_language: str | None, data: Mapping[str, object] | None = None
) -> tuple[str, str | None]:
    """Return title and detail of a problem in the first language asked for that we have; English without a wish.

    A detail may name fields of the problem's data in braces.
    """
    text = problem_texts().get(code)
    if text is None:
        return code.replace("-", " ").capitalize(), None
    language: Language = preferred_languages(accept_language)[0] if accept_language else "en"
    detail: str | None = None if text.detail is None else getattr(text.detail, language)
    return getattr(text.title, language), detail.format_map(data) if detail and data else detail
