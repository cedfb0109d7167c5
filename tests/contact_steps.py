"""Steps of a contact centre: sign, send, and what comes of it."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from casemgmt.demo.accounts import DEMO_SIGNING_SECRET, DEMO_SOURCE
from casemgmt.ids import new_id
from casemgmt.signed_messages import signed_headers
from tests.clients import World

PATH = "/v1/integrations/contacts"
CONCERN = {"ref": "1", "category": "bullying", "narrative": "Сыныпта мені күнде мазақтайды.", "region_code": "KZ-75"}


def contact(contact_id: str | None = None, **given: Any) -> dict[str, Any]:
    """Return a final call with one concern."""
    return {
        "contact_id": contact_id or f"call-{new_id()}",
        "revision": 1,
        "stage": "final",
        "channel": "call",
        "started_at": (datetime.now(UTC) - timedelta(minutes=5)).isoformat(),
        "language": "kk",
        "caller": {"relation": "self", "phone": "8 701 111 22 33"},
        "concerns": [CONCERN],
    } | given


def headers(
    body: bytes,
    message_id: str,
    *,
    at: datetime | None = None,
    source: str = DEMO_SOURCE,
    secrets: tuple[str, ...] = (DEMO_SIGNING_SECRET,),
) -> dict[str, str]:
    """Return the headers of a signed message."""
    signed = signed_headers(secrets, message_id, at or datetime.now(UTC), body)
    return signed | {"contact-source": source, "content-type": "application/json"}


async def send(
    world: World, told: Any, message_id: str | None = None, *, path: str = PATH, more: Any = None, **signed: Any
) -> httpx.Response:
    """Send a message, signed by the sandbox source unless said otherwise."""
    body = json.dumps(told, ensure_ascii=False).encode()
    head = headers(body, message_id or f"msg-{new_id()}", **signed) | (more or {})
    return await world.client.post(path, content=body, headers=head)
