"""Subjects of the identity provider that are linked to accounts."""

from uuid import UUID

from api.routing import CurrentServices, CurrentWork, Router
from casemgmt.access.permissions import Permission
from casemgmt.organisations import identities
from casemgmt.organisations.commands import LinkIdentity
from casemgmt.organisations.views import AccountChangeView, IdentityList

router = Router("/users/{user_id}/identities", "users")


@router.get("", Permission.USERS_MANAGE)
async def list_identities(user_id: UUID, work: CurrentWork) -> IdentityList:
    """List the subjects of the identity provider that are linked to an account."""
    return await identities.list_links(work, user_id)


@router.post("", Permission.USERS_MANAGE, status_code=201)
async def ask_for_identity(
    user_id: UUID, command: LinkIdentity, work: CurrentWork, services: CurrentServices
) -> AccountChangeView:
    """Ask that a subject of the identity provider be linked to an account. Roles stay those of the account."""
    return await identities.ask_for_link(work, user_id, command, services.settings.oidc_issuer)


@router.guarded("DELETE", "/{identity_id}", Permission.USERS_MANAGE, status_code=204)
async def unlink_identity(user_id: UUID, identity_id: UUID, work: CurrentWork) -> None:
    """Take a link away. Every session of the user ends."""
    await identities.unlink(work, user_id, identity_id)
