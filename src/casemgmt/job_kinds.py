"""All kinds of background jobs and who does them, and what the worker enqueues by the clock."""

from casemgmt.alerts import jobs as alerts
from casemgmt.answers import jobs as answers
from casemgmt.benefits import jobs as benefits
from casemgmt.centers import jobs as centres
from casemgmt.consents import jobs as consents
from casemgmt.contacts import jobs as contacts
from casemgmt.drafts import jobs as drafts
from casemgmt.duty import jobs as duty
from casemgmt.imports import jobs as imports
from casemgmt.jobs import upkeep
from casemgmt.jobs.handling import by_kind
from casemgmt.people import jobs as people
from casemgmt.retention import jobs as retention
from casemgmt.staff import jobs as staff
from casemgmt.staff import role_ends
from casemgmt.tasks import jobs as tasks
from casemgmt.waiting import jobs as waiting

_ALL = (
    alerts,
    answers,
    benefits,
    centres,
    consents,
    contacts,
    drafts,
    duty,
    imports,
    people,
    retention,
    role_ends,
    staff,
    tasks,
    upkeep,
    waiting,
)

HANDLERS = by_kind(*(handler for feature in _ALL for handler in feature.HANDLERS))

SCHEDULE = tuple(every for feature in _ALL for every in feature.SCHEDULE)
