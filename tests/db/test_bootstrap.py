"""A new deployment: migrated, empty, with its first two administrators made on the command line."""

import asyncio
import os
from collections.abc import Iterator
from uuid import uuid4

import asyncpg
import pytest

from casemgmt.access.bootstrap import create_administrator
from casemgmt.access.password_rules import BreachedPasswords
from casemgmt.access.passwords import password_matches
from casemgmt.db.addresses import driver_url
from casemgmt.db.migrate import migrate
from casemgmt.errors import Conflict, Invalid
from tests.conftest import owner_of

NOT_ASKED = BreachedPasswords(None)
PASSWORD = "a-long-phrase-of-four-winds"


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(driver_url(url))
    await connection.execute(statement)
    await connection.close()


@pytest.fixture
def empty_url(admin_url: str) -> Iterator[str]:
    """A migrated database without the demo."""
    name = f"empty_{os.getpid()}_{uuid4().hex[:8]}"
    asyncio.run(_execute(admin_url, f"CREATE DATABASE {name}"))
    url = owner_of(f"postgresql://nobody/{name}?", admin_url)
    asyncio.run(migrate(url))
    yield url
    asyncio.run(_execute(admin_url, f"DROP DATABASE {name} WITH (FORCE)"))


def test_the_first_two_administrators_are_made_and_see_no_child(empty_url: str) -> None:
    async def look() -> asyncpg.Record | None:
        connection = await asyncpg.connect(driver_url(empty_url))
        row = await connection.fetchrow(
            "SELECT u.case_reach, u.signal_reach, u.flags, c.password_hash,"
            " (SELECT count(*) FROM audit_event WHERE kind = 'administrator.created') AS events"
            " FROM app_user u JOIN user_credential c ON c.user_id = u.id WHERE u.username = 'first.admin'"
        )
        await connection.close()
        return row

    asyncio.run(create_administrator(empty_url, " First.Admin ", "Ахметова", "Айша", PASSWORD, NOT_ASKED))
    made = asyncio.run(look())
    assert made is not None
    assert (made["case_reach"], made["signal_reach"], made["flags"]) == ("none", "none", ["directory", "second_factor"])
    assert password_matches(PASSWORD, made["password_hash"])
    assert made["events"] == 1
    asyncio.run(create_administrator(empty_url, "second", "Оспанова", "Дана", PASSWORD, NOT_ASKED))
    with pytest.raises(Conflict):
        asyncio.run(create_administrator(empty_url, "third", "Серікова", "Айгүл", PASSWORD, NOT_ASKED))


def test_where_one_of_two_is_gone_another_administrator_can_be_made(empty_url: str) -> None:
    asyncio.run(create_administrator(empty_url, "first", "Ахметова", "Айша", PASSWORD, NOT_ASKED))
    asyncio.run(create_administrator(empty_url, "second", "Оспанова", "Дана", PASSWORD, NOT_ASKED))
    asyncio.run(
        _execute(
            empty_url,
            "SELECT set_config('casemgmt.audited', 'on', false);"
            " UPDATE app_user SET active = false WHERE username = 'first'",
        )
    )
    asyncio.run(create_administrator(empty_url, "third", "Серікова", "Айгүл", PASSWORD, NOT_ASKED))
    with pytest.raises(Conflict):
        asyncio.run(create_administrator(empty_url, "fourth", "Нұрова", "Сара", PASSWORD, NOT_ASKED))


def test_a_short_password_makes_nobody(empty_url: str) -> None:
    with pytest.raises(Invalid, match="12 to 128"):
        asyncio.run(create_administrator(empty_url, "first.admin", "Ахметова", "Айша", "short", NOT_ASKED))
