"""Tell the story: one entry per act, written in the same transaction."""

from collections.abc import Mapping
from typing import Any, Required, TypedDict, Unpack
from uuid import UUID

from casemgmt.db.work import Acting
from casemgmt.ids import new_id
from casemgmt.timeline.tables import TimelineEntry


class About(TypedDict, total=False):
    """What an entry is about."""

    organisation_id: Required[UUID]
    case_id: UUID | None
    signal_id: UUID | None
    data: Mapping[str, object] | None


def entry(work: Acting, kind: str, record_type: str, record_id: UUID, **about: Unpack[About]) -> TimelineEntry:
    """Return a new entry. `data` takes codes, ids and dates only: what a name or a text says stays in its own table.

    `organisation_id` stands only until the insert: a trigger copies the scope of the case or of the signal.
    """
    return TimelineEntry(**columns(work, kind, record_type, record_id, **about))


def columns(
    work: Acting,
    kind: str,
    record_type: str,
    record_id: UUID,
    *,
    organisation_id: UUID,
    case_id: UUID | None = None,
    signal_id: UUID | None = None,
    data: Mapping[str, object] | None = None,
) -> dict[str, Any]:
    """Return the columns of the entry that `entry` returns: for statements that write without the ORM."""
    return {
        "id": new_id(),
        "case_id": case_id,
        "signal_id": signal_id,
        "at": work.now,
        "kind": kind,
        "actor_id": work.actor.user_id,
        "record_type": record_type,
        "record_id": record_id,
        "data": dict(data or {}),
        "organisation_id": organisation_id,
    }
