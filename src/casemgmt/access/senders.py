"""Who signed a message: systems that send to us sign under a secret that two persons made, and act as their account.

A secret is kept sealed, not as a digest: a signature can only be checked by making it. Each has a session of its own,
so whatever ends sessions ends it too, and a signed request is held to the rights of its account like any other.
"""

import base64
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from casemgmt.access.actor import Actor
from casemgmt.access.compact import TokenRefused
from casemgmt.access.roles import narrowed, permissions_of
from casemgmt.clock import Clock
from casemgmt.db.engine import Database
from casemgmt.settings import Settings
from casemgmt.signed_messages import UnsignedError, new_secret, seal, unseal, verify

SOURCE = "contact-source"
"""Header that names the source: it says under which secrets to look, and is believed only with a signature of one."""
CODE = "signature-refused"
_PREFIX = "whsec_"
_HALF_BYTES = 24
_LONGEST_NAME = 64
_FIND = "SELECT * FROM auth_senders($1, $2)"


class SigningSecrets:
    """Signing secrets of one deployment, made in two halves and sealed."""

    def __init__(self, settings: Settings) -> None:
        self._key = settings.webhook_secret.get_secret_value()

    def first_half(self) -> str:
        """Return a new first half: `whsec_` and base64 of 24 bytes."""
        return _PREFIX + _half()

    def second_half(self) -> str:
        """Return a new second half: base64 of 24 bytes. The secret is the first half with it at the end."""
        return _half()

    def seal(self, secret: str, owner: UUID) -> bytes:
        """Return a secret, or a half of one, as it is kept for the record `owner`."""
        return seal(secret, owner, self._key)

    def whole(self, owner: UUID, sealed_first: str, second: str) -> bytes:
        """Return the sealed secret of a sealed first half, in hex, and the second one."""
        return self.seal(unseal(bytes.fromhex(sealed_first), owner, self._key) + second, owner)

    def open(self, sealed: bytes, owner: UUID) -> str:
        """Return a secret that was sealed for the record `owner`."""
        return unseal(sealed, owner, self._key)


class Senders:
    """Reads signed messages."""

    def __init__(self, database: Database, settings: Settings, clock: Clock) -> None:
        self._database = database
        self._secrets = SigningSecrets(settings)
        self._window = timedelta(seconds=settings.message_window_seconds)
        self._clock = clock

    async def read(self, headers: Mapping[str, str], body: bytes) -> Actor:
        """Return the account that a message was signed for, or refuse it; why, the audit log alone is told."""
        now = self._clock.now()
        rows = await self._held(headers.get(SOURCE, ""), now)
        # A source that nobody knows costs what a wrong signature costs.
        keys = {self._secrets.open(row["sealed"], row["secret_id"]): row for row in rows} or {new_secret(): None}
        for key, row in keys.items():
            try:
                verify([key], dict(headers), body, now, window=self._window)
            except UnsignedError as error:
                why = str(error)
                continue
            if row is not None:
                return _actor(row)
        raise TokenRefused(f"message_{why}" if rows else "message_source", code=CODE)

    async def _held(self, source: str, now: datetime) -> list[asyncpg.Record]:
        if not 0 < len(source) <= _LONGEST_NAME or not source.isascii():
            return []
        found: list[asyncpg.Record] = await self._database.pool.fetch(_FIND, source, now)
        return found


def _half() -> str:
    return base64.b64encode(secrets.token_bytes(_HALF_BYTES)).decode()


def _actor(row: asyncpg.Record) -> Actor:
    roles = tuple(row["roles"])
    return Actor(
        user_id=row["user_id"],
        session_id=row["session_id"],
        organisation_id=row["organisation_id"],
        region_code=row["region_code"],
        roles=roles,
        permissions=narrowed(permissions_of(roles), row["scopes"]),
        authz_version=row["authz_version"],
    )
