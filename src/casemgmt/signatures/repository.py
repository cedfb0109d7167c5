"""Queries on electronic signatures."""

from uuid import UUID

from sqlmodel import col, select

from casemgmt.db.work import Work
from casemgmt.errors import NotFound
from casemgmt.signatures.tables import PlanSignature


async def signatures_of(work: Work, plan_id: UUID) -> list[PlanSignature]:
    """Return the signatures on a version of the plan, the oldest first."""
    query = select(PlanSignature).where(PlanSignature.plan_id == plan_id)
    return list(await work.session.scalars(query.order_by(col(PlanSignature.recorded_at), col(PlanSignature.id))))


async def get_signature(work: Work, signature_id: UUID) -> PlanSignature:
    """Return a signature that the actor sees, locked; else `NotFound`."""
    query = select(PlanSignature).where(PlanSignature.id == signature_id).with_for_update()
    signature = (await work.session.scalars(query)).one_or_none()
    if signature is None:
        raise NotFound("There is no such signature.")
    return signature
