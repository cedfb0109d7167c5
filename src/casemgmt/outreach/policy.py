"""Pure checks of what a mobile group records."""

from collections.abc import Sequence

from casemgmt.errors import invalid_field
from casemgmt.outreach.commands import ReportVisit


def check_reason(reason: str, note: str | None) -> None:
    """Refuse the reason `other` without a note: it says nothing by itself."""
    if reason == "other" and note is None:
        raise invalid_field("/note", "explanation-needed", "Say in a note what the other reason is.")


def check_act(act: ReportVisit) -> None:
    """Refuse an act that contradicts itself, or lacks the words that a serious finding calls for."""
    if not act.child_seen and act.child_seen_alone:
        raise invalid_field("/child_seen_alone", "child-not-seen", "A child that was not seen was not seen alone.")
    for name in ("child_words", "child_wishes"):
        if not act.child_seen and getattr(act, name) is not None:
            raise invalid_field(
                f"/{name}", "child-not-seen", "A child that was not seen has told the visitors nothing."
            )
    _check_once("/findings", [f.domain for f in act.findings])
    _check_once("/immediate_measures", [m.measure for m in act.immediate_measures])
    _check_once("/persons", [p.person_id for p in act.persons])
    for number, finding in enumerate(act.findings):
        if finding.level == "serious" and finding.note is None:
            raise invalid_field(f"/findings/{number}/note", "explanation-needed", "Say in a note what was found.")
        _check_once(f"/findings/{number}/risk_signs", finding.risk_signs)
    taken = {m.measure for m in act.immediate_measures}
    if "none" in taken and len(taken) > 1:
        raise invalid_field("/immediate_measures", "measures-contradict", "Either no measure was taken, or these were.")
    if act.outcome == "emergency_measures" and not taken - {"none"}:
        raise invalid_field("/immediate_measures", "measure-needed", "Name the emergency measures that were taken.")
    serious = any(f.level == "serious" for f in act.findings)
    if act.outcome == "consultation" and serious and act.outcome_note is None:
        raise invalid_field(
            "/outcome_note", "explanation-needed", "Say why a consultation is enough for what was found."
        )


def _check_once(pointer: str, values: Sequence[object]) -> None:
    if len(set(values)) != len(values):
        raise invalid_field(pointer, "named-twice", "Each is named once.")
