"""What no password may be: guessable, broken elsewhere, or made of what everybody knows of its user.

No rule of composition (NIST SP 800-63B, 3.1.1.2): length, and a comparison with what is guessed first.
"""

import hashlib
import mmap
import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from importlib import resources
from itertools import pairwise
from pathlib import Path

from casemgmt.errors import invalid_field

_LIKE_LETTERS = str.maketrans(
    {"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s", "!": "i"}
)
_OF_KEYBOARD = dict(zip("йцукенгшщзфывапролдячсмить", "qwertyuiopasdfghjklzxcvbnm", strict=True))
_DIFFERENT_CHARACTERS = 5
_SHORTEST_NAME = 4
_HASH_LENGTH = 40


class BreachedPasswords:
    """A local file of SHA-1 hashes of passwords from breaches, sorted, one per line: `HASH` or `HASH:count`.

    Looked up in place, so that a file of many gigabytes costs no memory; nothing leaves the deployment.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path

    def __contains__(self, password: str) -> bool:
        """Answer whether the file holds the password. Without a file none is known."""
        if self._path is None:
            return False
        wanted = hashlib.sha1(password.encode("utf-8", "replace"), usedforsecurity=False).hexdigest().upper().encode()
        with self._path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as lines:
            low, high = 0, len(lines)
            while low < high:
                start = lines.rfind(b"\n", 0, (low + high) // 2) + 1
                found = lines[start : start + _HASH_LENGTH].upper()
                if found == wanted:
                    return True
                end = lines.find(b"\n", start)
                if found < wanted:
                    low = len(lines) if end < 0 else end + 1
                else:
                    high = start
        return False


def check_password(password: str, about: Iterable[str], breached: BreachedPasswords, pointer: str) -> None:
    """Refuse a password that is guessed first. `about`: names of the user and of the user's body."""
    plain = unicodedata.normalize("NFKC", password).casefold()
    named = {plain, plain.translate(_LIKE_LETTERS)}
    if any(word in way for word in _words(about) for way in named):
        raise invalid_field(pointer, "password-names-you", "A password holds no name of its user or the user's body.")
    if password in breached or len(set(plain)) < _DIFFERENT_CHARACTERS or _is_row(plain) or _is_common(plain):
        raise invalid_field(pointer, "password-common", "This password is among the first that are guessed.")


def _words(about: Iterable[str]) -> set[str]:
    """Return the parts of names that are long enough to tell something."""
    parts = (p for name in about for p in re.split(r"[\W_]+", unicodedata.normalize("NFKC", name).casefold()))
    return {p for p in parts if len(p) >= _SHORTEST_NAME}


def _is_row(plain: str) -> bool:
    """Digits alone are a phone number, a date or an IIN; a row is one of an alphabet, or said again."""
    if plain.isdigit():
        return True
    steps = {ord(b) - ord(a) for a, b in pairwise(plain)}
    period = next((n for n in range(1, len(plain) // 2 + 1) if plain[n:] == plain[:-n]), None)
    return len(steps) == 1 or (period is not None and period <= len(plain) // 3)


def _is_common(plain: str) -> bool:
    """Answer whether the letters are nothing but one or two common words, whatever digits and signs stand around."""
    without_edges = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", plain)
    ways = {re.sub(r"[\W\d_]+", "", plain), re.sub(r"[\W_]+", "", without_edges.translate(_LIKE_LETTERS))}
    return any(_made_of(letters, 2) for letters in ways)


def _made_of(letters: str, distinct: int, used: frozenset[str] = frozenset()) -> bool:
    if not letters:
        return True
    for length in range(3, len(letters) + 1):
        word = letters[:length]
        if (
            word in common_words()
            and len(used | {word}) <= distinct
            and _made_of(letters[length:], distinct, used | {word})
        ):
            return True
    return False


@cache
def common_words() -> frozenset[str]:
    """Return the common words, those in Cyrillic also as they come out with the keyboard in Latin."""
    text = (resources.files("casemgmt.access") / "data" / "common_words.txt").read_text("utf-8")
    words = {unicodedata.normalize("NFKC", w.strip()) for w in text.splitlines() if w.strip() and not w.startswith("#")}
    typed = {"".join(_OF_KEYBOARD.get(c, "?") for c in w) for w in words}
    return frozenset(words | {t for t in typed if "?" not in t})
