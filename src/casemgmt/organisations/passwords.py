"""Use cases of passwords: one's own, and that of a user whom an administrator looks after."""

from uuid import UUID

from casemgmt.access.service import Accounts
from casemgmt.audit.events import Event
from casemgmt.db.work import Work
from casemgmt.errors import Forbidden, NotFound, WrongState
from casemgmt.organisations.commands import ChangePassword, SetPassword
from casemgmt.organisations.tables import AppUser, Organisation

_SET = "SELECT auth_set_password(:user, :hash, :at, :attempt)"


async def change_password(work: Work, accounts: Accounts, command: ChangePassword) -> None:
    """Change one's own password, having shown the present one. All sessions of the account end, this one too."""
    user = await _user(work, work.actor.user_id)
    current = command.current.get_secret_value()
    attempt = await accounts.confirm(user.username, current, work.actor.session_id, work.request_id)
    await _set(work, accounts, user, command.new.get_secret_value(), attempt, "/new")


async def set_password(work: Work, accounts: Accounts, user_id: UUID, command: SetPassword) -> None:
    """Give a user a password. All sessions of the user end. One's own password is changed with the present one only."""
    user = await _user(work, user_id)
    if user.id == work.actor.user_id:
        raise Forbidden("Change your own password with the present one.", code="own-account")
    await _set(work, accounts, user, command.password.get_secret_value(), None, "/password")


async def _user(work: Work, user_id: UUID) -> AppUser:
    user = await work.session.get(AppUser, user_id)
    if user is None:
        raise NotFound("There is no such user.")
    return user


async def _set(
    work: Work, accounts: Accounts, user: AppUser, password: str, attempt: UUID | None, pointer: str
) -> None:
    if user.kind == "service":
        raise WrongState("Machine accounts have secrets of their own.", code="password-of-machine")
    hashed = await accounts.new_password(password, await _names_around(work, user), pointer)
    if not await work.call(_SET, user=user.id, hash=hashed, at=work.now, attempt=attempt):
        raise Forbidden("Only administrators set the password of somebody else.")
    work.record(Event("account.password_changed", "account", (user.id,)))


async def _names_around(work: Work, user: AppUser) -> list[str]:
    """Return the names that no password of the user may hold."""
    body = await work.session.get(Organisation, user.organisation_id)
    names = [user.username, user.family_name, user.given_name, user.patronymic or ""]
    return names if body is None else [*names, body.name_kk, body.name_ru, body.name_en]
