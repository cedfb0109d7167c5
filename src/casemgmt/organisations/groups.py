"""Use cases of mobile groups: who is in them, where and when they are on duty."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import SQLModel

from casemgmt.audit.events import Event
from casemgmt.db import paging
from casemgmt.db.work import Work, check_version
from casemgmt.errors import Conflict, invalid_field
from casemgmt.ids import new_id
from casemgmt.organisations import account_changes, policy, repository
from casemgmt.organisations.commands import (
    AddGroupMember,
    ChangeMobileGroup,
    CreateMobileGroup,
    SetAreas,
    SetDuty,
)
from casemgmt.organisations.service import given_fields, require_organisation
from casemgmt.organisations.tables import (
    AppUser,
    MobileGroup,
    MobileGroupArea,
    MobileGroupDuty,
)
from casemgmt.organisations.views import (
    AccountChangeView,
    DutyTimeView,
    GroupMemberView,
    MobileGroupSummary,
    MobileGroupView,
)


async def create_group(work: Work, command: CreateMobileGroup) -> MobileGroupView:
    """Add a mobile group, coordinated by a body, in the region of that body."""
    body = await require_organisation(work, command.organisation_id)
    if body.region_code is None:
        raise invalid_field("/organisation_id", "body-without-region", "A national body has no mobile groups.")
    group = MobileGroup(
        id=command.id or new_id(), organisation_id=body.id, region_code=body.region_code, name=command.name
    )
    await work.save(Event("mobile_group.created", "mobile_group", (group.id,)), group)
    return await _view(work, group)


async def change_group(work: Work, group_id: UUID, command: ChangeMobileGroup, expected: int) -> MobileGroupView:
    """Change the name of a group, or switch it off: then nothing new is offered to it."""
    group = await _locked(work, group_id, expected)
    for name, value in given_fields(command.model_dump(exclude_unset=True), {"name", "active"}).items():
        setattr(group, name, value)
    await work.save(Event("mobile_group.changed", "mobile_group", (group_id,)), group)
    return await _view(work, group)


async def ask_for_member(
    work: Work, group_id: UUID, command: AddGroupMember, expected: int | None
) -> AccountChangeView:
    """Ask that a user be taken into a group, for one of the four sectors.

    A second person grants it, the head of the body that coordinates the group or an administrator: from then on the
    group's referrals are in sight.
    """
    group = await _locked(work, group_id, expected)
    user = await work.session.get(AppUser, command.user_id)
    if user is None or not user.active or user.kind != "person":
        raise invalid_field("/user_id", "unknown-user", "There is no such user.")
    sector = command.sector or user.sector
    if sector not in policy.group_sectors():
        raise invalid_field("/sector", "sector-of-no-group", "A mobile group has members of four sectors only.")
    if any(u.id == user.id for _, u in await repository.members_of(work, [group_id])):
        raise Conflict("The user is a member of this group already.", code="already-exists")
    return await account_changes.ask(
        work, user, "group", command.reason, group_id=group.id, sector=sector, is_lead=command.is_lead
    )


async def remove_member(work: Work, group_id: UUID, user_id: UUID, expected: int | None) -> MobileGroupView:
    """End a membership: the group's referrals leave the user's sight at once."""
    group = await _locked(work, group_id, expected)
    members = [m for m, u in await repository.members_of(work, [group_id]) if u.id == user_id]
    if not members:
        raise Conflict("The user is not a member of this group.", code="not-a-member")
    members[0].until = work.now
    return await _save_roster(work, group, "mobile_group.member_removed", (group_id, user_id), members)


async def set_areas(work: Work, group_id: UUID, command: SetAreas, expected: int) -> MobileGroupView:
    """Say in which places a group is on duty, all of them at once."""
    group = await _locked(work, group_id, expected)
    policy.check_areas(command.kato_prefixes, group.region_code)
    held = {a.kato_prefix: a for a in await repository.areas_of(work, [group_id], removed=True)}
    for prefix in command.kato_prefixes:
        area = held.setdefault(prefix, MobileGroupArea(group_id=group_id, kato_prefix=prefix))
        area.removed_at = None
    for prefix, area in held.items():
        if prefix not in command.kato_prefixes and area.removed_at is None:
            area.removed_at = work.now
    return await _save_roster(work, group, "mobile_group.areas_set", (group_id,), list(held.values()))


async def set_duty(work: Work, group_id: UUID, command: SetDuty, expected: int) -> MobileGroupView:
    """Say when a group is on duty, all times at once."""
    group = await _locked(work, group_id, expected)
    rows = await repository.duty_of(work, [group_id])
    for row in rows:
        row.removed_at = work.now
    fresh = [MobileGroupDuty(id=new_id(), group_id=group_id, **t.model_dump()) for t in command.times]
    return await _save_roster(work, group, "mobile_group.duty_set", (group_id,), [*rows, *fresh])


async def read_group(work: Work, group_id: UUID) -> MobileGroupView:
    """Return a mobile group with its members and duty times."""
    group = await repository.get_row(work, MobileGroup, group_id)
    work.record(Event("mobile_group.read", "mobile_group", (group_id,)))
    return await _view(work, group)


async def list_groups(
    work: Work, limit: int, cursor: str | None, region: str | None, at: datetime | None
) -> paging.Page[MobileGroupSummary]:
    """Return a page of mobile groups in the order of their names, each with its duty at a moment (now)."""
    after = paging.decode_row("mobile_groups", cursor)
    rows = await repository.list_rows(work, "mobile_group", {"region_code": region}, limit + 1, after)
    found = await _summaries(work, [r["id"] for r in rows], at or work.now)
    page = paging.page("mobile_groups", found, limit, lambda g: paging.RowPosition(g.id))
    work.record(Event("mobile_group.listed", "mobile_group", tuple(g.id for g in page.items)))
    return page


async def groups_on_duty(
    work: Work, limit: int, kato: str, region: str | None, at: datetime | None
) -> paging.Page[MobileGroupSummary]:
    """Return the active groups for a place at a moment (now): those on duty, the closest area first.

    A group whose duty times nobody recorded follows behind: a child is not left without a group for want of a list.
    """
    ids = await repository.group_ids_for_place(work, kato, region, limit)
    found = [g for g in await _summaries(work, ids, at or work.now) if g.duty != "off"]
    found.sort(key=lambda g: g.duty != "on")
    work.record(Event("mobile_group.listed", "mobile_group", tuple(g.id for g in found)))
    return paging.Page(found, None)


async def _locked(work: Work, group_id: UUID, expected: int | None) -> MobileGroup:
    group = await repository.get_row(work, MobileGroup, group_id, for_change=True)
    check_version(group, expected)
    return group


async def _save_roster(
    work: Work, group: MobileGroup, kind: str, ids: tuple[UUID, ...], rows: Sequence[SQLModel]
) -> MobileGroupView:
    group.roster_changed_at = work.now
    await work.save(Event(kind, "mobile_group", ids), group, *rows)
    return await _view(work, group)


async def _summaries(work: Work, ids: Sequence[UUID], at: datetime) -> list[MobileGroupSummary]:
    members = await repository.members_of(work, ids)
    areas = await repository.areas_of(work, ids)
    times = await repository.duty_of(work, ids)
    away = await repository.away_in(work, ids, at)
    answer = []
    for group in await repository.groups(work, ids):
        missing = policy.missing_sectors(
            m.sector for m, u in members if m.group_id == group.id and u.active and u.id not in away
        )
        windows = [
            policy.DutyWindow(t.weekday, t.on_date, t.from_time, t.until_time) for t in times if t.group_id == group.id
        ]
        answer.append(
            MobileGroupSummary(
                **group.model_dump(include={"id", "organisation_id", "region_code", "name", "active"}),
                complete=not missing,
                missing_sectors=missing,
                kato_prefixes=[a.kato_prefix for a in areas if a.group_id == group.id],
                duty=policy.duty_at(windows, at),
            )
        )
    return answer


async def _view(work: Work, group: MobileGroup) -> MobileGroupView:
    (summary,) = await _summaries(work, [group.id], work.now)
    away = await repository.away_in(work, [group.id], work.now)
    return MobileGroupView(
        **summary.model_dump(),
        version=group.version,
        roster_changed_at=group.roster_changed_at,
        members=[
            GroupMemberView(
                user_id=user.id,
                family_name=user.family_name,
                given_name=user.given_name,
                sector=member.sector,
                is_lead=member.is_lead,
                since=member.since,
                away_until=away.get(user.id),
                stands_in_until=member.rests_until,
            )
            for member, user in await repository.members_of(work, [group.id])
        ],
        duty_times=[DutyTimeView.model_validate(t) for t in await repository.duty_of(work, [group.id])],
    )
