"""Secrets of machine accounts. To ask for one is a PUT: the answer to a POST is kept with its idempotency key."""

from uuid import UUID

from api.routing import CurrentWork, Router
from casemgmt.access.permissions import Permission
from casemgmt.organisations import machines
from casemgmt.organisations.commands import AddClientSecret
from casemgmt.organisations.views import AskedView, ClientSecretList

router = Router("/users/{user_id}/client-secrets", "users")


@router.get("", Permission.USERS_MANAGE)
async def list_client_secrets(user_id: UUID, work: CurrentWork) -> ClientSecretList:
    """List the secrets of a machine account that hold, with the moment of their last use."""
    return await machines.list_secrets(work, user_id)


@router.guarded("PUT", "/{secret_id}", Permission.USERS_MANAGE, status_code=201)
async def ask_for_client_secret(
    user_id: UUID, secret_id: UUID, command: AddClientSecret, work: CurrentWork
) -> AskedView:
    """Ask for a secret under an id of yours. You are shown its first half, this once.

    Whoever grants it at `/v1/account-changes/{secret_id}/approval` is shown the second half. The secret is both with a
    point between them, put together by those who run the system. Two hold at once, so that one replaces the other.
    """
    return await machines.ask_for_secret(work, user_id, secret_id, command)


@router.guarded("DELETE", "/{secret_id}", Permission.USERS_MANAGE, status_code=204)
async def revoke_client_secret(user_id: UUID, secret_id: UUID, work: CurrentWork) -> None:
    """Take a secret back. It and the sessions that it opened do not work at the next request."""
    await machines.revoke_secret(work, user_id, secret_id)
