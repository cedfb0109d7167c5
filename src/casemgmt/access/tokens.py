"""Access tokens. The only module that imports jose."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from jose import JOSEError, jws, jwt

from casemgmt.access.actor import Actor
from casemgmt.access.compact import TokenRefused, check_times, read_compact
from casemgmt.access.roles import narrowed, permissions_of
from casemgmt.settings import Settings

OWN_ALGORITHM = "HS256"
"""Of the tokens that we issue: what is signed in any other way is not ours."""
_REMEMBERED = 10_000
"""Verified tokens that a process remembers."""
_SKEW_SECONDS = 30
"""How far the clocks of two processes of a deployment may differ."""


@dataclass(frozen=True)
class Identity:
    """What an access token says."""

    user_id: UUID
    session_id: UUID
    organisation_id: UUID
    region_code: str | None
    roles: tuple[str, ...]
    authz_version: int
    scopes: tuple[str, ...] | None = None
    """Of a machine account: the permissions to which those of its roles are narrowed."""


class Tokens:
    """Issues and reads the access tokens of one deployment."""

    def __init__(self, settings: Settings) -> None:
        self._secret = settings.token_secret.get_secret_value()
        before = settings.token_secret_before
        self._secrets = (self._secret,) if before is None else (self._secret, before.get_secret_value())
        self._issuer = settings.token_issuer
        self._audience = settings.token_audience
        self.life = timedelta(minutes=settings.access_token_minutes)
        self._verified: dict[str, tuple[Actor, int]] = {}

    def issue(self, identity: Identity, now: datetime) -> str:
        """Return a signed token. It holds ids and roles, no name."""
        claims: dict[str, Any] = {
            "iss": self._issuer,
            "aud": self._audience,
            "sub": str(identity.user_id),
            "sid": str(identity.session_id),
            "org": str(identity.organisation_id),
            "reg": identity.region_code,
            "rol": list(identity.roles),
            "ver": identity.authz_version,
            "iat": int(now.timestamp()),
            "exp": int((now + self.life).timestamp()),
        }
        if identity.scopes is not None:
            claims["scp"] = list(identity.scopes)
        return str(jwt.encode(claims, self._secret, algorithm=OWN_ALGORITHM))

    def remembers(self, token: str) -> bool:
        """Answer whether a token was verified as one of ours before."""
        return token in self._verified

    def read(self, token: str, now: datetime) -> Actor:
        """Return the actor of a token, or refuse it: wrong signature, algorithm, issuer, audience, or expired.

        A token that was verified once is remembered: its words can't change, only its time runs out. Whether account,
        rights and session still hold is asked of the database in every transaction.
        """
        known = self._verified.get(token)
        if known is None:
            known = self._verify(token, now)
            if len(self._verified) >= _REMEMBERED:
                self._verified.clear()
            self._verified[token] = known
        actor, expires = known
        if expires <= now.timestamp():
            raise TokenRefused("expired")
        return actor

    def _verify(self, token: str, now: datetime) -> tuple[Actor, int]:
        """Check a token of our own: its algorithm is ours to say, never the token's, and so is its key."""
        written = read_compact(token)
        if written.algorithm != OWN_ALGORITHM:
            raise TokenRefused("algorithm")
        if written.key_id is not None:
            raise TokenRefused("header")
        self._verify_signature(token)
        claims = written.claims
        if claims.get("iss") != self._issuer:
            raise TokenRefused("issuer")
        if claims.get("aud") != self._audience:
            raise TokenRefused("audience")
        expires = check_times(claims, now, _SKEW_SECONDS)
        try:
            roles = tuple(str(r) for r in claims["rol"])
            actor = Actor(
                user_id=UUID(claims["sub"]),
                session_id=UUID(claims["sid"]),
                organisation_id=UUID(claims["org"]),
                region_code=claims["reg"],
                roles=roles,
                permissions=narrowed(permissions_of(roles), claims.get("scp")),
                authz_version=int(claims["ver"]),
            )
        except (KeyError, TypeError, ValueError, AttributeError):
            raise TokenRefused("claims") from None
        return actor, expires

    def _verify_signature(self, token: str) -> None:
        """Check against the secret, and where that is being changed against the one before it."""
        *first, last = self._secrets
        for secret in first:
            with suppress(TokenRefused):
                return verify_signature(token, secret, OWN_ALGORITHM)
        return verify_signature(token, last, OWN_ALGORITHM)


def verify_signature(token: str, key: str | dict[str, Any], algorithm: str) -> None:
    """Refuse a token whose signature is not of this key by this algorithm: both are said by us, never by the token."""
    try:
        jws.verify(token, key, [algorithm])
    except JOSEError:
        raise TokenRefused("signature") from None
