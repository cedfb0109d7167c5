"""What a deployment may set about events that are sent to other systems."""

from functools import cached_property
from ipaddress import IPv4Network, IPv6Network, ip_network

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings

from casemgmt.settings_edge import words


class WebhookSettings(BaseSettings):
    """The part of the settings that the sending of events reads."""

    webhook_networks: str = Field(
        "",
        description="Networks of one's own in which receivers of events may lie, with commas between (`10.20.0.0/16`). "
        "Without it nothing is sent to a private, loopback, link-local or reserved address, whatever name leads there.",
    )
    webhook_seconds: float = Field(15.0, gt=0, le=30, description="Longest wait for a receiver of events to answer.")
    webhook_poll_seconds: float = Field(
        1.0, gt=0, le=60, description="Pause between two looks of the worker for events to send."
    )
    webhook_heartbeat_seconds: int = Field(
        60,
        ge=30,
        le=3600,
        description="Pause between two heartbeats to a subscriber that asked for them (`service.heartbeat`).",
    )

    @field_validator("webhook_networks")
    @classmethod
    def refuse_what_is_no_own_network(cls, value: str) -> str:
        """Stop the service for a misspelt network."""
        for part in words(value):
            ip_network(part)
        return value

    @cached_property
    def webhook_network_list(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """Networks of one's own in which receivers may lie."""
        return tuple(ip_network(part) for part in words(self.webhook_networks))
