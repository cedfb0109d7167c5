"""A death, an eighteenth birthday, the end of somebody's responsibility: the managers of the person's cases are told.

What follows from it they decide: who must be told, whose consent no longer holds, whether the case goes on.
"""

import json
from datetime import date, datetime, time
from uuid import UUID

from casemgmt.db.work import Work
from casemgmt.tasks import clocks
from rules.zone import local_moment

ADULT_YEARS = 18


async def note(work: Work, person_id: UUID, kind: str, since: datetime | None = None) -> int:
    """Give the manager of each open case of the person the task `kind`; its term runs from `since`, else from now."""
    columns = clocks.columns(work, kind, "person", person_id, organisation_id=work.actor.organisation_id, since=since)
    given: int = await work.call(
        "SELECT note_life_event(:person, :kind, CAST(:task AS jsonb))",
        person=person_id,
        kind=kind,
        task=json.dumps(columns, default=str),
    )
    return given


async def note_death(work: Work, person_id: UUID, before: date | None, after: date | None) -> None:
    """Tell of a death that was recorded, or take back what one recorded by mistake gave to do."""
    if after is not None and before is None:
        await note(work, person_id, "death_review")
    elif before is not None and after is None:
        await work.call("SELECT take_back_death(:person, :at)", person=person_id, at=work.now)


def eighteenth_birthday(born: date) -> date:
    """Return the day from which a person is of age; whoever was born on 29 February comes of age on 1 March."""
    try:
        return born.replace(year=born.year + ADULT_YEARS)
    except ValueError:
        return date(born.year + ADULT_YEARS, 3, 1)


def start_of(day: date) -> datetime:
    """Return the moment at which a day begins in Kazakhstan."""
    return local_moment(day, time.min)
