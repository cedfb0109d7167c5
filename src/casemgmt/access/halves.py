"""Secrets in two halves: two persons are each shown one, and only who is given both can come in with them.

The half of who asks is made first and kept as a digest; the other one is made when the second person decides.
"""

import hashlib
import secrets
from uuid import UUID

from casemgmt.access.marks import Marks

_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Without letters and digits that are taken for one another on paper."""
_LETTERS = 10
"""Of one half: 49 bits, so that who holds the other one guesses in vain at a door that slows guessing down."""
_PREFIX = "cs_"


class StartHalves:
    """Halves of start codes: written on paper and typed in, so short, and kept under the key of the deployment."""

    def __init__(self, marks: Marks) -> None:
        self._marks = marks

    def make(self) -> str:
        """Return a new half, as a person reads it."""
        letters = "".join(secrets.choice(_ALPHABET) for _ in range(_LETTERS))
        return f"{letters[:5]}-{letters[5:]}"

    def first(self, user_id: UUID, half: str) -> str:
        """Return what is kept of the first half."""
        return self._marks.hash("start", f"{user_id} {_plain(half)}")

    def whole(self, user_id: UUID, first: str, second_half: str) -> str:
        """Return what is kept of the code: of what is kept of its first half, and of the second one."""
        return self._marks.hash("start", f"{user_id} {first} {_plain(second_half)}")

    def known(self, user_id: UUID, first_half: str, second_half: str) -> list[str]:
        """Return all that may be kept of a code that somebody shows, also from before a change of the key."""
        firsts = self._marks.hashes("start", f"{user_id} {_plain(first_half)}")
        return [
            whole
            for first in firsts
            for whole in self._marks.hashes("start", f"{user_id} {first} {_plain(second_half)}")
        ]


def new_first_half() -> str:
    """Return a new first half of a client secret: read by machines, so long that a plain digest tells nothing."""
    return _PREFIX + secrets.token_urlsafe(24)


def new_second_half() -> str:
    """Return a new second half. The client secret is both with a point between them."""
    return secrets.token_urlsafe(24)


def whole_digest(first_digest: str, second_half: str) -> str:
    """Return the digest by which a client secret is known: of the digests of its halves."""
    return digest_of(first_digest + digest_of(second_half))


def secret_digest(secret: str) -> str:
    """Return the digest of a client secret that somebody shows: of two halves, or of one as they were before."""
    first, point, second = secret.partition(".")
    return whole_digest(digest_of(first), second) if point else digest_of(secret)


def digest_of(secret: str) -> str:
    """Return the digest by which a long random secret is known."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def _plain(half: str) -> str:
    return half.strip().replace(" ", "").replace("-", "").upper()
