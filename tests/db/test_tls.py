"""Who asks for TLS in the address of the database gets it, or no connection."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from alembic import command

from casemgmt.db.engine import Database
from casemgmt.db.migrate import run_alembic
from casemgmt.errors import Unavailable
from casemgmt.settings import Settings
from tests.conftest import PASSWORD

SSL_REQUEST = bytes.fromhex("0000000804d2162f")


@asynccontextmanager
async def _server_without_tls(heard: list[bytes]) -> AsyncIterator[str]:
    """A server that has no TLS, as somebody on the way would pretend; it notes what it is told."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read(4096))
        writer.write(b"N")
        await writer.drain()
        heard.append(await reader.read(4096))
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield f"postgresql://casemgmt_app:{PASSWORD}@127.0.0.1:{port}/casemgmt?sslmode=require"
    finally:
        server.close()
        await server.wait_closed()


async def test_without_tls_where_it_is_demanded_nothing_is_said_over_the_line() -> None:
    heard: list[bytes] = []
    async with _server_without_tls(heard) as url:
        database = Database(url, Settings(mode="demo", database_url=url))
        with pytest.raises(Unavailable) as at_the_start:
            await database.open()
        with pytest.raises(Unavailable) as later:
            async with database.engine.connect():
                pass
        for refused in (at_the_start, later):
            assert isinstance(refused.value.__cause__, ConnectionError)
            assert "SSL" in str(refused.value.__cause__)
        with pytest.raises(ConnectionError, match="SSL"):
            await run_alembic(url, command.check)
        await database.close()
    assert set(heard) == {SSL_REQUEST, b""}
