"""Tries at a password: counted by account, address and known device, slowed down, never locking the right user out.

Failures of the last hour count. After the free ones each further failure doubles the wait. A device on which the user
logged in before has a count of its own, so that whoever guesses elsewhere can't keep its user out; a session that is
open goes on in any case. The figures stand in `auth_attempt` (`db/sql/60_accounts.sql`).
"""

import asyncio
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address
from typing import Literal
from uuid import UUID

from casemgmt.access.halves import secret_digest
from casemgmt.access.marks import Marks
from casemgmt.access.passwords import password_matches
from casemgmt.alerts.raising import raise_alert
from casemgmt.clock import Clock
from casemgmt.db.engine import Database
from casemgmt.errors import TooManyAttempts
from casemgmt.ids import new_id

DEVICE_LIFE = timedelta(days=90)
"""How long a device is known after a log-in."""
AccountKind = Literal["person", "service"]
"""Persons log in with a password, machine accounts with client credentials; neither in the way of the other."""
_AUDIT = "SELECT audit_write($1, 'account.login_throttled', 'refused', $2, 'account', '{}', NULL, NULL, '{}', $3)"


@dataclass(frozen=True)
class Door:
    """How somebody comes to log in."""

    request_id: str
    address: str
    device_token: str | None = None
    client_name: str | None = None
    agent: str = ""
    """What the client says of itself (`User-Agent`)."""
    on_the_wall: bool = False
    """The door of screens: nobody but a display account comes in here, and stays for weeks."""


@dataclass(frozen=True)
class Attempt:
    """One try at a password, counted until it succeeds."""

    id: UUID
    user_id: UUID | None
    succeeded: bool = False
    secret_id: UUID | None = None
    """The secret of a machine account that was shown."""


class Attempts:
    """Takes tries at passwords, one after the other for each account and address."""

    def __init__(self, database: Database, marks: Marks, clock: Clock) -> None:
        self._database = database
        self._marks = marks
        self._clock = clock
        # argon2 takes a core for tens of milliseconds: more at once would only stop the other requests.
        self.hashing = asyncio.Semaphore(2)

    async def take(self, username: str, password: str, door: Door, session_id: UUID | None = None) -> Attempt:
        """Count a try and look at the password. Somebody who is signed in is known by the session."""
        attempt, stored = await self.count(username, "person", door, session_id)
        async with self.hashing:
            matches = await asyncio.to_thread(password_matches, password, stored)
        return replace(attempt, succeeded=matches)

    async def take_secret(self, username: str, secret: str, door: Door) -> Attempt:
        """Count a try of a machine account and look at its secret, which is long and random: its digest is enough."""
        attempt, _ = await self.count(username, "service", door, None)
        secret_id = await self._database.pool.fetchval(
            "SELECT auth_use_client_secret($1, $2, $3)", attempt.user_id, secret_digest(secret), self._clock.now()
        )
        return replace(attempt, succeeded=secret_id is not None, secret_id=secret_id)

    async def count(
        self, username: str, kind: AccountKind, door: Door, session_id: UUID | None
    ) -> tuple[Attempt, str | None]:
        """Count a try before anything is looked at, or refuse it for a while; returns it and the stored hash."""
        now = self._clock.now()
        name = username.strip().casefold()
        device = f"session {session_id}" if session_id else self._device(door.device_token, name, now)
        attempt_id = new_id()
        async with self._database.pool.acquire() as connection, connection.transaction():
            account = await connection.fetchrow(
                "SELECT * FROM auth_attempt($1, $2, $3, $4, $5, $6, $7)",
                attempt_id,
                _storable(name),
                kind,
                self._marks.hash("name", name),
                self._marks.hash("address", network_of(door.address)),
                self._marks.hash("device", device) if device else None,
                now,
            )
            wait, because = account["wait_seconds"], account["because"]
            if wait:
                await connection.execute(_AUDIT, new_id(), because, door.request_id)
                if because != "address":
                    await raise_alert(
                        connection, "log_in_throttled", now, door.request_id, username=_storable(name) or None
                    )
        if wait:
            raise TooManyAttempts(
                f"Too many failed log-ins: try again in {wait} seconds.", data={"retry_after_seconds": wait}
            )
        return Attempt(attempt_id, account["user_id"]), account["password_hash"]

    def knows_device(self, username: str, door: Door, now: datetime) -> bool:
        """Answer whether the user logged in before on the device that shows this token."""
        return self._device(door.device_token, username.strip().casefold(), now) is not None

    def device_token(self, username: str, now: datetime) -> str:
        """Return what makes a device known at the next log-in of the same user."""
        body = f"{int((now + DEVICE_LIFE).timestamp())}-{secrets.token_hex(16)}"
        return f"{body}.{self._marks.hash('device of', f'{username.strip().casefold()} {body}')}"

    def _device(self, token: str | None, name: str, now: datetime) -> str | None:
        body, _, mark = (token or "").rpartition(".")
        if not token or not secrets.compare_digest(
            mark.encode(), self._marks.hash("device of", f"{name} {body}").encode()
        ):
            return None
        return body if int(body.partition("-")[0]) > now.timestamp() else None


def network_of(address: str) -> str:
    """Return what counts as one address: of IPv6 the network, because a single caller has all of it."""
    try:
        parsed = ip_address(_without_port(address))
    except ValueError:
        return address  # what a proxy calls its caller in its own way is still that caller, and nobody else
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is None:
        return str(IPv6Address(int(parsed) >> 64 << 64))
    return str(parsed.ipv4_mapped if isinstance(parsed, IPv6Address) else parsed)


def _without_port(address: str) -> str:
    if address.startswith("["):
        return address[1:].partition("]")[0]
    return address.partition(":")[0] if address.count(":") == 1 else address


def _storable(name: str) -> str:
    """Return the name, or one that nobody has where it holds characters that no column can hold."""
    return name if name.isprintable() else ""
