"""Use cases of what two persons decide about an account: ask, look, decide, take back.

Nobody comes in or sees more by the act of one person. The administrator who asks, and whoever decides, are each shown
one half of a start code or a client secret; its owner alone is given both. The database holds to it by itself
(`db/sql/65_account_changes.sql`): the service can give no role, link no identity and set nobody's password.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import literal, tuple_
from sqlmodel import col, select

from casemgmt.access.halves import new_second_half, whole_digest
from casemgmt.access.service import Accounts
from casemgmt.audit.events import Event
from casemgmt.db import paging
from casemgmt.db.work import Work, check_version, only
from casemgmt.errors import Forbidden, NotFound, WrongState
from casemgmt.ids import new_id
from casemgmt.models import AllowedActionView
from casemgmt.organisations.change_tables import AccountChange
from casemgmt.organisations.states import ACCOUNT_CHANGE, ChangeFacts
from casemgmt.organisations.tables import AppUser
from casemgmt.organisations.views import AccountChangeView, GrantedView

OPEN_DAYS = 14
"""For how long something that was asked for can be granted."""

_FRAME = "SELECT * FROM account_change_frame(:user, :role, :to, :group)"
_EFFECT = "SELECT account_change_takes_effect(:id, :digest, :expires, :sealed)"
_EVENTS = {
    "role": "user.role_granted",
    "start": "account.start_code_made",
    "machine": "account.client_secret_added",
    "identity": "account.identity_linked",
    "body": "user.moved",
    "activation": "user.switched_on",
    "scopes": "user.scopes_changed",
    "group": "mobile_group.member_added",
    "signing": "account.signing_secret_added",
}
"""What an auditor looks for, by the kind of change that takes effect."""
_REFUSALS = {
    "changed": ("The account was changed after this was asked for: ask for it again.", "account-changed-meanwhile"),
    "nationwide": ("The account reaches beyond your body: an administrator decides.", "other-administrator-needed"),
    "over": ("The time in which this could be granted is over.", "request-over"),
    "two_secrets": ("Two secrets hold already: take one back first.", "two-secrets-hold"),
}
"""Why the database lets a granted change take no effect after all."""


async def ask(
    work: Work, user: AppUser, kind: str, reason: str, *, change_id: UUID | None = None, **asked: Any
) -> AccountChangeView:
    """Ask for something that an account is to get: the first of two persons. What ran out unanswered gives way."""
    if user.id == work.actor.user_id:
        raise Forbidden("Nobody asks for something for their own account.", code="own-account")
    await _end_what_ran_out(work, user.id)
    frame = {
        "user": user.id,
        "role": asked.get("role"),
        "to": asked.get("to_organisation_id"),
        "group": asked.get("group_id"),
    }
    change = AccountChange(
        id=change_id or new_id(),
        user_id=user.id,
        kind=kind,
        reason=reason,
        state=ACCOUNT_CHANGE.initial,
        requested_by_id=work.actor.user_id,
        requested_at=work.now,
        expires_at=work.now + timedelta(days=OPEN_DAYS),
        **asked,
        **(await work.rows(_FRAME, **frame))[0],
    )
    await work.save(Event("account.change_requested", "account_change", (change.id, user.id), reason=kind), change)
    return view_of(work, change)


async def _end_what_ran_out(work: Work, user_id: UUID) -> None:
    query = select(AccountChange).where(
        AccountChange.user_id == user_id, AccountChange.state == "open", col(AccountChange.expires_at) <= work.now
    )
    for change in await work.session.scalars(query.with_for_update()):
        change.state = ACCOUNT_CHANGE.check(work.actor, "withdraw", change.state, _facts(work, change)).target
        await work.save(Event("account.change_withdrawn", "account_change", (change.id, user_id)), change)


async def approve(work: Work, accounts: Accounts, change_id: UUID, expected: int | None) -> GrantedView:
    """Grant what another person asked for: it takes effect. Answers the second half of a code or client secret."""
    change = await _get(work, change_id, for_change=True)
    check_version(change, expected)
    _move(work, change, "approve")
    second, digest, until = _second_half(work, accounts, change)
    sealed = None
    if change.sealed_first is not None and second is not None:
        sealed = accounts.signing.whole(change.id, change.sealed_first, second)
    kind = _EVENTS[change.kind]
    ids = only(change.user_id, change.id, change.group_id)
    await work.save(Event(kind, "user", ids, reason=change.role or change.kind), change)
    refusal = await work.call(_EFFECT, id=change.id, digest=digest, expires=until, sealed=sealed)
    if refusal is not None:
        why, code = _REFUSALS[refusal]
        raise WrongState(why, code=code)
    return GrantedView(change=view_of(work, change), second_half=second, holds_until=until)


def _second_half(
    work: Work, accounts: Accounts, change: AccountChange
) -> tuple[str | None, str | None, datetime | None]:
    """Return the half that is made now, what is kept of the whole, and until when it holds."""
    if change.first_digest is None:
        return None, None, None
    if change.kind == "start":
        second = accounts.halves.make()
        whole = accounts.halves.whole(change.user_id, change.first_digest, second)
        return second, whole, work.now + accounts.start_life
    second = accounts.signing.second_half() if change.kind == "signing" else new_second_half()
    return second, whole_digest(change.first_digest, second), work.now + timedelta(days=change.days or 0)


async def decline(work: Work, change_id: UUID, expected: int | None) -> AccountChangeView:
    """Decline what another person asked for."""
    return await _end(work, await _get(work, change_id, for_change=True), expected, "decline")


async def withdraw(work: Work, user_id: UUID, change_id: UUID, expected: int | None) -> AccountChangeView:
    """Take back what was asked for an account and nobody decided on yet."""
    change = await _get(work, change_id, for_change=True)
    if change.user_id != user_id:
        raise NotFound("There is no such request.")
    return await _end(work, change, expected, "withdraw")


async def _end(work: Work, change: AccountChange, expected: int | None, action: str) -> AccountChangeView:
    check_version(change, expected)
    _move(work, change, action)
    kind = f"account.change_{change.state}"
    await work.save(Event(kind, "account_change", (change.id, change.user_id)), change)
    return view_of(work, change)


def _move(work: Work, change: AccountChange, action: str) -> None:
    change.state = ACCOUNT_CHANGE.check(work.actor, action, change.state, _facts(work, change)).target
    if action != "withdraw":
        change.decided_by_id, change.decided_at = work.actor.user_id, work.now


async def read(work: Work, change_id: UUID) -> AccountChangeView:
    """Return something that was asked for."""
    change = await _get(work, change_id)
    work.record(Event("account.change_read", "account_change", (change.id, change.user_id)))
    return view_of(work, change)


async def list_changes(
    work: Work, limit: int, cursor: str | None, state: str | None, user_id: UUID | None
) -> paging.Page[AccountChangeView]:
    """Return a page of what was asked for, newest first: of all accounts, or of those of the actor's body."""
    after = paging.decode("account-changes", cursor)
    query = select(AccountChange)
    if state is not None:
        query = query.where(AccountChange.state == state)
    if user_id is not None:
        query = query.where(AccountChange.user_id == user_id)
    if after is not None:
        key = tuple_(col(AccountChange.requested_at), col(AccountChange.id))
        query = query.where(key < tuple_(literal(after.at), literal(after.id)))
    order = (col(AccountChange.requested_at).desc(), col(AccountChange.id).desc())
    rows = [view_of(work, row) for row in await work.session.scalars(query.order_by(*order).limit(limit + 1))]
    page = paging.page("account-changes", rows, limit, lambda c: paging.Position(c.requested_at, c.id))
    work.record(Event("account.changes_listed", "account_change", tuple(c.id for c in page.items)))
    return page


async def _get(work: Work, change_id: UUID, *, for_change: bool = False) -> AccountChange:
    found = await work.session.get(AccountChange, change_id, with_for_update=for_change)
    if found is None:
        raise NotFound("There is no such request.")
    return found


def _facts(work: Work, change: AccountChange) -> ChangeFacts:
    return ChangeFacts(
        user_id=change.user_id,
        requested_by_id=change.requested_by_id,
        nationwide=change.nationwide,
        expires_at=change.expires_at,
        now=work.now,
    )


def view_of(work: Work, change: AccountChange) -> AccountChangeView:
    """Return what readers get."""
    actions = ACCOUNT_CHANGE.allowed_actions(work.actor, change.state, _facts(work, change))
    return AccountChangeView(
        **change.model_dump(include=set(AccountChangeView.model_fields) - {"allowed_actions"}),
        allowed_actions=[AllowedActionView.model_validate(a) for a in actions],
    )
