"""Tell the story: one entry per act, written in the same transaction."""

from collections.abc import Mapping
from uuid import UUID

from casemgmt.db.work import Work
from casemgmt.ids import new_id
from casemgmt.timeline.tables import TimelineEntry


def entry(
    work: Work,
    kind: str,
    record_type: str,
    record_id: UUID,
    *,
    organisation_id: UUID,
    case_id: UUID | None = None,
    signal_id: UUID | None = None,
    data: Mapping[str, object] | None = None,
) -> TimelineEntry:
    """Return a new entry. `data` takes codes, ids and dates only: what a name or a text says stays in its own table.

    `organisation_id` stands only until the insert: a trigger copies the scope of the case or of the signal.
    """
    return TimelineEntry(
        id=new_id(),
        case_id=case_id,
        signal_id=signal_id,
        at=work.now,
        kind=kind,
        actor_id=work.actor.user_id,
        record_type=record_type,
        record_id=record_id,
        data=dict(data or {}),
        organisation_id=organisation_id,
    )
