"""The life of a subscription."""

from enum import StrEnum

from casemgmt.access.permissions import Permission as P
from casemgmt.states import Machine, Transition


class SubscriptionState(StrEnum):
    """Where it stands."""

    ACTIVE = "active"
    PAUSED = "paused"
    DISABLED = "disabled"


_S = SubscriptionState

SUBSCRIPTION: Machine[None] = Machine(
    "webhook_subscription",
    SubscriptionState,
    _S.ACTIVE,
    (
        Transition("pause", (_S.ACTIVE,), _S.PAUSED, P.WEBHOOKS_MANAGE),
        Transition("resume", (_S.PAUSED, _S.DISABLED), _S.ACTIVE, P.WEBHOOKS_MANAGE),
        # By an administrator; and by the worker, where the address is gone (410) or failed for a day.
        Transition("disable", (_S.ACTIVE, _S.PAUSED), _S.DISABLED, P.WEBHOOKS_MANAGE),
    ),
)
