"""One call to a receiver: to the address that was judged, for a limited time, with nothing of the answer kept."""

import asyncio
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

import httpx

from casemgmt.notifications.addresses import (
    AddressRefused,
    Network,
    Target,
    check_address,
    find_target,
    unresolved_target,
)
from casemgmt.notifications.events import CONTENT_TYPE
from casemgmt.notifications.policy import Outcome
from casemgmt.outbound import SNI, Outbound, ProxyFailed
from casemgmt.settings import Settings
from casemgmt.signed_messages import signed_headers

_AGENT = "casemgmt-webhooks/1"


@dataclass(frozen=True)
class Wire:
    """How receivers are called."""

    outbound: Outbound
    allowed: tuple[Network, ...]
    """Networks of one's own in which receivers may lie."""
    seconds: float

    @classmethod
    def of(cls, settings: Settings) -> "Wire":
        """Return how a deployment calls them."""
        return cls(Outbound.of(settings), settings.webhook_network_list, settings.webhook_seconds)


async def send(wire: Wire, address: str, body: bytes, event_id: UUID, secrets: Sequence[str], at: datetime) -> Outcome:
    """POST an event, signed with every secret that holds, and return what came of it. Never raises for a receiver."""
    began = time.monotonic()
    status, failure = None, None
    try:
        async with asyncio.timeout(wire.seconds):
            target = await _target(wire, address)
            status = await _post(wire, target, body, signed_headers(secrets, str(event_id), at, body))
        if not httpx.codes.is_success(status):
            failure = "redirect" if httpx.codes.is_redirect(status) else "status"
    except AddressRefused as refusal:
        failure = f"address_{refusal}"
    except ProxyFailed as refusal:
        failure = f"proxy_{refusal}"
    except (TimeoutError, httpx.TimeoutException):
        failure = "timeout"
    except httpx.ConnectError as error:
        failure = "certificate" if _is_untrusted(error) else "no_connection"
    except (httpx.HTTPError, httpx.InvalidURL, OSError):
        failure = "broken_off"
    return Outcome(status, failure, round((time.monotonic() - began) * 1000))


async def _target(wire: Wire, address: str) -> Target:
    if wire.outbound.leaves_to_proxy(str(check_address(address, wire.allowed).hostname)):
        return unresolved_target(address, wire.allowed)
    return await find_target(address, wire.allowed)


async def _post(wire: Wire, target: Target, body: bytes, headers: dict[str, str]) -> int:
    parts = urlsplit(target.url)
    ip = target.ip if wire.outbound.is_direct(target.host, target.ip) else target.ip_for_proxy
    place = f"[{ip}]" if ":" in ip else ip
    url = urlunsplit((parts.scheme, f"{place}:{target.port}", parts.path or "/", parts.query, ""))
    host = target.host if parts.port is None else f"{target.host}:{parts.port}"
    # The certificate is held to the name, whatever address the name led to.
    pinned = {SNI: target.host}
    sent = {"host": host, "content-type": CONTENT_TYPE, "user-agent": _AGENT, **headers}
    async with (
        wire.outbound.client(wire.seconds) as client,
        client.stream("POST", url, content=body, headers=sent, extensions=pinned) as answer,
    ):
        return answer.status_code


def _is_untrusted(error: BaseException) -> bool:
    """Answer whether what came between is that nobody who is trusted vouches for the receiver's name."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ssl.SSLCertVerificationError):
        cause = cause.__cause__ or cause.__context__
    return cause is not None
