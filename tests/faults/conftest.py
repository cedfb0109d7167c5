from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.faults.centre import Centre
from tests.faults.desk import Desk
from tests.faults.rig import Rig, at_work


@pytest_asyncio.fixture(scope="module")
async def rig(admin_url: str) -> AsyncIterator[Rig]:
    """Everything at work, for the tests of one file: each leaves it as it found it."""
    async with at_work() as made:
        yield made
        print(made.api.said(), made.worker.said(), sep="\n")  # noqa: T201 - shown by pytest where a test failed


@pytest.fixture(scope="module")
def centre(rig: Rig) -> Centre:
    """All that was ever sent to it."""
    return Centre(rig.address)


@pytest.fixture(scope="module")
def desk(rig: Rig) -> Desk:
    """All that was ever decided there."""
    return Desk(rig.client)
