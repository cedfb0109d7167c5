"""`casemgmt documents`."""

from pathlib import Path
from typing import Annotated

import typer

from casemgmt.generated import DOCUMENTS, write_documents
from casemgmt.terminal import console, errors


def documents(
    check: Annotated[bool, typer.Option("--check", help="Write nothing; fail where a file differs.")] = False,  # noqa: FBT002 - a flag
) -> None:
    """Write the generated documents: states, permissions, settings."""
    changed = write_documents(Path.cwd(), write=not check)
    for path in changed:
        console.print(f"{'differs' if check else 'written'}: {path}")
    if not changed:
        console.print(f"{len(DOCUMENTS)} generated documents are up to date.")
    if check and changed:
        errors.print("Run `make docs` and commit the result.")
        raise typer.Exit(1)
