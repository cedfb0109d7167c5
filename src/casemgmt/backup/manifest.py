"""What a backup says of itself, so that a restore can tell before it begins whether it has all of it."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from uuid import UUID

from pydantic import BaseModel, ConfigDict, ValidationError

NAME = "manifest.json"
DUMP = "database.sealed"
_BLOCK = 2**20


class BackupError(Exception):
    """A backup can't be made, read or put back; the text is for the operator."""


class SealedHead(BaseModel):
    """The last signed head of the audit log that the dump is sure to hold."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    size: int
    root: str
    key_id: str


class Manifest(BaseModel):
    """A backup in figures. No name and no text of the record stands in it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int = 1
    id: UUID
    key_id: str
    """The master key that wraps the key of the dump."""
    wrapped_key: str
    made_at: datetime
    tables: str
    """Number of the newest migration."""
    postgresql: int
    """Major version of the server that was read; an older one can't take the dump."""
    log: str
    """Id of the audit log."""
    generation: str
    sealed: SealedHead | None
    events: int
    """Audit events in the database when the dump began."""
    bytes: int
    sha256: str
    """Of the sealed dump."""


def write(folder: Path, manifest: Manifest) -> None:
    """Write the manifest: the last file of a backup, so that a folder without one is no backup."""
    (folder / NAME).write_text(manifest.model_dump_json(indent=2) + "\n", "utf-8")


def read(folder: Path, progress: Callable[[int], None]) -> Manifest:
    """Return the manifest of a backup whose dump is whole; else raise `BackupError`."""
    try:
        manifest = Manifest.model_validate_json((folder / NAME).read_text("utf-8"))
    except FileNotFoundError:
        raise BackupError(f"{folder} is no finished backup: it has no {NAME}.") from None
    except (OSError, UnicodeDecodeError, ValidationError):
        raise BackupError(f"{folder / NAME} can't be read as the description of a backup.") from None
    try:
        found = digest(folder / DUMP, progress)
    except OSError as error:
        raise BackupError(f"{folder / DUMP} can't be read: {error.strerror}.") from error
    if found != manifest.sha256:
        raise BackupError(f"{folder / DUMP} is not the file that was backed up: its digest differs.")
    return manifest


def digest(file: Path, progress: Callable[[int], None]) -> str:
    """Return the SHA-256 of a file, as hexadecimal; `progress` is told of bytes as they are read."""
    state = hashlib.sha256()
    with file.open("rb") as stream:
        while block := stream.read(_BLOCK):
            state.update(block)
            progress(len(block))
    return state.hexdigest()
