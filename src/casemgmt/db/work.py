"""The unit of work: one request, one transaction, one actor; no write and no personal read without its audit event."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from types import TracebackType
from typing import Any, Protocol, TypeVar
from uuid import UUID

import asyncpg
from sqlalchemy import inspect, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel

from casemgmt.access.actor import Actor
from casemgmt.audit.commitments import ABSENT, Change, commitments, new_row, new_salt
from casemgmt.audit.events import Event
from casemgmt.clock import Clock
from casemgmt.db.base import Row, Versioned
from casemgmt.db.engine import Database
from casemgmt.errors import StaleVersion
from casemgmt.ids import new_id
from casemgmt.notifications.kinds import TOLD

RowT = TypeVar("RowT", bound=SQLModel)

_BEGIN = text("SELECT begin_work(:user, :version, :session, :request, :salt)")
_CHECK_NOW = text("SET CONSTRAINTS ALL IMMEDIATE")
_CHECK_LATER = text("SET CONSTRAINTS ALL DEFERRED")
_SALT = text("SELECT set_config('casemgmt.salt', :salt, true)")
_PURPOSE = text("SELECT set_config('casemgmt.purpose', :purpose, true)")
_AUDIT = text(
    "SELECT audit_write(:id, :kind, :outcome, :reason, :record_type, :record_ids, :case_id, :signal_id, :fields, NULL,"
    " CAST(:changes AS jsonb), CAST(:salt AS bytea), CAST(:on_behalf_of AS uuid), :purpose)"
)
_TELL = text("SELECT tell_subscribers(:type, :ids, :records, :at)")


class Acting(Protocol):
    """Who acts, and when: all that is needed to prepare rows."""

    @property
    def actor(self) -> Actor:
        """Who acts."""

    @property
    def now(self) -> datetime:
        """The moment of the request."""


class UnauditedError(RuntimeError):
    """A unit of work would have ended without an audit event: a fault of the program, refused before the commit."""


class Work:
    """An open transaction whose actor is set. Services take it as their first argument and never commit."""

    def __init__(self, session: AsyncSession, actor: Actor, clock: Clock, request_id: str) -> None:
        self.session = session
        self.actor = actor
        self.now: datetime = clock.now()
        """The moment of the request: every time written by one request is the same."""
        self.request_id = request_id
        self._events: list[Event] = []
        self._salt = new_salt()
        """Of the first event: what functions of the database change is committed to with it."""
        self._own_salt = False
        """The database was told the salt of another event since."""

    @property
    def events(self) -> tuple[Event, ...]:
        """The events recorded so far."""
        return tuple(self._events)

    def record(self, event: Event) -> None:
        """Record an event of this transaction: required for every read of a person's or a case's record."""
        self._events.append(event)

    async def save(self, event: Event, *rows: SQLModel) -> None:
        """Write rows, new and changed, together with the event that tells of them.

        Raises the version of changed rows; names the changed fields in the event, and commits it to what they held
        before and hold after. Rows are written in the order given, so that a row may point to one before it.
        """
        new = [row for row in rows if not inspect(row).persistent]
        is_new = {id(row) for row in new}  # by what they are: comparing the content of each with each takes seconds
        changes: list[Change] = []
        for row in rows:  # before the first flush, which writes every row: what it wrote is no change any more
            changed = [] if id(row) in is_new else changes_of(row)
            if changed and isinstance(row, Versioned):
                row.version += 1
            changes.extend(changed)
        fields = tuple(change.name for change in changes)
        for _, group in groupby(rows, key=type):
            self.session.add_all(row for row in group if id(row) in is_new)
            await self.session.flush()
        changes.extend(content_of(row) for row in new if isinstance(row, Row) and row.committed)
        self.record(replace(event, fields=event.fields + fields, changes=event.changes + tuple(changes)))

    async def save_each(self, acts: Sequence[tuple[Event, Sequence[SQLModel]]]) -> None:
        """Write new rows of many records, table by table in the order of the first act, an event for each record."""
        rows = [row for _, each in acts for row in each]
        for kind in dict.fromkeys(type(row) for row in rows):
            self.session.add_all(row for row in rows if type(row) is kind)
            await self.session.flush()
        for event, each in acts:
            content = tuple(content_of(row) for row in each if isinstance(row, Row) and row.committed)
            self.record(replace(event, changes=event.changes + content))

    @asynccontextmanager
    async def own_event(self, event: Event) -> AsyncIterator[None]:
        """Write an event at once, with all that functions of the database change within the block, under its own salt.

        For acts on many records in one transaction: each can be opened, and erased, by itself.
        """
        salt, self._own_salt = new_salt(), True
        await self.session.execute(_SALT, {"salt": salt.hex()})
        yield
        await self.session.execute(_AUDIT, _columns(event, salt))

    async def call_each(self, function: str, acts: Sequence[tuple[Event, Mapping[str, object]]]) -> None:
        """Have a function of the database do many acts in one statement, each with an event under its own salt.

        So each can be opened, and erased, by itself. The function gets each act with its event as one document.
        """
        self._own_salt = True
        told = [
            {
                "event_id": str(new_id()),
                "kind": event.kind,
                "record_type": event.record_type,
                "record_ids": [str(i) for i in event.record_ids],
                "case_id": None if event.case_id is None else str(event.case_id),
                "fields": list(event.fields),
                "salt": new_salt().hex(),
            }
            | dict(act)
            for event, act in acts
        ]
        await self.call(f"SELECT {function}(CAST(:acts AS jsonb))", acts=json.dumps(told))

    @asynccontextmanager
    async def rehearsal(self) -> AsyncIterator[None]:
        """Do everything within the block to its very end, events and checks at commit included, and undo it."""
        kept, self._events = (self._events, self._salt, self._own_salt), []
        undone = await self.session.begin_nested()
        try:
            yield
            await self.check_all()
        finally:
            self._events, self._salt, self._own_salt = kept
            await undone.rollback()

    async def check_all(self) -> None:
        """Write the events recorded so far, and check now what a commit would check. What follows is apart."""
        await self._write_events()
        self._events, self._salt = [], new_salt()
        await self.session.execute(_SALT, {"salt": self._salt.hex()})
        await self.session.execute(_CHECK_NOW)
        await self.session.execute(_CHECK_LATER)

    async def call(self, statement: str, /, **arguments: Any) -> Any:
        """Call a named function of the database and return its one value."""
        return (await self.session.execute(text(statement), arguments)).scalar()

    async def rows(self, statement: str, /, **arguments: Any) -> list[dict[str, Any]]:
        """Run a query and return its rows as dictionaries."""
        return [dict(row) for row in (await self.session.execute(text(statement), arguments)).mappings()]

    async def driver(self) -> asyncpg.Connection:
        """Return the connection of the transaction as the driver has it: for what log-ins and requests share."""
        raw = await (await self.session.connection()).get_raw_connection()
        return raw.driver_connection

    async def finish(self) -> None:
        """Write the events and commit. A transaction without an event is refused."""
        if not self._events:
            raise UnauditedError("the unit of work recorded no audit event")
        await self._write_events()
        await self.session.commit()

    async def _write_events(self) -> None:
        await self.session.flush()
        if not self._events:
            return
        if self._own_salt:
            await self.session.execute(_SALT, {"salt": self._salt.hex()})
            self._own_salt = False
        first, *others = self._events
        await self.session.execute(_AUDIT, _columns(first, self._salt))
        if others:
            await self.session.execute(_AUDIT, [_columns(event, new_salt()) for event in others])
        for event in self._events:
            if (told := TOLD.get(event.kind)) is not None and event.outcome == "done":
                ids = [new_id() for _ in event.record_ids]
                rows = {"type": told, "ids": ids, "records": list(event.record_ids), "at": self.now}
                await self.session.execute(_TELL, rows)

    async def begin(self) -> None:
        """Set the actor; refused where the account, its rights or its session no longer hold."""
        actor = self.actor
        if actor.purpose is not None:
            await self.session.execute(_PURPOSE, {"purpose": actor.purpose})
        await self.session.execute(
            _BEGIN,
            {
                "user": actor.user_id,
                "version": actor.authz_version,
                "session": actor.session_id,
                "request": self.request_id,
                "salt": self._salt,
            },
        )


def _columns(event: Event, salt: bytes) -> dict[str, Any]:
    changed = bool(event.changes)
    return {
        "id": new_id(),
        "kind": event.kind,
        "outcome": event.outcome,
        "reason": event.reason,
        "record_type": event.record_type,
        "record_ids": list(event.record_ids),
        "case_id": event.case_id,
        "signal_id": event.signal_id,
        "fields": list(event.fields),
        "changes": commitments(salt, event.changes) if changed else None,
        "salt": salt if changed else None,
        "on_behalf_of": event.on_behalf_of,
        "purpose": event.purpose,
    }


def changes_of(row: SQLModel) -> list[Change]:
    """Return what was changed of a row since it was read."""
    state = inspect(row)
    table, record = state.mapper.local_table.name, record_of(row)
    found = []
    for attribute in state.attrs:
        history = attribute.history
        if history.has_changes():
            before = history.deleted[0] if history.deleted else ABSENT
            found.append(Change(record, f"{table}.{attribute.key}", attribute.value, before))
    return found


def content_of(row: SQLModel) -> Change:
    """Return what a row holds that was just written."""
    state = inspect(row)
    columns = {a.key: state.dict.get(a.key) for a in state.mapper.column_attrs}
    return new_row(state.mapper.local_table.name, record_of(row), columns)


def record_of(row: SQLModel) -> str:
    """Return the key of a row, as it stands in the log."""
    identity = inspect(row).identity or ()
    return "/".join(str(part) for part in identity)


class OpenWork:
    """Opens a unit of work and rolls it back unless `finish` was called."""

    def __init__(self, database: Database, actor: Actor, clock: Clock, request_id: str) -> None:
        self._session = database.sessions()
        self._work = Work(self._session, actor, clock, request_id)

    async def __aenter__(self) -> Work:
        try:
            await self._work.begin()
        except BaseException:
            await self._session.close()
            raise
        return self._work

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()


def check_version(row: object, expected: int | None) -> None:
    """Refuse a change of a row that changed since the caller read it. None asks for no check."""
    actual = getattr(row, "version", None)
    if expected is not None and actual != expected:
        raise StaleVersion("The record was changed after you read it: read it again.", data={"current_version": actual})


def only(*ids: UUID | None) -> tuple[UUID, ...]:
    """Return the ids that are there, for the record list of an event."""
    return tuple(i for i in ids if i is not None)
