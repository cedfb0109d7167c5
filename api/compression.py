"""Large answers without a secret are compressed for who accepts it: an explained screening to a twentieth."""

import asyncio
from zlib import MAX_WBITS, compressobj

from starlette.requests import Request
from starlette.responses import Response

_LEVEL = 5
_GZIP = 16
_SMALL = 4096


async def compressed(request: Request, body: bytes | str) -> Response:
    """Return a JSON answer, compressed where it is large and the caller accepts gzip.

    Only for answers that hold nothing of a person and no secret: beside a secret, the size of a compressed answer
    could tell parts of it.
    """
    plain = body if isinstance(body, bytes) else body.encode()
    headers = {"Vary": "Accept-Encoding"}
    accepted = {part.split(";")[0].strip().lower() for part in request.headers.get("accept-encoding", "").split(",")}
    if len(plain) > _SMALL and "gzip" in accepted:
        plain = await asyncio.to_thread(_packed, plain)
        headers["Content-Encoding"] = "gzip"
    return Response(plain, 200, headers, "application/json")


def _packed(plain: bytes) -> bytes:
    worker = compressobj(_LEVEL, wbits=MAX_WBITS + _GZIP)
    return worker.compress(plain) + worker.flush()
