"""Where somebody logs in from, known by keyed hashes: a log-in from elsewhere is noticed, and no place is kept."""

import re
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from uuid import UUID

import asyncpg

from casemgmt.access.marks import Marks

FORGOTTEN_AFTER = timedelta(days=90)
"""A sign that was not seen for so long is new again."""
_NOTE = "SELECT auth_note_place($1, $2, $3, $4, $5, $6)"
_VERSIONS = re.compile(r"[0-9][0-9._]*")
_BITS = {4: 16, 6: 32}


async def note_place(
    connection: asyncpg.Connection,
    marks: Marks,
    user_id: UUID,
    network: str,
    agent: str,
    now: datetime,
    *,
    known_device: bool,
) -> str | None:
    """Keep the signs of a log-in, and return the kind of the alert where they are new; never for the first log-in.

    `network`: the caller's address, of which the first bits count. A device that showed its token is known wherever it
    is. Both signs new: `new_log_in_place`; one of them: `new_log_in_sign`.
    """
    kind: str | None = await connection.fetchval(
        _NOTE,
        user_id,
        marks.hash("network", wide_network(network)),
        marks.hash("client", client_family(agent)),
        known_device,
        now,
        now - FORGOTTEN_AFTER,
    )
    return kind


def wide_network(address: str) -> str:
    """Return the network that an address is of, as wide as one provider's; what is no address counts as it is."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    return str(ip_network(f"{parsed}/{_BITS[parsed.version]}", strict=False).network_address)


def client_family(agent: str) -> str:
    """Return what a client calls itself without its versions: an update makes no new client."""
    return _VERSIONS.sub("", agent).casefold()
