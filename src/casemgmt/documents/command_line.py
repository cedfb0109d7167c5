"""`casemgmt files …`: the storage of documents and its master keys."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import asyncpg
import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from casemgmt.documents.keys import KeyFileError, KeyRing, make_key_file, read_key_file
from casemgmt.documents.storage import Folder
from casemgmt.documents.upkeep import Findings, UpkeepError, check_storage, rotate_keys, sweep
from casemgmt.documents.vault import keys_of
from casemgmt.settings_documents import FilesSettings
from casemgmt.terminal import console, errors, owner_url, read_settings, refuse

app = typer.Typer(no_args_is_help=True, help=__doc__, pretty_exceptions_enable=False)

_SHOWN = 20
_WORDS = {
    "missing": "the file is missing",
    "damaged": "the file was changed or cut off",
    "no_key": "its master key is not in the key file",
    "not_as_logged": "its digest is not the one that the audit log committed to",
}


def _bar(text: str) -> tuple[Progress, Callable[[int, int], None]]:
    bar = Progress(
        TextColumn(text), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=errors, transient=True
    )
    task = bar.add_task("", total=None)
    return bar, lambda done, total: bar.update(task, completed=done, total=total)


def _deployment() -> tuple[FilesSettings, str, KeyRing]:
    settings = read_settings(FilesSettings)
    url = owner_url(settings)
    try:
        keys = keys_of(settings)
    except KeyFileError as error:
        refuse(str(error))
    if keys is None:
        refuse("Set CASEMGMT_DOCUMENT_KEY_FILE: the master keys of the documents (`casemgmt files new-key`).")
    return settings, url, keys


@app.command("new-key")
def new_key(
    out: Annotated[Path, typer.Option(help="File to write; it must not exist.")],
    after: Annotated[Path | None, typer.Option(help="File in use, whose keys the new one still opens.")] = None,
    unless_there: Annotated[bool, typer.Option("--unless-there", help="Leave a file that exists as it is.")] = False,  # noqa: FBT002 - a flag
) -> None:
    """Make a master key. To change keys: name the new file in CASEMGMT_DOCUMENT_KEY_FILE, restart, `rotate-key`."""
    if unless_there and out.exists():
        return
    try:
        ring = make_key_file(out, None if after is None else read_key_file(after))
    except KeyFileError as error:
        refuse(str(error))
    older = ", ".join(key for key in ring.by_id if key != ring.current.id)
    console.print(f"Master key {ring.current.id} is in {out}{f', and behind it {older}' if older else ''}.")
    console.print("Keep a copy of the file where neither the database nor the documents lie: without it no document")
    console.print("can be read; with it and both of them, every one.")


@app.command("rotate-key")
def rotate_key() -> None:
    """Wrap the keys of all documents by the first master key of the file. It may be stopped and started again."""
    _, url, keys = _deployment()
    bar, progress = _bar("Wrapping keys")
    try:
        with bar:
            done = asyncio.run(rotate_keys(url, keys, progress))
    except UpkeepError as error:
        refuse(str(error))
    except (OSError, asyncpg.PostgresError) as error:
        refuse(f"It stopped, and goes on where it stopped when it is started again: {error}")
    console.print(f"{done:,} keys are wrapped by {keys.current.id} now; none is by another one.")
    for old in keys.by_id:
        if old != keys.current.id:
            console.print(
                f"When every process of the service has the new file, run this once more; then take {old} out of"
            )
            console.print(
                "the file and destroy all its copies. No backup of before can be read from then on: not what was"
            )
            console.print("erased, nor the rest. Make a new backup first.")


@app.command("check")
def check(
    remove: Annotated[bool, typer.Option("--sweep", help="Remove files that no document names.")] = False,  # noqa: FBT002 - a flag
    grace_hours: Annotated[float, typer.Option(min=1, help="Younger files may belong to uploads that run.")] = 24,
) -> None:
    """Open every content and find files without a document. Exit code 0: all is well; 1: something is not."""
    settings, url, keys = _deployment()
    storage = Folder(settings.document_folder)
    bar, progress = _bar("Opening documents")
    try:
        with bar:
            found = asyncio.run(check_storage(url, storage, keys, grace_hours * 3600, progress))
        swept = asyncio.run(sweep(url, storage, found.left_over)) if remove else 0
    except (OSError, asyncpg.PostgresError) as error:
        refuse(f"The check could not be finished: {error}")
    _tell(found, swept)
    raise typer.Exit(1 if found.faults or len(found.left_over) > swept else 0)


def _tell(found: Findings, swept: int) -> None:
    console.print(f"{found.documents:,} documents have a content; {found.documents - len(found.faults):,} are whole.")
    for document_id, fault in found.faults[:_SHOWN]:
        console.print(f"  {document_id}: {_WORDS[fault]}")
    if len(found.faults) > _SHOWN:
        console.print(f"  … and {len(found.faults) - _SHOWN:,} more; the audit log names all (document.unreadable)")
    if found.young:
        console.print(f"{found.young:,} files belong to no document yet: younger than the grace, left alone.")
    if swept:
        console.print(f"{swept:,} files that no document names were removed.")
    elif found.left_over:
        console.print(f"{len(found.left_over):,} files are named by no document: `check --sweep` removes them.")
