"""Queries on electronic signatures."""

from typing import TypeVar
from uuid import UUID

from sqlmodel import col, select

from casemgmt.db.work import Work
from casemgmt.errors import NotFound
from casemgmt.signatures.tables import ClosureSignature, ConferenceSignature, PlanSignature, VisitActSignature

AnySignature = PlanSignature | ClosureSignature | VisitActSignature | ConferenceSignature
SignatureT = TypeVar("SignatureT", PlanSignature, ClosureSignature, VisitActSignature, ConferenceSignature)


async def signatures_of(work: Work, table: type[SignatureT], column: str, record_id: UUID) -> list[SignatureT]:
    """Return the signatures on a record, which the column names, the oldest first."""
    query = select(table).where(getattr(table, column) == record_id)
    return list(await work.session.scalars(query.order_by(col(table.recorded_at), col(table.id))))


async def get_signature(work: Work, table: type[SignatureT], signature_id: UUID) -> SignatureT:
    """Return a signature that the actor sees, locked; else `NotFound`."""
    query = select(table).where(table.id == signature_id).with_for_update()
    signature = (await work.session.scalars(query)).one_or_none()
    if signature is None:
        raise NotFound("There is no such signature.")
    return signature
