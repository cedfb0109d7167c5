"""Queries on grants, and what a grant shows."""

from datetime import date
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import literal, tuple_
from sqlmodel import col, select

from casemgmt.break_glass.tables import BreakGlassGrant
from casemgmt.db.paging import Position
from casemgmt.db.work import Work
from casemgmt.errors import NotFound

Side = Literal["own", "reviews"]
ReviewClock = Literal["running", "breached"] | None


async def get_grant(work: Work, grant_id: UUID) -> BreakGlassGrant:
    """Return a grant that the actor sees, read anew; else `NotFound`."""
    query = select(BreakGlassGrant).where(BreakGlassGrant.id == grant_id)
    grant = (await work.session.scalars(query.execution_options(populate_existing=True))).one_or_none()
    if grant is None:
        raise NotFound("There is no such grant.")
    return grant


async def list_grants(
    work: Work, side: Side, size: int, after: Position | None, state: str | None, clock: ReviewClock
) -> list[BreakGlassGrant]:
    """Return up to `size` grants of the actor, or for the actor's body to review, the newest first."""
    query = select(BreakGlassGrant).where(
        col(BreakGlassGrant.user_id) == work.actor.user_id
        if side == "own"
        else (col(BreakGlassGrant.review_body_id) == work.actor.organisation_id)
        & (col(BreakGlassGrant.user_id) != work.actor.user_id)
    )
    if state is not None:
        query = query.where(BreakGlassGrant.state == state)
    if clock is not None:
        late = col(BreakGlassGrant.review_due_at) < work.now
        query = query.where(BreakGlassGrant.state == "awaiting_review", late if clock == "breached" else ~late)
    key = tuple_(col(BreakGlassGrant.opened_at), col(BreakGlassGrant.id))
    if after is not None:
        query = query.where(key < tuple_(literal(after.at), literal(after.id)))
    rows = query.order_by(col(BreakGlassGrant.opened_at).desc(), col(BreakGlassGrant.id).desc()).limit(size)
    return list(await work.session.scalars(rows))


_CASE = (
    "SELECT c.id AS case_id, c.number, c.state, c.risk_level, c.risk_review_on, c.region_code, c.opened_at,"
    " u.id AS user_id, u.family_name, u.given_name, u.patronymic, o.id AS organisation_id,"
    " o.name_ru AS organisation_name"
    " FROM case_record c JOIN app_user u ON u.id = c.manager_id JOIN organisation o ON o.id = u.organisation_id"
    " WHERE c.id = :case"
)
_PERSONS = (
    "SELECT p.id AS person_id, cp.role, p.family_name, p.given_name, p.patronymic, p.sex, p.birth_year, p.birth_date"
    " FROM case_person cp JOIN person p ON p.id = cp.person_id WHERE cp.case_id = :case AND cp.until IS NULL"
    " ORDER BY cp.since, cp.id"
)
_ADDRESSES = (
    "SELECT a.person_id, a.kind, a.kato, a.line FROM person_address a JOIN case_person cp"
    " ON cp.person_id = a.person_id AND cp.case_id = :case AND cp.until IS NULL"
    " WHERE a.until IS NULL OR a.until >= CAST(:today AS date) ORDER BY a.since DESC, a.id"
)
_WARNINGS = (
    "SELECT DISTINCT w.kind FROM visitor_warning w WHERE w.lifted_at IS NULL"
    " AND (w.case_id = :case OR w.signal_id = ANY (glass_signals())) ORDER BY w.kind"
)


async def look_through(work: Work, grant: BreakGlassGrant, today: date) -> dict[str, list[dict[str, Any]]]:
    """Return the narrow fields of the case. Row security opens them for this transaction, by the grant itself."""
    await work.call("SELECT set_config('casemgmt.glass', :grant, true)", grant=str(grant.id))
    try:
        return {
            "case": await work.rows(_CASE, case=grant.case_id),
            "persons": await work.rows(_PERSONS, case=grant.case_id),
            "addresses": await work.rows(_ADDRESSES, case=grant.case_id, today=today),
            "warnings": await work.rows(_WARNINGS, case=grant.case_id),
        }
    finally:
        await work.call("SELECT set_config('casemgmt.glass', '', true)")
