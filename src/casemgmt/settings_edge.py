"""What a deployment may set about the edge of the service: who may knock, how loudly, for how long."""

import re
from functools import cached_property
from ipaddress import ip_address
from urllib.parse import urlsplit

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings

_ORIGIN = re.compile(r"https?://(?:[a-z0-9.-]+|\[[0-9a-f:]+\])(?::[0-9]{1,5})?")


def is_safe_address(url: str) -> bool:
    """Answer whether nobody on the way can change what is read there: TLS, or this very machine."""
    parts = urlsplit(url)
    if parts.scheme == "https":
        return bool(parts.hostname)
    try:
        return parts.scheme == "http" and ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False


def words(value: str) -> tuple[str, ...]:
    """Return the parts of a setting that has commas between them."""
    return tuple(part.strip() for part in value.split(",") if part.strip())


class EdgeSettings(BaseSettings):
    """The part of the settings that the web server and the outermost layer read."""

    allowed_hosts: str = Field(
        "",
        description="Names under which the service is reached, with commas between: a request with another `Host` is "
        "refused. Empty: any name.",
    )
    tls_only: bool = Field(
        False,
        description="The service is reached over TLS alone (a proxy in front of it ends it): browsers are told to "
        "come in no other way for two years (HSTS).",
    )
    cors_origins: str = Field(
        "",
        description="Sites whose pages may call the service from a browser, with commas between, exactly as browsers "
        "write them (`https://work.example.kz`). Empty: none may.",
    )
    body_limit_bytes: int = Field(1_048_576, ge=1024, description="Larger request bodies are refused.")
    receive_seconds: float = Field(
        20.0, gt=0, le=300, description="A request whose headers, or whose body, take longer to arrive is ended."
    )
    requests_at_once: int = Field(
        500, ge=1, description="Requests that one process works on at once; further ones are told to come again."
    )
    connections_at_once: int = Field(
        2000, ge=1, description="Connections that one process keeps open; further ones are closed unanswered."
    )
    board_seconds: float = Field(
        1.0, ge=0.2, le=30, description="Pause between two looks at the numbers that the open boards of a region show."
    )
    rate_reads: int = Field(1200, ge=1, description="Reads of one account in a minute.")
    rate_writes: int = Field(600, ge=1, description="Writes of one account in a minute.")
    rate_messages: int = Field(
        6000,
        ge=1,
        description="Signed messages of one source in a minute; so many may come at once after a quiet minute.",
    )
    abandoned_contact_minutes: int = Field(
        30, ge=1, le=1440, description="A contact that was begun and of which so long nothing came is told to its desk."
    )
    silent_source_minutes: int = Field(
        10, ge=1, le=1440, description="A source that sent heartbeats, and so long none, is told to its desk."
    )
    message_window_seconds: int = Field(
        300,
        ge=10,
        le=3600,
        description="How far the time of a signed message may be from the service's, either way.",
    )
    rate_searches: int = Field(
        30,
        ge=1,
        description="Searches of one account in a minute, counted over all processes. Pages of a search count.",
    )
    rate_exports: int = Field(
        10, ge=1, description="Exports of one account in a minute, their pages too, counted over all processes."
    )
    search_minutes: int = Field(30, ge=1, le=720, description="How long the pages of a search can be turned.")
    rate_open: int = Field(
        600,
        ge=1,
        description="Requests of one address in a minute to what is open without an account, log-ins included.",
    )
    rate_processes: int = Field(
        1,
        ge=1,
        description="Over how many processes the requests of one caller are spread. Each allows its part of the reads, "
        "writes and open requests; with 1 each allows all of them.",
    )

    @field_validator("cors_origins")
    @classmethod
    def refuse_what_is_no_origin(cls, value: str) -> str:
        """Stop the service for a wildcard, for `null`, and for what no browser would send."""
        for origin in words(value):
            if not _ORIGIN.fullmatch(origin) or not is_safe_address(origin):
                raise ValueError("origins such as https://work.example.kz, without a path; no wildcard and no null")
        return value

    @cached_property
    def cors_origin_list(self) -> tuple[str, ...]:
        """Origins whose pages may call the service."""
        return words(self.cors_origins)

    @cached_property
    def host_names(self) -> frozenset[str]:
        """Names under which the service answers; empty: all."""
        return frozenset(name.lower() for name in words(self.allowed_hosts))
