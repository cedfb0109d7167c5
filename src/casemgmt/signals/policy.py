"""Pure decisions on a signal: severity, urgency, mandatory notices, what a registration and a triage must contain."""

import hashlib
from datetime import datetime
from functools import cache
from importlib import resources
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from casemgmt.access.actor import Actor
from casemgmt.errors import invalid_field
from casemgmt.moments import check_moment
from casemgmt.reference.data_files import read_document
from casemgmt.reference.lists import code_list
from casemgmt.reference.regions import InvalidKatoError, find_region, region_of_kato
from casemgmt.signals.commands import RegisterSignal, TriageSignal
from casemgmt.signals.states import SEVERE

_RANK = {"standard": 0, "urgent": 1, "emergency": 2}
_TARGETS: dict[str, frozenset[str]] = {
    "mobile_group_referral": frozenset({"mobile_group_id"}),
    "redirect": frozenset({"organisation_id", "external_body"}),
    "attach_to_case": frozenset({"person_id"}),
}
"""Of these an outcome needs exactly one; the others it must not name."""
DESK_CLOCKS = ("triage_emergency", "triage_urgent", "triage_standard", "emergency_acknowledgement", "case_opening")
"""The clocks that run while a signal waits for a decision of its desk."""


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
    return TriageTable.model_validate(read_document(resources.files("casemgmt.signals") / "triage.yaml"))


def suggested_severity(category: str) -> str:
    """Return the severity to assume where nobody gave one."""
    table = triage_table().severity_of_category
    return table.get(category, table["default"])


def assumed_severity(category: str, severity: str | None, *, danger_now: bool) -> str:
    """Return the severity to reckon with: what was given, or else what the category suggests; danger is critical."""
    return "critical" if danger_now else severity or suggested_severity(category)


def graver(one: str, other: str) -> str:
    """Return the graver of two severities."""
    return max(one, other, key=code_list("severity").codes.index)


def suggested_urgency(category: str, severity: str | None, *, danger_now: bool) -> str:
    """Return the urgency that the table gives; danger at this moment is an emergency whatever the category."""
    if danger_now:
        return "emergency"
    table = triage_table().urgency
    return table.get(category, table["default"])[severity or suggested_severity(category)]


def more_urgent(one: str, other: str) -> str:
    """Return the more urgent of two urgencies."""
    return max(one, other, key=_RANK.__getitem__)


def is_lower(urgency: str, suggested: str) -> bool:
    """Answer whether an urgency lies below the suggested one."""
    return _RANK[urgency] < _RANK[suggested]


def restriction_ground(category: str) -> str | None:
    """Return the ground on which a case of this category is restricted from its first minute, if any."""
    return code_list("signal_category").value(category).restricted_ground


def is_desk(actor: Actor, organisation_id: UUID, region_code: str | None) -> bool:
    """Answer whether the actor's body owns the record or lies in its region."""
    return actor.organisation_id == organisation_id or (region_code is not None and actor.region_code == region_code)


def needs_notices(outcome: str, severity: str, urgency: str) -> bool:
    """Answer whether the bodies named by the table must be told: all but a light signal, unless it has no ground."""
    return outcome != "no_ground" and (severity in SEVERE or urgency != "standard")


def content_digest_of(command: RegisterSignal) -> str:
    """Return the digest of what was sent: equal for the same message sent twice."""
    return hashlib.sha256(command.model_dump_json().encode()).hexdigest()


def check_registration(command: RegisterSignal, now: datetime) -> None:
    """Refuse places that don't exist, moments to come, a reporter who is named and anonymous, a person named twice."""
    check_moment("/occurred_at", command.occurred_at, now=now)
    if command.region_code is not None and find_region(command.region_code) is None:
        raise invalid_field("/region_code", "unknown-region", "There is no such region.")
    if command.kato is not None:
        _check_kato(command.kato, command.region_code)
    reporter = command.reporter
    if command.anonymous and reporter is not None and (reporter.name or reporter.phone):
        raise invalid_field("/reporter", "anonymous-reporter", "An anonymous reporter has neither name nor number.")
    if len({s.person_id for s in command.subjects}) != len(command.subjects):
        raise invalid_field("/subjects", "named-twice", "A person is named once, with one role.")


def _check_kato(kato: str, region_code: str | None) -> None:
    try:
        region = region_of_kato(kato)
    except InvalidKatoError:
        raise invalid_field("/kato", "invalid-kato", "There is no such place.") from None
    if region_code is not None and region.iso_code != region_code:
        raise invalid_field("/kato", "place-of-other-region", "The place lies in another region than the one given.")


def check_triage(command: TriageSignal) -> None:
    """Refuse a reason that doesn't belong to the outcome, and a triage that lacks its target or names another's."""
    outcome = command.outcome
    if code_list("triage_reason").value(command.reason).parent != outcome:
        raise invalid_field("/reason", "reason-of-other-outcome", "This reason does not belong to the chosen outcome.")
    own = _TARGETS.get(outcome, frozenset())
    given = {name for names in _TARGETS.values() for name in names if getattr(command, name) is not None}
    if command.instructions is not None and outcome != "mobile_group_referral":
        given.add("instructions")
    if foreign := sorted(given - own):
        raise invalid_field(f"/{foreign[0]}", "target-of-other-outcome", "This field belongs to another outcome.")
    if own and len(given & own) != 1:
        raise invalid_field(f"/{min(own)}", "target-needed", f"Give exactly one of: {', '.join(sorted(own))}.")


def check_urgency(urgency: str, suggested: str, note: str | None) -> None:
    """Refuse a lowered urgency without a note."""
    if is_lower(urgency, suggested) and not note:
        raise invalid_field("/note", "note-needed", "Say in a note why the urgency is below the suggested one.")
