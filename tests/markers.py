"""Markers in every free text that is sent to the service, and the search for them in all that the database holds."""

import json
from typing import Any

import asyncpg
import httpx

MARK = "ЖұлдызQ7"
"""In no text of ours."""
_CODES_SEND_NO = frozenset({"number", "reference", "authority"})
"""Names of papers: they are the proof and stay."""


class MarkingTransport(httpx.AsyncBaseTransport):
    """Appends the marker to whatever a person would write: every string with a Cyrillic letter."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Pass a marked request on."""
        if request.headers.get("content-type") == "application/json":
            body = json.dumps(_marked(json.loads(request.content)), ensure_ascii=False).encode()
            headers = {k: v for k, v in request.headers.items() if k.lower() != "content-length"}
            request = httpx.Request(request.method, request.url, headers=headers, content=body)
        return await self._inner.handle_async_request(request)


def _marked(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        return {k: _marked(v, k) for k, v in value.items()}
    if isinstance(value, list):
        return [_marked(v, name) for v in value]
    if isinstance(value, str) and name not in _CODES_SEND_NO and any("а" <= c.lower() <= "ӿ" for c in value):
        return value + MARK
    return value


async def places_of(owner: asyncpg.Connection, *wanted: str) -> dict[str, set[str]]:
    """Return table and column → the strings found in it: every table and every row, stored documents and bytes too."""
    found: dict[str, set[str]] = {}
    tables = await owner.fetch(
        "SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname = 'public' AND c.relkind = 'r'"
    )
    needles = {w: (w.lower(), w.encode().hex(), json.dumps(w)[1:-1].lower()) for w in wanted}
    for table in tables:
        for row in await owner.fetch(f"SELECT to_jsonb(t)::text AS line FROM {table['name']} t"):
            line = row["line"]
            low = line.lower()
            if not any(n in low for forms in needles.values() for n in forms):
                continue
            for column, value in json.loads(line).items():
                text = json.dumps(value, ensure_ascii=False).lower()
                for word, forms in needles.items():
                    if any(form in text for form in forms):
                        found.setdefault(f"{table['name']}.{column}", set()).add(word)
    return found
