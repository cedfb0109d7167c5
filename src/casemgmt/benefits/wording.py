"""Words of benefits for a person, in three languages: faults of facts, notices that stand beside an answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

from casemgmt.reference.data_files import read_document
from casemgmt.reference.languages import Language


@dataclass(frozen=True)
class Fault:
    """What is wrong with one fact: a code, and the limits that the fact has."""

    code: str
    limits: Mapping[str, object] = field(default_factory=dict)


@cache
def texts() -> dict[str, dict[str, str]]:
    """Return the templates by code and language."""
    file = resources.files("casemgmt.texts") / "benefits.yaml"
    found: dict[str, dict[str, str]] = read_document(file)
    return found


def say_fault(fault: Fault, language: Language) -> str:
    """Return what the fact takes: never what was sent."""
    return texts()[fault.code][language].format_map(fault.limits).strip()


def say_notice(code: str, language: Language) -> str:
    """Return a notice."""
    return texts()[code][language]
