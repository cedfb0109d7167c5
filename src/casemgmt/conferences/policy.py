"""Pure checks of a conference: when it is, who of the family has to be considered, what a decision names."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from casemgmt.cases.tables import CasePerson
from casemgmt.conferences.commands import CallConference, ConsiderFamily
from casemgmt.consents.policy import ASKED_FROM, age_on
from casemgmt.errors import invalid_field
from casemgmt.people.policy import refuse_repeated
from rules.zone import to_local

FURTHEST = timedelta(days=180)
"""How far ahead a conference is called. House rule."""
REMINDED_BEFORE = timedelta(days=1)
"""How long before it begins everybody is reminded. House rule."""
REPRESENTS = frozenset(
    {"parent", "legal_representative", "guardian", "trustee", "adoptive_parent", "foster_parent", "patronage_educator"}
    | {"professional_foster_educator"}
)
"""Roles in a case of those who represent a child."""


def check_start(starts_at: datetime, now: datetime) -> None:
    """Refuse a conference in the past, or one so far off that nobody keeps the day."""
    if starts_at <= now:
        raise invalid_field("/starts_at", "conference-in-past", "This moment has passed.")
    if starts_at > now + FURTHEST:
        raise invalid_field("/starts_at", "conference-too-far", "A conference is held within half a year.")


def check_children(command: CallConference, persons: Sequence[CasePerson]) -> None:
    """Refuse children who are none of the case."""
    refuse_repeated("/person_ids", command.person_ids)
    if not set(command.person_ids) <= {p.person_id for p in persons if p.role == "child"}:
        raise invalid_field("/person_ids", "not-child-of-case", "This is no child of the case.")


def check_family(
    considered: Sequence[ConsiderFamily],
    persons: Sequence[CasePerson],
    children: Iterable[UUID],
    born: dict[UUID, date | None],
    now: datetime,
) -> None:
    """Refuse a conference that passes over a representative, or a child of the age at which children are asked."""
    refuse_repeated("/family", [f.person_id for f in considered])
    known = {p.person_id for p in persons}
    for index, each in enumerate(considered):
        if each.person_id not in known:
            raise invalid_field(
                f"/family/{index}/person_id", "not-of-case", "Those considered are persons of the case."
            )
        if each.invited == (each.reason is not None):
            raise invalid_field(f"/family/{index}/reason", "reason-if-not-invited", "Say why, where not invited alone.")
    today = to_local(now).date()
    due = {p.person_id for p in persons if p.role in REPRESENTS}
    due |= {c for c in children if (day := born.get(c)) is not None and age_on(day, today) >= ASKED_FROM}
    if due - {f.person_id for f in considered}:
        raise invalid_field(
            "/family",
            "family-not-considered",
            "Name each representative, and each child of the age to be asked: invited, or why not.",
        )


def check_due(due_on: date, now: datetime, pointer: str) -> None:
    """Refuse a term that has passed."""
    if due_on < to_local(now).date():
        raise invalid_field(pointer, "due-in-past", "The due moment has passed.")
