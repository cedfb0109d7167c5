"""What children say of an answer, and what the contract makes of it: reckoned anew, to hold the service to its word."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from random import Random
from typing import Any

from casemgmt.simulate.narratives import MIXED
from casemgmt.simulate.volumes import KAZAKHSTAN

# ASSUMED, all of them: no document tells shares.
_ASKED = {"call": 0.4, "text_message": 0.6, "qr_message": 0.7}
"""Of the contacts that are about something: with how many the centre asked, and has something to tell."""
_WANTS_NONE = 0.12
_REASONS = {"child_asked": 4, "danger": 3, "watched": 3, "other": 1}
_MEANS = {
    "call": {"call": 5, "sms": 4, "messenger": 1},
    "text_message": {"sms": 7, "messenger": 3},
    "qr_message": {"qr_session": 9, "sms": 1},
}
_READS = {"child_alone": 50, "shared": 25, "suspected": 5, "unknown": 20}
_NAMES_A_LANGUAGE = 0.2
SAFE: dict[tuple[int, int] | None, int] = {(-2, 3): 7, (4, 6): 2, None: 1}
"""Hours after the contact began, from and until which it is safe."""
CHANGED_MIND = 0.3
"""Of those with a correction: in how many the child wants no answer any more."""

_BY_DAY = ("08:00", "21:00")
"""What the contract gives to a child that reads alone and named no hours."""


def pick(chance: Random, weights: dict[Any, int]) -> Any:
    """Return one of several by their weights."""
    return chance.choices(list(weights), list(weights.values()))[0]


def wishes_one(chance: Random, channel: str) -> bool:
    """Answer whether a contact tells of a wish."""
    return chance.random() < _ASKED[channel]


def wish_of(chance: Random, channel: str, language: str, *, wanted: bool | None = None) -> dict[str, Any]:
    """Return what a contact tells of an answer, but its hours. `wanted`: where that is known."""
    if wanted is None:
        wanted = chance.random() >= _WANTS_NONE
    if not wanted:
        return {"wanted": False, "refused_because": pick(chance, _REASONS)}
    told = {"wanted": True, "means": pick(chance, _MEANS[channel])}
    reads = pick(chance, _READS)
    if reads != "unknown":  # then it is left out, which says the same
        told["reads"] = reads
    if language == MIXED or chance.random() < _NAMES_A_LANGUAGE:
        told["language"] = pick(chance, {"kk": 6, "ru": 4})
    return told


def forbids(contact: Mapping[str, Any]) -> str | None:
    """Return in words why nothing may ever go out by what a contact tells of an answer; None where something may."""
    wish = contact.get("answer")
    if wish is None:
        return "nothing is told of a wish"
    if not wish["wanted"]:
        return "the child wants none"
    if contact.get("anonymous") and wish["means"] != "qr_session":
        return "who is anonymous is answered in a session alone"
    if wish["means"] == "qr_session" and contact["channel"] != "qr_message":
        return "there is no session"
    if "language" not in wish and contact["language"].partition("-")[0] not in {"kk", "ru"}:
        return "no language is told"
    return "no safe hours are told" if _hours(contact) is None else None


def safe_until(contact: Mapping[str, Any], at: datetime) -> datetime | None:
    """Return the end of the safe hours that a moment lies in, by what a contact tells; None where it is in none."""
    hours = _hours(contact)
    if hours is None:
        return None
    begins, ends = (time.fromisoformat(each) for each in hours)
    local = at.astimezone(KAZAKHSTAN)
    for day in (local.date() - timedelta(days=1), local.date()):
        opens = datetime.combine(day, begins, KAZAKHSTAN)
        until = datetime.combine(day if ends > begins else day + timedelta(days=1), ends, KAZAKHSTAN)
        if opens <= local < until:
            return until
    return None


def _hours(contact: Mapping[str, Any]) -> tuple[str, str] | None:
    wish, caller = contact["answer"], contact.get("caller", {})
    for told in (*wish.get("safe_times", ()), caller):
        if "safe_from" in told:
            return told["safe_from"], told["safe_until"]
    reads = wish.get("reads", "unknown")
    alone = reads == "child_alone" or (reads == "unknown" and wish["means"] == "qr_session")
    return _BY_DAY if alone else None
