"""Use cases of users: the staff directory for all, accounts and roles for administrators.

Nobody gives or takes a role of their own: the policy of `user_role` in the database refuses it a second time.
"""

from uuid import UUID

from casemgmt.access.permissions import Permission
from casemgmt.audit.events import Event
from casemgmt.db import paging
from casemgmt.db.work import Work, check_version
from casemgmt.errors import Conflict, Forbidden
from casemgmt.ids import new_id
from casemgmt.organisations import repository
from casemgmt.organisations.commands import ChangeUser, CreateUser, GrantRole
from casemgmt.organisations.policy import check_role_fits, check_roles_together, check_scopes
from casemgmt.organisations.service import given_fields, require_organisation
from casemgmt.organisations.tables import AppUser, UserRole
from casemgmt.organisations.views import UserSummary, UserView
from casemgmt.people.names import name_key

_STAYS = {"username", "family_name", "given_name", "organisation_id", "active"}


async def create_user(work: Work, command: CreateUser) -> UserView:
    """Add a user or a machine account, without any role or password."""
    await require_organisation(work, command.organisation_id)
    check_scopes(command.kind, command.scopes)
    user = AppUser(id=command.id or new_id(), **command.model_dump(exclude={"id"}))
    user.match_key = name_key(user.family_name, user.given_name, user.patronymic).match_key
    await work.save(Event("user.created", "user", (user.id,)), user)
    return await _view(work, user)


async def change_user(work: Work, user_id: UUID, command: ChangeUser, expected: int) -> UserView:
    """Change a user. A change of body or a deactivation makes all tokens of the user stale at once."""
    user = await repository.get_row(work, AppUser, user_id, for_change=True)
    check_version(user, expected)
    fields = given_fields(command.model_dump(exclude_unset=True), _STAYS)
    if user.id == work.actor.user_id and {"active", "organisation_id"} & fields.keys():
        raise Forbidden("Nobody moves or switches off their own account.", code="own-account")
    check_scopes(user.kind, command.scopes)
    if command.organisation_id is not None:
        await require_organisation(work, command.organisation_id)
    for name, value in fields.items():
        setattr(user, name, value)
    user.match_key = name_key(user.family_name, user.given_name, user.patronymic).match_key
    await work.save(Event("user.changed", "user", (user.id,)), user)
    return await _view(work, user)


async def grant_role(work: Work, user_id: UUID, command: GrantRole) -> UserView:
    """Give a role. The tokens of the user become stale at once."""
    user = await _other(work, user_id)
    check_role_fits(user.kind, command.role)
    held = {r.role for r in await repository.roles_of(work, user_id)}
    if command.role in held:
        raise Conflict("The user holds this role already.", code="already-exists")
    check_roles_together(held, command.role)
    role = UserRole(
        id=new_id(), user_id=user_id, role=command.role, granted_by_id=work.actor.user_id, granted_at=work.now
    )
    await work.save(Event("user.role_granted", "user", (user_id,), reason=command.role), role)
    return await _view(work, user)


async def revoke_role(work: Work, user_id: UUID, role: str) -> UserView:
    """Take a role away. The tokens of the user become stale at once."""
    user = await _other(work, user_id)
    held = next((r for r in await repository.roles_of(work, user_id) if r.role == role), None)
    if held is None:
        raise Conflict("The user does not hold this role.", code="role-not-held")
    held.revoked_at = work.now
    await work.save(Event("user.role_revoked", "user", (user_id,), reason=role), held)
    return await _view(work, user)


async def _other(work: Work, user_id: UUID) -> AppUser:
    user = await repository.get_row(work, AppUser, user_id, for_change=True)
    if user.id == work.actor.user_id:
        raise Forbidden("Nobody gives or takes roles of their own.", code="own-roles")
    return user


async def read_user(work: Work, user_id: UUID) -> UserView:
    """Return a user: for administrators with the log-in name and the roles."""
    user = await repository.get_row(work, AppUser, user_id)
    work.record(Event("user.read", "user", (user_id,)))
    return await _view(work, user)


async def list_users(
    work: Work, limit: int, cursor: str | None, organisation_id: UUID | None
) -> paging.Page[UserSummary]:
    """Return a page of the staff directory in the order of family names."""
    after = paging.decode_row("users", cursor)
    rows = await repository.list_rows(work, "app_user", {"organisation_id": organisation_id}, limit + 1, after)
    page = paging.page("users", [UserSummary(**r) for r in rows], limit, lambda u: paging.RowPosition(u.id))
    work.record(Event("user.listed", "user", tuple(u.id for u in page.items)))
    return page


async def _view(work: Work, user: AppUser) -> UserView:
    knows = work.actor.may(Permission.USERS_MANAGE)
    return UserView(
        **user.model_dump(include=set(UserSummary.model_fields)),
        version=user.version,
        username=user.username if knows else None,
        scopes=user.scopes if knows else None,
        roles=[r.role for r in await repository.roles_of(work, user.id)] if knows else None,
    )
