"""Documents announced and sent over HTTP."""

from typing import Any

import httpx

from tests.clients import Caller
from tests.contents import WHOLE, pdf


def announcement(record_type: str, record_id: object, **changes: Any) -> dict[str, Any]:
    """Return the announcement of a small PDF."""
    return {
        "record_type": record_type,
        "record_id": str(record_id),
        "kind": "court_decision",
        "secrecy": "ordinary",
        "media_type": "application/pdf",
        "size_bytes": len(pdf()),
        "file_name": "Шешім Серікова.pdf",
    } | changes


async def announce(caller: Caller, record_type: str, record_id: object, **changes: Any) -> dict[str, Any]:
    """Announce a document and return it."""
    answer = await caller.post("/v1/documents", announcement(record_type, record_id, **changes))
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def send(
    caller: Caller, document: dict[str, Any], content: bytes, media_type: str | None = None
) -> httpx.Response:
    """Send a content."""
    headers = {"Content-Type": media_type or document["media_type"]}
    return await caller.request("PUT", f"/v1/documents/{document['id']}/content", content=content, headers=headers)


async def keep(
    caller: Caller, record_type: str, record_id: object, *, media_type: str = "application/pdf", **changes: Any
) -> dict[str, Any]:
    """Announce and send a document of a type, and return it."""
    content = changes.pop("content", WHOLE[media_type])
    changes = {"media_type": media_type, "size_bytes": len(content)} | changes
    answer = await send(caller, await announce(caller, record_type, record_id, **changes), content)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def link(caller: Caller, document: dict[str, Any], copy_kind: str = "shown") -> str:
    """Ask for a link and return its path."""
    answer = await caller.post(
        f"/v1/documents/{document['id']}/{'links' if copy_kind == 'shown' else 'original-links'}"
    )
    assert answer.status_code == 201, answer.text
    return str(answer.json()["url"])


async def fetch(caller: Caller, document: dict[str, Any], copy_kind: str = "shown") -> httpx.Response:
    """Ask for a link and fetch what it gives."""
    return await caller.get(await link(caller, document, copy_kind))
