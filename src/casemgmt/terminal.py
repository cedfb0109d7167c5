"""What every command shares: where it speaks, how it refuses, how it reads its settings."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import NoReturn, TypeVar

import asyncpg
from pydantic import ValidationError
from pydantic_settings import BaseSettings
from rich.console import Console

from casemgmt.db.addresses import OWNER_ROLE, driver_url
from casemgmt.settings_database import DatabaseSettings, OperatorSettings

SettingsT = TypeVar("SettingsT", bound=BaseSettings)
AnswerT = TypeVar("AnswerT")

console = Console(highlight=False, soft_wrap=True)
errors = Console(stderr=True, highlight=False, soft_wrap=True)


def refuse(text: str) -> NoReturn:
    """End with a sentence for the user and the exit code of a wrong call."""
    errors.print(text, markup=False)
    sys.exit(2)


def read_settings(kind: type[SettingsT]) -> SettingsT:
    """Return the settings of the environment; a wrong one is named and ends the command."""
    try:
        return kind()
    except ValidationError as error:
        refuse(told(error))


def owner_url(settings: DatabaseSettings | None = None) -> str:
    """Return the address of the database as its owner; where it is not set, end the command and say so."""
    url = (settings or read_settings(OperatorSettings)).migration_database_url
    if not url:
        refuse("Set CASEMGMT_MIGRATION_DATABASE_URL: the database, as a role that may do everything in it.")
    return url


def as_owner(action: Callable[[asyncpg.Connection], Awaitable[AnswerT]]) -> AnswerT:
    """Do something as the owner of the tables; what the database refuses ends the command."""
    url = owner_url()

    async def run() -> AnswerT:
        connection = await asyncpg.connect(driver_url(url))
        try:
            await connection.execute(f"SET ROLE {OWNER_ROLE}")
            return await action(connection)
        finally:
            await connection.close()

    try:
        return asyncio.run(run())
    except (OSError, asyncpg.PostgresError) as error:
        refuse(f"The database did not do it: {error}")


def told(error: ValidationError) -> str:
    """Return which settings are wrong and why, a line each, without what they were set to."""
    lines = []
    for fault in error.errors():
        name = "".join(f"CASEMGMT_{str(part).upper()}: " for part in fault["loc"][:1])
        lines.append(name + fault["msg"].removeprefix("Value error, "))
    return "\n".join(lines)
