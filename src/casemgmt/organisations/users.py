"""Use cases of users: the staff directory for all, accounts and roles for administrators.

What an administrator does alone takes something away, or changes nothing that anybody sees. Everything else is asked
for, and a second person decides (`account_changes.py`).
"""

from datetime import UTC
from uuid import UUID

from casemgmt.access.permissions import Permission
from casemgmt.audit.events import Event
from casemgmt.db import paging
from casemgmt.db.work import Work, check_version
from casemgmt.errors import Conflict, Forbidden, WrongState, invalid_field
from casemgmt.ids import new_id
from casemgmt.organisations import account_changes, repository
from casemgmt.organisations.commands import ChangeUser, CreateUser, GrantRole, MoveUser, SwitchOnUser, WidenScopes
from casemgmt.organisations.policy import check_narrower, check_role_fits, check_roles_together, check_scopes
from casemgmt.organisations.service import given_fields, require_organisation
from casemgmt.organisations.tables import AppUser
from casemgmt.organisations.views import AccountChangeView, UserSummary, UserView
from casemgmt.people.names import name_key
from casemgmt.staff.leaving import require_nothing_owned

_STAYS = {"username", "family_name", "given_name", "active"}


async def create_user(work: Work, command: CreateUser) -> UserView:
    """Add a user or a machine account, without any role and without a way in: an empty shell."""
    await require_organisation(work, command.organisation_id)
    check_scopes(command.kind, command.scopes)
    user = AppUser(id=command.id or new_id(), **command.model_dump(exclude={"id"}))
    user.match_key = name_key(user.family_name, user.given_name, user.patronymic).match_key
    await work.save(Event("user.created", "user", (user.id,)), user)
    return await _view(work, user)


async def change_user(work: Work, user_id: UUID, command: ChangeUser, expected: int) -> UserView:
    """Change a user. A deactivation or narrower scopes make all tokens of the user stale at once.

    Errors: WrongState with the counts for a deactivation while the user answers for work.
    """
    user = await repository.get_row(work, AppUser, user_id, for_change=True)
    check_version(user, expected)
    fields = given_fields(command.model_dump(exclude_unset=True), _STAYS)
    if user.id == work.actor.user_id and "active" in fields:
        raise Forbidden("Nobody switches off their own account.", code="own-account")
    check_scopes(user.kind, command.scopes)
    if "scopes" in fields:
        check_narrower(user.scopes, command.scopes)
    if user.active and fields.get("active") is False:
        await require_nothing_owned(work, user_id)
    renamed = "username" in fields and command.username != user.username
    for name, value in fields.items():
        setattr(user, name, value)
    user.match_key = name_key(user.family_name, user.given_name, user.patronymic).match_key
    await work.save(Event("user.changed", "user", (user.id,)), user)
    if renamed:
        await work.call("SELECT auth_tell_renamed(:user, :at)", user=user.id, at=work.now)
    return await _view(work, user)


async def ask_for_role(work: Work, user_id: UUID, command: GrantRole) -> AccountChangeView:
    """Ask for a role. Once a second person grants it, the tokens of the user become stale."""
    user = await _other(work, user_id)
    check_role_fits(user.kind, command.role)
    held = {r.role: r.ends_at for r in await repository.roles_of(work, user_id)}
    ends_at = None if command.ends_at is None else command.ends_at.astimezone(UTC)
    if ends_at is not None and ends_at <= work.now:
        raise invalid_field("/ends_at", "time-passed", "The role would be over already.")
    if command.role in held and held[command.role] == ends_at:
        raise Conflict("The user holds this role already.", code="already-exists")
    check_roles_together(held.keys() - {command.role}, command.role)
    return await account_changes.ask(work, user, "role", command.reason, role=command.role, role_ends_at=ends_at)


async def ask_for_move(work: Work, user_id: UUID, command: MoveUser) -> AccountChangeView:
    """Ask that an account work for another body, whose head or another administrator decides."""
    user = await repository.get_row(work, AppUser, user_id, for_change=True)
    await require_organisation(work, command.organisation_id)
    if user.organisation_id == command.organisation_id:
        raise Conflict("The user works there already.", code="already-so")
    await require_nothing_owned(work, user_id)
    to = command.organisation_id
    return await account_changes.ask(work, user, "body", command.reason, to_organisation_id=to)


async def ask_for_return(work: Work, user_id: UUID, command: SwitchOnUser) -> AccountChangeView:
    """Ask that an account that was switched off be switched on again."""
    user = await repository.get_row(work, AppUser, user_id, for_change=True)
    if user.active:
        raise Conflict("The account is active.", code="already-so")
    return await account_changes.ask(work, user, "activation", command.reason)


async def ask_for_scopes(work: Work, user_id: UUID, command: WidenScopes) -> AccountChangeView:
    """Ask that a machine account may use other permissions of its role."""
    user = await repository.get_row(work, AppUser, user_id, for_change=True)
    if user.kind != "service":
        raise WrongState("Persons have no scopes.", code="not-a-machine")
    check_scopes(user.kind, command.scopes)
    return await account_changes.ask(work, user, "scopes", command.reason, scopes=command.scopes)


async def revoke_role(work: Work, user_id: UUID, role: str) -> UserView:
    """Take a role away. The tokens of the user become stale at once."""
    user = await _other(work, user_id)
    roles = await repository.roles_of(work, user_id)
    held = next((r for r in roles if r.role == role), None)
    if held is None:
        raise Conflict("The user does not hold this role.", code="role-not-held")
    if role == "case_manager" or len(roles) == 1:
        await require_nothing_owned(work, user_id, cases_alone=len(roles) > 1)
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
    heads = work.actor.may(Permission.USERS_APPROVE) and user.organisation_id == work.actor.organisation_id
    return UserView(
        **user.model_dump(include=set(UserSummary.model_fields)),
        version=user.version,
        username=user.username if knows else None,
        scopes=user.scopes if knows else None,
        roles=[r.role for r in await repository.roles_of(work, user.id)] if knows else None,
        rights_until=user.rights_until if knows or heads else None,
    )
