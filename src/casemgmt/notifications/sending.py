"""One call to a receiver: to the address that was judged, for a limited time, with nothing of the answer kept."""

import asyncio
import time
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

import httpx

from casemgmt.notifications.addresses import AddressRefused, Network, Target, find_target
from casemgmt.notifications.events import CONTENT_TYPE
from casemgmt.notifications.policy import Outcome
from casemgmt.signed_messages import signed_headers

_AGENT = "casemgmt-webhooks/1"


async def send(
    address: str,
    body: bytes,
    event_id: UUID,
    secrets: Sequence[str],
    at: datetime,
    allowed: tuple[Network, ...],
    seconds: float,
) -> Outcome:
    """POST an event, signed with every secret that holds, and return what came of it. Never raises for a receiver."""
    began = time.monotonic()
    status, failure = None, None
    try:
        async with asyncio.timeout(seconds):
            target = await find_target(address, allowed)
            status = await _post(target, body, signed_headers(secrets, str(event_id), at, body), seconds)
        if not httpx.codes.is_success(status):
            failure = "redirect" if httpx.codes.is_redirect(status) else "status"
    except AddressRefused as refusal:
        failure = f"address_{refusal}"
    except (TimeoutError, httpx.TimeoutException):
        failure = "timeout"
    except httpx.ConnectError:
        failure = "no_connection"
    except (httpx.HTTPError, httpx.InvalidURL, OSError):
        failure = "broken_off"
    return Outcome(status, failure, round((time.monotonic() - began) * 1000))


async def _post(target: Target, body: bytes, headers: dict[str, str], seconds: float) -> int:
    parts = urlsplit(target.url)
    ip = f"[{target.ip}]" if ":" in target.ip else target.ip
    url = urlunsplit((parts.scheme, f"{ip}:{target.port}", parts.path or "/", parts.query, ""))
    host = target.host if parts.port is None else f"{target.host}:{parts.port}"
    # The certificate is held to the name, whatever address the name led to.
    pinned = {"sni_hostname": target.host}
    sent = {"host": host, "content-type": CONTENT_TYPE, "user-agent": _AGENT, **headers}
    async with (
        httpx.AsyncClient(timeout=seconds, follow_redirects=False, trust_env=False) as client,
        client.stream("POST", url, content=body, headers=sent, extensions=pinned) as answer,
    ):
        return answer.status_code
