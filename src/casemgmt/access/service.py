"""Use cases of log-ins: password, refresh, client credentials."""

import asyncio
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from uuid import UUID

import asyncpg

from casemgmt.access.passwords import hash_password, password_matches
from casemgmt.access.tokens import Identity, Tokens
from casemgmt.clock import Clock
from casemgmt.db.engine import Database
from casemgmt.errors import TooManyAttempts, Unauthenticated, invalid_field
from casemgmt.ids import new_id
from casemgmt.settings import Settings

ATTEMPT_WINDOW = timedelta(minutes=15)
ATTEMPTS_IN_WINDOW = 10
AccountKind = Literal["person", "service"]
"""Persons log in with a password, machine accounts with client credentials; neither in the way of the other."""
_AUDIT = "SELECT audit_write($1, $2, $3, $4, 'account', $5, NULL, NULL, '{}', $6)"


@dataclass(frozen=True)
class Grant:
    """What a successful log-in gives."""

    access_token: str
    refresh_token: str | None
    expires_in_seconds: int


@dataclass(frozen=True)
class _Attempt:
    """One try at a password, counted against the name until it succeeds."""

    id: UUID
    user_id: UUID | None
    succeeded: bool


class Accounts:
    """Log-ins of one deployment. Each use case is one transaction with its audit event, also when it refuses."""

    def __init__(self, database: Database, tokens: Tokens, settings: Settings, clock: Clock) -> None:
        self._database = database
        self._tokens = tokens
        self._clock = clock
        self._session_life = timedelta(hours=settings.refresh_token_hours)
        self._key = settings.token_secret.get_secret_value().encode()
        # argon2 takes a core for tens of milliseconds: more at once would only stop the other requests.
        self._hashing = asyncio.Semaphore(2)

    async def log_in(self, username: str, password: str, request_id: str, kind: AccountKind = "person") -> Grant:
        """Check a password and open a session. The refusal never says whether the name exists, or of which kind it is.

        A machine account gets no refresh token: it has its credentials (RFC 6749, 4.4.3).
        """
        attempt = await self._try(username, password, kind, request_id)
        async with self._database.pool.acquire() as connection, connection.transaction():
            if attempt.user_id is None or not attempt.succeeded:
                await self._record(connection, "account.login_refused", "refused", attempt.user_id, request_id)
            else:
                grant = await self._open(connection, attempt.user_id, attempt.id, refreshable=kind == "person")
                await self._record(connection, "account.logged_in", "done", attempt.user_id, request_id)
                return grant
        raise Unauthenticated("The user name or the password is wrong.", code="invalid-credentials")

    async def confirm(self, username: str, password: str, kind: AccountKind, request_id: str) -> UUID:
        """Check the password of somebody who is signed in. Failures count as failed log-ins do.

        Returns the counted try: whoever acts on the confirmation hands it to `auth_set_password`.
        """
        attempt = await self._try(username, password, kind, request_id)
        if not attempt.succeeded:
            async with self._database.pool.acquire() as connection, connection.transaction():
                await self._record(connection, "account.password_refused", "refused", attempt.user_id, request_id)
            raise invalid_field("/current", "wrong-password", "This is not the present password.")
        return attempt.id

    async def hash_password(self, password: str) -> str:
        """Return the argon2id hash of a new password, without holding up other requests."""
        async with self._hashing:
            return await asyncio.to_thread(hash_password, password)

    async def refresh(self, refresh_token: str, request_id: str) -> Grant:
        """Turn a refresh token into the next one. A token used twice ends the whole session."""
        now = self._clock.now()
        session_id = self._session_of(refresh_token)
        fresh = self._refresh_token(session_id or new_id())
        async with self._database.pool.acquire() as connection, connection.transaction():
            outcome = await connection.fetchval(
                "SELECT auth_rotate($1, $2, $3, $4)", session_id, _digest(refresh_token), _digest(fresh), now
            )
            identity = None
            if session_id is not None and outcome == "rotated":
                identity = await self._identity(connection, session_id)
            await self._record(
                connection,
                "account.refresh_reused" if outcome == "reused" else "account.refreshed",
                "refused" if identity is None else "done",
                identity.user_id if identity else None,
                request_id,
            )
        if identity is None:
            raise Unauthenticated("The refresh token does not hold (any more): log in again.", code="invalid-grant")
        return Grant(self._tokens.issue(identity, now), fresh, int(self._tokens.life.total_seconds()))

    async def _try(self, username: str, password: str, kind: AccountKind, request_id: str) -> _Attempt:
        now = self._clock.now()
        name = username.strip().casefold()
        name_hash = hmac.new(self._key, name.encode("utf-8", "replace"), hashlib.sha256).hexdigest()
        attempt_id = new_id()
        async with self._database.pool.acquire() as connection, connection.transaction():
            account = await connection.fetchrow(
                "SELECT * FROM auth_attempt($1, $2, $3, $4, $5, $6, $7)",
                attempt_id,
                _storable(name),
                kind,
                name_hash,
                now,
                now - ATTEMPT_WINDOW,
                ATTEMPTS_IN_WINDOW,
            )
            if not account["permitted"]:
                await self._record(connection, "account.login_throttled", "refused", None, request_id)
        if not account["permitted"]:
            raise TooManyAttempts(
                "Too many failed log-ins for this account: wait a quarter of an hour.",
                data={"retry_after_seconds": int(ATTEMPT_WINDOW.total_seconds())},
            )
        async with self._hashing:
            matches = await asyncio.to_thread(password_matches, password, account["password_hash"])
        return _Attempt(attempt_id, account["user_id"], matches)

    def _refresh_token(self, session_id: UUID) -> str:
        """Return a new refresh token: session, secret, and our mark on both, so that only tokens once issued count."""
        body = f"{session_id.hex}.{secrets.token_urlsafe(32)}"
        return f"{body}.{self._mark(body)}"

    def _session_of(self, refresh_token: str) -> UUID | None:
        """Return the session of a refresh token that was issued here, also of one that no longer holds."""
        body, _, mark = refresh_token.rpartition(".")
        if not refresh_token.isascii() or not hmac.compare_digest(mark, self._mark(body)):
            return None
        return UUID(hex=body.partition(".")[0])

    def _mark(self, body: str) -> str:
        return hmac.new(self._key, f"refresh {body}".encode(), hashlib.sha256).hexdigest()

    async def _open(
        self, connection: asyncpg.Connection, user_id: UUID, attempt_id: UUID, *, refreshable: bool
    ) -> Grant:
        now = self._clock.now()
        session_id = new_id()
        refresh = self._refresh_token(session_id)
        life = self._session_life if refreshable else self._tokens.life
        await connection.execute(
            "SELECT auth_open_session($1, $2, $3, $4, $5, $6)",
            session_id,
            user_id,
            _digest(refresh),
            now,
            now + life,
            attempt_id,
        )
        identity = await self._identity(connection, session_id)
        if identity is None:
            raise Unauthenticated("The account is not active.", code="invalid-credentials")
        token = self._tokens.issue(identity, now)
        return Grant(token, refresh if refreshable else None, int(self._tokens.life.total_seconds()))

    @staticmethod
    async def _identity(connection: asyncpg.Connection, session_id: UUID) -> Identity | None:
        row = await connection.fetchrow("SELECT * FROM auth_identity($1)", session_id)
        if row is None:
            return None
        return Identity(
            user_id=row["user_id"],
            session_id=session_id,
            organisation_id=row["organisation_id"],
            region_code=row["region_code"],
            roles=tuple(row["roles"]),
            authz_version=row["authz_version"],
        )

    @staticmethod
    async def _record(
        connection: asyncpg.Connection, kind: str, outcome: str, user_id: UUID | None, request_id: str
    ) -> None:
        await connection.execute(_AUDIT, new_id(), kind, outcome, None, [user_id] if user_id else [], request_id)


def _storable(name: str) -> str:
    """Return the name, or one that nobody has where it holds characters that no column can hold."""
    return name if name.isprintable() else ""


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
