"""The route of a consent."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from casemgmt.access.actor import Actor
from casemgmt.access.permissions import Permission as P
from casemgmt.states import Machine, Refusal, Transition


class ConsentState(StrEnum):
    """Where it stands. A consent whose last day is over holds no more, also before anybody noted it."""

    GIVEN = "given"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


@dataclass(frozen=True)
class ConsentFacts:
    """What the guards need to know."""

    expires_at: datetime | None
    at: datetime


def is_over(expires_at: datetime | None, at: datetime) -> bool:
    """Answer whether the last day of a consent is over at a moment."""
    return expires_at is not None and at >= expires_at


def _over(_: Actor, facts: ConsentFacts) -> Refusal | None:
    if is_over(facts.expires_at, facts.at):
        return None
    return Refusal("consent-still-holds", "The last day of the consent is not over: it can only be withdrawn.")


_S = ConsentState

CONSENT: Machine[ConsentFacts] = Machine(
    "consent",
    ConsentState,
    _S.GIVEN,
    (
        Transition("withdraw", (_S.GIVEN,), _S.WITHDRAWN, P.CONSENTS_WRITE),
        Transition("note_expiry", (_S.GIVEN,), _S.EXPIRED, P.CONSENTS_WRITE, guards=(_over,)),
    ),
)
