"""Use cases of persons and families."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select

from casemgmt.db.work import Work
from casemgmt.errors import invalid_field
from casemgmt.people.tables import Person


async def require_visible_persons(work: Work, person_ids: Sequence[UUID]) -> list[Person]:
    """Return the persons, or refuse: a hidden person can't be linked, and answers as one that doesn't exist."""
    if not person_ids:
        return []
    rows = list(await work.session.scalars(select(Person).where(col(Person.id).in_(person_ids))))
    if len(rows) != len(set(person_ids)):
        raise invalid_field("/person_id", "unknown-person", "There is no such person.")
    return rows
