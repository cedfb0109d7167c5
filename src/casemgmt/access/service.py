"""Use cases of log-ins: password, refresh, client credentials, log-out."""

import asyncio
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import asyncpg

from casemgmt.access.passwords import password_matches
from casemgmt.access.tokens import Identity, Tokens
from casemgmt.clock import Clock
from casemgmt.db.engine import Database
from casemgmt.errors import TooManyAttempts, Unauthenticated
from casemgmt.ids import new_id
from casemgmt.settings import Settings

ATTEMPT_WINDOW = timedelta(minutes=15)
ATTEMPTS_IN_WINDOW = 10
_AUDIT = "SELECT audit_write($1, $2, $3, $4, 'account', $5, NULL, NULL, '{}', $6)"


@dataclass(frozen=True)
class Grant:
    """What a successful log-in gives."""

    access_token: str
    refresh_token: str | None
    expires_in_seconds: int


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

    async def log_in(self, username: str, password: str, request_id: str, *, refreshable: bool = True) -> Grant:
        """Check a password and open a session. The refusal never says whether the name exists."""
        now = self._clock.now()
        name = username.strip().casefold()
        name_hash = hmac.new(self._key, name.encode("utf-8", "replace"), hashlib.sha256).hexdigest()
        async with self._database.pool.acquire() as connection:
            account = await connection.fetchrow(
                "SELECT * FROM auth_account($1, $2, $3)", _storable(name), name_hash, now - ATTEMPT_WINDOW
            )
        if account["failures"] >= ATTEMPTS_IN_WINDOW:
            raise TooManyAttempts(
                "Too many failed log-ins for this account: wait a quarter of an hour.",
                data={"retry_after_seconds": int(ATTEMPT_WINDOW.total_seconds())},
            )
        async with self._hashing:
            matches = await asyncio.to_thread(password_matches, password, account["password_hash"])
        async with self._database.pool.acquire() as connection, connection.transaction():
            if not matches:
                await connection.execute("SELECT auth_failed($1, $2, $3)", new_id(), name_hash, now)
                await self._record(connection, "account.login_refused", "refused", account["user_id"], request_id)
            else:
                grant = await self._open(connection, account["user_id"], refreshable=refreshable)
                await self._record(connection, "account.logged_in", "done", account["user_id"], request_id)
        if not matches:
            raise Unauthenticated("The user name or the password is wrong.", code="invalid-credentials")
        return grant

    async def refresh(self, refresh_token: str, request_id: str) -> Grant:
        """Turn a refresh token into the next one. A token used twice ends the whole session."""
        now = self._clock.now()
        fresh = secrets.token_urlsafe(32)
        async with self._database.pool.acquire() as connection, connection.transaction():
            found = await connection.fetchrow(
                "SELECT * FROM auth_rotate($1, $2, $3)", _digest(refresh_token), _digest(fresh), now
            )
            identity = None
            if found is not None and not found["reused"]:
                identity = await self._identity(connection, found["session_id"])
            kind = "account.refresh_reused" if found is not None and found["reused"] else "account.refreshed"
            await self._record(
                connection,
                kind,
                "refused" if identity is None else "done",
                identity.user_id if identity else None,
                request_id,
            )
        if identity is None:
            raise Unauthenticated("The refresh token does not hold (any more): log in again.", code="invalid-grant")
        return Grant(self._tokens.issue(identity, now), fresh, int(self._tokens.life.total_seconds()))

    async def log_out(self, session_id: UUID, user_id: UUID, request_id: str) -> None:
        """End a session: its tokens stop working at once."""
        async with self._database.pool.acquire() as connection, connection.transaction():
            await connection.execute("SELECT auth_end_session($1, $2)", session_id, self._clock.now())
            await self._record(connection, "account.logged_out", "done", user_id, request_id)

    async def _open(self, connection: asyncpg.Connection, user_id: UUID, *, refreshable: bool) -> Grant:
        now = self._clock.now()
        session_id = new_id()
        refresh = secrets.token_urlsafe(32)
        life = self._session_life if refreshable else self._tokens.life
        await connection.execute(
            "SELECT auth_open_session($1, $2, $3, $4, $5)",
            session_id,
            user_id,
            _digest(refresh),
            now,
            now + life,
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
    """A name with characters that no column can hold belongs to nobody."""
    return name if name.isprintable() else ""


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
