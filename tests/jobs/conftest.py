from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from casemgmt.clock import Clock
from casemgmt.jobs.work import Tools
from casemgmt.settings import Settings
from tests.conftest import worker_of as address_of_worker
from tests.jobs.worker import tools_of


@pytest.fixture
def worker_url(database_url: str) -> str:
    return address_of_worker(database_url)


@pytest_asyncio.fixture
async def tools(worker_url: str, settings: Settings, clock: Clock) -> AsyncIterator[Tools]:
    async with tools_of(worker_url, settings, clock) as found:
        yield found
