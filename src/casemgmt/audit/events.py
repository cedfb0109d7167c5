"""What is recorded of an act: who, what, on which records. Never a name, a text or a date of birth."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID


@dataclass(frozen=True)
class Event:
    """One audit event. The actor, the session, the request and the time are added by the database.

    `kind` is `resource.past_tense`, e.g. `signal.triaged` or `case.read`.
    """

    kind: str
    record_type: str
    record_ids: tuple[UUID, ...] = ()
    case_id: UUID | None = None
    signal_id: UUID | None = None
    fields: tuple[str, ...] = ()
    """Names of the fields that changed, `table.column`."""
    reason: str | None = None
    outcome: Literal["done", "refused"] = "done"
