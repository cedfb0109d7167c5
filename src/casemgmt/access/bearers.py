"""Who is behind a bearer token: one of our own, or one of the identity provider of the deployment."""

from datetime import datetime, timedelta

from casemgmt.access.actor import Actor
from casemgmt.access.compact import TokenRefused, read_compact
from casemgmt.access.oidc import ForeignTokens, Subject
from casemgmt.access.roles import permissions_of
from casemgmt.access.tokens import OWN_ALGORITHM, Tokens
from casemgmt.clock import Clock
from casemgmt.db.engine import Database
from casemgmt.ids import new_id
from casemgmt.settings import Settings

_AUDIT = "SELECT audit_write($1, 'account.logged_in', 'done', $4, 'account', $2, NULL, NULL, '{}', $3)"
_SHOWN = {False: "identity_provider", True: "identity_provider+second_factor"}
"""What was shown, as the event of the log-in says it; of the factors at the provider its token tells no more."""


class Bearers:
    """Reads bearer tokens."""

    def __init__(self, database: Database, tokens: Tokens, settings: Settings, clock: Clock) -> None:
        self._database = database
        self._tokens = tokens
        self._clock = clock
        self._life = timedelta(hours=settings.refresh_token_hours)
        issuer = settings.oidc_issuer
        self._foreign = None if issuer is None else ForeignTokens(issuer, settings, clock)

    async def read(self, token: str, request_id: str) -> Actor:
        """Return the actor of a token, or refuse it. The algorithm tells whose it is: only ours is symmetric."""
        now = self._clock.now()
        if self._foreign is None or self._tokens.remembers(token):
            return self._tokens.read(token, now)
        written = read_compact(token)
        if written.algorithm == OWN_ALGORITHM:
            return self._tokens.read(token, now)
        return await self._linked(await self._foreign.read(token, written, now), now, request_id)

    async def _linked(self, subject: Subject, now: datetime, request_id: str) -> Actor:
        """Return the account that the subject is linked to. The provider's session is one here too: it can be ended."""
        async with self._database.pool.acquire() as connection, connection.transaction():
            row = await connection.fetchrow(
                "SELECT * FROM auth_external($1, $2, $3, $4, $5, $6, $7, $8)",
                subject.issuer,
                subject.name,
                subject.session_id,
                now,
                subject.expires,
                subject.second_factor,
                subject.logged_in_at,
                self._life,
            )
            if row["opened"]:
                shown = _SHOWN[subject.second_factor]
                await connection.execute(_AUDIT, new_id(), [row["user_id"]], request_id, shown)
        if row["refused"] == "too_old":
            raise TokenRefused("too_old", code="log-in-too-old", max_age=self._life)
        if row["refused"] is not None:
            raise TokenRefused(row["refused"])
        roles = tuple(row["roles"])
        return Actor(
            user_id=row["user_id"],
            session_id=subject.session_id,
            organisation_id=row["organisation_id"],
            region_code=row["region_code"],
            roles=roles,
            permissions=permissions_of(roles),
            authz_version=row["authz_version"],
        )
