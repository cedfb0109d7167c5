"""Use cases of log-ins: password, second factor, refresh, client credentials."""

import asyncio
import json
import secrets
from collections.abc import Iterable
from datetime import timedelta
from typing import NoReturn
from uuid import UUID

import asyncpg

from casemgmt.access.attempts import AccountKind, Attempt, Attempts, Door, network_of
from casemgmt.access.factors import Enrolment, Factor, SecondFactors
from casemgmt.access.grants import Grant, Shown
from casemgmt.access.halves import StartHalves, digest_of
from casemgmt.access.marks import Marks
from casemgmt.access.password_rules import BreachedPasswords, check_password
from casemgmt.access.passwords import hash_password
from casemgmt.access.senders import SigningSecrets
from casemgmt.access.tokens import Identity, Tokens
from casemgmt.alerts.places import note_place
from casemgmt.alerts.raising import raise_alert
from casemgmt.clock import Clock
from casemgmt.db.engine import Database
from casemgmt.errors import DomainError, Unauthenticated, invalid_field
from casemgmt.ids import new_id
from casemgmt.settings import Settings

CHALLENGE_LIFE = timedelta(minutes=5)
"""How long a code may follow the password."""
_REFRESHES = {"reused": "account.refresh_reused", "idle": "account.session_idle"}
"""Events of refreshes that end the session."""
_AUDIT = "SELECT audit_write($1, $2, $3, $4, 'account', $5, NULL, NULL, '{}', $6)"


