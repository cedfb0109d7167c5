"""Use cases of documents: announce, read, list, take back."""

from uuid import UUID

from casemgmt.audit.events import Event
from casemgmt.db import paging
from casemgmt.db.work import Work, check_version, only
from casemgmt.documents import policy, repository
from casemgmt.documents.commands import AnnounceDocument, ProposeRemoval
from casemgmt.documents.states import DOCUMENT, DocumentFacts
from casemgmt.documents.tables import Document
from casemgmt.documents.vault import Vault
from casemgmt.documents.views import DocumentSummary, DocumentView
from casemgmt.errors import Conflict
from casemgmt.ids import new_id
from casemgmt.models import AllowedActionView
from casemgmt.timeline.service import entry
from casemgmt.timeline.tables import TimelineEntry


async def announce_document(work: Work, vault: Vault, command: AnnounceDocument) -> DocumentView:
    """Write down that a file is about to come, and which. The same again is the same answer."""
    policy.check_size(vault.settings, command.media_type, command.size_bytes)
    _ = vault.keys  # nothing is announced that could not be kept
    owner = await repository.owner_of(work, command.record_type, command.record_id)
    values = command.model_dump(exclude={"id", "file_name"})
    values["file_name"] = policy.clean_name(command.file_name, command.media_type)
    if command.id is not None and (known := await repository.find_document(work, command.id)) is not None:
        if known.created_by_id != work.actor.user_id or known.model_dump(include=set(values)) != values:
            raise Conflict("A record with the same key exists already.", code="already-exists")
        work.record(event_of("document.read", known))
        return view_of(work, known)
    document = Document(
        id=command.id or new_id(),
        state=DOCUMENT.initial,
        case_id=owner.case_id,
        signal_id=owner.signal_id,
        determination_id=owner.determination_id,
        organisation_id=owner.organisation_id,
        created_at=work.now,
        created_by_id=work.actor.user_id,
        **values,
    )
    await work.save(event_of("document.announced", document), document)
    return view_of(work, document)


async def read_document(work: Work, document_id: UUID) -> DocumentView:
    """Return what is known of a document, and record that the actor read it."""
    document = await repository.get_document(work, document_id)
    work.record(event_of("document.read", document))
    return view_of(work, document)


async def list_documents(
    work: Work, record_type: str, record_id: UUID, limit: int, cursor: str | None
) -> paging.Page[DocumentSummary]:
    """Return a page of the documents of a record, the newest first; one event names all that were shown."""
    owner = await repository.owner_of(work, record_type, record_id)
    name = f"documents of {record_type} {record_id}"
    rows = await repository.list_documents(work, record_type, record_id, limit + 1, paging.decode(name, cursor))
    shown = [DocumentSummary.model_validate(r.model_dump(include=set(DocumentSummary.model_fields))) for r in rows]
    page = paging.page(name, shown, limit, lambda d: paging.Position(d.created_at, d.id))
    ids = (record_id, *(d.id for d in page.items))
    work.record(Event("document.listed", "document", ids, case_id=owner.case_id, signal_id=owner.signal_id))
    return page


async def withdraw_document(work: Work, document_id: UUID, expected: int | None) -> DocumentView:
    """Take back what was announced and never came."""
    document = await _step(work, document_id, "withdraw", expected)
    document.removed_by_id, document.removed_at = work.actor.user_id, work.now
    return await _save(work, document, "document.withdrawn")


async def propose_removal(work: Work, document_id: UUID, command: ProposeRemoval, expected: int | None) -> DocumentView:
    """Say that a document does not belong where it is. A second person removes it, or it stays."""
    document = await _step(work, document_id, "propose_removal", expected)
    document.removal_reason, document.removal_note = command.reason, command.note
    document.removal_proposed_by_id, document.removal_proposed_at = work.actor.user_id, work.now
    return await _save(work, document, "document.removal_proposed", command.reason)


async def decline_removal(work: Work, document_id: UUID, expected: int | None) -> DocumentView:
    """Leave a document where it is. Who had proposed to remove it, and why, stands in the log."""
    document = await _step(work, document_id, "decline_removal", expected)
    document.removal_reason = document.removal_note = None
    document.removal_proposed_by_id = document.removal_proposed_at = None
    return await _save(work, document, "document.removal_declined")


async def remove_document(work: Work, document_id: UUID, expected: int | None) -> DocumentView:
    """Remove a document as the second person: nobody opens it any more, and it stays on record that it was there."""
    document = await _step(work, document_id, "remove", expected)
    document.removed_by_id, document.removed_at = work.actor.user_id, work.now
    story = story_of(work, "document.removed", document)
    await work.save(event_of("document.removed", document, document.removal_reason), document, *story)
    return view_of(work, document)


def story_of(work: Work, kind: str, document: Document) -> list[TimelineEntry]:
    """Return the entry that tells the case or the signal of an act. That there is a secret document is secret too."""
    if document.secrecy != "ordinary" or not only(document.case_id, document.signal_id):
        return []
    return [
        entry(
            work,
            kind,
            "document",
            document.id,
            organisation_id=document.organisation_id,
            case_id=document.case_id,
            signal_id=document.signal_id,
            data={"kind": document.kind, "reason": document.removal_reason},
        )
    ]


def facts_of(document: Document) -> DocumentFacts:
    """Return what the guards of the route need."""
    return DocumentFacts(document.created_by_id, document.removal_proposed_by_id)


def event_of(kind: str, document: Document, reason: str | None = None) -> Event:
    """Return the event of an act on a document; it names the record that the document belongs to."""
    ids = only(document.id, document.record_id)
    return Event(kind, "document", ids, case_id=document.case_id, signal_id=document.signal_id, reason=reason)


def view_of(work: Work, document: Document) -> DocumentView:
    """Return a document as this actor sees it, with the actions that are allowed now."""
    actions = DOCUMENT.allowed_actions(work.actor, document.state, facts_of(document))
    return DocumentView(
        **document.model_dump(include=set(DocumentView.model_fields)),
        allowed_actions=[AllowedActionView.model_validate(a) for a in actions if a.action != "erase"],
    )


async def _step(work: Work, document_id: UUID, action: str, expected: int | None) -> Document:
    document = await repository.get_document(work, document_id, for_change=True)
    check_version(document, expected)
    document.state = DOCUMENT.check(work.actor, action, document.state, facts_of(document)).target
    return document


async def _save(work: Work, document: Document, kind: str, reason: str | None = None) -> DocumentView:
    await work.save(event_of(kind, document, reason), document)
    return view_of(work, document)
