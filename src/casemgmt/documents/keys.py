"""The file of master keys: one key a line, the first wraps what is new, the others still open what is old."""

import os
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from casemgmt.documents.sealing import KEY_BYTES, MasterKey, new_key

_TITLE = """\
# Master keys of the documents, as `casemgmt files new-key` writes them. The first wraps new documents' keys.
# Without this file no document can be read; with it and the database every one can. Keep a copy apart from both.
"""


class KeyFileError(Exception):
    """A key file that can't be used; the text is for the operator and names the file."""


@dataclass(frozen=True)
class KeyRing:
    """The master keys that a process holds."""

    current: MasterKey
    by_id: Mapping[str, MasterKey]

    @classmethod
    def of(cls, keys: Sequence[MasterKey]) -> "KeyRing":
        """Return the ring of one or more keys; the first is the one in use."""
        return cls(keys[0], {key.id: key for key in keys})


def read_key_file(path: Path) -> KeyRing:
    """Return the keys of a file that nobody else may read."""
    try:
        if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO) & ~stat.S_IRGRP:
            raise KeyFileError(f"{path} can be read or changed by others on this machine: chmod 600 {path}")
        lines = [line.strip() for line in path.read_text("ascii").splitlines()]
        keys = [bytes.fromhex(line) for line in lines if line and not line.startswith("#")]
    except OSError as error:
        raise KeyFileError(f"{path} can't be read: {error.strerror}.") from error
    except ValueError:
        keys = []
    if not keys or any(len(key) != KEY_BYTES for key in keys) or len(set(keys)) < len(keys):
        raise KeyFileError(f"{path} is no file of master keys: `casemgmt files new-key` makes one.")
    return KeyRing.of([MasterKey(key) for key in keys])


def make_key_file(path: Path, before: KeyRing | None = None) -> KeyRing:
    """Write a new key, and after it the keys before, to a file that must not exist."""
    older = [] if before is None else list(before.by_id.values())
    keys = [MasterKey(new_key()), *older]
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise KeyFileError(f"{path} exists: a key is never written over another.") from None
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(_TITLE + "".join(f"# {key.id}\n{key.key.hex()}\n" for key in keys))
        file.flush()
        os.fsync(file.fileno())
    return KeyRing.of(keys)