class Accounts:
    """Log-ins of one deployment. Each use case is one transaction with its audit event, also when it refuses."""

    def __init__(self, database: Database, tokens: Tokens, settings: Settings, clock: Clock) -> None:
        self._database = database
        self._tokens = tokens
        self._clock = clock
        self._idle_limits = json.dumps(settings.idle_limits)
        self._session_life = timedelta(hours=settings.refresh_token_hours)
        self._display_life = timedelta(days=settings.display_days)
        self._marks = Marks.of(settings)
        self._attempts = Attempts(database, self._marks, clock)
        self._breached = BreachedPasswords(settings.breached_passwords_file)
        self.factors = SecondFactors(settings)
        self.halves = StartHalves(self._marks)
        self.signing = SigningSecrets(settings)
        self.start_life = timedelta(hours=settings.start_code_hours)
        self._passwords_of = settings.password_log_in

    async def log_in(
        self, username: str, password: str, door: Door, kind: AccountKind = "person", code: str | None = None
    ) -> Grant:
        """Check a password and open a session. The refusal never says whether the name exists, or of which kind it is.

        Where a second factor is due and no code came along, a challenge is given instead: a code answers it. A machine
        account gets no refresh token: it has its credentials (RFC 6749, 4.4.3).
        """
        if kind == "service":
            attempt = await self._attempts.take_secret(username, password, door)
        elif self._passwords_of == "nobody":
            attempt, _ = await self._attempts.count(username, kind, door, None)
        else:
            attempt = await self._attempts.take(username, password, door)
        async with self._database.pool.acquire() as connection, connection.transaction():
            done = await self._after_password(connection, attempt, _name(username), kind, code, door)
        if isinstance(done, DomainError):
            raise done
        return done

    async def _after_password(
        self,
        connection: asyncpg.Connection,
        attempt: Attempt,
        username: str,
        kind: AccountKind,
        code: str | None,
        door: Door,
    ) -> Grant | DomainError:
        user_id = attempt.user_id
        if user_id is None or not attempt.succeeded:
            await self._record(connection, "account.login_refused", user_id, door.request_id, "password")
            return self._refusal(kind)
        if kind == "person" and not await self._may_use_password(connection, user_id):
            await self._record(connection, "account.login_refused", user_id, door.request_id, "password_log_in_off")
            return self._refusal(kind)
        if door.on_the_wall and not await connection.fetchval("SELECT auth_is_display($1)", user_id):
            await self._record(connection, "account.login_refused", user_id, door.request_id, "no_display")
            return Unauthenticated("Only a display account signs a screen in.", code="no-display-account")
        need = "none" if kind == "service" else await self.factors.need(connection, user_id)
        factor: Factor | None = None
        if need == "code" and code is not None:
            factor = await self.factors.check(connection, user_id, code, self._clock.now())
            if factor is None:
                await self._record(connection, "account.login_refused", user_id, door.request_id, "second_factor")
                return _wrong_code()
        elif need != "none":
            return await self._challenge(connection, attempt.id, user_id, need, door)
        shown = Shown(user_id, username, attempt.id, kind, factor, attempt.secret_id)
        return await self._open(connection, shown, door)

    async def _may_use_password(self, connection: asyncpg.Connection, user_id: UUID) -> bool:
        """Answer whether the deployment lets the account in by a password at all: it may have a provider for that."""
        if self._passwords_of == "everybody":
            return True
        return bool(await connection.fetchval("SELECT auth_keeps_accounts($1)", user_id))

    def _refusal(self, kind: AccountKind) -> DomainError:
        """Return the one answer to whatever was wrong. Where passwords are off, a right one gets it too."""
        if kind == "person" and self._passwords_of != "everybody":
            return _password_log_in_off()
        return Unauthenticated("The user name or the password is wrong.", code="invalid-credentials")

    async def _challenge(
        self, connection: asyncpg.Connection, attempt_id: UUID, user_id: UUID, need: str, door: Door
    ) -> DomainError:
        challenge, now = new_id(), self._clock.now()
        await connection.execute(
            "SELECT auth_open_challenge($1, $2, $3, $4, $5, $6)",
            challenge,
            user_id,
            attempt_id,
            need,
            now,
            now + CHALLENGE_LIFE,
        )
        await self._record(connection, "account.challenged", user_id, door.request_id, need, outcome="done")
        data = {
            "challenge": self._marks.mark("challenge", challenge.hex),
            "expires_in": int(CHALLENGE_LIFE.total_seconds()),
        }
        if need == "enrolment":
            return Unauthenticated(
                "The roles demand a second factor.", code="second-factor-enrolment-needed", data=data
            )
        return Unauthenticated("A code of the second factor is needed.", code="second-factor-needed", data=data)

    async def answer(self, challenge: str, code: str, door: Door) -> Grant:
        """Open the session of a challenge with a code. With the first code of a new secret, the secret counts."""
        now = self._clock.now()
        challenge_id = self._challenge_of(challenge)
        done: Grant | DomainError
        async with self._database.pool.acquire() as connection, connection.transaction():
            row = await connection.fetchrow("SELECT * FROM auth_take_challenge($1, $2)", challenge_id, now)
            if row is None:
                await self._record(connection, "account.login_refused", None, door.request_id, "challenge")
                done = Unauthenticated("The challenge does not hold (any more): log in again.", code="challenge-over")
            else:
                done = await self._answered(connection, row, code, door)
                if isinstance(done, Grant):
                    await connection.execute("SELECT auth_close_challenge($1, $2)", challenge_id, now)
        if isinstance(done, DomainError):
            raise done
        return done

    async def _answered(
        self, connection: asyncpg.Connection, row: asyncpg.Record, code: str, door: Door
    ) -> Grant | DomainError:
        user_id, now = row["user_id"], self._clock.now()
        codes: list[str] | None = None
        factor: Factor | None
        if row["need"] == "enrolment":
            codes = await self.factors.confirm(connection, user_id, code, now)
            factor = None if codes is None else "code"
        else:
            factor = await self.factors.check(connection, user_id, code, now)
        if factor is None:
            await self._record(connection, "account.login_refused", user_id, door.request_id, "second_factor")
            return _wrong_code()
        if codes is not None:
            await self._record(connection, "account.second_factor_enrolled", user_id, door.request_id, outcome="done")
        shown = Shown(user_id, row["username"], row["attempt_id"], "person", factor)
        return await self._open(connection, shown, door, tuple(codes) if codes else None)

    async def enrol(self, challenge: str, door: Door) -> Enrolment:
        """Make a secret for somebody whose password was right and whose roles demand a second factor."""
        now = self._clock.now()
        async with self._database.pool.acquire() as connection, connection.transaction():
            row = await connection.fetchrow(
                "SELECT * FROM auth_take_challenge($1, $2)", self._challenge_of(challenge), now
            )
            enrolment = None
            if row is not None and row["need"] == "enrolment":
                enrolment = await self.factors.begin(connection, row["user_id"], row["username"], now)
            await self._record(
                connection,
                "account.second_factor_begun",
                row["user_id"] if row else None,
                door.request_id,
                outcome="done" if enrolment else "refused",
            )
        if enrolment is None:
            raise Unauthenticated("The challenge does not hold (any more): log in again.", code="challenge-over")
        return enrolment

    async def confirm(self, username: str, password: str, session_id: UUID, request_id: str) -> UUID:
        """Check the password of somebody who is signed in. Failures are counted by the session.

        Returns the counted try: whoever acts on the confirmation hands it to the function that acts.
        """
        attempt = await self._attempts.take(username, password, Door(request_id, ""), session_id)
        if not attempt.succeeded:
            async with self._database.pool.acquire() as connection, connection.transaction():
                await self._record(connection, "account.password_refused", attempt.user_id, request_id)
            raise invalid_field("/current", "wrong-password", "This is not the present password.")
        return attempt.id

    async def take_code(self, username: str, session_id: UUID, request_id: str) -> UUID:
        """Count a try at a code by somebody who is signed in, and return it: a right code takes the count back."""
        return (await self._attempts.count(username, "person", Door(request_id, ""), session_id))[0].id

    async def start(self, username: str, halves: tuple[str, str], password: str, door: Door) -> None:
        """Set the password of an account whose owner shows both halves of its start code, which holds once.

        Tries are counted and slowed down as those at a password. No session opens: a second factor stays demanded.
        """
        attempt, _ = await self._attempts.count(username, "person", door, None)
        if self._passwords_of == "nobody":
            raise _password_log_in_off()
        user_id, now = attempt.user_id, self._clock.now()
        known = [] if user_id is None else self.halves.known(user_id, *halves)
        async with self._database.pool.acquire() as connection:
            about = await connection.fetchval("SELECT auth_start_names($1, $2, $3)", user_id, known, now)
            if about is not None:
                hashed = await self.new_password(password, about, "/password")
            async with connection.transaction():
                begun = about is not None and await connection.fetchval(
                    "SELECT auth_start($1, $2, $3, $4, $5)", user_id, known, hashed, now, attempt.id
                )
                kind, outcome = ("account.started", "done") if begun else ("account.start_refused", "refused")
                await self._record(connection, kind, user_id, door.request_id, outcome=outcome)
        if not begun:
            raise Unauthenticated("The start code does not hold (any more).", code="start-code-over")

    async def refuse_code(self, user_id: UUID, request_id: str) -> NoReturn:
        """Refuse a code that somebody shows who is signed in, and leave the event: the request's own is undone."""
        async with self._database.pool.acquire() as connection, connection.transaction():
            await self._record(connection, "account.code_refused", user_id, request_id)
        raise invalid_field("/code", "wrong-code", "This code does not hold, or it was used already.")

    async def new_password(self, password: str, about: Iterable[str], pointer: str) -> str:
        """Return the argon2id hash of a new password that keeps the rules, without holding up other requests."""
        async with self._attempts.hashing:
            await asyncio.to_thread(check_password, password, list(about), self._breached, pointer)
            return await asyncio.to_thread(hash_password, password)

    async def refresh(self, refresh_token: str, request_id: str) -> Grant:
        """Turn a refresh token into the next one. One used twice ends the whole session, and so does a long silence."""
        now = self._clock.now()
        session_id = self._session_of(refresh_token)
        fresh = self._refresh_token(session_id or new_id())
        async with self._database.pool.acquire() as connection, connection.transaction():
            turned = await connection.fetchrow(
                "SELECT * FROM auth_rotate($1, $2, $3, $4, $5)",
                session_id,
                digest_of(refresh_token),
                digest_of(fresh),
                now,
                self._idle_limits,
            )
            identity = None
            if session_id is not None and turned["outcome"] == "rotated":
                identity = await self._identity(connection, session_id)
            await self._record(
                connection,
                _REFRESHES.get(turned["outcome"], "account.refreshed"),
                turned["user_id"],
                request_id,
                outcome="refused" if identity is None else "done",
            )
            if turned["outcome"] == "reused":
                await raise_alert(connection, "refresh_token_reused", now, request_id, user_id=turned["user_id"])
        if turned["outcome"] == "idle":
            raise Unauthenticated("The session lay idle for too long: log in again.", code="session-idle")
        if identity is None:
            raise Unauthenticated("The refresh token does not hold (any more): log in again.", code="invalid-grant")
        return Grant(self._tokens.issue(identity, now), fresh, int(self._tokens.life.total_seconds()))

    def _refresh_token(self, session_id: UUID) -> str:
        """Return a new refresh token: session, secret, and our mark on both, so that only tokens once issued count."""
        return self._marks.mark("refresh", f"{session_id.hex}.{secrets.token_urlsafe(32)}")

    def _session_of(self, refresh_token: str) -> UUID | None:
        """Return the session of a refresh token that was issued here, also of one that no longer holds."""
        body = self._marks.marked("refresh", refresh_token)
        return None if body is None else UUID(hex=body.partition(".")[0])

    def _challenge_of(self, challenge: str) -> UUID | None:
        body = self._marks.marked("challenge", challenge)
        return None if body is None else UUID(hex=body)

    async def _open(
        self,
        connection: asyncpg.Connection,
        shown: Shown,
        door: Door,
        recovery_codes: tuple[str, ...] | None = None,
    ) -> Grant:
        now = self._clock.now()
        session_id = new_id()
        refresh = self._refresh_token(session_id)
        person = shown.kind == "person"
        life = self._session_life if person else self._tokens.life
        if door.on_the_wall:
            life = self._display_life
        await connection.execute(
            "SELECT auth_open_session($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            session_id,
            shown.user_id,
            digest_of(refresh),
            now,
            now + life,
            shown.attempt_id,
            shown.factor is not None,
            door.client_name,
            shown.secret_id,
        )
        identity = await self._identity(connection, session_id)
        if identity is None:
            raise Unauthenticated("The account is not active.", code="invalid-credentials")
        await self._record(connection, "account.logged_in", shown.user_id, door.request_id, shown.told, outcome="done")
        if person:
            await self._notice(connection, shown, door)
        return Grant(
            self._tokens.issue(identity, now),
            refresh if person else None,
            int(self._tokens.life.total_seconds()),
            self._attempts.device_token(shown.username, now) if person else None,
            recovery_codes,
            await connection.fetchval("SELECT auth_unread_notices($1)", shown.user_id),
        )

    async def _notice(self, connection: asyncpg.Connection, shown: Shown, door: Door) -> None:
        """Raise an alert on what is out of the ordinary about a log-in that succeeded."""
        now = self._clock.now()
        known = self._attempts.knows_device(shown.username, door, now)
        address = network_of(door.address)
        place = await note_place(connection, self._marks, shown.user_id, address, door.agent, now, known_device=known)
        for kind in filter(None, (place, "recovery_code_used" if shown.factor == "recovery_code" else None)):
            await raise_alert(connection, kind, now, door.request_id, user_id=shown.user_id)

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
            scopes=None if row["scopes"] is None else tuple(row["scopes"]),
        )

    @staticmethod
    async def _record(
        connection: asyncpg.Connection,
        kind: str,
        user_id: UUID | None,
        request_id: str,
        reason: str | None = None,
        *,
        outcome: str = "refused",
    ) -> None:
        await connection.execute(_AUDIT, new_id(), kind, outcome, reason, [user_id] if user_id else [], request_id)


def _password_log_in_off() -> Unauthenticated:
    return Unauthenticated("Log in at the identity provider: passwords are off here.", code="password-log-in-off")


def _wrong_code() -> Unauthenticated:
    return Unauthenticated("This code does not hold, or it was used already.", code="second-factor-wrong")


def _name(username: str) -> str:
    return username.strip().casefold()
