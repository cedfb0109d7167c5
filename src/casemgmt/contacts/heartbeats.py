"""A source that has nothing to tell says that it is alive, and hears that the service is."""

from casemgmt.audit.events import Event
from casemgmt.contacts import repository
from casemgmt.contacts.taxonomies import known_versions
from casemgmt.contacts.views import HeartbeatView
from casemgmt.db.work import Work

_STANDS = (
    "SELECT (SELECT max(received_at) FROM contact_message WHERE source_code = :source) AS last_message_at,"
    " (SELECT count(*) FROM contact WHERE source_code = :source AND state = 'draft') AS open_contacts"
)


async def note_heartbeat(work: Work, source_code: str) -> HeartbeatView:
    """Note that the source is alive, and tell it what is here of it."""
    source = await repository.source_of(work, source_code)
    source.heard_at, source.silence_told_at = work.now, None
    await work.save(Event("contact_source.heard", "contact_source", (source.user_id,), reason=source_code), source)
    [stands] = await work.rows(_STANDS, source=source_code)
    return HeartbeatView(source=source_code, at=work.now, taxonomy_versions=await known_versions(work), **stands)
