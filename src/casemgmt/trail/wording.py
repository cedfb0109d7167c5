"""What an event was, in words: an act (`looked`, `changed` …) on an area of the record (`case`, `plan` …).

An area is wider than a record on purpose. Whoever reads the log may not know of a protected address, of an adoption or
of a psychologist's note: acts on these read as acts on the person's record, or on the sessions.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict

from casemgmt.reference.data_files import read_document
from casemgmt.reference.languages import Language
from casemgmt.reference.lists import code_list

Act = Literal["looked", "listed", "searched", "changed", "exported", "refused", "broke_glass"]
Area = Literal[
    "person",
    "family",
    "case",
    "signal",
    "visit",
    "assessment",
    "plan",
    "session",
    "rehabilitation",
    "follow_up",
    "task",
    "benefit",
    "document",
    "access_log",
]

_PURPOSES = ("access_purpose", "log_request_basis")
"""Lists of purposes: what a reader states, and the ground on which a log is given out."""
_LOOKS: dict[str, Act] = {
    "listed": "listed",
    "compared": "looked",
    "matched": "searched",
    "exported": "exported",
    "printed": "exported",
    "refused": "refused",
}
"""Acts by the last word of the kind of an event; `read`, and what ends with it, is a look; all else a change."""
_KINDS: dict[str, tuple[Act, Area]] = {
    "access_log.read": ("looked", "access_log"),
    "access_log.exported": ("exported", "access_log"),
    "break_glass.opened": ("broke_glass", "case"),
    "break_glass.case_read": ("broke_glass", "case"),
    "contact.requested": ("searched", "person"),
    "signal.sent_again": ("looked", "signal"),
}
_AREAS: dict[str, Area] = {
    "access_log": "access_log",
    "assessment": "assessment",
    "benefit": "benefit",
    "break_glass": "case",
    "case": "case",
    "centre_session": "session",
    "conference": "case",
    "document": "document",
    "family": "family",
    "follow_up": "follow_up",
    "plan": "plan",
    "referral": "visit",
    "rehabilitation": "rehabilitation",
    "reporter": "signal",
    "service_referral": "case",
    "session": "session",
    "signal": "signal",
    "task": "task",
    "visit": "visit",
    "visitor_warning": "visit",
    "case_note": "case",
    "case_flag": "case",
}
"""Areas by the beginning of the type of the record, or of the kind of a refusal. What is not here reads as the person's
record: a word of its own would tell of a secret."""


class _Words(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    kk: str
    ru: str
    en: str

    def in_(self, language: Language) -> str:
        words: str = getattr(self, language)
        return words


@cache
def _texts() -> dict[str, dict[str, _Words]]:
    found = read_document(resources.files("casemgmt.texts") / "trail.yaml")
    return {part: {key: _Words.model_validate(words) for key, words in texts.items()} for part, texts in found.items()}


def act_of(event: Mapping[str, Any]) -> Act:
    """Return what was done."""
    kind: str = event["kind"]
    if event["outcome"] == "refused":
        return "refused"
    if kind in _KINDS:
        return _KINDS[kind][0]
    last = kind.rpartition(".")[2]
    return "looked" if last == "read" or last.endswith("_read") else _LOOKS.get(last, "changed")


def area_of(event: Mapping[str, Any]) -> Area:
    """Return on which part of the record."""
    kind: str = event["kind"]
    if kind in _KINDS:
        return _KINDS[kind][1]
    name = event["record_type"] if event["record_type"] != "request" else kind.partition(".")[0].removesuffix("s")
    while name:
        if name in _AREAS:
            return _AREAS[name]
        name = name.rpartition("_")[0]
    return "person"


def line(act: Act, area: Area, language: Language) -> str:
    """Return an act on an area as a person reads it."""
    texts = _texts()
    return f"{texts['acts'][act].in_(language)}: {texts['areas'][area].in_(language)}"


def role_names(roles: Iterable[str], language: Language) -> list[str]:
    """Return roles as a person reads them; a role that is no more keeps its code."""
    words = _texts()["roles"]
    return [words[role].in_(language) if role in words else role for role in roles]


def purpose_text(purpose: str | None, language: Language) -> str | None:
    """Return a purpose as a person reads it, with the number of its paper; one that is in no list keeps its code."""
    if purpose is None:
        return None
    code, _, reference = purpose.partition(" ")
    if code == "break_glass":  # the number is that of the grant, which is no paper
        return _texts()["acts"]["broke_glass"].in_(language)
    for name in _PURPOSES:
        if code in code_list(name).codes:
            return ", ".join(filter(None, (code_list(name).value(code).label((language,)).text, reference)))
    return purpose


def phrase(key: str, language: Language) -> str:
    """Return a phrase of the document that is given out."""
    return _texts()["document"][key].in_(language)


def finding(rule: str, numbers: Mapping[str, object], language: Language) -> str:
    """Return what was found unusual."""
    return _texts()["unusual"][rule].in_(language).format_map(numbers)


def missing() -> set[str]:
    """Return acts and areas that have no words: none, or a test fails."""
    texts = _texts()
    return (set(get_args(Act)) - texts["acts"].keys()) | (set(get_args(Area)) - texts["areas"].keys())
