"""What a deployment may set about calls to other systems: events, the witness of the audit log, the provider's keys."""

import re
import ssl
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings

from casemgmt.settings_edge import words

_NAME = re.compile(r"\.?[a-z0-9_-]+(?:\.[a-z0-9_-]+)*", re.IGNORECASE)


class OutboundSettings(BaseSettings):
    """The part of the settings that whoever calls another system reads: service, worker and sealer alike."""

    outbound_proxy: str | None = Field(
        None,
        description="Forward proxy through which all calls to other systems go (events, witness, identity provider), "
        "by CONNECT: `http://proxy.example.kz:3128`, or `https://` where the way to it is encrypted too. Empty: they "
        "go straight out. What the environment says (`HTTP_PROXY` and the like) is never heeded.",
    )
    outbound_proxy_log_in: SecretStr | None = Field(
        None, description="Log-in at the proxy, `name:password` (Basic). With `http://` the network between reads it."
    )
    outbound_proxy_looks_up: bool = Field(
        False,
        description="The proxy looks up the names of receivers of events, not this machine: for a network without "
        "names of the outside. Then it is the proxy that must refuse private addresses; here only the name is judged.",
    )
    outbound_direct: str = Field(
        "",
        description="Whom to call without the proxy, with commas between: names, each with all names below it, and "
        "networks (`kc.gov.kz, 10.20.0.0/16`). This machine is always called without it.",
    )
    outbound_ca_file: Path | None = Field(
        None,
        description="Certificates (PEM) of further authorities that the certificates of other systems, and of the "
        "proxy, may be from, beside the public ones: a ministry's own, or the national one.",
    )

    @field_validator("outbound_proxy", "outbound_proxy_log_in", "outbound_ca_file", mode="before")
    @classmethod
    def take_empty_for_none(cls, value: object) -> object:
        """Take a variable that is set to nothing for one that is not set."""
        return None if value == "" else value

    @field_validator("outbound_proxy")
    @classmethod
    def refuse_what_is_no_proxy(cls, value: str | None) -> str | None:
        """Stop the service for an address that says more than where the proxy is."""
        if value is None:
            return None
        try:
            parts = urlsplit(value)
            is_place = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0 and value.isascii()
        except ValueError:
            is_place = False
        if not is_place:
            raise ValueError("http://host:port, or https://host:port")
        if parts.username is not None or parts.path not in {"", "/"} or parts.query or parts.fragment:
            raise ValueError("scheme, host and port alone; the log-in stands in CASEMGMT_OUTBOUND_PROXY_LOG_IN")
        return value

    @field_validator("outbound_proxy_log_in")
    @classmethod
    def refuse_half_a_log_in(cls, value: SecretStr | None) -> SecretStr | None:
        """Stop the service for a log-in that no proxy could read."""
        if value is not None and (
            ":" not in value.get_secret_value()[1:] or not value.get_secret_value().isprintable()
        ):
            raise ValueError("name:password")
        return value

    @field_validator("outbound_direct")
    @classmethod
    def refuse_what_is_neither(cls, value: str) -> str:
        """Stop the service for a misspelt network, and for what is no name either."""
        direct_of(value)
        return value

    @field_validator("outbound_ca_file")
    @classmethod
    def refuse_what_holds_no_certificate(cls, value: Path | None) -> Path | None:
        """Stop the service for a file that nobody's certificate could be checked with."""
        if value is not None:
            try:
                ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=value)
            except (OSError, ssl.SSLError):
                raise ValueError("a readable file with certificates (PEM)") from None
        return value


def direct_of(value: str) -> tuple[tuple[str, ...], tuple[IPv4Network | IPv6Network, ...]]:
    """Return the names, in small letters, and the networks of the setting of whom to call directly."""
    names, networks = [], []
    for part in words(value):
        try:
            networks.append(ip_network(part))
        except ValueError:
            if not _NAME.fullmatch(part) or part.rpartition(".")[2].isdigit():
                raise ValueError(f"{part}: neither a name nor a network") from None
            names.append(part.lower().removeprefix("."))
    return tuple(names), tuple(networks)
