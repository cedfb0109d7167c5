"""Keyed marks and hashes: by the mark we know what we once gave out, by the hash we find again what we don't keep."""

import hashlib
import hmac
from typing import Self

from casemgmt.settings import Settings


class Marks:
    """HMACs under the key of a deployment. Each kind of thing has its own space."""

    def __init__(self, key: bytes, before: bytes | None = None) -> None:
        self._key = key
        self._known = (key,) if before is None else (key, before)

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Return the marks of a deployment: under its token secret, and what was marked under the one before it."""
        before = settings.token_secret_before
        return cls(
            settings.token_secret.get_secret_value().encode(),
            None if before is None else before.get_secret_value().encode(),
        )

    def hash(self, kind: str, value: str) -> str:
        """Return the keyed hash of something."""
        return _hash(self._key, kind, value)

    def hashes(self, kind: str, value: str) -> tuple[str, ...]:
        """Return the keyed hashes under the key and under the one of before: what was kept may be of either."""
        return tuple(_hash(key, kind, value) for key in self._known)

    def mark(self, kind: str, body: str) -> str:
        """Return the body with our mark on it."""
        return f"{body}.{self.hash(kind, body)}"

    def marked(self, kind: str, token: str) -> str | None:
        """Return the body of something that we marked, also under the key of before; else None."""
        body, _, mark = token.rpartition(".")
        if not token.isascii() or not any(hmac.compare_digest(mark, _hash(key, kind, body)) for key in self._known):
            return None
        return body


def _hash(key: bytes, kind: str, value: str) -> str:
    return hmac.new(key, f"{kind} {value}".encode("utf-8", "replace"), hashlib.sha256).hexdigest()
