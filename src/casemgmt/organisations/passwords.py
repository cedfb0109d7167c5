"""Use cases of passwords: one's own is changed with the present one, or begun with a start code of two halves."""

from uuid import UUID

from casemgmt.access.service import Accounts
from casemgmt.audit.events import Event
from casemgmt.db.work import Work
from casemgmt.errors import WrongState
from casemgmt.organisations import account_changes, repository
from casemgmt.organisations.commands import AskStartCode, ChangePassword
from casemgmt.organisations.tables import AppUser, Organisation
from casemgmt.organisations.views import AskedView

_SET = "SELECT auth_set_password(:user, :hash, :at, :attempt)"


async def change_password(work: Work, accounts: Accounts, command: ChangePassword) -> None:
    """Change one's own password, having shown the present one. All sessions of the account end, this one too."""
    user = await repository.get_row(work, AppUser, work.actor.user_id)
    if user.kind == "service":
        raise WrongState("Machine accounts have secrets of their own.", code="password-of-machine")
    current = command.current.get_secret_value()
    attempt = await accounts.confirm(user.username, current, work.actor.session_id, work.request_id)
    new = command.new.get_secret_value()
    hashed = await accounts.new_password(new, await _names_around(work, user), "/new")
    await work.call(_SET, user=user.id, hash=hashed, at=work.now, attempt=attempt)
    work.record(Event("account.password_changed", "account", (user.id,)))


async def ask_for_start(
    work: Work, accounts: Accounts, user_id: UUID, code_id: UUID, command: AskStartCode
) -> AskedView:
    """Ask for a start code of somebody who has no password yet or lost it, and show its first half.

    Whoever asks and whoever grants it know a half each, and no password. Until it is used the old password goes on.
    """
    user = await repository.get_row(work, AppUser, user_id)
    if user.kind == "service":
        raise WrongState("Machine accounts have secrets of their own.", code="password-of-machine")
    half = accounts.halves.make()
    digest = accounts.halves.first(user_id, half)
    change = await account_changes.ask(work, user, "start", command.reason, change_id=code_id, first_digest=digest)
    return AskedView(change=change, first_half=half)


async def _names_around(work: Work, user: AppUser) -> list[str]:
    """Return the names that no password of the user may hold."""
    body = await work.session.get(Organisation, user.organisation_id)
    names = [user.username, user.family_name, user.given_name, user.patronymic or ""]
    return names if body is None else [*names, body.name_kk, body.name_ru, body.name_en]
