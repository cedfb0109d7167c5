"""Secrets by which systems sign what they send. To ask for one is a PUT: the answer to a POST is kept with its key."""

from uuid import UUID

from api.routing import CurrentServices, CurrentWork, Router
from casemgmt.access.permissions import Permission
from casemgmt.organisations import signing
from casemgmt.organisations.commands import AddClientSecret
from casemgmt.organisations.views import AskedView, SigningSecretList

router = Router("/users/{user_id}/signing-secrets", "users")


@router.get("", Permission.USERS_MANAGE)
async def list_signing_secrets(user_id: UUID, work: CurrentWork) -> SigningSecretList:
    """List the signing secrets of a machine account that hold."""
    return await signing.list_secrets(work, user_id)


@router.guarded("PUT", "/{secret_id}", Permission.USERS_MANAGE, status_code=201)
async def ask_for_signing_secret(
    user_id: UUID, secret_id: UUID, command: AddClientSecret, work: CurrentWork, services: CurrentServices
) -> AskedView:
    """Ask for a signing secret under an id of yours. You are shown its first half, this once.

    Whoever grants it at `/v1/account-changes/{secret_id}/approval` is shown the second half. The secret is the first
    half with the second one at its end, put together by those who run the system.
    """
    return await signing.ask_for_secret(work, services.accounts.signing, user_id, secret_id, command)


@router.guarded("DELETE", "/{secret_id}", Permission.USERS_MANAGE, status_code=204)
async def revoke_signing_secret(user_id: UUID, secret_id: UUID, work: CurrentWork) -> None:
    """Take a signing secret back. From the next message on nothing that is signed by it is taken."""
    await signing.revoke_secret(work, user_id, secret_id)
