"""`casemgmt backup` and `casemgmt restore`."""

import asyncio
from pathlib import Path
from typing import Annotated

import asyncpg
import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

from casemgmt.backup import manifest
from casemgmt.backup.making import make_backup
from casemgmt.backup.manifest import BackupError
from casemgmt.backup.restoring import restore_backup
from casemgmt.clock import SystemClock
from casemgmt.documents.keys import KeyFileError, KeyRing, read_key_file
from casemgmt.settings import SealerSettings, WorkerSettings
from casemgmt.settings_database import OperatorSettings
from casemgmt.terminal import console, errors, owner_url, read_settings, refuse

Binaries = Annotated[
    Path | None, typer.Option(help="Folder with PostgreSQL's programs. Absent: those of the installation.")
]
KeyFile = Annotated[Path, typer.Option("--key", help="Key file of backups, as `casemgmt files new-key` writes it.")]


def _ring(path: Path) -> KeyRing:
    try:
        return read_key_file(path)
    except KeyFileError as error:
        refuse(str(error))


def backup(
    folder: Annotated[Path, typer.Argument(help="Folder to make; it must not exist.")],
    key: KeyFile,
    binaries: Binaries = None,
) -> None:
    """Copy the whole database, as it is at one moment, into a new folder. The service goes on meanwhile."""
    url = owner_url()
    try:
        made = make_backup(url, folder, _ring(key), SystemClock().now(), console.print, binaries)
    except BackupError as error:
        refuse(str(error))
    except (OSError, asyncpg.PostgresError) as error:
        refuse(f"The backup failed, nothing of it is left: {error}")
    sealed = "nothing of it sealed" if made.sealed is None else f"sealed up to {made.sealed.size:,}"
    console.print(f"{folder}: {made.bytes / 2**20:,.1f} MiB, {made.events:,} audit events, {sealed}.")
    console.print(f"It is sealed under the key {made.key_id}: keep the key file, and never beside the backup.")


def restore(
    folder: Annotated[Path, typer.Argument(help="Folder that `casemgmt backup` made.")],
    key: KeyFile,
    binaries: Binaries = None,
) -> None:
    """Put a backup into an empty database of a new cluster, end all sessions, begin a new generation of cursors."""
    settings = read_settings(OperatorSettings)
    url = owner_url(settings)
    logins = (
        settings.database_url,
        read_settings(SealerSettings).sealer_database_url,
        read_settings(WorkerSettings).worker_database_url,
    )
    try:
        with Progress(
            TextColumn("{task.description}"), BarColumn(), DownloadColumn(), console=errors, transient=True
        ) as bar:
            total = (folder / manifest.DUMP).stat().st_size if (folder / manifest.DUMP).exists() else None
            task = bar.add_task("Reading", total=total)
            said = asyncio.run(
                restore_backup(
                    folder, _ring(key), url, logins, console.print, lambda size: bar.advance(task, size), binaries
                )
            )
    except BackupError as error:
        refuse(str(error))
    except (OSError, asyncpg.PostgresError) as error:
        refuse(f"The restore failed; empty the database before the next try: {error}")
    console.print(
        f"The database is as it was on {said.made_at:%Y-%m-%d at %H:%M} UTC, with {said.events:,} audit events or more."
    )
    console.print(
        "All sessions are ended. Passwords, roles and keys are those of that moment: what was changed or revoked"
    )
    console.print("afterwards must be changed or revoked again before the service is opened.")
    console.print("If the witness saw more of the log than came back, start the sealer once with --accept-loss.")
