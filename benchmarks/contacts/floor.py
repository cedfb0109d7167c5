"""The floor of equal work for contacts: Starlette and asyncpg, a prepared statement for each thing that is owed.

It checks the signature under the sealed secret, sets the actor, locks message and contact, looks whether either came
before, writes the contact and ends it, who got in touch, for each concern a signal with reporter, clock, two lines of
story and what ties it to the contact, then the message with its answer, and the events with their commitments; all
under row security in one transaction. What it leaves out is what the load never sends: drafts, corrections, refusals,
checks of fields. `benchmarks/floors.py` is the rest of it.
"""

import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from benchmarks import floors
from benchmarks import statements as sql
from benchmarks.contacts.messages import PATH
from casemgmt.audit.commitments import Change, commitments, new_row, new_salt
from casemgmt.ids import new_id
from casemgmt.settings import DEMO_WEBHOOK_SECRET
from casemgmt.signed_messages import UnsignedError, unseal, verify

_SENDERS = "SELECT * FROM auth_senders($1, $2)"
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended($1, $2))"
_MESSAGE = "SELECT content_digest, status, answer FROM contact_message WHERE source_code = $1 AND message_id = $2"
_CONTACT = "SELECT id FROM contact WHERE source_code = $1 AND external_id = $2"
_FINALISE = (
    "UPDATE contact SET state = 'finalised', content = NULL, finalised_at = $2, version = version + 1 WHERE id = $1"
)
_COUNT = "UPDATE contact SET signals = $2, version = version + 1 WHERE id = $1"
_KEY = DEMO_WEBHOOK_SECRET.encode()


def _insert(table: str, columns: tuple[str, ...]) -> str:
    values = ", ".join(f"${n}" for n in range(1, len(columns) + 1))
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({values})"  # noqa: S608 - constants


_CONTACT_COLUMNS = (
    *("id", "source_code", "external_id", "sender_id", "organisation_id", "region_code", "state", "revision"),
    *("content_digest", "channel", "language", "non_data", "signals", "content", "attachments", "plate_known"),
    *("taxonomy_known", "started_at", "ended_at", "received_at", "heard_at", "version"),
)
_CALLER_COLUMNS = (
    *("contact_id", "sender_id", "relation", "phone", "phone_hash", "callback_allowed", "wants_confidentiality"),
)
_REPORTER_COLUMNS = (
    *("signal_id", "relation", "phone", "phone_hash", "callback_allowed", "wants_confidentiality", "recorded_at"),
)
_CONCERN_COLUMNS = (
    *("id", "contact_id", "sender_id", "concern_ref", "revision", "content_digest", "signal_id", "withdrawn"),
)
_MESSAGE_COLUMNS = (
    *("source_code", "message_id", "sender_id", "organisation_id", "content_digest", "external_id", "revision"),
    *("contact_id", "outcome", "status", "answer", "received_at"),
)
_INSERT_CONTACT = _insert("contact", _CONTACT_COLUMNS)
_INSERT_CALLER = _insert("contact_caller", _CALLER_COLUMNS)
_INSERT_REPORTER = _insert("reporter", _REPORTER_COLUMNS)
_INSERT_CONCERN = _insert("contact_concern", _CONCERN_COLUMNS)
_INSERT_MESSAGE = _insert("contact_message", _MESSAGE_COLUMNS)
_FROM_CONTACT = sql.INSERT_ENTRY.replace("'signal.received'", "'signal.from_contact'").replace(
    "'signal', $2, $6", "'contact', $7, $6"
)


