"""Use cases of a content that arrives: is it awaited, and is it kept."""

from uuid import UUID

from casemgmt.audit.events import Event
from casemgmt.db.work import Work
from casemgmt.documents import policy, repository
from casemgmt.documents.opening import unreadable
from casemgmt.documents.sealing import DamagedError
from casemgmt.documents.service import event_of, facts_of, story_of, view_of
from casemgmt.documents.states import DOCUMENT, DocumentState
from casemgmt.documents.tables import Document, DocumentKey
from casemgmt.documents.vault import Expected, Received, Vault
from casemgmt.documents.views import DocumentView
from casemgmt.errors import Conflict, Invalid

_HERE = (DocumentState.KEPT, DocumentState.REMOVAL_PROPOSED)


async def expect_content(
    work: Work, vault: Vault, document_id: UUID, media_type: str | None, size: int | None
) -> Expected:
    """Return what was announced, before a byte is taken in. Refused for who did not announce it, or what differs."""
    document = await repository.get_document(work, document_id)
    if document.state not in _HERE or document.created_by_id != work.actor.user_id:
        DOCUMENT.check(work.actor, "receive", document.state, facts_of(document))
    _ = vault.keys
    policy.check_size(vault.settings, document.media_type, document.size_bytes)
    if media_type != document.media_type:
        raise Invalid("The Content-Type is not the one that was announced.", code="document-type-differs")
    if size is not None and size != document.size_bytes:
        raise Invalid("The content has not the size that was announced.", code="document-size-differs")
    return Expected(document.id, document.media_type, document.size_bytes)


async def keep_content(work: Work, vault: Vault, received: Received) -> DocumentView:
    """Keep a content: the file has its place before the row tells of it. The same again is the same answer."""
    document = await repository.get_document(work, received.document_id, for_change=True)
    if document.state in _HERE and document.created_by_id == work.actor.user_id:
        await _check_same(work, vault, document, received)
        work.record(event_of("document.received_again", document))
        return view_of(work, document)
    document.state = DOCUMENT.check(work.actor, "receive", document.state, facts_of(document)).target
    master = vault.keys.current
    document.storage_name = await received.keep()
    document.digest = received.digest
    document.scan = received.scan
    document.kept_at = work.now
    key = DocumentKey(document_id=document.id, master_key_id=master.id, wrapped=master.wrap(received.key, document.id))
    story = story_of(work, "document.received", document)
    await work.save(event_of("document.received", document), document, key, *story)
    return view_of(work, document)


def content_refused(work: Work, document_id: UUID, refusal: Invalid) -> None:
    """Record that a content was refused, and by which rule: a program sent as a photo is no accident."""
    work.record(Event("document.content_refused", "document", (document_id,), reason=refusal.code, outcome="refused"))


async def _check_same(work: Work, vault: Vault, document: Document, received: Received) -> None:
    row = await repository.key_of(work, document.id)
    if row is None or row.wrapped is None or document.digest is None:
        raise Conflict("The document has another content already.", code="other-content")
    try:
        key = vault.unwrap(row.master_key_id, row.wrapped, document.id)
    except DamagedError:
        raise unreadable() from None
    if not await received.is_same(key, document.digest):
        raise Conflict("The document has another content already.", code="other-content")
