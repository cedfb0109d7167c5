"""Use cases of linked identities: which subject of the identity provider is which account."""

from uuid import UUID

from sqlmodel import col, select

from casemgmt.audit.events import Event
from casemgmt.db.work import Work
from casemgmt.errors import NotFound, WrongState
from casemgmt.organisations import account_changes, repository
from casemgmt.organisations.commands import LinkIdentity
from casemgmt.organisations.logins import end_all
from casemgmt.organisations.tables import AppUser, IdentityLink
from casemgmt.organisations.views import AccountChangeView, IdentityList, IdentityView


async def ask_for_link(work: Work, user_id: UUID, command: LinkIdentity, issuer: str | None) -> AccountChangeView:
    """Ask that a subject of the provider be linked to the account of a person."""
    if issuer is None:
        raise WrongState("This deployment has no identity provider.", code="no-identity-provider")
    user = await repository.get_row(work, AppUser, user_id)
    if user.kind != "person":
        raise WrongState("Machine accounts have secrets of their own.", code="identity-of-machine")
    subject = command.subject
    return await account_changes.ask(work, user, "identity", command.reason, issuer=issuer, subject=subject)


async def list_links(work: Work, user_id: UUID) -> IdentityList:
    """Return the linked subjects of an account."""
    await repository.get_row(work, AppUser, user_id)
    query = select(IdentityLink).where(IdentityLink.user_id == user_id, col(IdentityLink.unlinked_at).is_(None))
    rows = await work.session.scalars(query.order_by(col(IdentityLink.linked_at), col(IdentityLink.id)))
    work.record(Event("account.identities_listed", "account", (user_id,)))
    return IdentityList(items=[IdentityView.model_validate(r) for r in rows])


async def unlink(work: Work, user_id: UUID, link_id: UUID) -> None:
    """Take a link away. Every session of the user ends."""
    row = await work.session.get(IdentityLink, link_id, with_for_update=True)
    if row is None or row.user_id != user_id or row.unlinked_at is not None:
        raise NotFound("There is no such link.")
    row.unlinked_at = work.now
    await work.save(Event("account.identity_unlinked", "account", (user_id, link_id)), row)
    await end_all(work, user_id)
