"""The line to the service: sign, send, send again; all as `openapi/contact-centre.md` says."""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from casemgmt.simulate.scenes import TAXONOMY

CONTACTS = "/v1/integrations/contacts"
BATCH = f"{CONTACTS}/batch"
HEARTBEAT = "/v1/integrations/heartbeat"
SANDBOX = "sandbox-111"
SANDBOX_SECRET = "whsec_" + base64.b64encode(b"demo-only signing secret of the sandbox source!!").decode()
"""Known to everybody: it stands in the contract, and is refused outside the demo."""
_PREFIX = "whsec_"
_AT_ONCE = 64
_PATIENCE = 30
"""Seconds: an answer that took longer counts as lost."""


class LineError(Exception):
    """It can't go on; the text is for the person who started it."""


def key_of(secret: str) -> bytes:
    """Return the key of a signing secret as it is written: `whsec_` and base64."""
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not secret.startswith(_PREFIX) or not key:
        raise LineError("The signing secret is written as `whsec_` and base64; this one is not.")
    return key


def signature(key: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """Return the signature of a message, as Standard Webhooks define it."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


def written(content: Mapping[str, Any]) -> bytes:
    """Return a content as the bytes that are signed and sent."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


@dataclass(frozen=True)
class Answer:
    """What the service answered; `status` 0 where no answer came."""

    status: int
    body: dict[str, Any]
    replayed: bool = False
    wait: float | None = None
    """Seconds after which it wants to be asked again."""

    @property
    def taken(self) -> bool:
        """Whether the service says that it has the message."""
        return self.status in {200, 201}

    @property
    def refused(self) -> bool:
        """Whether it will say the same of these bytes however often they come."""
        return self.status in {400, 409, 413, 415, 422}

    @property
    def code(self) -> str:
        """The code of the problem."""
        return str(self.body.get("code") or self.status or "no-answer")


class Line:
    """A source's line to the service."""

    def __init__(self, client: httpx.AsyncClient, source: str, key: bytes) -> None:
        self._client = client
        self._source = source
        self._key = key
        self.agreed: str | None = None
        """The version of topics that the service took at the last heartbeat; None where it knows none of ours."""

    async def send(self, message_id: str, body: bytes, path: str = CONTACTS, *, wrongly: bool = False) -> Answer:
        """Send a message once. `wrongly`: signed under a key that is not ours."""
        now = int(datetime.now(UTC).timestamp())
        key = b"a key that was taken back" if wrongly else self._key
        headers = {
            "Contact-Source": self._source,
            "webhook-id": message_id,
            "webhook-timestamp": str(now),
            "webhook-signature": signature(key, message_id, now, body),
            "Content-Type": "application/json",
        }
        try:
            return read(await self._client.post(path, content=body, headers=headers))
        except httpx.TransportError:
            return Answer(0, {})

    async def beat(self, message_id: str) -> Answer:
        """Say that we are alive, and under which versions of topics we can tell contacts."""
        content = {"sent_at": datetime.now(UTC).isoformat(), "taxonomy_versions": [TAXONOMY]}
        answer = await self.send(message_id, written(content), HEARTBEAT)
        if answer.taken:
            self.agreed = answer.body.get("taxonomy_version")
        return answer

    async def connect(self, message_id: str) -> None:
        """Look whether the service is there and knows us; `LineError` says what is wrong."""
        url = self._client.base_url
        try:
            ready = await self._client.get("/health/ready")
        except httpx.TransportError as error:
            raise LineError(f"No service answers at {url}: start it with `make run` in another terminal.") from error
        answer = await self.beat(message_id)
        if answer.taken:
            return
        if answer.status == httpx.codes.UNAUTHORIZED:
            raise LineError(
                f"The service at {url} does not take the signature of the source {self._source}: the secret is another "
                f"one, the source is not known there, or the clocks are apart ({_apart(ready)})."
            )
        raise LineError(f"The service at {url} answers a heartbeat with {answer.status} {answer.code}.")


def client_of(url: str) -> httpx.AsyncClient:
    """Return a client for the service at an address."""
    limits = httpx.Limits(max_connections=_AT_ONCE, max_keepalive_connections=_AT_ONCE)
    return httpx.AsyncClient(base_url=url, timeout=_PATIENCE, limits=limits, trust_env=False)


def read(answer: httpx.Response) -> Answer:
    """Return what an answer says."""
    try:
        body = answer.json()
    except ValueError:
        body = {}
    wait = answer.headers.get("retry-after", "")
    return Answer(
        answer.status_code,
        body if isinstance(body, dict) else {},
        answer.headers.get("webhook-replayed") == "true",
        float(wait) if wait.isdecimal() else None,
    )


def _apart(answer: httpx.Response) -> str:
    try:
        there = parsedate_to_datetime(answer.headers.get("date", ""))
    except ValueError:
        return "the service does not tell its time"
    return f"by {abs((datetime.now(UTC) - there).total_seconds()):.0f} s now"
