"""One rich world for the process, cloned for each module that looks at it."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.conftest import fresh_database, owner_of
from tests.sight.rich import build
from tests.sight.service import Service


@pytest.fixture(scope="session")
def rich_database(admin_url: str) -> Iterator[str]:
    """The address of a database with the rich world in it: a template for clones, nobody is connected to it."""
    with fresh_database(admin_url) as url:
        asyncio.run(build(url, owner_of(url, admin_url)))
        yield url


@contextmanager
def _running(rich_database: str, admin_url: str) -> Iterator[Service]:
    template = rich_database.partition("?")[0].rpartition("/")[2]
    with fresh_database(admin_url, template) as url:
        running = Service(url, owner_of(url, admin_url))
        yield running
        running.close()


@pytest.fixture(scope="module")
def service(rich_database: str, admin_url: str) -> Iterator[Service]:
    """The service on a rich world that this module has for itself."""
    with _running(rich_database, admin_url) as running:
        yield running


@pytest.fixture
def own_service(rich_database: str, admin_url: str) -> Iterator[Service]:
    """The service on a rich world that this test has for itself."""
    with _running(rich_database, admin_url) as running:
        yield running
