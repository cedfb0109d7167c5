"""Queries on documents. Row security decides what is seen."""

from dataclasses import dataclass
from uuid import UUID

from sqlmodel import col, select, tuple_

from casemgmt.db.paging import Position
from casemgmt.db.work import Work
from casemgmt.documents.tables import Document, DocumentKey
from casemgmt.errors import NotFound


@dataclass(frozen=True)
class Owner:
    """The record that a document belongs to, as far as its scope needs it."""

    organisation_id: UUID
    case_id: UUID | None = None
    signal_id: UUID | None = None
    determination_id: UUID | None = None


_OWNERS = {
    "case": "SELECT organisation_id, id AS case_id FROM case_record WHERE id = :id",
    "signal": "SELECT organisation_id, case_id, id AS signal_id FROM signal WHERE id = :id",
    "visit_act": "SELECT organisation_id, case_id, signal_id FROM visit_act WHERE id = :id",
    "person": "SELECT organisation_id FROM person WHERE id = :id",
    "plan": "SELECT organisation_id, case_id FROM plan WHERE id = :id",
    # A centre's head sees the times of sessions whose cases stay out of sight: those take no document.
    "session": "SELECT s.organisation_id, s.case_id FROM centre_session s JOIN case_record c ON c.id = s.case_id"
    " WHERE s.id = :id",
    "benefit_appeal": "SELECT d.organisation_id, a.determination_id FROM benefit_appeal a"
    " JOIN benefit_determination d ON d.id = a.determination_id WHERE a.id = :id",
}


async def owner_of(work: Work, record_type: str, record_id: UUID) -> Owner:
    """Return the record that a document is to belong to; `NotFound` where hidden."""
    found = await work.rows(_OWNERS[record_type], id=record_id)
    if not found:
        raise NotFound("There is no such record.")
    return Owner(**found[0])


async def find_document(work: Work, document_id: UUID) -> Document | None:
    """Return a document that the actor sees, else None."""
    return (await work.session.scalars(select(Document).where(Document.id == document_id))).one_or_none()


async def get_document(work: Work, document_id: UUID, *, for_change: bool = False) -> Document:
    """Return a document that the actor sees, locked when it is about to change; else `NotFound`."""
    query = select(Document).where(Document.id == document_id)
    if for_change:
        query = query.with_for_update().execution_options(populate_existing=True)
    document = (await work.session.scalars(query)).one_or_none()
    if document is None:
        raise NotFound("There is no such document.")
    return document


async def key_of(work: Work, document_id: UUID) -> DocumentKey | None:
    """Return the key of a document's content; None while there is no content."""
    return (await work.session.scalars(select(DocumentKey).where(DocumentKey.document_id == document_id))).one_or_none()


async def list_documents(
    work: Work, record_type: str, record_id: UUID, size: int, after: Position | None
) -> list[Document]:
    """Return up to `size` documents of a record, the newest first: of a case all that came with it."""
    query = select(Document)
    if record_type == "case":
        query = query.where(Document.case_id == record_id)
    else:
        query = query.where(Document.record_type == record_type, Document.record_id == record_id)
    if after is not None:
        query = query.where(tuple_(col(Document.created_at), col(Document.id)) < tuple_(after.at, after.id))
    query = query.order_by(col(Document.created_at).desc(), col(Document.id).desc()).limit(size)
    return list(await work.session.scalars(query))
