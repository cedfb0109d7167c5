"""What a task is called: the label of its deadline, in the reader's language."""

from casemgmt.reference.languages import Language
from rules.loader import load_law

MANUAL = "manual"
"""The kind of a task that a person set, and not the route."""

_MANUAL_LABEL: dict[Language, str] = {"kk": "Тапсырма", "ru": "Поручение", "en": "Task"}


def label_of(kind: str, language: Language) -> str:
    """Return the label of a kind of task; the kind itself where the deadline's file is gone."""
    if kind == MANUAL:
        return _MANUAL_LABEL[language]
    deadline = load_law().deadlines.get(kind)
    return kind if deadline is None else str(getattr(deadline.label, language))
