"""What every command shares: where it speaks, how it refuses, how it reads its settings."""

from typing import NoReturn, TypeVar

import typer
from pydantic import ValidationError
from pydantic_settings import BaseSettings
from rich.console import Console

SettingsT = TypeVar("SettingsT", bound=BaseSettings)

console = Console(highlight=False, soft_wrap=True)
errors = Console(stderr=True, highlight=False, soft_wrap=True)


def refuse(text: str) -> NoReturn:
    """End with a sentence for the user and the exit code of a wrong call."""
    errors.print(text, markup=False)
    raise typer.Exit(2)


def read_settings(kind: type[SettingsT]) -> SettingsT:
    """Return the settings of the environment; a wrong one is named and ends the command."""
    try:
        return kind()
    except ValidationError as error:
        refuse(told(error))


def told(error: ValidationError) -> str:
    """Return which settings are wrong and why, a line each, without what they were set to."""
    lines = []
    for fault in error.errors():
        field = ".".join(str(p) for p in fault["loc"])
        lines.append(f"Setting {('CASEMGMT_' + field.upper()) if field else ''}: {fault['msg']}".replace(" :", ":"))
    return "\n".join(lines)
