"""A sealer at work on the database of the test, as a log-in of its own."""

from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from casemgmt.audit.sealer import Sealer
from casemgmt.audit.signing import SigningKey, make_key_file
from casemgmt.db.addresses import driver_url
from tests.conftest import sealer_of


@pytest.fixture
def key(tmp_path: Path) -> SigningKey:
    return make_key_file(tmp_path / "audit-key.json")


@pytest.fixture
def sealer_url(database_url: str) -> str:
    return sealer_of(database_url)


@pytest_asyncio.fixture
async def sealing(sealer_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(driver_url(sealer_url))
    yield connection
    await connection.close()


@pytest.fixture
def sealer(sealing: asyncpg.Connection, key: SigningKey) -> Sealer:
    return Sealer(sealing, key)


@pytest_asyncio.fixture
async def owner(owner_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(driver_url(owner_url))
    yield connection
    await connection.close()
