"""Queries on referrals to other bodies."""

from typing import Any
from uuid import UUID

from sqlalchemy import literal, tuple_
from sqlmodel import col, select

from casemgmt.cases.tables import CaseRecord
from casemgmt.db.paging import Position
from casemgmt.db.work import Work
from casemgmt.errors import NotFound
from casemgmt.service_referrals.tables import ServiceReferral, ServiceReferralShare


async def list_referrals(
    work: Work, size: int, after: Position | None, *, case_id: UUID | None = None, state: str | None = None
) -> list[ServiceReferral]:
    """Return up to `size` referrals of a case, else to the actor's body; row security decides what is seen."""
    asked = (
        col(ServiceReferral.case_id) == case_id
        if case_id is not None
        else col(ServiceReferral.to_organisation_id) == work.actor.organisation_id
    )
    query = select(ServiceReferral).where(asked)
    if state is not None:
        query = query.where(ServiceReferral.state == state)
    key = tuple_(col(ServiceReferral.offered_at), col(ServiceReferral.id))
    if after is not None:
        query = query.where(key < tuple_(literal(after.at), literal(after.id)))
    rows = query.order_by(col(ServiceReferral.offered_at).desc(), col(ServiceReferral.id).desc()).limit(size)
    return list(await work.session.scalars(rows))


async def get_referral(work: Work, referral_id: UUID) -> ServiceReferral:
    """Return a referral that the actor sees as it is now; else `NotFound`."""
    query = select(ServiceReferral).where(ServiceReferral.id == referral_id).execution_options(populate_existing=True)
    found = (await work.session.scalars(query)).one_or_none()
    if found is None:
        raise NotFound("There is no such referral.")
    return found


async def share_of(work: Work, referral_id: UUID) -> ServiceReferralShare | None:
    """Return what is shared by a referral, None where the actor does not see it."""
    query = select(ServiceReferralShare).where(ServiceReferralShare.referral_id == referral_id)
    return (await work.session.scalars(query)).one_or_none()


async def seen_cases(work: Work, case_ids: list[UUID]) -> set[UUID]:
    """Return those of some cases that the actor sees."""
    query = select(CaseRecord.id).where(col(CaseRecord.id).in_(case_ids))
    return set(await work.session.scalars(query))


async def referred_child(work: Work, referral_id: UUID) -> dict[str, Any] | None:
    """Return person, name and age of the child, to the body that has accepted and while the ground holds; else None."""
    rows = await work.rows("SELECT * FROM referred_child(:referral)", referral=referral_id)
    return rows[0] if rows else None
