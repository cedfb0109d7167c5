"""Access tokens of an OpenID Connect provider: the service as a resource server.

The provider says who somebody is. What that person may do stays here: a subject is linked to an account by an
administrator, roles are those of the account, and nothing is made by itself.
"""

import asyncio
import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import httpx
import structlog

from casemgmt.access.compact import Compact, TokenRefused, check_times
from casemgmt.access.tokens import verify_signature
from casemgmt.clock import Clock
from casemgmt.errors import Unavailable
from casemgmt.outbound import Outbound, ProxyFailed
from casemgmt.settings import Settings
from casemgmt.settings_edge import is_safe_address

REFRESH_PAUSE = timedelta(seconds=30)
"""Shortest time between two fetches: a flood of tokens with made-up key names is no flood at the provider."""
KEYS_LIFE = timedelta(hours=1)
"""After it the keys are fetched again, so that one that was withdrawn stops counting."""
KEYS_END = timedelta(hours=24)
"""After it keys that could not be fetched again count no more."""
_ANSWER_LIMIT = 262_144
_SUBJECT_LIMIT = 255
_REMEMBERED = 10_000
_SMALLEST_RSA_MODULUS = 342
"""Characters of base64 of 2048 bits."""
_LATEST = 32_503_680_000
"""The year 3000: a moment beyond it would not fit into a date."""
_KIND_OF = {"RS256": "RSA", "ES256": "EC"}
_SESSIONS = UUID("6d1f0b0a-0111-7000-8000-0000000001dc")

log = structlog.get_logger()


@dataclass(frozen=True)
class Subject:
    """What a token of the provider says."""

    issuer: str
    name: str
    session_id: UUID
    expires: datetime
    second_factor: bool
    logged_in_at: datetime | None
    """When the person last logged in there; None where the provider does not say (`auth_time`)."""


class ProviderKeys:
    """The provider's public keys: fetched when needed, kept, and fetched anew for a key not seen yet."""

    def __init__(self, issuer: str, settings: Settings, clock: Clock) -> None:
        self._issuer = issuer
        self._jwks_url = settings.oidc_jwks_url
        self._timeout = settings.oidc_timeout_seconds
        self._outbound = Outbound.of(settings)
        self._clock = clock
        self._keys: dict[str | None, dict[str, Any]] = {}
        self._fetched: datetime | None = None
        self._tried: datetime | None = None
        self._lock = asyncio.Lock()

    async def find(self, key_id: str | None, algorithm: str) -> dict[str, Any]:
        """Return the key of a token, or refuse it. A token that names no key is verified with the only one there is."""
        if self._stale() or self._pick(key_id, algorithm) is None:
            await self._refresh()
        if self._fetched is None or self._clock.now() - self._fetched > KEYS_END:
            raise Unavailable("The keys of the identity provider can't be had.", code="identity-provider-away")
        key = self._pick(key_id, algorithm)
        if key is None:
            raise TokenRefused("key")
        return key

    def _stale(self) -> bool:
        return self._fetched is None or self._clock.now() - self._fetched > KEYS_LIFE

    def _pick(self, key_id: str | None, algorithm: str) -> dict[str, Any] | None:
        fitting = [k for k in self._keys.values() if k["kty"] == _KIND_OF[algorithm]]
        if key_id is None:
            return fitting[0] if len(fitting) == 1 else None
        return next((k for k in fitting if k.get("kid") == key_id), None)

    async def _refresh(self) -> None:
        async with self._lock:
            now = self._clock.now()
            if self._tried is not None and timedelta() <= now - self._tried < REFRESH_PAUSE:  # not set back since
                return
            self._tried = now
            try:
                keys = await asyncio.wait_for(self._fetch(), self._timeout)
            except (httpx.HTTPError, TimeoutError, ValueError, KeyError, TypeError) as error:
                failed = {"proxy": str(error)} if isinstance(error, ProxyFailed) else {}
                log.warning("oidc.keys_not_fetched", kind=type(error).__name__, **failed)
                return
            self._keys, self._fetched = keys, now

    async def _fetch(self) -> dict[str | None, dict[str, Any]]:
        async with self._outbound.client(self._timeout) as client:
            url = self._jwks_url
            if url is None:
                found = await _document(client, f"{self._issuer.rstrip('/')}/.well-known/openid-configuration")
                if found["issuer"] != self._issuer:
                    raise ValueError("the provider calls itself by another name")
                url = str(found["jwks_uri"])
            return {k.get("kid"): k for k in (await _document(client, url))["keys"] if _is_usable(k)}


