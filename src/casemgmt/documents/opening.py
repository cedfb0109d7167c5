"""Use cases of a content that is looked at: a link, and what it gives."""

import asyncio
import io
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from uuid import UUID

from casemgmt.db.work import Work
from casemgmt.documents import policy, repository
from casemgmt.documents.sealing import DamagedError, content_digest, open_sealed
from casemgmt.documents.service import event_of
from casemgmt.documents.shown import pieces_of
from casemgmt.documents.states import DOCUMENT, DocumentState
from casemgmt.documents.tables import Document
from casemgmt.documents.vault import BLOCK, Vault
from casemgmt.documents.views import LinkView
from casemgmt.errors import Unavailable, WrongState

CopyKind = Literal["shown", "original"]
_CAN_BE_OPENED = (DocumentState.KEPT, DocumentState.REMOVAL_PROPOSED)


@dataclass(frozen=True)
class OpenedContent:
    """A content that was found whole, ready to be sent."""

    media_type: str
    file_name: str
    size_bytes: int
    body: AsyncIterator[bytes]


async def ask_link(work: Work, vault: Vault, document_id: UUID, copy_kind: CopyKind) -> LinkView:
    """Give a link to a content. It holds for this account and this session, for seconds."""
    document = await repository.get_document(work, document_id)
    _check_can_be_opened(document)
    expires_at = (work.now + timedelta(seconds=vault.settings.document_link_seconds)).replace(microsecond=0)
    link = policy.sign_link(vault.marks, work.actor, document.id, copy_kind, expires_at)
    work.record(event_of("document.link_given", document, copy_kind))
    return LinkView(url=f"/v1/documents/{document.id}/content?link={link}", copy_kind=copy_kind, expires_at=expires_at)


async def open_content(work: Work, vault: Vault, document_id: UUID, link: str) -> OpenedContent | Unavailable:
    """Return the content that a link gives, or the failure to answer with; both leave their event.

    All of it is read and compared with its digest before the first byte is sent: who opens a damaged document learns
    so, instead of taking half of it for the whole.
    """
    document = await repository.get_document(work, document_id)
    copy_kind = policy.read_link(vault.marks, work.actor, document_id, link, work.now)
    _check_can_be_opened(document)
    try:
        opened = await _open(work, vault, document, copy_kind)
    except DamagedError:
        reason = "damaged"
    except FileNotFoundError:
        reason = "missing"
    except OSError:
        reason = "storage_failing"
    else:
        work.record(event_of("document.opened", document, copy_kind))
        return opened
    work.record(event_of("document.unreadable", document, reason))
    return unreadable()


def unreadable() -> Unavailable:
    """Return the failure of a document whose content can't be opened."""
    return Unavailable(
        "The document can't be read: what is stored is missing or was changed. It was reported.",
        code="document-unreadable",
    )


async def _open(work: Work, vault: Vault, document: Document, copy_kind: str) -> OpenedContent:
    row = await repository.key_of(work, document.id)
    if row is None or row.wrapped is None:
        raise DamagedError("the key")
    key = vault.unwrap(row.master_key_id, row.wrapped, document.id)
    pieces = await asyncio.to_thread(_verified_pieces, vault, document, key, copy_kind)
    return OpenedContent(
        document.media_type,
        document.file_name or "",
        sum(len(piece) for piece in pieces),
        _send(vault, str(document.storage_name), key, document.id, pieces),
    )


def _verified_pieces(vault: Vault, document: Document, key: bytes, copy_kind: str) -> list[bytes | range]:
    digest = content_digest(key)
    with open_sealed(vault.storage.open(str(document.storage_name)), key, document.id) as content:
        while block := content.read(BLOCK):
            digest.update(block)
        if digest.hexdigest() != document.digest:
            raise DamagedError("the digest")
        return pieces_of(content, document.media_type, copy_kind)


async def _send(
    vault: Vault, name: str, key: bytes, document_id: UUID, pieces: list[bytes | range]
) -> AsyncIterator[bytes]:
    content = await asyncio.to_thread(lambda: open_sealed(vault.storage.open(name), key, document_id))
    try:
        for piece in pieces:
            if isinstance(piece, bytes):
                yield piece
                continue
            for start in range(piece.start, piece.stop, BLOCK):
                yield await asyncio.to_thread(_block, content, start, min(BLOCK, piece.stop - start))
    finally:
        content.close()


def _block(content: io.BufferedReader, start: int, size: int) -> bytes:
    content.seek(start)
    return content.read(size)


def _check_can_be_opened(document: Document) -> None:
    if document.state not in _CAN_BE_OPENED:
        raise WrongState(
            "The document has no content that could be opened.",
            code="document-not-kept",
            data={"state": document.state, "allowed_transitions": list(DOCUMENT.actions_from(document.state))},
        )
