"""What two persons decide about an account: an administrator asked, a second person grants or declines."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from api.etags import ExpectedVersion
from api.routing import CurrentServices, CurrentWork, Router
from api.schemas import DEFAULT_PAGE, Cursor, Limit, Page
from casemgmt.access.permissions import Permission
from casemgmt.organisations import account_changes
from casemgmt.organisations.states import ChangeState
from casemgmt.organisations.views import AccountChangeView, GrantedView

router = Router("/account-changes", "users")


@router.get("", Permission.USERS_APPROVE)
async def list_account_changes(
    work: CurrentWork,
    limit: Limit = DEFAULT_PAGE,
    cursor: Cursor = None,
    state: Annotated[ChangeState | None, Query()] = None,
    user_id: Annotated[UUID | None, Query()] = None,
) -> Page[AccountChangeView]:
    """List what was asked for, newest first: administrators all of it, heads what is for accounts of their body."""
    return Page.of(await account_changes.list_changes(work, limit, cursor, state, user_id))


@router.get("/{change_id}", Permission.USERS_APPROVE)
async def get_account_change(change_id: UUID, work: CurrentWork) -> AccountChangeView:
    """Read something that was asked for."""
    return await account_changes.read(work, change_id)


@router.guarded("PUT", "/{change_id}/approval", Permission.USERS_APPROVE, fresh_factor=True)
async def approve_account_change(
    change_id: UUID, work: CurrentWork, services: CurrentServices, expected: ExpectedVersion
) -> GrantedView:
    """Grant it as the second person: never who asked, never whose account it is. It takes effect at once.

    Of a start code or a client secret you are shown the second half, this once: give it to the owner of the account
    yourself, and to nobody on the way. A PUT, because the answer to a POST is kept with its idempotency key.
    """
    return await account_changes.approve(work, services.accounts, change_id, expected)


@router.post("/{change_id}/decline", Permission.USERS_APPROVE)
async def decline_account_change(change_id: UUID, work: CurrentWork, expected: ExpectedVersion) -> AccountChangeView:
    """Decline it as the second person."""
    return await account_changes.decline(work, change_id, expected)
