"""Numbered migrations and models say the same, and every file of SQL can be applied again."""

import asyncio
from pathlib import Path

import asyncpg
from alembic import command
from alembic.script import ScriptDirectory

from casemgmt.db.addresses import driver_url
from casemgmt.db.migrate import alembic_config, migrate, run_alembic

ROOT = Path(__file__).parents[2]


def test_models_and_migrations_agree(owner_url: str) -> None:
    asyncio.run(run_alembic(owner_url, command.check))


def test_there_is_one_line_of_migrations_and_its_head_is_named() -> None:
    scripts = ScriptDirectory.from_config(alembic_config())
    assert scripts.get_heads() == [(ROOT / "migrations" / "HEAD").read_text().strip()]
    names = sorted(p.name for p in (ROOT / "migrations" / "versions").glob("*.py"))
    assert [n[:4] for n in names] == [f"{i:04d}" for i in range(1, len(names) + 1)]


def test_migrating_again_changes_nothing(owner_url: str) -> None:
    async def digests() -> list[asyncpg.Record]:
        connection = await asyncpg.connect(driver_url(owner_url))
        rows = await connection.fetch("SELECT key, value FROM deployment ORDER BY key")
        await connection.execute("UPDATE deployment SET value = 'older' WHERE key = 'sql'")
        await connection.close()
        return rows

    before = asyncio.run(digests())
    asyncio.run(migrate(owner_url))
    assert asyncio.run(digests()) == before
