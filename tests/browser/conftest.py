"""A running service, and the machine's own Chromium."""

import shutil
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from tests.conftest import fresh_database
from tests.running import Service


@pytest.fixture(scope="package")
def service(admin_url: str) -> Iterator[Service]:
    """The running service with the demo's accounts."""
    with fresh_database(admin_url) as url:
        running = Service(url)
        running.start()
        yield running
        running.stop()


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """The machine's Chromium; `make test` sees to it."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    assert program, "Chromium is missing: apt-get install chromium"
    async with async_playwright() as play:
        running = await play.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield running
        await running.close()
