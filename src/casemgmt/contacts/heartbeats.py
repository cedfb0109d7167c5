"""A source that has nothing to tell says that it is alive, and hears that the service is."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from casemgmt.audit.events import Event
from casemgmt.contacts import repository
from casemgmt.contacts.commands import Heartbeat
from casemgmt.contacts.tables import ContactSource
from casemgmt.contacts.taxonomies import known_versions
from casemgmt.contacts.views import HeartbeatView
from casemgmt.db.work import Work

_STANDS = (
    "SELECT (SELECT max(received_at) FROM contact_message WHERE source_code = :source) AS last_message_at,"
    " (SELECT count(*) FROM contact WHERE source_code = :source AND state = 'draft') AS open_contacts"
)


@dataclass(frozen=True)
class Heard:
    """What is answered to a heartbeat."""

    view: HeartbeatView
    counts: bool
    """Whether it is news: of what was signed no later than the last one it can't be told who sends it again."""


async def hear_heartbeat(
    work: Work, source_code: str, beat: Heartbeat, signed_at: datetime, window: timedelta
) -> Heard:
    """Note that the source is alive, and tell it what is here of it and which of its versions of topics are agreed on.

    `signed_at`: the moment that is part of its signature; `window`: how far that may be from ours. A heartbeat that was
    not signed later than the last one that counted counts for nothing: whoever overheard it could send it too.
    """
    source = await repository.source_of(work, source_code, for_change=True)
    known = await known_versions(work)
    counts = _is_news(source, signed_at, work.now + window)
    if counts:
        source.heard_at, source.silence_told_at, source.beat_signed_at = work.now, None, signed_at
        _agree(source, beat, known)
        await work.save(Event("contact_source.heard", "contact_source", (source.user_id,), reason=source_code), source)
    else:
        work.record(Event("contact_source.heard_again", "contact_source", (source.user_id,), reason=source_code))
    [stands] = await work.rows(_STANDS, source=source_code)
    told: dict[str, Any] = {"taxonomy_versions": known, "taxonomy_version": source.taxonomy_version, **stands}
    return Heard(HeartbeatView(source=source_code, at=work.now, **told), counts)


def _is_news(source: ContactSource, signed_at: datetime, latest: datetime) -> bool:
    """Answer whether a heartbeat is later than the last one; past `latest` that one was by a clock since set back."""
    last = source.beat_signed_at
    return last is None or signed_at > last or last > latest


def _agree(source: ContactSource, beat: Heartbeat, known: list[str]) -> None:
    """Agree on the first version of the source that is known here. Who names none stands by what it named before."""
    if beat.taxonomy_versions is not None:
        source.taxonomy_versions = list(dict.fromkeys(beat.taxonomy_versions))
    offered = source.taxonomy_versions or []
    source.taxonomy_version = next((version for version in offered if version in known), None)
