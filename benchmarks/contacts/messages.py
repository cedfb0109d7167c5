"""What is sent: final contacts, one of ten about nobody, one of ten about two children."""

import base64
import hashlib
import hmac
import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from casemgmt.demo.accounts import DEMO_SIGNING_SECRET, DEMO_SOURCE

PATH = "/v1/integrations/contacts"
TWICE_EVERY = 50
"""Of so many messages one is sent twice at once."""
_KEY = base64.b64decode(DEMO_SIGNING_SECRET.removeprefix("whsec_"))
_REGIONS = ("KZ-75", "KZ-71", "KZ-79", "KZ-61", "KZ-19")
_CATEGORIES = ("bullying", "psycho_emotional_state", "neglect", "violence_physical", "suicidal_behaviour")
_TEXT = "Сыныпта мені күнде мазақтайды, ешкім менімен сөйлеспейді. Синтетический текст, ни о ком."


def concerns_of(number: int) -> int:
    """Return how many concerns the n-th contact has."""
    return {0: 0, 1: 2}.get(number % 10, 1)


def contact(prefix: str, number: int) -> dict[str, Any]:
    """Return the n-th contact of a window, as the contract has it."""
    began = datetime.now(UTC) - timedelta(minutes=5)
    concerns = [
        {"ref": str(n), "category": _CATEGORIES[(number + n) % len(_CATEGORIES)], "narrative": _TEXT}
        for n in range(concerns_of(number))
    ]
    told: dict[str, Any] = {
        "contact_id": f"{prefix}-{number}",
        "revision": 1,
        "stage": "final",
        "channel": "call",
        "started_at": began.isoformat(),
        "ended_at": (began + timedelta(minutes=4)).isoformat(),
        "language": "kk",
        "region_code": _REGIONS[number % len(_REGIONS)],
    }
    if not concerns:
        return told | {"non_data": "silent"}
    phone = f"8 700 {number % 1000:03} {number // 1000 % 100:02} 11"
    return told | {"caller": {"relation": "self", "phone": phone}, "concerns": concerns}


def request(told: dict[str, Any]) -> bytes:
    """Return the signed request, as it goes over the wire."""
    body = json.dumps(told, ensure_ascii=False).encode()
    message_id, at = f"m-{told['contact_id']}", str(int(time.time()))
    signed = hmac.digest(_KEY, f"{message_id}.{at}.".encode() + body, hashlib.sha256)
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        f"Contact-Source: {DEMO_SOURCE}\r\nwebhook-id: {message_id}\r\nwebhook-timestamp: {at}\r\n"
        f"webhook-signature: v1,{base64.b64encode(signed).decode()}\r\n\r\n"
    )
    return head.encode() + body
