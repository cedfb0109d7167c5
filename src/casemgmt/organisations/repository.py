"""Queries on bodies, users and mobile groups. All who are signed in see them; lists go on after a row's place."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, text
from sqlmodel import SQLModel, and_, col, or_, select

from casemgmt.db.work import Work
from casemgmt.errors import NotFound
from casemgmt.organisations.tables import (
    AppUser,
    MobileGroup,
    MobileGroupArea,
    MobileGroupDuty,
    MobileGroupMember,
    UserRole,
)

RowT = TypeVar("RowT", bound=SQLModel)

_ORDER_OF = {
    "organisation": ("name_ru", "id, kind, sector, name_kk, name_ru, name_en, region_code, parent_id, active"),
    "app_user": ("family_name", "id, kind, family_name, given_name, patronymic, sector, organisation_id, active"),
    "mobile_group": ("name", "id"),
}


async def list_rows(
    work: Work, table: str, filters: dict[str, Any], size: int, after: UUID | None
) -> list[dict[str, Any]]:
    """Return up to `size` rows of a table in the order of its name, those equal to all filters that are given."""
    order, columns = _ORDER_OF[table]
    given = {name: value for name, value in filters.items() if value is not None}
    conditions = [f"{name} = :{name}" for name in given]
    if after is not None:
        place = f"(SELECT {order}, id FROM {table} WHERE id = :after)"  # noqa: S608 - names from the code
        conditions.append(f"({order}, id) > {place}")
        given["after"] = after
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    statement = f"SELECT {columns} FROM {table} {where} ORDER BY {order}, id LIMIT :size"  # noqa: S608 - names from the code
    return [dict(r) for r in (await work.session.execute(text(statement), given | {"size": size})).mappings()]


async def get_row(work: Work, model: type[RowT], row_id: UUID, *, for_change: bool = False) -> RowT:
    """Return a row of the directory, locked when it is about to change; else `NotFound`."""
    # Its key stays as it is: whoever only points to the row, such as a long import, is not waited for.
    lock = {"key_share": True} if for_change else None
    row = await work.session.get(model, row_id, with_for_update=lock)
    if row is None:
        raise NotFound("There is no such record.")
    return row


async def roles_of(work: Work, user_id: UUID) -> list[UserRole]:
    """Return the roles that a user holds now; empty for readers who may not know."""
    query = select(UserRole).where(
        UserRole.user_id == user_id,
        col(UserRole.revoked_at).is_(None),
        or_(col(UserRole.ends_at).is_(None), col(UserRole.ends_at) > work.now),
    )
    return list(await work.session.scalars(query.order_by(col(UserRole.role))))


async def groups(work: Work, ids: Sequence[UUID]) -> list[MobileGroup]:
    """Return mobile groups in the order of their ids as given."""
    found = {g.id: g for g in await work.session.scalars(select(MobileGroup).where(col(MobileGroup.id).in_(ids)))}
    return [found[i] for i in ids if i in found]


async def group_ids_for_place(work: Work, kato: str, region: str | None, size: int) -> list[UUID]:
    """Return the active groups whose area holds a place, the closest area first."""
    statement = text(
        "SELECT g.id FROM mobile_group g JOIN mobile_group_area a ON a.group_id = g.id AND a.removed_at IS NULL"
        " WHERE g.active AND a.kato_prefix = ANY (:prefixes)"
        " AND (CAST(:region AS text) IS NULL OR g.region_code = :region)"
        " GROUP BY g.id, g.name ORDER BY max(length(a.kato_prefix)) DESC, g.name, g.id LIMIT :size"
    )
    prefixes = [kato[:length] for length in range(2, len(kato) + 1)]
    rows = await work.session.execute(statement, {"prefixes": prefixes, "region": region, "size": size})
    return list(rows.scalars())


def stands(work: Work) -> ColumnElement[bool]:
    """Return the condition of a place in a mobile group that is held now, as the view `group_place` has it."""
    ends = col(MobileGroupMember.rests_until)
    return and_(col(MobileGroupMember.until).is_(None), or_(ends.is_(None), ends > work.now))


async def away_in(work: Work, group_ids: Sequence[UUID], at: datetime) -> dict[UUID, datetime]:
    """Return the members of groups who are away at a moment, each with the end of it."""
    statement = "SELECT * FROM group_members_away(CAST(:groups AS uuid[]), :at)"
    rows = await work.rows(statement, groups=list(group_ids), at=at)
    return {row["user_id"]: row["until"] for row in rows}


async def members_of(work: Work, group_ids: Sequence[UUID]) -> list[tuple[MobileGroupMember, AppUser]]:
    """Return the present members of groups with their accounts, leads first."""
    query = (
        select(MobileGroupMember, AppUser)
        .join(AppUser, col(AppUser.id) == col(MobileGroupMember.user_id))
        .where(col(MobileGroupMember.group_id).in_(group_ids), stands(work))
        .order_by(col(MobileGroupMember.is_lead).desc(), col(AppUser.family_name), col(MobileGroupMember.id))
    )
    return [(member, user) for member, user in await work.session.execute(query)]


async def areas_of(work: Work, group_ids: Sequence[UUID], *, removed: bool = False) -> list[MobileGroupArea]:
    """Return the duty areas of groups, on wish also those that were taken away."""
    query = select(MobileGroupArea).where(col(MobileGroupArea.group_id).in_(group_ids))
    if not removed:
        query = query.where(col(MobileGroupArea.removed_at).is_(None))
    return list(await work.session.scalars(query.order_by(col(MobileGroupArea.kato_prefix))))


async def duty_of(work: Work, group_ids: Sequence[UUID]) -> list[MobileGroupDuty]:
    """Return the duty times of groups."""
    query = select(MobileGroupDuty).where(
        col(MobileGroupDuty.group_id).in_(group_ids), col(MobileGroupDuty.removed_at).is_(None)
    )
    order = (col(MobileGroupDuty.on_date), col(MobileGroupDuty.weekday), col(MobileGroupDuty.from_time))
    return list(await work.session.scalars(query.order_by(*order)))
