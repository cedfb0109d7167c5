"""All kinds of background jobs and who does them, and what the worker enqueues by the clock."""

from casemgmt.benefits import jobs as benefits
from casemgmt.consents import jobs as consents
from casemgmt.drafts import jobs as drafts
from casemgmt.jobs import upkeep
from casemgmt.jobs.handling import by_kind
from casemgmt.people import jobs as people
from casemgmt.retention import jobs as retention

HANDLERS = by_kind(
    *benefits.HANDLERS,
    *consents.HANDLERS,
    *drafts.HANDLERS,
    *people.HANDLERS,
    *retention.HANDLERS,
    *upkeep.HANDLERS,
)

SCHEDULE = (
    *benefits.SCHEDULE,
    *consents.SCHEDULE,
    *drafts.SCHEDULE,
    *people.SCHEDULE,
    *retention.SCHEDULE,
    *upkeep.SCHEDULE,
)
