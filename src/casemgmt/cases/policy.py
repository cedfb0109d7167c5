"""Pure decisions on a case: what it opens with, what closes it early, what is checked afterwards."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from casemgmt.errors import invalid_field
from casemgmt.reference.lists import code_list
from casemgmt.signals.policy import restriction_ground

ROUTE_CLOCKS = (
    "first_contact_with_child",
    "assessment",
    "plan_draft",
    "plan_approval",
    "plan_review",
    "risk_review_low",
    "risk_review_medium",
    "risk_review_high",
)
"""Clocks of steps of the route, as against tasks that somebody else waits for."""

_CUT_SHORT = {"adulthood", "child_died", "contact_lost", "left_country", "merged", "opened_in_error"}
"""Reasons for which the rest of the route can't be walked."""

_NOBODY_TO_FOLLOW = {"child_died", "left_country", "merged", "opened_in_error"}
"""Reasons after which there is no child here to look after later."""


def default_restriction(categories: Iterable[str]) -> str | None:
    """Return the ground on which a case that begins with signals of these categories is restricted, if any."""
    return next((ground for c in categories if (ground := restriction_ground(c)) is not None), None)


def default_help_package(categories: Iterable[str]) -> str | None:
    """Return the package of mandatory kinds of help that the categories call for: the widest one, or none."""
    found = set(categories)
    if "trafficking" in found:
        return "trafficking_6"
    if any(c.startswith("violence_") for c in found):
        return "victim_5"
    return None


def missing_help_kinds(package: str | None, covered: Iterable[str]) -> tuple[str, ...]:
    """Return the kinds of help of a package that are not covered, in the order of the package."""
    if package is None:
        return ()
    present = set(covered)
    return tuple(kind for kind in code_list("help_package").value(package).members if kind not in present)


def closure_action(reason: str) -> str:
    """Return the step that a reason to close calls for."""
    return "propose_early_closure" if reason in _CUT_SHORT else "propose_closure"


def is_followed_up(reason: str) -> bool:
    """Answer whether somebody looks after the child again after a closure for this reason."""
    return reason not in _NOBODY_TO_FOLLOW


def check_persons_once(person_ids: Sequence[UUID]) -> None:
    """Refuse a person who is named twice."""
    if len(set(person_ids)) != len(person_ids):
        raise invalid_field("/persons", "person-twice", "A person is named twice.")


def check_restriction(*, restricted: bool, ground: str | None, note: str | None) -> None:
    """Refuse a restriction without its ground, and its lifting without a reason in words."""
    if restricted and ground is None:
        raise invalid_field("/ground", "ground-needed", "Name the ground of the restriction.")
    if not restricted and note is None:
        raise invalid_field("/note", "lifting-note-needed", "Say why the restriction is lifted.")
    if not restricted and ground is not None:
        raise invalid_field("/ground", "ground-not-needed", "A restriction that is lifted has no ground.")


def case_number(region: str | None, year: int, serial: int) -> str:
    """Return what people say on the telephone: 'KZ-75-2026-000042', as `next_case_number` of the database."""
    return f"{region or 'KZ'}-{year}-{serial:06}"
