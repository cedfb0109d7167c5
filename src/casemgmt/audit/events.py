"""What is recorded of an act: who, what, on which records. Never a name, a text or a date of birth."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from casemgmt.audit.commitments import Change


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
    changes: tuple[Change, ...] = ()
    """What was changed. The log keeps salted commitments to it, never the values."""
    on_behalf_of: UUID | None = None
    """For whom the actor acts, where it is not for itself."""
    purpose: str | None = None
    """Code of the purpose or legal basis that the actor gave."""
