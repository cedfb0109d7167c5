"""The same key and body get the same answer; the key with another body is refused; a running one answers 409.

What is kept of a body is a hash under the token secret: a short one could be guessed from a plain hash. After a change
of the secret a kept answer is found again for as long as the one before is set; later the key is refused as used for
something else, and nothing is done a second time.

Who no longer sees what an answer tells does not get it again: it is emptied with the sight, by triggers where somebody
ends that, and here where it ran out by its own date (`db/sql/41_kept_answers.sql`). The key stays: a device that was
out of reach and asks once more is told that the act was done, and does it no second time.
"""

import re
from http import HTTPStatus

from sqlalchemy import text
from starlette.requests import Request
from starlette.responses import Response

from casemgmt.access.actor import Actor
from casemgmt.access.marks import Marks
from casemgmt.audit.events import Event
from casemgmt.audit.tables import IdempotencyKey
from casemgmt.db.work import Work
from casemgmt.errors import Conflict, Invalid, invalid_field

HEADER = "Idempotency-Key"
_KEY = re.compile(r"^[\x21-\x7e]{1,255}$")
_KEPT_HEADERS = ("content-type", "etag", "location")
_LOCK = text("SELECT pg_try_advisory_xact_lock(hashtextextended(:key, 111))")


def check_key(request: Request, actor: Actor) -> str | None:
    """Return the key of a POST; integration accounts must send one."""
    if request.method != "POST":
        return None
    key = request.headers.get(HEADER)
    if key is None:
        if actor.is_integration:
            raise Invalid(
                "Integration accounts send an Idempotency-Key with every POST.",
                code="idempotency-key-required",
            )
        return None
    if not _KEY.match(key):
        raise invalid_field("/headers/Idempotency-Key", "invalid-idempotency-key", "1 to 255 visible ASCII characters.")
    return key


async def _told(request: Request) -> str:
    """Return what makes a request another one."""
    body = (await request.body()).decode("utf-8", "replace")
    return f"{request.method} {request.url.path}\n{body}"


async def replay(work: Work, request: Request, key: str, marks: Marks) -> Response | None:
    """Return the stored answer of a key, or None where the request is the first with it."""
    if not await work.session.scalar(_LOCK, {"key": f"{work.actor.user_id} {key}"}):
        raise Conflict("A request with this Idempotency-Key is still running.", code="request-running")
    stored = await work.session.get(IdempotencyKey, (work.actor.user_id, key))
    if stored is None:
        return None
    await work.call("SELECT empty_lapsed_answer(:key)", key=key)
    await work.session.refresh(stored)
    if stored.fingerprint not in marks.hashes("request", await _told(request)):
        raise Invalid("This Idempotency-Key was used for another request.", code="idempotency-key-reused")
    if stored.status == HTTPStatus.CONFLICT:  # of an act that was refused nothing is kept
        raise Conflict("It was done. What was answered is no longer yours to read.", code="answer-lapsed")
    work.record(Event("request.replayed", "request"))
    return Response(
        stored.body,
        status_code=stored.status,
        headers=dict(stored.headers) | {"Idempotency-Replayed": "true"},
    )


async def remember(work: Work, request: Request, key: str, response: Response, marks: Marks) -> None:
    """Store the answer in the transaction of the act itself."""
    work.session.add(
        IdempotencyKey(
            user_id=work.actor.user_id,
            key=key,
            fingerprint=marks.hash("request", await _told(request)),
            status=response.status_code,
            headers={k: v for k, v in response.headers.items() if k in _KEPT_HEADERS},
            body=bytes(response.body).decode(),
            created_at=work.now,
        )
    )
