"""Failures that the domain names. They carry a stable code and safe data, never a status and never the input.

`api/problems.py` alone turns them into RFC 9457 problem documents.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class FieldFault:
    """One field that was refused: a JSON pointer to it and the code of the reason."""

    pointer: str
    code: str
    detail: str


class DomainError(Exception):
    """Base of all named failures.

    `code` is stable and part of the contract; `detail` is a sentence for a person and holds no personal data.
    """

    code = "domain-error"

    def __init__(
        self,
        detail: str,
        *,
        code: str | None = None,
        data: Mapping[str, object] | None = None,
        faults: tuple[FieldFault, ...] = (),
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code or type(self).code
        self.data = dict(data or {})
        self.faults = faults


class NotFound(DomainError):
    """The record is not there, or the actor may not know that it is."""

    code = "not-found"


class Forbidden(DomainError):
    """The actor sees the record but may not do this."""

    code = "forbidden"


class WrongState(DomainError):
    """The record is in a state from which this step does not exist, or a guard of the step is not met."""

    code = "wrong-state"


class Conflict(DomainError):
    """The step collides with something that exists: a booking, an id, a key in use."""

    code = "conflict"


class Invalid(DomainError):
    """The input is well formed but can't be true or doesn't fit the record."""

    code = "invalid"


class StaleVersion(DomainError):
    """The record changed since the caller read it."""

    code = "stale-version"


class PreconditionRequired(DomainError):
    """A change of a record must say which version it changes."""

    code = "precondition-required"


class Unauthenticated(DomainError):
    """No credentials, or credentials that don't hold (any more)."""

    code = "unauthenticated"


class FreshFactorNeeded(DomainError):
    """The caller may do this, but shows the second factor anew first; `data["how"]` says in which way."""

    code = "fresh-second-factor-needed"


class TooManyAttempts(DomainError):
    """Refused for a while; `data["retry_after_seconds"]` says how long."""

    code = "too-many-attempts"


class Unavailable(DomainError):
    """The service can't answer now, and a later attempt may succeed."""

    code = "unavailable"


def invalid_field(pointer: str, code: str, detail: str) -> Invalid:
    """Return the refusal of one field, with a JSON pointer to it."""
    return Invalid(detail, code=code, faults=(FieldFault(pointer, code, detail),))
