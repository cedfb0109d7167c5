"""One rich world for the session, cloned for each module that looks at it."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.conftest import APP_LOGIN, TEMPLATE, fresh_database, login_of, make_template, owner_of
from tests.sight.rich import build
from tests.sight.service import Service

RICH = "template_rich"


@pytest.fixture(scope="session")
def rich_database(admin_url: str) -> str:
    """The name of a database with the rich world in it, made by the worker that asks first: a template for clones."""

    async def make(owner_url: str) -> None:
        await build(login_of(admin_url, RICH, APP_LOGIN), owner_url)

    asyncio.run(make_template(admin_url, RICH, make, like=TEMPLATE))
    return RICH


@contextmanager
def _running(rich_database: str, admin_url: str) -> Iterator[Service]:
    with fresh_database(admin_url, rich_database) as url:
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
