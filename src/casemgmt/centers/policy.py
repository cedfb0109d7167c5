"""Pure decisions on centres and sessions: what a centre is, which times are sane, whom the team gains."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID

from casemgmt.errors import invalid_field

CENTRE_KINDS = (
    "family_support_centre",
    "psych_support_centre",
    "parent_support_centre",
    "crisis_centre",
    "child_victim_help_room",
    "child_support_centre",
    "rehabilitation_centre",
    "youth_health_centre",
    "mental_health_centre",
    "youth_resource_centre",
)
"""Kinds of bodies in which sessions are held."""
SHORTEST = timedelta(minutes=15)
LONGEST = timedelta(hours=8)
FARTHEST = timedelta(days=366)
PRESENT = frozenset({"attended", "attended_partly"})

_TEAM_ROLE_OF_HELP = {
    "medical": "health_worker",
    "psychological": "psychologist",
    "psychosocial": "psychologist",
    "pedagogical": "pedagogue",
    "social": "social_worker",
    "legal": "lawyer",
}


PARTY_OF_REASON = {
    "client_request": "family",
    "client_illness": "family",
    "specialist_absent": "specialist",
    "room_unavailable": "centre",
    "centre_closed": "centre",
    "consent_ended": "family",
}
"""For whom a session was cancelled where the reason says it by itself."""


def team_role_of(help_kind: str) -> str:
    """Return the role in the team of a specialist who gives this kind of help."""
    return _TEAM_ROLE_OF_HELP.get(help_kind, "centre_specialist")


def check_times(starts_at: datetime, ends_at: datetime, now: datetime) -> tuple[datetime, datetime]:
    """Return both moments in UTC, or refuse what has passed, lies over a year ahead, or is no sane length."""
    if starts_at <= now:
        raise invalid_field("/starts_at", "time-passed", "A session is booked for a time to come.")
    if starts_at > now + FARTHEST:
        raise invalid_field("/starts_at", "too-far-ahead", "A session is booked for at most a year ahead.")
    if not SHORTEST <= ends_at - starts_at <= LONGEST:
        raise invalid_field("/ends_at", "length-not-sane", "A session lasts from 15 minutes to 8 hours.")
    return starts_at.astimezone(UTC), ends_at.astimezone(UTC)


def check_absence(starts_at: datetime, ends_at: datetime, now: datetime) -> tuple[datetime, datetime]:
    """Return both moments in UTC, or refuse an absence that is over, ends before it begins, or lies far off."""
    if ends_at <= starts_at:
        raise invalid_field("/ends_at", "times-not-in-order", "It ends after it begins.")
    if ends_at <= now:
        raise invalid_field("/ends_at", "time-passed", "The absence is over already.")
    if not now - FARTHEST <= starts_at <= now + FARTHEST or ends_at - starts_at > FARTHEST:
        raise invalid_field("/starts_at", "too-far-ahead", "An absence begins within a year and lasts at most a year.")
    return starts_at.astimezone(UTC), ends_at.astimezone(UTC)


def check_capacity(capacity: int, participants: int) -> None:
    """Refuse a room that doesn't hold the participants and the specialist."""
    if capacity < participants + 1:
        raise invalid_field("/room_id", "room-too-small", "The room doesn't hold the participants and the specialist.")


def check_attendance(invited: Collection[UUID], attendance: Mapping[UUID, str]) -> None:
    """Refuse an attendance that doesn't name each participant once, or a held session to which nobody came."""
    if set(invited) != set(attendance):
        raise invalid_field("/attendance", "attendance-incomplete", "Name the attendance of each participant once.")
    if not PRESENT & set(attendance.values()):
        raise invalid_field("/attendance", "nobody-attended", "Nobody came: record that nobody showed up instead.")
