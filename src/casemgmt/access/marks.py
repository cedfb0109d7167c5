"""Keyed marks and hashes: by the mark we know what we once gave out, by the hash we find again what we don't keep."""

import hashlib
import hmac


class Marks:
    """HMACs under the key of a deployment. Each kind of thing has its own space."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def hash(self, kind: str, value: str) -> str:
        """Return the keyed hash of something."""
        return hmac.new(self._key, f"{kind} {value}".encode("utf-8", "replace"), hashlib.sha256).hexdigest()

    def mark(self, kind: str, body: str) -> str:
        """Return the body with our mark on it."""
        return f"{body}.{self.hash(kind, body)}"

    def marked(self, kind: str, token: str) -> str | None:
        """Return the body of something that we marked, else None."""
        body, _, mark = token.rpartition(".")
        if not token.isascii() or not hmac.compare_digest(mark, self.hash(kind, body)):
            return None
        return body
