"""Where sealed files lie: an interface, and folders of this machine behind it.

A file has a name without meaning. It is written apart, brought to the disk, and only then given its place: whoever
finds it there finds all of it.
"""

import os
import re
import secrets
import stat
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

_NAME = re.compile(r"^[0-9a-f]{32}$")
_INCOMING = "incoming"
_FOLDER_MODE = 0o700
_FILE_MODE = 0o600


@dataclass(frozen=True)
class StoredFile:
    """A file that is there."""

    name: str
    age_seconds: float
    incoming: bool
    """Whether it has no place yet: still coming, or left over by a process that died."""


class Incoming(Protocol):
    """A file that is being written."""

    @property
    def name(self) -> str:
        """The name that it will have."""

    def write(self, data: bytes) -> None:
        """Add bytes; OSError where the storage is full or fails."""

    def reread(self) -> BinaryIO:
        """Open what was written so far."""

    def keep(self) -> None:
        """Bring it to the disk and give it its place."""

    def discard(self) -> None:
        """Close it, and remove it unless it was kept."""


class Storage(Protocol):
    """Keeps sealed files. It learns nothing of what is in them. Every call may block."""

    def begin(self) -> Incoming:
        """Begin a new file."""

    def open(self, name: str) -> BinaryIO:
        """Open a file; FileNotFoundError where there is none."""

    def remove(self, name: str) -> None:
        """Remove a file, if it is there."""

    def files(self) -> Iterator[StoredFile]:
        """Walk all files, those that have no place yet as well."""


class _IncomingFile:
    def __init__(self, folder: "Folder", name: str) -> None:
        self.name = name
        self._folder = folder
        self._path = folder.incoming / name
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        self._file = os.fdopen(os.open(self._path, flags, _FILE_MODE), "wb", buffering=0)

    def write(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[self._file.write(view) :]

    def reread(self) -> BinaryIO:
        return self._path.open("rb")

    def keep(self) -> None:
        os.fsync(self._file.fileno())
        place = self._folder.place(self.name)
        _make(place.parent.parent)
        _make(place.parent)
        self._path.rename(place)
        _sync(place.parent)
        _sync(self._folder.incoming)

    def discard(self) -> None:
        self._file.close()
        self._path.unlink(missing_ok=True)


class Folder:
    """Files in a folder of this machine, or of a volume that it mounts; 65 536 folders share them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.incoming = root / _INCOMING

    def place(self, name: str) -> Path:
        """Return where a file lies. ValueError for a name that we never gave."""
        if not _NAME.match(name):
            raise ValueError("no name of a stored file")
        return self.root / name[:2] / name[2:4] / name

    def begin(self) -> Incoming:
        """Begin a new file."""
        self.root.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
        _make(self.incoming)
        return _IncomingFile(self, secrets.token_hex(16))

    def open(self, name: str) -> BinaryIO:
        """Open a file; FileNotFoundError where there is none."""
        return os.fdopen(os.open(self.place(name), os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb")

    def remove(self, name: str) -> None:
        """Remove a file, if it is there, also one that has no place yet."""
        place = self.place(name)
        (self.incoming / name).unlink(missing_ok=True)
        with suppress(FileNotFoundError):
            place.unlink()
            _sync(place.parent)

    def files(self) -> Iterator[StoredFile]:
        """Walk all files, those that have no place yet as well."""
        now = time.time()
        for pattern, incoming in (("??/??/*", False), (f"{_INCOMING}/*", True)):
            for path in self.root.glob(pattern):
                with suppress(FileNotFoundError):  # gone between the look at the folder and at the file
                    found = path.lstat()
                    if stat.S_ISREG(found.st_mode) and _NAME.match(path.name):
                        yield StoredFile(path.name, now - found.st_mtime, incoming)


def _make(folder: Path) -> None:
    with suppress(FileExistsError):
        folder.mkdir(mode=_FOLDER_MODE)
        _sync(folder.parent)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
