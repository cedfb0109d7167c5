"""What subscribers are told: which acts of the log are news outside, by one table."""

from collections.abc import Mapping
from enum import StrEnum


class EventType(StrEnum):
    """What happened, as a subscriber knows it. The names are for ever: receivers compare them."""

    SIGNAL_TRIAGED = "signal.triaged"
    SIGNAL_REDIRECT_ACCEPTED = "signal.redirect_accepted"
    SIGNAL_REDIRECT_ACKNOWLEDGED = "signal.redirect_acknowledged"
    SIGNAL_REDIRECT_REFUSED = "signal.redirect_refused"
    REFERRAL_ACCEPTED = "referral.accepted"
    VISIT_COMPLETED = "visit.completed"
    CASE_OPENED = "case.opened"
    CASE_CLOSED = "case.closed"
    CASE_REOPENED = "case.reopened"
    DEADLINE_BREACHED = "deadline.breached"
    ANSWER_READY = "answer.ready"
    ANSWER_WITHDRAWN = "answer.withdrawn"
    SERVICE_HEARTBEAT = "service.heartbeat"
    """Nothing happened: whoever asked for it hears that it would be told."""


TOLD: Mapping[str, EventType] = {
    "signal.triaged": EventType.SIGNAL_TRIAGED,
    "signal.redirect_accepted": EventType.SIGNAL_REDIRECT_ACCEPTED,
    "signal.redirect_acknowledged": EventType.SIGNAL_REDIRECT_ACKNOWLEDGED,
    "signal.redirect_refused": EventType.SIGNAL_REDIRECT_REFUSED,
    "referral.accepted": EventType.REFERRAL_ACCEPTED,
    "referral.visited": EventType.VISIT_COMPLETED,
    "case.opened": EventType.CASE_OPENED,
    "case.closed": EventType.CASE_CLOSED,
    "case.reopened": EventType.CASE_REOPENED,
    "task.breached": EventType.DEADLINE_BREACHED,
    "answer.announced": EventType.ANSWER_READY,
    "answer.withdrawn": EventType.ANSWER_WITHDRAWN,
    "answer.barred": EventType.ANSWER_WITHDRAWN,
}
"""Kind of an audit event → what subscribers are told. Everything else is nobody's business outside.

The three busiest requests leave none of these and never come this way: they pay nothing.
"""
