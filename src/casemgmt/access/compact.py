"""Reads the parts of a compact JWS strictly, before any key is touched: what is odd is refused, not understood."""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from casemgmt.errors import Unauthenticated

TOKEN_LIMIT = 4096
"""Characters: an honest token is far shorter, and a huge one is not worth parsing."""
_KNOWN_HEADERS = {"alg", "typ", "kid"}
"""Everything else is refused: a key or an address of a key in the token (jwk, jku, x5u, x5c), compression (zip), what
we would have to understand (crit, b64)."""
_TYPES = {"JWT", "at+jwt"}
_SEGMENTS = 3


class TokenRefused(Unauthenticated):
    """A token that does not hold. The caller learns nothing more; `why` stands in the audit log.

    With `max_age` the token itself is in order, but its log-in is older than that: a new one helps.
    """

    def __init__(self, why: str, *, code: str | None = None, max_age: timedelta | None = None) -> None:
        data = {} if max_age is None else {"max_age_seconds": int(max_age.total_seconds())}
        told = "This needs an access token that holds." if max_age is None else "Log in at the identity provider again."
        super().__init__(told, code=code, data=data)
        self.why = why


@dataclass(frozen=True)
class Compact:
    """A token as it is written. Nothing in it is true before its signature is verified."""

    algorithm: str
    key_id: str | None
    claims: dict[str, Any]


def read_compact(token: str) -> Compact:
    """Return the parts of a token, or refuse it: oversized, encrypted, not ours in form, with a header that acts."""
    if len(token) > TOKEN_LIMIT:
        raise TokenRefused("oversized")
    segments = token.split(".")
    if not token.isascii() or len(segments) != _SEGMENTS or not all(segments):
        raise TokenRefused("malformed")
    header, claims, _ = _object(segments[0]), _object(segments[1]), _bytes(segments[2])
    algorithm, key_id = header.get("alg"), header.get("kid")
    if not isinstance(algorithm, str) or not (key_id is None or isinstance(key_id, str)):
        raise TokenRefused("malformed")
    if not header.keys() <= _KNOWN_HEADERS or header.get("typ", "JWT") not in _TYPES:
        raise TokenRefused("header")
    return Compact(algorithm, key_id, claims)


def _object(segment: str) -> dict[str, Any]:
    try:
        value = json.loads(_bytes(segment).decode("utf-8"), object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise TokenRefused("malformed") from None
    if not isinstance(value, dict):
        raise TokenRefused("malformed")
    return value


def _bytes(segment: str) -> bytes:
    """Decode the one way in which something can be written: the decoder itself skips what it doesn't know."""
    try:
        raw = base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
    except binascii.Error:
        raise TokenRefused("malformed") from None
    if base64.urlsafe_b64encode(raw).decode().rstrip("=") != segment:
        raise TokenRefused("malformed")
    return raw


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Two readers of a repeated name may each take another value: there is no honest reason for one."""
    named = dict(pairs)
    if len(named) < len(pairs):
        raise TokenRefused("repeated-name")
    return named


def check_times(claims: dict[str, Any], now: datetime, skew_seconds: int) -> int:
    """Return the moment of expiry; refuse a token from the future. The library would ask the machine's clock."""
    moments = {name: claims[name] for name in ("iat", "exp", "nbf") if name in claims}
    if not {"iat", "exp"} <= moments.keys() or not all(type(m) is int for m in moments.values()):
        raise TokenRefused("claims")
    if max(moments["iat"], moments.get("nbf", 0)) > now.timestamp() + skew_seconds:
        raise TokenRefused("not-yet-valid")
    return int(moments["exp"])
