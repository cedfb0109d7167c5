"""Commands whose modules are read when somebody calls them: whoever asks for one need not wait for all."""

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand
from typer.main import get_command, get_group


class _Late(TyperCommand):
    """Stands in the list of commands; what is called is the command that its callback reads."""

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        read: Any = self.callback
        return read().make_context(info_name, args, parent, **extra)


def add_late(app: typer.Typer, name: str, place: str, told: str) -> None:
    """Add a command, or a family of commands: the function or the `Typer` at `place`, written `module:name`.

    `told`: what the list of commands says of it. How it is used it says itself.
    """

    def read() -> Any:
        module, _, attribute = place.partition(":")
        found = getattr(import_module(module), attribute)
        if isinstance(found, typer.Typer):
            return get_group(found)
        alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
        alone.command(name)(found)
        return get_command(alone)

    app.command(name, cls=_Late, help=told)(read)
