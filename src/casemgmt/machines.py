"""All transition tables, by the table whose `state` column they govern."""

from typing import Any

from casemgmt.alerts.states import ALERT
from casemgmt.answers.states import ANSWER
from casemgmt.assessments.states import ASSESSMENT
from casemgmt.benefits.states import APPEAL, DETERMINATION, OFFER
from casemgmt.break_glass.states import BREAK_GLASS
from casemgmt.cases.handover_states import HANDOVER
from casemgmt.cases.states import CASE
from casemgmt.centers.states import SESSION
from casemgmt.conferences.states import CONFERENCE, DECISION, INVITATION
from casemgmt.conflicts.states import STAFF_CONFLICT
from casemgmt.consents.states import CONSENT
from casemgmt.contacts.states import CONTACT
from casemgmt.corrections.states import CORRECTION
from casemgmt.documents.states import DOCUMENT
from casemgmt.exports.states import PROJECT
from casemgmt.imports.states import IMPORT
from casemgmt.notifications.states import SUBSCRIPTION
from casemgmt.organisations.states import ACCOUNT_CHANGE
from casemgmt.outreach.states import REFERRAL
from casemgmt.plans.measure_states import PLAN_MEASURE
from casemgmt.plans.request_states import PLAN_MEASURE_REQUEST
from casemgmt.plans.states import PLAN
from casemgmt.rehabilitation.follow_up_states import FOLLOW_UP
from casemgmt.rehabilitation.states import PROGRAMME
from casemgmt.retention.states import ERASURE, HOLD, RETENTION_PLAN
from casemgmt.service_referrals.states import SERVICE_REFERRAL
from casemgmt.signals.states import SIGNAL
from casemgmt.states import Machine
from casemgmt.stays.states import TEMPORARY_STAY
from casemgmt.subjects.states import SUBJECT_COPY
from casemgmt.transfers.states import TRANSFER
from casemgmt.waiting.states import WAITING_ENTRY

MACHINES: dict[str, Machine[Any]] = {
    machine.name: machine
    for machine in (
        CONTACT,
        ANSWER,
        SIGNAL,
        REFERRAL,
        CASE,
        HANDOVER,
        TRANSFER,
        CORRECTION,
        SERVICE_REFERRAL,
        CONFERENCE,
        INVITATION,
        DECISION,
        ASSESSMENT,
        PLAN,
        PLAN_MEASURE,
        PLAN_MEASURE_REQUEST,
        SESSION,
        TEMPORARY_STAY,
        WAITING_ENTRY,
        CONSENT,
        PROGRAMME,
        FOLLOW_UP,
        DETERMINATION,
        APPEAL,
        OFFER,
        HOLD,
        ERASURE,
        RETENTION_PLAN,
        PROJECT,
        SUBJECT_COPY,
        STAFF_CONFLICT,
        DOCUMENT,
        BREAK_GLASS,
        IMPORT,
        ACCOUNT_CHANGE,
        ALERT,
        SUBSCRIPTION,
    )
}
