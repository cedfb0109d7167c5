"""Alerts in words, in three languages."""

from collections.abc import Mapping
from functools import cache
from importlib import resources

from pydantic import BaseModel, ConfigDict

from casemgmt.alerts.kinds import KINDS, Audience
from casemgmt.reference.data_files import read_document
from casemgmt.reference.languages import Language
from casemgmt.trail.wording import finding


class _Words(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    kk: str
    ru: str
    en: str


@cache
def _texts() -> dict[str, _Words]:
    found = read_document(resources.files("casemgmt.texts") / "alerts.yaml")
    return {kind: _Words.model_validate(words) for kind, words in found.items()}


def alert_text(kind: str, numbers: Mapping[str, object], language: Language) -> str:
    """Return what happened. Unusual access reads as in its report."""
    if KINDS[kind] is Audience.BODY:
        return finding(kind, numbers, language)
    words: str = getattr(_texts()[kind], language)
    return words
