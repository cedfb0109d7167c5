"""What the database refuses, said in the words of the domain. The database's own text never leaves: it names rows."""

import asyncpg
import structlog
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
    "53300": (Unavailable, "overloaded", "Too many requests at once: try again."),
}
TROUBLE = ("08", "53", "57P", "58")
"""Beginnings of the states of a database that is in trouble itself: the connection broke; disk, memory or another
resource is used up; it is being stopped or started, or has crashed; the machine fails it."""
DATABASE_ERRORS = (DBAPIError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
"""What the two ways to the database raise."""
_LOST = ("connection is closed", "released back to the pool")
"""The latter where the connection broke between two statements: the pool takes back what is of no use."""

log = structlog.get_logger()


def unavailable(error: BaseException, state: str | None = None) -> Unavailable:
    """Return the failure of a database that can't answer now, and tell the operator: nobody asked for too much."""
    log.error("database.unavailable", state=state, kind=type(error).__name__)
    return Unavailable("The database can't answer now: try again.", code="unavailable")


def translate(error: Exception) -> DomainError | None:
    """Return the named failure of a database error, or None where it is a fault of the program."""
    original = error.orig if isinstance(error, DBAPIError) else error
    state = getattr(original, "sqlstate", None) or getattr(original, "pgcode", None)
    cause = original if isinstance(original, asyncpg.PostgresError) else getattr(original, "__cause__", None)
    if getattr(cause, "table_name", None) == "audit_event":  # no partition for this month: no fault of the request
        return Unavailable("The audit log can't take the event, so nothing was done.", code="audit-log-closed")
    if state not in BY_STATE:
        away = _is_lost(error, original) or (state is not None and state.startswith(TROUBLE))
        return unavailable(cause or error, state) if away else None
    kind, code, detail = BY_STATE[state]
    return kind(detail, code=code)


def _is_lost(error: Exception, original: BaseException | None) -> bool:
    """Answer whether the connection is gone. The driver tells it in constant sentences alone."""
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    if isinstance(original, asyncpg.InternalClientError):  # the server's last word came when none was expected
        return True
    return isinstance(original, asyncpg.InterfaceError) and any(said in str(original) for said in _LOST)
