"""Signed messages, in and out, as Standard Webhooks define them, and how their secrets are kept.

The only module that imports `standardwebhooks`. Its own check is not used: it asks the machine's clock and takes one
secret, while the service has a clock of its own and several secrets during a change.
"""

import base64
import hmac
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from standardwebhooks import Webhook

ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
"""Headers of a signed message."""
WINDOW = timedelta(minutes=5)
"""How far the time of a message may be from ours, either way."""
MOST_SIGNATURES = 8
"""Signatures of one message that are looked at."""
_PREFIX = "whsec_"
_SECRET_BYTES = 32
_NONCE = 12


class UnsignedError(Exception):
    """A message is not surely from whom it says; the text is a code: `headers`, `time` or `signature`."""


def new_secret() -> str:
    """Return a new secret as Standard Webhooks write it: `whsec_` and the base64 of 32 bytes."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def signature(secret: str | bytes, message_id: str, at: datetime, body: bytes) -> str:
    """Return the signature of a message under a secret, as written (`whsec_…`) or its bytes. The body is UTF-8."""
    return Webhook(secret).sign(message_id, at.astimezone(UTC), body.decode())


def signed_headers(keys: Sequence[str | bytes], message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """Return the headers of a message, signed under each of its secrets: during a change both the old and the new."""
    return {
        ID: message_id,
        TIMESTAMP: str(int(at.timestamp())),
        SIGNATURE: " ".join(signature(key, message_id, at, body) for key in keys),
    }


def verify(keys: Sequence[str], headers: dict[str, str], body: bytes, now: datetime, window: timedelta = WINDOW) -> str:
    """Return the id of a message that one of the secrets signed within the window; else raise `UnsignedError`.

    `headers` have names in small letters. Whether the id came before, the caller asks: it keeps them.
    """
    message_id, stamp, given = (headers.get(name, "") for name in (ID, TIMESTAMP, SIGNATURE))
    if not message_id or not given or not (stamp.isascii() and stamp.isdigit() and len(stamp) <= len("32503680000")):
        raise UnsignedError("headers")
    at = datetime.fromtimestamp(int(stamp), UTC)
    if abs(now - at) > window:
        raise UnsignedError("time")
    try:
        expected = [signature(key, message_id, at, body).encode() for key in keys]
    except UnicodeDecodeError:
        raise UnsignedError("signature") from None
    shown = [part.encode("utf-8", "replace") for part in given.split(" ")[:MOST_SIGNATURES]]
    if not any(hmac.compare_digest(one, other) for one in expected for other in shown):
        raise UnsignedError("signature")
    return message_id


def seal(secret: str, owner: UUID, key: str) -> bytes:
    """Return a secret as it is stored: nobody who reads the database alone can sign with it."""
    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(_sealing_key(key)).encrypt(nonce, secret.encode(), owner.bytes)


def unseal(sealed: bytes, owner: UUID, key: str) -> str:
    """Return a secret that `seal` sealed for this owner under this key; raises `InvalidTag` for any other."""
    return AESGCM(_sealing_key(key)).decrypt(sealed[:_NONCE], sealed[_NONCE:], owner.bytes).decode()


def _sealing_key(secret: str) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=b"casemgmt webhook secret").derive(secret.encode())
