"""Events to the systems of others: subscriptions, what became of each event, and the way to fetch what was missed."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from api.etags import ExpectedVersion, set_etag
from api.routing import CurrentServices, CurrentWork, Router
from api.schemas import DEFAULT_PAGE, Cursor, Limit, Page
from casemgmt.access.permissions import Permission
from casemgmt.notifications import attempts, pulling, service
from casemgmt.notifications.commands import ChangeSubscription, CreateSubscription, MakeSecret, Replay
from casemgmt.notifications.repository import Standing
from casemgmt.notifications.service import Rules
from casemgmt.notifications.views import (
    AttemptView,
    DeliveryView,
    EventPage,
    SecretShown,
    SubscriptionList,
    SubscriptionView,
)

router = Router("/webhook-subscriptions", "webhooks")
events_router = Router("/webhook-events", "webhooks")


@router.post("", Permission.WEBHOOKS_MANAGE, status_code=201)
async def create_webhook_subscription(
    command: CreateSubscription, response: Response, work: CurrentWork, services: CurrentServices
) -> SubscriptionView:
    """Send events to an address of a machine account, from now on. Then make a secret: nothing is sent unsigned."""
    view = await service.create_subscription(work, command, Rules.of(services.settings))
    response.headers["Location"] = f"/v1/webhook-subscriptions/{view.id}"
    return _tagged(response, view)


@router.get("", Permission.WEBHOOKS_MANAGE)
async def list_webhook_subscriptions(work: CurrentWork) -> SubscriptionList:
    """List all subscriptions and how they stand."""
    return await service.list_subscriptions(work)


@router.get("/{subscription_id}", Permission.WEBHOOKS_MANAGE)
async def get_webhook_subscription(subscription_id: UUID, response: Response, work: CurrentWork) -> SubscriptionView:
    """Read a subscription: since when it fails, what waits, what was given up."""
    return _tagged(response, await service.read_subscription(work, subscription_id))


@router.patch("/{subscription_id}", Permission.WEBHOOKS_MANAGE)
async def change_webhook_subscription(
    subscription_id: UUID,
    command: ChangeSubscription,
    response: Response,
    work: CurrentWork,
    expected: ExpectedVersion,
    services: CurrentServices,
) -> SubscriptionView:
    """Send to another address or other types. What waits goes to the new address."""
    rules = Rules.of(services.settings)
    return _tagged(response, await service.change_subscription(work, subscription_id, command, expected, rules))


@router.post("/{subscription_id}/pause", Permission.WEBHOOKS_MANAGE)
async def pause_webhook_subscription(
    subscription_id: UUID, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> SubscriptionView:
    """Send nothing for now. What happens meanwhile waits."""
    return _tagged(response, await service.pause(work, subscription_id, expected))


@router.post("/{subscription_id}/resume", Permission.WEBHOOKS_MANAGE)
async def resume_webhook_subscription(
    subscription_id: UUID, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> SubscriptionView:
    """Go on after a pause or after it was disabled: all that waits is sent at once, in order."""
    return _tagged(response, await service.resume(work, subscription_id, expected))


@router.post("/{subscription_id}/disable", Permission.WEBHOOKS_MANAGE)
async def disable_webhook_subscription(
    subscription_id: UUID, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> SubscriptionView:
    """Send no more. By itself it comes to this when the address answers 410 or took nothing for 24 hours."""
    return _tagged(response, await service.disable(work, subscription_id, expected))


@router.guarded(
    "PUT", "/{subscription_id}/secrets/{secret_id}", Permission.WEBHOOKS_MANAGE, status_code=201, fresh_factor=True
)
async def make_webhook_secret(
    subscription_id: UUID, secret_id: UUID, command: MakeSecret, work: CurrentWork, services: CurrentServices
) -> SecretShown:
    """Make a signing secret under an id of yours. It is shown this once; for `hours` the one before signs as well."""
    return await service.make_secret(work, subscription_id, secret_id, command, Rules.of(services.settings))


@router.post("/{subscription_id}/replay", Permission.WEBHOOKS_MANAGE)
async def replay_webhook_events(
    subscription_id: UUID, command: Replay, response: Response, work: CurrentWork
) -> SubscriptionView:
    """Send one event again, or all since a moment. They keep their ids: the receiver knows what it has already."""
    return _tagged(response, await service.replay(work, subscription_id, command))


@router.get("/{subscription_id}/deliveries", Permission.WEBHOOKS_MANAGE)
async def list_webhook_deliveries(
    subscription_id: UUID,
    work: CurrentWork,
    limit: Limit = DEFAULT_PAGE,
    cursor: Cursor = None,
    state: Annotated[Standing | None, Query(description="`dead`: given up after a day of tries.")] = None,
) -> Page[DeliveryView]:
    """List the events of a subscription, the newest first: what waits, was taken, given up or withheld."""
    return Page.of(await attempts.list_deliveries(work, subscription_id, limit, cursor, state))


@router.get("/{subscription_id}/attempts", Permission.WEBHOOKS_MANAGE)
async def list_webhook_attempts(
    subscription_id: UUID, work: CurrentWork, limit: Limit = DEFAULT_PAGE, cursor: Cursor = None
) -> Page[AttemptView]:
    """List the tries of a subscription, the newest first: when, how long, what came of it. No body is kept."""
    return Page.of(await attempts.list_attempts(work, subscription_id, limit, cursor))


@events_router.get("", Permission.EVENTS_READ)
async def list_webhook_events(
    work: CurrentWork,
    after: Annotated[
        str | None, Query(max_length=300, description="`next_cursor` of before; without it, from the oldest kept.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=500, description="Most events that are looked at.")] = 100,
) -> EventPage:
    """Fetch what happened after a place, as far as you may know of it, whether it was sent to you or not.

    No event is passed by, in whatever order transactions end: keep `next_cursor`, and ask on with it.
    """
    return await pulling.pull_events(work, after, limit)


def _tagged(response: Response, view: SubscriptionView) -> SubscriptionView:
    set_etag(response, view.version)
    return view
