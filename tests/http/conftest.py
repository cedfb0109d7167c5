"""What tests of messages to other systems share: a receiver, and the worker that tells it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial

import pytest
import pytest_asyncio

from casemgmt.clock import ManualClock
from casemgmt.settings import Settings
from tests.conftest import worker_of
from tests.jobs.worker import do_all_due
from tests.receiver import Receiver


@pytest_asyncio.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """Somebody who takes what is sent."""
    async with Receiver().listening() as listening:
        yield listening


@pytest.fixture
def work(database_url: str, settings: Settings, clock: ManualClock) -> Callable[[], Awaitable[None]]:
    """Let the worker do what is in its queue, and send what is due."""
    return partial(do_all_due, worker_of(database_url), settings, clock, ())
