"""The second factor: time-based codes (RFC 6238) and recovery codes. The only module that imports pyotp."""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

import asyncpg
import pyotp
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from casemgmt.access.marks import Marks
from casemgmt.errors import Conflict
from casemgmt.ids import new_id
from casemgmt.settings import Settings

STEP_SECONDS = 30
RECOVERY_CODES = 10
_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Without letters and digits that are taken for one another on paper."""
_NONCE = 12
Need = Literal["none", "code", "enrolment"]
Factor = Literal["code", "recovery_code"]
"""What was shown beside the password."""


@dataclass(frozen=True)
class Enrolment:
    """What the user's authenticator needs. It is shown once."""

    secret: str
    uri: str


class SecondFactors:
    """Codes of one deployment. Each method works on the caller's connection, in the caller's transaction."""

    def __init__(self, settings: Settings) -> None:
        self._issuer = settings.token_issuer
        self._key = settings.factor_secret.get_secret_value()
        self._marks = Marks(self._key.encode())

    async def need(self, connection: asyncpg.Connection, user_id: UUID) -> Need:
        """Answer what a log-in needs beside the password."""
        need: Need = await connection.fetchval("SELECT auth_factor_need($1)", user_id)
        return need

    async def begin(self, connection: asyncpg.Connection, user_id: UUID, name: str, now: datetime) -> Enrolment:
        """Make a secret. It counts when a code of it was shown; until then it takes the place of one before."""
        secret = pyotp.random_base32()
        sealed = seal(secret, user_id, self._key)
        if not await connection.fetchval("SELECT auth_begin_factor($1, $2, $3)", user_id, sealed, now):
            raise Conflict("The account has a second factor already.", code="second-factor-exists")
        return Enrolment(secret, pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=self._issuer))

    async def confirm(
        self, connection: asyncpg.Connection, user_id: UUID, code: str, now: datetime
    ) -> list[str] | None:
        """Let a new secret count when its code is right, and return the recovery codes, which nobody sees again."""
        step = await self._step(connection, user_id, code, now, confirmed=False)
        if step is None:
            return None
        codes = ["".join(secrets.choice(_ALPHABET) for _ in range(10)) for _ in range(RECOVERY_CODES)]
        hashes = [self._hash(user_id, c) for c in codes]
        ids = [new_id() for _ in codes]
        await connection.execute("SELECT auth_confirm_factor($1, $2, $3, $4, $5)", user_id, step, ids, hashes, now)
        return [f"{c[:5]}-{c[5:]}" for c in codes]

    async def check(self, connection: asyncpg.Connection, user_id: UUID, code: str, now: datetime) -> Factor | None:
        """Answer what a code is: of now or half a minute before or after, or for recovery. Each holds once."""
        plain = code.strip().replace(" ", "").replace("-", "").upper()
        if not plain.isascii() or not plain.isdigit():
            used = await connection.fetchval(
                "SELECT auth_use_recovery_code($1, $2, $3)", user_id, self._hash(user_id, plain), now
            )
            return "recovery_code" if used else None
        step = await self._step(connection, user_id, plain, now, confirmed=True)
        if step is None:
            return None
        return "code" if await connection.fetchval("SELECT auth_use_step($1, $2)", user_id, step) else None

    async def _step(
        self, connection: asyncpg.Connection, user_id: UUID, code: str, now: datetime, *, confirmed: bool
    ) -> int | None:
        sealed = await connection.fetchval("SELECT auth_factor_secret($1, $2)", user_id, confirmed)
        if sealed is None:
            return None
        totp, present = pyotp.TOTP(unseal(sealed, user_id, self._key)), int(now.timestamp()) // STEP_SECONDS
        given = code.strip().replace(" ", "").encode("utf-8", "replace")
        for step in (present, present - 1, present + 1):
            if hmac.compare_digest(totp.generate_otp(step).encode(), given):
                return step
        return None

    def _hash(self, user_id: UUID, code: str) -> str:
        return self._marks.hash("recovery", f"{user_id} {code}")


def seal(secret: str, user_id: UUID, key: str) -> bytes:
    """Return a secret as it is stored: nobody who reads the database alone can make a code of it."""
    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(_sealing_key(key)).encrypt(nonce, secret.encode(), user_id.bytes)


def unseal(sealed: bytes, user_id: UUID, key: str) -> str:
    """Return a secret that `seal` sealed for this user under this key; raises `InvalidTag` for any other."""
    return AESGCM(_sealing_key(key)).decrypt(sealed[:_NONCE], sealed[_NONCE:], user_id.bytes).decode()


def _sealing_key(secret: str) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=b"casemgmt second factor").derive(secret.encode())


def code_at(secret: str, at: datetime) -> str:
    """Return the code of a moment: for the demo, whose secret everybody knows."""
    return str(pyotp.TOTP(secret).generate_otp(int(at.timestamp()) // STEP_SECONDS))
