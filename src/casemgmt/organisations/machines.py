"""Use cases of machine accounts: their secrets, two of which hold at once while one takes the place of the other."""

import secrets
from datetime import timedelta
from uuid import UUID

from casemgmt.access.attempts import digest_of
from casemgmt.audit.events import Event
from casemgmt.db.work import Work
from casemgmt.errors import Conflict, NotFound, WrongState
from casemgmt.organisations import repository
from casemgmt.organisations.commands import AddClientSecret
from casemgmt.organisations.tables import AppUser
from casemgmt.organisations.views import ClientSecretList, ClientSecretView, NewClientSecretView

_ADD = "SELECT auth_add_client_secret(:id, :user, :digest, :at, :expires)"
_LIST = "SELECT * FROM auth_client_secrets(:user, :at)"
_REVOKE = "SELECT auth_revoke_client_secret(:user, :id, :at)"


async def add_secret(work: Work, user_id: UUID, secret_id: UUID, command: AddClientSecret) -> NewClientSecretView:
    """Make a secret and show it once."""
    user = await _machine(work, user_id)
    secret = f"cs_{secrets.token_urlsafe(32)}"
    expires = work.now + timedelta(days=command.days)
    added = await work.call(_ADD, id=secret_id, user=user_id, digest=digest_of(secret), at=work.now, expires=expires)
    if not added:
        raise Conflict("Two secrets hold already, or this id was used.", code="two-secrets-hold")
    work.record(Event("account.client_secret_added", "account", (user_id, secret_id)))
    return NewClientSecretView(id=secret_id, client_id=user.username, client_secret=secret, expires_at=expires)


async def list_secrets(work: Work, user_id: UUID) -> ClientSecretList:
    """Return the secrets that hold, with the moment of their last use."""
    await _machine(work, user_id)
    rows = await work.rows(_LIST, user=user_id, at=work.now)
    work.record(Event("account.client_secrets_listed", "account", (user_id,)))
    return ClientSecretList(items=[ClientSecretView(**r) for r in rows])


async def revoke_secret(work: Work, user_id: UUID, secret_id: UUID) -> None:
    """Take a secret back. The sessions that it opened end too."""
    await _machine(work, user_id)
    if not await work.call(_REVOKE, user=user_id, id=secret_id, at=work.now):
        raise NotFound("There is no such secret.")
    work.record(Event("account.client_secret_revoked", "account", (user_id, secret_id)))


async def _machine(work: Work, user_id: UUID) -> AppUser:
    user = await repository.get_row(work, AppUser, user_id)
    if user.kind != "service":
        raise WrongState("Persons have passwords.", code="not-a-machine")
    return user
