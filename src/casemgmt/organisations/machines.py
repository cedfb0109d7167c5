"""Use cases of machine accounts: their secrets, two of which hold at once while one takes the place of the other."""

from uuid import UUID

from casemgmt.access.halves import digest_of, new_first_half
from casemgmt.audit.events import Event
from casemgmt.db.work import Work
from casemgmt.errors import NotFound, WrongState
from casemgmt.organisations import account_changes, repository
from casemgmt.organisations.commands import AddClientSecret
from casemgmt.organisations.tables import AppUser
from casemgmt.organisations.views import AskedView, ClientSecretList, ClientSecretView

_LIST = "SELECT * FROM auth_client_secrets(:user, :at)"
_REVOKE = "SELECT auth_revoke_client_secret(:user, :id, :at)"


async def ask_for_secret(work: Work, user_id: UUID, secret_id: UUID, command: AddClientSecret) -> AskedView:
    """Ask for a secret and show its first half; who grants it is shown the second one."""
    user = await machine_of(work, user_id)
    half = new_first_half()
    digest = digest_of(half)
    change = await account_changes.ask(
        work, user, "machine", command.reason, change_id=secret_id, days=command.days, first_digest=digest
    )
    return AskedView(change=change, first_half=half)


async def list_secrets(work: Work, user_id: UUID) -> ClientSecretList:
    """Return the secrets that hold, with the moment of their last use."""
    await machine_of(work, user_id)
    rows = await work.rows(_LIST, user=user_id, at=work.now)
    work.record(Event("account.client_secrets_listed", "account", (user_id,)))
    return ClientSecretList(items=[ClientSecretView(**r) for r in rows])


async def revoke_secret(work: Work, user_id: UUID, secret_id: UUID) -> None:
    """Take a secret back. The sessions that it opened end too."""
    await machine_of(work, user_id)
    if not await work.call(_REVOKE, user=user_id, id=secret_id, at=work.now):
        raise NotFound("There is no such secret.")
    work.record(Event("account.client_secret_revoked", "account", (user_id, secret_id)))


async def machine_of(work: Work, user_id: UUID) -> AppUser:
    """Return a machine account; refused for a person's."""
    user = await repository.get_row(work, AppUser, user_id)
    if user.kind != "service":
        raise WrongState("Persons have passwords.", code="not-a-machine")
    return user
