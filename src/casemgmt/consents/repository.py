"""Queries on consents and on what rests on them. Row security decides what is seen."""

from uuid import UUID

from sqlmodel import col, or_, select, tuple_

from casemgmt.consents.tables import Consent
from casemgmt.db.paging import Position
from casemgmt.db.work import Work
from casemgmt.errors import NotFound
from rules.zone import to_local

_CHILDREN = [
    "child",
    "step_child",
    "grandchild",
    "adopted_child",
    "foster_child",
    "patronage_child",
    "ward_under_guardianship",
    "ward_under_trusteeship",
]
"""Kinds of relationship of which the first person is the younger: the responsibility is the other's."""


async def find_consent(work: Work, consent_id: UUID) -> Consent | None:
    """Return a consent that the actor sees, or None."""
    return (await work.session.scalars(select(Consent).where(Consent.id == consent_id))).one_or_none()


async def get_consent(work: Work, consent_id: UUID, *, for_change: bool = False) -> Consent:
    """Return a consent that the actor sees, locked when it is about to change; else `NotFound`."""
    query = select(Consent).where(Consent.id == consent_id).execution_options(populate_existing=True)
    if for_change:
        query = query.with_for_update()
    consent = (await work.session.scalars(query)).one_or_none()
    if consent is None:
        raise NotFound("There is no such consent.")
    return consent


async def list_consents(work: Work, case_id: UUID, size: int, after: Position | None) -> list[Consent]:
    """Return up to `size` consents of a case, the newest first."""
    query = select(Consent).where(Consent.case_id == case_id)
    if after is not None:
        query = query.where(tuple_(col(Consent.given_at), col(Consent.id)) < (after.at, after.id))
    return list(
        await work.session.scalars(query.order_by(col(Consent.given_at).desc(), col(Consent.id).desc()).limit(size))
    )


async def others_that_hold(work: Work, consent: Consent) -> list[Consent]:
    """Return the other consents of the case that are given and not over."""
    query = select(Consent).where(
        Consent.case_id == consent.case_id,
        Consent.id != consent.id,
        Consent.state == "given",
        or_(col(Consent.expires_at).is_(None), col(Consent.expires_at) > work.now),
    )
    return list(await work.session.scalars(query.order_by(col(Consent.id))))


async def answers_for(work: Work, giver_id: UUID, person_id: UUID) -> bool:
    """Answer whether somebody has parental responsibility for a person by a relationship on record today."""
    answer: bool = await work.call(
        "SELECT EXISTS (SELECT 1 FROM relationship r WHERE r.parental_responsibility"
        " AND (r.until IS NULL OR r.until >= CAST(:today AS date))"
        " AND ((r.person_id = :giver AND r.other_id = :person AND r.kind <> ALL (:children))"
        "   OR (r.person_id = :person AND r.other_id = :giver AND r.kind = ANY (:children))))",
        giver=giver_id,
        person=person_id,
        today=to_local(work.now).date(),
        children=_CHILDREN,
    )
    return answer
