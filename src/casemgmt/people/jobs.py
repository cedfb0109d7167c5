"""Children of open cases who come of age: their managers are told thirty days before."""

from datetime import date, timedelta
from typing import ClassVar
from uuid import UUID

from casemgmt.audit.events import Event
from casemgmt.db.work import Work
from casemgmt.jobs.handling import Handler
from casemgmt.jobs.payload import Payload
from casemgmt.jobs.schedule import MOST_OF_A_SWEEP, Every
from casemgmt.jobs.service import enqueue
from casemgmt.jobs.work import Tools
from casemgmt.people.life import eighteenth_birthday, note, start_of
from rules.zone import to_local

DAYS_AHEAD = timedelta(days=30)
"""As long as the term of the deadline `coming_of_age`: it ends with the birthday."""


class FindComingOfAge(Payload):
    """Look for children who come of age within a month."""

    kind: ClassVar[str] = "person.find_coming_of_age"


class TellComingOfAge(Payload):
    """Tell the managers of one."""

    kind: ClassVar[str] = "person.tell_coming_of_age"
    person_id: UUID
    birthday: date
    """The eighteenth."""


async def find(work: Work, _: FindComingOfAge, __: Tools) -> None:
    """Enqueue a job for each."""
    by = to_local(work.now).date() + DAYS_AHEAD
    rows = await work.rows("SELECT * FROM coming_of_age_by(:day, :size)", day=by, size=MOST_OF_A_SWEEP)
    for row in rows:
        birthday = eighteenth_birthday(row["birth_date"])
        await enqueue(work, TellComingOfAge(person_id=row["person_id"], birthday=birthday), once=True)


async def tell(work: Work, told: TellComingOfAge, _: Tools) -> None:
    """Give the managers of the child's cases the task, unless somebody did since."""
    since = start_of(told.birthday - DAYS_AHEAD)
    if await note(work, told.person_id, "coming_of_age", since):
        work.record(Event("person.coming_of_age_told", "person", (told.person_id,)))


HANDLERS = (Handler(FindComingOfAge, find), Handler(TellComingOfAge, tell))

SCHEDULE = (Every("30 19 * * *", FindComingOfAge()),)
