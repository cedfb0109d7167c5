"""Users and the roles they hold.

What an account is to get is asked for here and granted by a second person at `/v1/account-changes`.
"""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Response

from api.etags import ExpectedVersion, RequiredVersion, set_etag
from api.routing import CurrentServices, CurrentWork, Router
from api.schemas import DEFAULT_PAGE, Cursor, Limit, Page
from casemgmt.access.permissions import Permission
from casemgmt.organisations import account_changes, passwords, users
from casemgmt.organisations.commands import (
    AskStartCode,
    ChangeUser,
    CreateUser,
    GrantRole,
    MoveUser,
    RoleCode,
    SwitchOnUser,
    WidenScopes,
)
from casemgmt.organisations.views import AccountChangeView, AskedView, UserSummary, UserView

router = Router("/users", "users")


@router.post("", Permission.USERS_MANAGE, status_code=201)
async def create_user(command: CreateUser, response: Response, work: CurrentWork) -> UserView:
    """Add a user or a machine account: an empty shell. A role and a start code are asked for afterwards."""
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
    """Change a user. After a deactivation no token of the user works any more."""
    return _shown(response, await users.change_user(work, user_id, command, expected))


@router.post("/{user_id}/roles", Permission.USERS_MANAGE, status_code=201)
async def ask_for_role(user_id: UUID, command: GrantRole, work: CurrentWork) -> AccountChangeView:
    """Ask for a role, never for yourself. A second person grants it; then no token of before works any more."""
    return await users.ask_for_role(work, user_id, command)


@router.post("/{user_id}/move", Permission.USERS_MANAGE, status_code=201)
async def ask_for_move(user_id: UUID, command: MoveUser, work: CurrentWork) -> AccountChangeView:
    """Ask that an account work for another body. The head of that body or another administrator grants it."""
    return await users.ask_for_move(work, user_id, command)


@router.post("/{user_id}/switch-on", Permission.USERS_MANAGE, status_code=201)
async def ask_for_return(user_id: UUID, command: SwitchOnUser, work: CurrentWork) -> AccountChangeView:
    """Ask that an account that was switched off be switched on again."""
    return await users.ask_for_return(work, user_id, command)


@router.post("/{user_id}/scopes", Permission.USERS_MANAGE, status_code=201)
async def ask_for_scopes(user_id: UUID, command: WidenScopes, work: CurrentWork) -> AccountChangeView:
    """Ask that a machine account may use other permissions of its role. Narrower ones are set with PATCH at once."""
    return await users.ask_for_scopes(work, user_id, command)


@router.post("/{user_id}/account-changes/{change_id}/withdraw", Permission.USERS_MANAGE)
async def withdraw_account_change(
    user_id: UUID, change_id: UUID, work: CurrentWork, expected: ExpectedVersion
) -> AccountChangeView:
    """Take back what was asked for an account while nobody has decided."""
    return await account_changes.withdraw(work, user_id, change_id, expected)


@router.guarded("PUT", "/{user_id}/start-codes/{code_id}", Permission.USERS_MANAGE, status_code=201)
async def ask_for_start_code(
    user_id: UUID, code_id: UUID, command: AskStartCode, work: CurrentWork, services: CurrentServices
) -> AskedView:
    """Ask under an id of yours for a code by which its owner sets a password: the first one, or after it was lost.

    You are shown the first half, this once, and whoever grants it the second one. Give yours to the owner yourself. The
    owner alone has both and knows the password: `POST /v1/start`.
    """
    return await passwords.ask_for_start(work, services.accounts, user_id, code_id, command)


@router.post("/{user_id}/roles/{role}/revoke", Permission.USERS_MANAGE)
async def revoke_role(
    user_id: UUID, role: Annotated[RoleCode, Path()], response: Response, work: CurrentWork
) -> UserView:
    """Take a role away. Nobody takes one of their own. No token of the user works any more."""
    return _shown(response, await users.revoke_role(work, user_id, role))


def _shown(response: Response, view: UserView) -> UserView:
    set_etag(response, view.version)
    return view
