"""How the database is reached, and the roles that there are in it."""

from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
from sqlalchemy.engine import make_url

OWNER_ROLE = "casemgmt_owner"
"""Owns all tables and functions; nobody can log in as it."""
SERVICE_ROLE = "casemgmt_service"
"""What the service's log-in is a member of: no ownership, no BYPASSRLS, no DELETE."""
SEALER_ROLE = "casemgmt_sealer"
"""What the sealer's log-in is a member of: reads the audit log, adds to the tree over it, sees nothing else."""
WORKER_ROLE = "casemgmt_worker"
"""What the worker's log-in is a member of, beside the service's role: does jobs for the service itself."""

DIALECT = "postgresql+asyncpg://"
"""What SQLAlchemy is told of a database; the rest of the address is the driver's."""


def driver_url(url: str) -> str:
    """Return the URL as asyncpg itself reads it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def connector(url: str, **options: Any) -> Callable[[], Awaitable[asyncpg.Connection]]:
    """Return what opens connections for SQLAlchemy, by the driver itself.

    SQLAlchemy would drop a part of the address that it does not know, `sslmode` and `sslrootcert` above all.
    """

    async def connect() -> asyncpg.Connection:
        return await asyncpg.connect(driver_url(url), **options)

    return connect
