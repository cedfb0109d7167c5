"""Mobile groups: members, areas, duty."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from pydantic import AwareDatetime

from api.etags import ExpectedVersion, RequiredVersion, set_etag
from api.routing import CurrentWork, Router
from api.schemas import DEFAULT_PAGE, Cursor, Limit, Page
from casemgmt.access.permissions import Permission
from casemgmt.errors import invalid_field
from casemgmt.organisations import groups
from casemgmt.organisations.commands import (
    AddGroupMember,
    ChangeMobileGroup,
    CreateMobileGroup,
    SetAreas,
    SetDuty,
)
from casemgmt.organisations.views import AccountChangeView, MobileGroupSummary, MobileGroupView
from casemgmt.reference.fields import Kato, RegionCode

router = Router("/mobile-groups", "mobile groups")


@router.post("", Permission.MOBILE_GROUPS_MANAGE, status_code=201)
async def create_mobile_group(command: CreateMobileGroup, response: Response, work: CurrentWork) -> MobileGroupView:
    """Add a mobile group."""
    view = await groups.create_group(work, command)
    response.headers["Location"] = f"/v1/mobile-groups/{view.id}"
    return _shown(response, view)


@router.get("", Permission.MOBILE_GROUPS_READ)
async def list_mobile_groups(
    work: CurrentWork,
    limit: Limit = DEFAULT_PAGE,
    cursor: Cursor = None,
    region: Annotated[RegionCode | None, Query()] = None,
    kato: Annotated[Kato | None, Query(description="Only active groups on duty for this place, closest first.")] = None,
    at: Annotated[AwareDatetime | None, Query(description="Duty at this moment; absent: now.")] = None,
) -> Page[MobileGroupSummary]:
    """List mobile groups, or with `kato` those on duty for a place: on one page, the closest area first."""
    if kato is None:
        return Page.of(await groups.list_groups(work, limit, cursor, region, at))
    if cursor is not None:
        raise invalid_field("/cursor", "invalid-cursor", "The groups of a place are one page.")
    return Page.of(await groups.groups_on_duty(work, limit, kato, region, at))


@router.get("/{group_id}", Permission.MOBILE_GROUPS_READ)
async def get_mobile_group(group_id: UUID, response: Response, work: CurrentWork) -> MobileGroupView:
    """Read a mobile group with its members and duty times."""
    return _shown(response, await groups.read_group(work, group_id))


@router.patch("/{group_id}", Permission.MOBILE_GROUPS_MANAGE)
async def change_mobile_group(
    group_id: UUID, command: ChangeMobileGroup, response: Response, work: CurrentWork, expected: RequiredVersion
) -> MobileGroupView:
    """Change the name of a mobile group, or switch it off."""
    return _shown(response, await groups.change_group(work, group_id, command, expected))


@router.post("/{group_id}/members", Permission.MOBILE_GROUPS_MANAGE, status_code=201)
async def ask_for_group_member(
    group_id: UUID, command: AddGroupMember, work: CurrentWork, expected: ExpectedVersion
) -> AccountChangeView:
    """Ask that a user be taken into a mobile group, for one of the four sectors: the place opens its signals.

    The head of the body that coordinates the group or another administrator grants it at `/v1/account-changes`.
    """
    return await groups.ask_for_member(work, group_id, command, expected)


@router.post("/{group_id}/members/{user_id}/remove", Permission.MOBILE_GROUPS_MANAGE)
async def remove_group_member(
    group_id: UUID, user_id: UUID, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> MobileGroupView:
    """End a membership: the group's referrals leave the user's sight at once."""
    return _shown(response, await groups.remove_member(work, group_id, user_id, expected))


@router.guarded("PUT", "/{group_id}/areas", Permission.MOBILE_GROUPS_MANAGE)
async def put_group_areas(
    group_id: UUID, command: SetAreas, response: Response, work: CurrentWork, expected: RequiredVersion
) -> MobileGroupView:
    """Say in which places the group is on duty, all of them at once."""
    return _shown(response, await groups.set_areas(work, group_id, command, expected))


@router.guarded("PUT", "/{group_id}/duty", Permission.MOBILE_GROUPS_MANAGE)
async def put_group_duty(
    group_id: UUID, command: SetDuty, response: Response, work: CurrentWork, expected: RequiredVersion
) -> MobileGroupView:
    """Say when the group is on duty, all times at once."""
    return _shown(response, await groups.set_duty(work, group_id, command, expected))


def _shown(response: Response, view: MobileGroupView) -> MobileGroupView:
    set_etag(response, view.version)
    return view
