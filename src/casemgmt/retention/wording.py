"""What the records officers and the certificate say, in three languages."""

from functools import cache
from importlib import resources

from pydantic import BaseModel, ConfigDict

from casemgmt.reference.data_files import read_document
from casemgmt.reference.languages import Language
from casemgmt.retention.schedule import Wording


class _Texts(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    items: dict[str, Wording]
    erased: Wording
    reasons: dict[str, Wording]
    acts: dict[str, Wording]
    units: dict[str, Wording]
    statuses: dict[str, Wording]
    certificate: dict[str, Wording]


@cache
def texts() -> _Texts:
    """Return the texts of the feature."""
    return _Texts.model_validate(read_document(resources.files("casemgmt.texts") / "retention.yaml"))


def say(wording: Wording, language: Language) -> str:
    """Return a text in a language."""
    text: str = getattr(wording, language)
    return text


def item_text(item: str, reason: str | None, language: Language) -> str:
    """Return what becomes of a part of what is held about a person, and why."""
    found = texts()
    return f"{say(found.items[item], language)}: {reason_text(reason, language)}"


def term_text(value: int, unit: str, language: Language) -> str:
    """Return a term in words: `1 год`, `3 года`, `10 лет`."""
    forms = say(texts().units[unit], language).split("|")
    many = value % 100 in range(11, 15) or value % 10 not in range(1, 5)
    number = 0 if value % 10 == 1 and not many else 2 if many else 1
    if language == "en":
        number = 0 if value == 1 else 1
    return f"{value} {forms[min(number, len(forms) - 1)]}"


def reason_text(reason: str | None, language: Language) -> str:
    """Return why something stays, or that it goes."""
    found = texts()
    return say(found.erased if reason is None else found.reasons[reason], language)
