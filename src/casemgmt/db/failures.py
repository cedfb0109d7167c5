"""What the database refuses, said in the words of the domain. The database's own text never leaves: it names rows."""

import asyncpg
from sqlalchemy.exc import DBAPIError

from casemgmt.errors import (
    Conflict,
    DomainError,
    Forbidden,
    Invalid,
    Unauthenticated,
    Unavailable,
    WrongState,
)

BY_STATE: dict[str, tuple[type[DomainError], str, str]] = {
    "CM401": (
        Unauthenticated,
        "unauthenticated",
        "The session has ended or the account's rights have changed: log in again.",
    ),
    "CM409": (WrongState, "wrong-state", "The record is not in a state that permits this."),
    "CM410": (WrongState, "not-free-for-this", "This person can't be given this work: choose somebody else."),
    "CM411": (WrongState, "work-not-handed-on", "The account answers for work that nobody else has yet."),
    "23503": (Invalid, "unknown-reference", "A record or code that the request refers to does not exist."),
    "23505": (Conflict, "already-exists", "A record with the same key exists already."),
    "23514": (Invalid, "inconsistent", "The values contradict one another or a rule of the record."),
    "23502": (Invalid, "incomplete", "A value that the record needs is missing."),
    "23P01": (Conflict, "already-booked", "The specialist or the room is taken at that time."),
    "22021": (Invalid, "invalid-text", "The text holds a character that can't be stored."),
    "22P05": (Invalid, "invalid-text", "The text holds a character that can't be stored."),
    "22008": (Invalid, "impossible-date", "A date or time is out of range."),
    "42501": (Forbidden, "forbidden", "The record would lie outside of what you may see."),
    "40P01": (Unavailable, "try-again", "Another change was in the way: try again."),
    "40001": (Unavailable, "try-again", "Another change was in the way: try again."),
    "55P03": (Unavailable, "try-again", "Another change holds the record: try again."),
    "57014": (Unavailable, "too-slow", "The request took too long and was stopped; nothing was changed."),
    "57P01": (Unavailable, "unavailable", "The database is being stopped."),
    "57P03": (Unavailable, "unavailable", "The database is being started."),
    "53300": (Unavailable, "overloaded", "Too many requests at once: try again."),
}


def translate(error: Exception) -> DomainError | None:
    """Return the named failure of a database error, or None where it is a fault of the program."""
    original = error.orig if isinstance(error, DBAPIError) else error
    state = getattr(original, "sqlstate", None) or getattr(original, "pgcode", None)
    cause = original if isinstance(original, asyncpg.PostgresError) else getattr(original, "__cause__", None)
    if getattr(cause, "table_name", None) == "audit_event":  # no partition for this month: no fault of the request
        return Unavailable("The audit log can't take the event, so nothing was done.", code="audit-log-closed")
    if state not in BY_STATE:
        return None
    kind, code, detail = BY_STATE[state]
    return kind(detail, code=code)
