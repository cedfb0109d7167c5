"""Pure decisions on a signal: suggested severity and urgency, mandatory notices, what a triage must contain."""

from collections.abc import Mapping
from functools import cache
from importlib import resources

import yaml
from pydantic import BaseModel, ConfigDict

from casemgmt.errors import Invalid, invalid_field
from casemgmt.reference.lists import code_list

_RANK = {"standard": 0, "urgent": 1, "emergency": 2}


class TriageTable(BaseModel):
    """The table of `triage.yaml`: a house default, shown as such wherever it is used."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    status: str
    severity_of_category: dict[str, str]
    urgency: dict[str, dict[str, str]]
    mandatory_notices: dict[str, list[str]]


@cache
def triage_table() -> TriageTable:
    """Return the table, read once."""
    text = (resources.files("casemgmt.signals") / "triage.yaml").read_text("utf-8")
    return TriageTable.model_validate(yaml.safe_load(text))


def suggested_severity(category: str) -> str:
    """Return the severity to assume where nobody gave one."""
    table = triage_table().severity_of_category
    return table.get(category, table["default"])


def suggested_urgency(category: str, severity: str | None, *, danger_now: bool) -> str:
    """Return the urgency that the table gives; danger at this moment is an emergency whatever the category."""
    if danger_now:
        return "emergency"
    table = triage_table().urgency
    return table.get(category, table["default"])[severity or suggested_severity(category)]


def is_lower(urgency: str, suggested: str) -> bool:
    """Answer whether an urgency lies below the suggested one."""
    return _RANK[urgency] < _RANK[suggested]


def restriction_ground(category: str) -> str | None:
    """Return the ground on which a case of this category is restricted from its first minute, if any."""
    return code_list("signal_category").value(category).restricted_ground


def check_triage(outcome: str, reason: str, urgency: str, suggested: str, note: str | None) -> None:
    """Refuse a reason that doesn't belong to the outcome, and a lowered urgency without a note."""
    if code_list("triage_reason").value(reason).parent != outcome:
        raise invalid_field("/reason", "reason-of-other-outcome", "This reason does not belong to the chosen outcome.")
    if is_lower(urgency, suggested) and not note:
        raise invalid_field("/note", "note-needed", "Say in a note why the urgency is below the suggested one.")


def check_exactly_one(fields: Mapping[str, object], outcome: str) -> None:
    """Refuse a triage that lacks what its outcome needs, or names two."""
    given = [name for name, value in fields.items() if value is not None]
    if len(given) != 1:
        raise Invalid(f"The outcome '{outcome}' needs exactly one of: {', '.join(fields)}.", code="target-needed")
