"""All tables in one import, for migrations and for the tests that walk them."""

from casemgmt.access import tables as access
from casemgmt.alerts import tables as alerts
from casemgmt.answers import tables as answers
from casemgmt.assessments import tables as assessments
from casemgmt.audit import tables as audit
from casemgmt.benefits import tables as benefits
from casemgmt.break_glass import tables as break_glass
from casemgmt.cases import tables as cases
from casemgmt.centers import tables as centers
from casemgmt.conferences import tables as conferences
from casemgmt.conflicts import tables as conflicts
from casemgmt.consents import tables as consents
from casemgmt.contacts import tables as contacts
from casemgmt.corrections import tables as corrections
from casemgmt.courses import tables as courses
from casemgmt.db.base import metadata
from casemgmt.documents import tables as documents
from casemgmt.drafts import tables as drafts
from casemgmt.duty import tables as duty
from casemgmt.exports import tables as exports
from casemgmt.imports import tables as imports
from casemgmt.notes import tables as notes
from casemgmt.notifications import tables as notifications
from casemgmt.organisations import change_tables as account_changes
from casemgmt.organisations import tables as organisations
from casemgmt.outreach import tables as outreach
from casemgmt.people import tables as people
from casemgmt.plans import tables as plans
from casemgmt.reference import tables as reference
from casemgmt.rehabilitation import tables as rehabilitation
from casemgmt.retention import tables as retention
from casemgmt.screenings import tables as screenings
from casemgmt.searches import tables as searches
from casemgmt.service_referrals import tables as service_referrals
from casemgmt.signals import tables as signals
from casemgmt.signatures import tables as signatures
from casemgmt.staff import tables as staff
from casemgmt.stays import tables as stays
from casemgmt.subjects import tables as subjects
from casemgmt.tasks import tables as tasks
from casemgmt.timeline import tables as timeline
from casemgmt.transfers import tables as transfers
from casemgmt.waiting import tables as waiting

__all__ = [
    "access",
    "account_changes",
    "alerts",
    "answers",
    "assessments",
    "audit",
    "benefits",
    "break_glass",
    "cases",
    "centers",
    "conferences",
    "conflicts",
    "consents",
    "contacts",
    "corrections",
    "courses",
    "documents",
    "drafts",
    "duty",
    "exports",
    "imports",
    "metadata",
    "notes",
    "notifications",
    "organisations",
    "outreach",
    "people",
    "plans",
    "reference",
    "rehabilitation",
    "retention",
    "screenings",
    "searches",
    "service_referrals",
    "signals",
    "signatures",
    "staff",
    "stays",
    "subjects",
    "tasks",
    "timeline",
    "transfers",
    "waiting",
]