async def _document(client: httpx.AsyncClient, url: str) -> dict[str, Any]:
    if not is_safe_address(url):
        raise ValueError("the address is neither TLS nor this machine")
    read = b""
    async with client.stream("GET", url) as answer:
        answer.raise_for_status()
        async for part in answer.aiter_bytes():
            read += part
            if len(read) > _ANSWER_LIMIT:
                raise ValueError("the answer is too long")
    document = json.loads(read)
    if not isinstance(document, dict):
        raise TypeError("no object")
    return document


def _is_usable(key: object) -> bool:
    """Take public keys for signatures only: a symmetric key in the set would let anybody sign who can read it."""
    if not isinstance(key, dict) or key.get("use", "sig") != "sig" or "d" in key:
        return False
    if key.get("kty") == "RSA":
        return len(str(key.get("n", ""))) >= _SMALLEST_RSA_MODULUS
    return key.get("kty") == "EC" and key.get("crv") == "P-256"


class ForeignTokens:
    """Reads the tokens of one provider."""

    def __init__(self, issuer: str, settings: Settings, clock: Clock) -> None:
        self._issuer = issuer
        self._audience = settings.oidc_audience
        self._algorithms = settings.oidc_algorithm_list
        self._skew = settings.oidc_clock_skew_seconds
        self._contexts = frozenset(settings.oidc_acr_values.split())
        self._keys = ProviderKeys(issuer, settings, clock)
        self._verified: dict[str, Subject] = {}

    async def read(self, token: str, written: Compact, now: datetime) -> Subject:
        """Return what a token says once its signature is verified; refuse what is not surely meant for us."""
        if written.algorithm not in self._algorithms:
            raise TokenRefused("algorithm")
        if written.claims.get("iss") != self._issuer:
            raise TokenRefused("issuer")
        known = self._verified.get(token)
        if known is None:
            verify_signature(token, await self._keys.find(written.key_id, written.algorithm), written.algorithm)
            known = self._said(token, written.claims, now)
            if len(self._verified) >= _REMEMBERED:
                self._verified.clear()
            self._verified[token] = known
        if known.expires + timedelta(seconds=self._skew) <= now:
            raise TokenRefused("expired")
        return known

    def _said(self, token: str, claims: dict[str, Any], now: datetime) -> Subject:
        audience = claims.get("aud")
        if self._audience not in (audience if isinstance(audience, list) else [audience]):
            raise TokenRefused("audience")
        expires = check_times(claims, now, self._skew)
        name = claims.get("sub")
        if not isinstance(name, str) or not 0 < len(name) <= _SUBJECT_LIMIT or not name.isprintable():
            raise TokenRefused("claims")
        session = claims.get("sid") or claims.get("jti") or hashlib.sha256(token.encode()).hexdigest()
        methods = claims.get("amr")
        shown = (isinstance(methods, list) and "mfa" in methods) or claims.get("acr") in self._contexts
        since = claims.get("auth_time")
        if since is not None and type(since) is not int:
            raise TokenRefused("claims")
        return Subject(
            self._issuer,
            name,
            uuid5(_SESSIONS, f"{self._issuer} {name} {session}"),
            datetime.fromtimestamp(min(expires, _LATEST), now.tzinfo),
            shown,
            # not later than now: a clock that runs ahead there makes nothing fresher here
            datetime.fromtimestamp(max(0, min(since, int(now.timestamp()))), now.tzinfo) if since else None,
        )