class _Taking:
    """One message in its transaction."""

    def __init__(
        self, connection: asyncpg.Connection, sender: asyncpg.Record, told: dict[str, Any], now: datetime
    ) -> None:
        self._connection = connection
        self._sender = sender
        self._told = told
        self._now = now
        self._id = new_id()
        self._events: list[tuple[Any, ...]] = []

    async def write(self, source: str, message_id: str, digest: str) -> bytes:
        """Write everything; return the answer."""
        await self._contact(source, digest)
        caller = self._told.get("caller")
        if caller is not None:
            await self._caller(caller)
        signals = []
        for number, concern in enumerate(self._told.get("concerns", ()), 1):
            signals.append({"ref": concern["ref"], "signal_id": await self._file(concern, number, digest)})
        answer = orjson.dumps(
            {
                "contact_id": self._told["contact_id"],
                "id": self._id,
                "outcome": "accepted",
                "state": "finalised",
                "revision": 1,
                "received_at": self._now,
                "signals": signals,
            }
        )
        row = (source, message_id, *self._whose, digest, self._told["contact_id"], 1, self._id, "accepted", 201)
        row = (*row, answer.decode(), self._now)
        await self._connection.execute(_INSERT_MESSAGE, *row)
        key = f"{source}/{message_id}"
        self._event(
            "contact.message_taken", [self._id], None, new_row("contact_message", key, _named(_MESSAGE_COLUMNS, row))
        )
        await self._connection.executemany(sql.AUDIT_CHANGES, self._events)
        return answer

    @property
    def _whose(self) -> tuple[UUID, UUID]:
        return self._sender["user_id"], self._sender["organisation_id"]

    async def _contact(self, source: str, digest: str) -> None:
        told, now = self._told, self._now
        moments = (datetime.fromisoformat(told["started_at"]), datetime.fromisoformat(told["ended_at"]), now, now)
        said = orjson.dumps({k: v for k, v in told.items() if k != "caller"}).decode()
        row = (self._id, source, told["contact_id"], *self._whose, told["region_code"], "draft", 1, digest)
        row = (*row, told["channel"], told["language"], told.get("non_data"), 0, said, "[]", False, False)
        row = (*row, *moments, 1)
        await self._connection.execute(_INSERT_CONTACT, *row)
        self._event(
            "contact.received", [self._id], None, new_row("contact", str(self._id), _named(_CONTACT_COLUMNS, row))
        )
        await self._connection.execute(_FINALISE, self._id, now)
        changes = (("state", "finalised", "draft"), ("content", None, said), ("finalised_at", now, None))
        self._event("contact.finalised", [self._id], None, *(self._changed(*change) for change in changes))

    async def _caller(self, caller: dict[str, Any]) -> None:
        phone = _number(caller["phone"])
        row = (self._id, self._sender["user_id"], caller["relation"], phone, _hash(phone), False, True)
        await self._connection.execute(_INSERT_CALLER, *row)
        change = new_row("contact_caller", str(self._id), _named(_CALLER_COLUMNS, row))
        self._event("contact.caller_told", [self._id], None, change)

    async def _file(self, concern: dict[str, Any], number: int, digest: str) -> UUID:
        signal, now, (user, body) = new_id(), self._now, self._whose
        given = (
            concern
            | {"source": "contact_centre_111"}
            | {k: self._told[k] for k in ("channel", "language", "region_code")}
        )
        row = sql.signal_row(given, signal, body, user, now)
        clock = (new_id(), signal, body, now, now + timedelta(hours=1))
        phone = _number(self._told["caller"]["phone"])
        reporter = (signal, self._told["caller"]["relation"], phone, _hash(phone), False, True, now)
        execute = self._connection.execute
        await execute(sql.INSERT_SIGNAL, *row)
        await execute(_INSERT_REPORTER, *reporter)
        await execute(sql.INSERT_TASK, *clock)
        await execute(sql.INSERT_ENTRY, new_id(), signal, body, now, user, sql.ENTRY_DATA)
        self._event(
            "signal.registered",
            [signal],
            signal,
            new_row("signal", str(signal), _named(sql.SIGNAL_COLUMNS, row)),
            new_row("reporter", str(signal), _named(_REPORTER_COLUMNS, reporter)),
            new_row("task", str(clock[0]), _named(sql.TASK_COLUMNS, clock) | sql.TASK_CONSTANTS),
        )
        concern_row = (new_id(), self._id, user, concern["ref"], 1, digest, signal, False)
        await execute(_INSERT_CONCERN, *concern_row)
        await execute(_FROM_CONTACT, new_id(), signal, body, now, user, '{"channel": "call"}', self._id)
        await execute(_COUNT, self._id, number)
        self._event(
            "contact.filed",
            [self._id, signal],
            signal,
            new_row("contact_concern", str(concern_row[0]), _named(_CONCERN_COLUMNS, concern_row)),
            self._changed("signals", number, number - 1),
        )
        return signal

    def _changed(self, column: str, after: Any, before: Any) -> Change:
        return Change(str(self._id), f"contact.{column}", after, before)

    def _event(self, kind: str, records: list[UUID], signal: UUID | None, *changes: Change) -> None:
        salt = new_salt()
        record_type = kind.partition(".")[0]
        self._events.append((new_id(), kind, record_type, records, None, signal, commitments(salt, changes), salt))


def equal_work() -> Starlette:
    """Return the floor that takes contacts, and does the case work of the other floor beside."""
    secrets: dict[tuple[UUID, bytes], str] = {}

    def signed_by(senders: list[asyncpg.Record], request: Request, body: bytes, now: datetime) -> asyncpg.Record | None:
        for sender in senders:
            known = (sender["secret_id"], sender["sealed"])
            if known not in secrets:
                secrets[known] = unseal(sender["sealed"], sender["secret_id"], DEMO_WEBHOOK_SECRET)
            try:
                verify([secrets[known]], dict(request.headers), body, now)
            except UnsignedError:
                continue
            return sender
        return None

    async def take(request: Request) -> Response:
        body, now, pool = await request.body(), floors.CLOCK.now(), request.app.state.pool
        source, message_id = request.headers["contact-source"], request.headers["webhook-id"]
        sender = signed_by(await pool.fetch(_SENDERS, source, now), request, body, now)
        if sender is None:
            return Response(status_code=401)
        told = orjson.loads(body)
        digest = hmac.digest(_KEY, orjson.dumps(told, option=orjson.OPT_SORT_KEYS), hashlib.sha256).hex()
        actor = (sender["user_id"], sender["authz_version"], sender["session_id"], uuid4().hex)
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute(sql.BEGIN_WORK, *actor)
            await connection.execute(_LOCK, f"{source} {message_id}", 120)
            known = await connection.fetchrow(_MESSAGE, source, message_id)
            if known is not None:
                await connection.execute(sql.AUDIT, new_id(), "contact.message_repeated", "contact", [], None, None)
                return Response(known["answer"], known["status"], media_type="application/json")
            await connection.execute(_LOCK, f"{source} {told['contact_id']}", 121)
            if await connection.fetchrow(_CONTACT, source, told["contact_id"]) is not None:
                return Response(status_code=409)
            answer = await _Taking(connection, sender, told, now).write(source, message_id, digest)
        return Response(answer, 201, media_type="application/json")

    app = floors.equal_work()
    app.router.routes.append(Route(PATH, take, methods=["POST"]))
    return app


def _named(columns: tuple[str, ...], row: tuple[Any, ...]) -> dict[str, Any]:
    return dict(zip(columns, row, strict=True))


def _number(phone: str) -> str:
    return "+7" + phone.replace(" ", "")[1:]


def _hash(phone: str) -> str:
    return hmac.digest(_KEY, phone.encode(), hashlib.sha256).hex()
