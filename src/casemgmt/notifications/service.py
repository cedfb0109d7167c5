"""Use cases of subscriptions, for who keeps machine accounts. Of what is told they learn no record."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from casemgmt.audit.events import Event
from casemgmt.db.work import Work, check_version
from casemgmt.errors import Conflict, NotFound, WrongState, invalid_field
from casemgmt.ids import new_id
from casemgmt.models import AllowedActionView
from casemgmt.notifications.addresses import AddressRefused, Network, check_address
from casemgmt.notifications.commands import ChangeSubscription, CreateSubscription, MakeSecret, Replay
from casemgmt.notifications.states import SUBSCRIPTION
from casemgmt.notifications.tables import WebhookSubscription
from casemgmt.notifications.views import (
    SecretShown,
    SecretView,
    SubscriptionList,
    SubscriptionSummary,
    SubscriptionView,
)
from casemgmt.organisations.repository import get_row
from casemgmt.organisations.tables import AppUser
from casemgmt.settings import Settings
from casemgmt.signed_messages import new_secret, seal

_STANDING = "SELECT * FROM webhook_standing(:ids)"
_SECRETS = "SELECT * FROM webhook_secrets(:id, :at)"
_KEEP_SECRET = "SELECT webhook_keep_secret(:id, :subscription, :sealed, :at, :until)"  # noqa: S105 - a statement
_REFUSED = {
    "form": ("invalid-address", "The address is no plain address of a web server."),
    "scheme": ("address-not-https", "The address must begin with https://."),
    "network": ("address-not-outside", "Nothing is sent into a private or reserved network."),
}


@dataclass(frozen=True)
class Rules:
    """What the deployment says of subscriptions."""

    networks: tuple[Network, ...]
    sealing_key: str

    @classmethod
    def of(cls, settings: Settings) -> "Rules":
        """Return the rules of a deployment."""
        return cls(settings.webhook_network_list, settings.webhook_secret.get_secret_value())


async def create_subscription(work: Work, command: CreateSubscription, rules: Rules) -> SubscriptionView:
    """Begin to send events that happen from now on to an address: as soon as there is a secret to sign them with."""
    _check_address(command.address, rules)
    account = await get_row(work, AppUser, command.account_id)
    if account.kind != "service":
        raise WrongState("Events are sent to machine accounts alone.", code="not-a-machine")
    row = WebhookSubscription(
        id=command.id or new_id(),
        account_id=account.id,
        organisation_id=account.organisation_id,
        address=command.address,
        types=list(command.types),
        purpose=command.purpose,
        state=SUBSCRIPTION.initial,
        created_at=work.now,
        created_by_id=work.actor.user_id,
    )
    await work.save(Event("webhook.subscribed", "webhook_subscription", (row.id, account.id)), row)
    await work.call("SELECT webhook_begin(:id)", id=row.id)
    return await _view(work, row)


async def list_subscriptions(work: Work) -> SubscriptionList:
    """Return all subscriptions."""
    rows = list(await work.session.scalars(select(WebhookSubscription).order_by(col(WebhookSubscription.created_at))))
    standing = await _standing(work, [row.id for row in rows])
    work.record(Event("webhook.listed", "webhook_subscription", tuple(row.id for row in rows)))
    return SubscriptionList(items=[SubscriptionSummary(**_summary(row, standing[row.id])) for row in rows])


async def read_subscription(work: Work, subscription_id: UUID) -> SubscriptionView:
    """Return a subscription and how it stands."""
    row = await find(work, subscription_id)
    work.record(Event("webhook.read", "webhook_subscription", (row.id,)))
    return await _view(work, row)


async def change_subscription(
    work: Work, subscription_id: UUID, command: ChangeSubscription, expected: int | None, rules: Rules
) -> SubscriptionView:
    """Send to another address or other types."""
    row = await find(work, subscription_id, for_change=True)
    check_version(row, expected)
    if command.address is not None:
        _check_address(command.address, rules)
        row.address = command.address
    if command.types is not None:
        row.types = list(command.types)
    await work.save(Event("webhook.changed", "webhook_subscription", (row.id,)), row)
    return await _view(work, row)


async def pause(work: Work, subscription_id: UUID, expected: int | None) -> SubscriptionView:
    """Send nothing for now; what happens meanwhile waits."""
    row = await _step(work, subscription_id, "pause", expected)
    await work.save(Event("webhook.paused", "webhook_subscription", (row.id,)), row)
    return await _view(work, row)


async def resume(work: Work, subscription_id: UUID, expected: int | None) -> SubscriptionView:
    """Go on: everything that waits is sent, in order."""
    row = await _step(work, subscription_id, "resume", expected)
    row.state_reason = None
    await work.save(Event("webhook.resumed", "webhook_subscription", (row.id,)), row)
    await work.call("SELECT webhook_resume(:id, :at)", id=row.id, at=work.now)
    return await _view(work, row)


async def disable(work: Work, subscription_id: UUID, expected: int | None) -> SubscriptionView:
    """Send no more."""
    row = await _step(work, subscription_id, "disable", expected)
    row.state_reason = "by_administrator"
    await work.save(Event("webhook.disabled", "webhook_subscription", (row.id,)), row)
    return await _view(work, row)


async def make_secret(
    work: Work, subscription_id: UUID, secret_id: UUID, command: MakeSecret, rules: Rules
) -> SecretShown:
    """Make a signing secret, shown this once; for some hours messages are signed with the one before as well."""
    row = await find(work, subscription_id, for_change=True)
    secret = new_secret()
    kept = await work.call(
        _KEEP_SECRET,
        id=secret_id,
        subscription=row.id,
        sealed=seal(secret, row.id, rules.sealing_key),
        at=work.now,
        until=work.now + timedelta(hours=command.hours),
    )
    if not kept:
        raise Conflict("This id was used for a secret before: choose a new one.", code="already-exists")
    work.record(Event("webhook.secret_made", "webhook_subscription", (row.id, secret_id)))
    return SecretShown(subscription=await _view(work, row), secret=secret)


async def replay(work: Work, subscription_id: UUID, command: Replay) -> SubscriptionView:
    """Send one event again, or everything since a moment."""
    row = await find(work, subscription_id, for_change=True)
    if command.event_id is not None:
        again = await work.call(
            "SELECT webhook_again(:id, :event, :at)", id=row.id, event=command.event_id, at=work.now
        )
        if not again:
            raise NotFound("This event was not on the way to this subscriber.")
    else:
        await work.call("SELECT webhook_rewind(:id, :since)", id=row.id, since=command.since)
    work.record(Event("webhook.replayed", "webhook_subscription", (row.id,)))
    return await _view(work, row)


async def find(work: Work, subscription_id: UUID, *, for_change: bool = False) -> WebhookSubscription:
    """Return a subscription, locked when it is about to change; else `NotFound`."""
    return await get_row(work, WebhookSubscription, subscription_id, for_change=for_change)


async def _step(work: Work, subscription_id: UUID, action: str, expected: int | None) -> WebhookSubscription:
    row = await find(work, subscription_id, for_change=True)
    check_version(row, expected)
    row.state = SUBSCRIPTION.check(work.actor, action, row.state, None).target
    return row


def _check_address(address: str, rules: Rules) -> None:
    try:
        check_address(address, rules.networks)
    except AddressRefused as refusal:
        code, detail = _REFUSED[str(refusal)]
        raise invalid_field("/address", code, detail) from None


async def _standing(work: Work, ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    return {row.pop("subscription_id"): row for row in await work.rows(_STANDING, ids=list(ids))}


def _summary(row: WebhookSubscription, standing: dict[str, Any]) -> dict[str, Any]:
    own = set(SubscriptionSummary.model_fields) - standing.keys()
    return {**row.model_dump(include=own), **standing}


async def _view(work: Work, row: WebhookSubscription) -> SubscriptionView:
    standing = (await _standing(work, [row.id]))[row.id]
    actions = SUBSCRIPTION.allowed_actions(work.actor, row.state, None)
    return SubscriptionView(
        **_summary(row, standing),
        purpose=row.purpose,
        created_by_id=row.created_by_id,
        secrets=[SecretView(**each) for each in await work.rows(_SECRETS, id=row.id, at=work.now)],
        allowed_actions=[AllowedActionView.model_validate(a) for a in actions],
    )
