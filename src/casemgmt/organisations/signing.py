"""Use cases of signing secrets: by which systems sign what they send; several hold while one replaces another."""

from uuid import UUID

from casemgmt.access.halves import digest_of
from casemgmt.access.senders import SigningSecrets
from casemgmt.audit.events import Event
from casemgmt.db.work import Work
from casemgmt.errors import NotFound
from casemgmt.organisations import account_changes
from casemgmt.organisations.commands import AddClientSecret
from casemgmt.organisations.machines import machine_of
from casemgmt.organisations.views import AskedView, SigningSecretList, SigningSecretView

_LIST = "SELECT * FROM auth_signing_secrets(:user, :at)"
_REVOKE = "SELECT auth_revoke_signing_secret(:user, :id, :at)"


async def ask_for_secret(
    work: Work, secrets: SigningSecrets, user_id: UUID, secret_id: UUID, command: AddClientSecret
) -> AskedView:
    """Ask for a secret and show its first half; who grants it is shown the second one."""
    user = await machine_of(work, user_id)
    half = secrets.first_half()
    change = await account_changes.ask(
        work,
        user,
        "signing",
        command.reason,
        change_id=secret_id,
        days=command.days,
        first_digest=digest_of(half),
        sealed_first=secrets.seal(half, secret_id).hex(),
    )
    return AskedView(change=change, first_half=half)


async def list_secrets(work: Work, user_id: UUID) -> SigningSecretList:
    """Return the secrets that hold."""
    await machine_of(work, user_id)
    rows = await work.rows(_LIST, user=user_id, at=work.now)
    work.record(Event("account.signing_secrets_listed", "account", (user_id,)))
    return SigningSecretList(items=[SigningSecretView(**r) for r in rows])


async def revoke_secret(work: Work, user_id: UUID, secret_id: UUID) -> None:
    """Take a secret back: nothing that is signed by it is taken any more."""
    await machine_of(work, user_id)
    if not await work.call(_REVOKE, user=user_id, id=secret_id, at=work.now):
        raise NotFound("There is no such secret.")
    work.record(Event("account.signing_secret_revoked", "account", (user_id, secret_id)))
