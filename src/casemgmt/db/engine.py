"""Connections: SQLAlchemy's pool for use cases, asyncpg's own for requests that are one SQL function each."""

from typing import Any

import asyncpg
from sqlalchemy import event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine

from casemgmt.db.addresses import DIALECT, driver_url
from casemgmt.db.failures import translate, unavailable
from casemgmt.settings import Settings


class DirectConnection(asyncpg.Connection):  # type: ignore[misc]  # asyncpg is not typed
    """A connection on which nothing outlives a transaction, so that giving it back costs no round trip.

    The functions and transactions that run on it set everything for the transaction only; asyncpg itself still ends
    a transaction that was left open.
    """

    def get_reset_query(self) -> str:
        """Return no query."""
        return ""


async def connect(*arguments: Any, **options: Any) -> asyncpg.Connection:
    """Open a connection; `Unavailable` where the database is away, starts, stops, or has no room for one more."""
    try:
        return await asyncpg.connect(*arguments, **options)
    except OSError as error:  # nobody listens, or does not answer in time
        raise unavailable(error) from error
    except asyncpg.PostgresError as error:
        raise translate(error) or error from error


def _refuse_closed(connection: Any, *_: object) -> None:
    """Let the pool open another one: the database was started anew since, and no request need fail of that."""
    if connection.driver_connection.is_closed():
        raise DisconnectionError


class Database:
    """The connections of one service process. Nothing is connected before `open`."""

    def __init__(self, url: str, settings: Settings) -> None:
        server = {
            "application_name": "casemgmt",
            "statement_timeout": f"{settings.transaction_seconds}s",
            "idle_in_transaction_session_timeout": f"{settings.transaction_seconds}s",
            "lock_timeout": "5s",
            "timezone": "UTC",
            "jit": "off",
        }
        direct = max(1, settings.database_connections // 2)
        self._url = url
        self._server = server
        self._direct = direct
        self.engine: AsyncEngine = create_async_engine(
            DIALECT,
            async_creator=self._connect,
            pool_size=settings.database_connections - direct,
            max_overflow=0,
            pool_timeout=10,
        )
        event.listen(self.engine.sync_engine, "checkout", _refuse_closed)
        self.sessions = async_sessionmaker(self.engine, expire_on_commit=False, autoflush=False)
        self._pool: asyncpg.Pool | None = None

    async def _connect(self) -> asyncpg.Connection:
        return await connect(driver_url(self._url), server_settings=self._server, timeout=10)

    @property
    def pool(self) -> asyncpg.Pool:
        """The asyncpg pool; a programming error before `open`."""
        if self._pool is None:
            raise RuntimeError("the database is not open")
        return self._pool

    async def open(self) -> None:
        """Connect, and refuse to work as a role that row security does not bind."""
        self._pool = await asyncpg.create_pool(
            driver_url(self._url),
            min_size=0,  # `open` connects once; what is lost later is opened anew by whoever needs it
            max_size=self._direct,
            max_inactive_connection_lifetime=0,
            connection_class=DirectConnection,
            connect=connect,
            # Every statement here is fit for every actor: planning it anew each time would cost more than it takes.
            server_settings=self._server | {"plan_cache_mode": "force_generic_plan"},
            timeout=10,
        )
        unbound = await self._pool.fetchval(
            "SELECT rolsuper OR rolbypassrls OR pg_has_role(current_user, 'casemgmt_owner', 'member')"
            " FROM pg_roles WHERE rolname = current_user"
        )
        if unbound:
            await self.close()
            raise RuntimeError(
                "The service's database role is a superuser, bypasses row security or owns the tables. "
                "Give it a log-in that is a member of casemgmt_service only (`casemgmt migrate` makes one)."
            )

    async def close(self) -> None:
        """Close all connections."""
        if self._pool is not None:
            await self._pool.close()
            self._pool = None
        await self.engine.dispose()
