"""Users and the roles they hold."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Response

from api.etags import RequiredVersion, set_etag
from api.routing import CurrentServices, CurrentWork, Router
from api.schemas import DEFAULT_PAGE, Cursor, Limit, Page
from casemgmt.access.permissions import Permission
from casemgmt.organisations import passwords, users
from casemgmt.organisations.commands import ChangeUser, CreateUser, GrantRole, RoleCode, SetPassword
from casemgmt.organisations.views import UserSummary, UserView

router = Router("/users", "users")


@router.post("", Permission.USERS_MANAGE, status_code=201)
async def create_user(command: CreateUser, response: Response, work: CurrentWork) -> UserView:
    """Add a user or a machine account. Roles and a password are given afterwards."""
    view = await users.create_user(work, command)
    response.headers["Location"] = f"/v1/users/{view.id}"
    return _shown(response, view)


@router.get("", Permission.USERS_READ)
async def list_users(
    work: CurrentWork,
    limit: Limit = DEFAULT_PAGE,
    cursor: Cursor = None,
    organisation_id: Annotated[UUID | None, Query()] = None,
) -> Page[UserSummary]:
    """List colleagues in the order of family names."""
    return Page.of(await users.list_users(work, limit, cursor, organisation_id))


@router.get("/{user_id}", Permission.USERS_READ)
async def get_user(user_id: UUID, response: Response, work: CurrentWork) -> UserView:
    """Read a colleague. Log-in name and roles are for administrators; others get null."""
    return _shown(response, await users.read_user(work, user_id))


@router.patch("/{user_id}", Permission.USERS_MANAGE)
async def change_user(
    user_id: UUID, command: ChangeUser, response: Response, work: CurrentWork, expected: RequiredVersion
) -> UserView:
    """Change a user. After a change of body or a deactivation no token of the user works any more."""
    return _shown(response, await users.change_user(work, user_id, command, expected))


@router.post("/{user_id}/roles", Permission.USERS_MANAGE)
async def grant_role(user_id: UUID, command: GrantRole, response: Response, work: CurrentWork) -> UserView:
    """Give a role. Nobody gives one to themselves. No token of the user works any more."""
    return _shown(response, await users.grant_role(work, user_id, command))


@router.post("/{user_id}/roles/{role}/revoke", Permission.USERS_MANAGE)
async def revoke_role(
    user_id: UUID, role: Annotated[RoleCode, Path()], response: Response, work: CurrentWork
) -> UserView:
    """Take a role away. Nobody takes one of their own. No token of the user works any more."""
    return _shown(response, await users.revoke_role(work, user_id, role))


@router.guarded("PUT", "/{user_id}/password", Permission.USERS_MANAGE, status_code=204)
async def put_user_password(user_id: UUID, command: SetPassword, work: CurrentWork, services: CurrentServices) -> None:
    """Give a user a password. Every session of the user ends."""
    await passwords.set_password(work, services.accounts, user_id, command)


def _shown(response: Response, view: UserView) -> UserView:
    set_etag(response, view.version)
    return view
