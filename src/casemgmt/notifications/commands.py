"""What may be asked of subscriptions."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints, field_validator, model_validator

from casemgmt.models import Command
from casemgmt.notifications.kinds import EventType
from casemgmt.reference.fields import ListCode

Address = Annotated[
    str,
    StringConstraints(min_length=10, max_length=500),
    Field(description="https. Redirects are not followed; private and reserved networks are not called."),
]


def _distinct(types: list[EventType]) -> list[EventType]:
    return list(dict.fromkeys(types))


class CreateSubscription(Command):
    """Send events to an address, as far as a machine account may know of them."""

    id: UUID | None = Field(default=None, description="UUIDv7 of the client; made by the service where absent.")
    account_id: UUID = Field(
        description="The machine account: its sight decides what is told, at the moment of telling."
    )
    address: Address
    types: list[EventType] = Field(min_length=1)
    purpose: Annotated[str, ListCode("access_purpose")] = Field(description="For what its system is told.")

    @field_validator("types")
    @classmethod
    def take_each_once(cls, value: list[EventType]) -> list[EventType]:
        """Take a type that is named twice once."""
        return _distinct(value)


class ChangeSubscription(Command):
    """Send to another address, or other types. What waits goes to the new address."""

    address: Address | None = None
    types: list[EventType] | None = Field(default=None, min_length=1)

    @field_validator("types")
    @classmethod
    def take_each_once(cls, value: list[EventType] | None) -> list[EventType] | None:
        """Take a type that is named twice once."""
        return None if value is None else _distinct(value)


class MakeSecret(Command):
    """Make a signing secret; the one before holds beside it for a while."""

    hours: int = Field(default=24, ge=0, le=168, description="How long messages are signed with the old one as well.")


class Replay(Command):
    """Send again: one event, or everything since a moment."""

    event_id: UUID | None = None
    since: AwareDatetime | None = None

    @model_validator(mode="after")
    def take_one(self) -> Self:
        """Refuse both, and neither."""
        if (self.event_id is None) == (self.since is None):
            raise ValueError("either event_id or since")
        return self
