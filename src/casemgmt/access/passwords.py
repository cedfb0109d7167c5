"""Passwords. The only module that imports passlib (its maintained fork, libpass)."""

import unicodedata

from passlib.context import CryptContext

from casemgmt.errors import invalid_field

MINIMUM_PASSWORD_LENGTH = 12
"""Characters (NIST SP 800-63B asks for 8 at least, and for length rather than composition)."""
MAXIMUM_PASSWORD_LENGTH = 128

_CONTEXT = CryptContext(
    schemes=["argon2"],
    argon2__type="ID",
    argon2__time_cost=2,
    argon2__memory_cost=19456,
    argon2__parallelism=1,
)

# Verified against when there is no such user, so that the answer takes as long as for a wrong password.
_NOBODY = _CONTEXT.hash("a password that nobody has")


def hash_password(password: str) -> str:
    """Return the argon2id hash; a password that is too short or too long is refused."""
    password = _one_way_of_writing(password)
    if not MINIMUM_PASSWORD_LENGTH <= len(password) <= MAXIMUM_PASSWORD_LENGTH:
        raise invalid_field(
            "/password",
            "password-length",
            f"A password has {MINIMUM_PASSWORD_LENGTH} to {MAXIMUM_PASSWORD_LENGTH} characters.",
        )
    return str(_CONTEXT.hash(password))


def password_matches(password: str, stored: str | None) -> bool:
    """Answer whether the password is the one of the hash. Without a hash it takes as long, and the answer is no."""
    if len(password) > MAXIMUM_PASSWORD_LENGTH:
        return False
    matches = bool(_CONTEXT.verify(_one_way_of_writing(password), stored or _NOBODY))
    return matches and stored is not None


def _one_way_of_writing(password: str) -> str:
    """Two keyboards may send `й` as one character or as two (NIST SP 800-63B, 3.1.1.2)."""
    return unicodedata.normalize("NFKC", password)
