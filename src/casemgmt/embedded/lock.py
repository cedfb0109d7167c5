"""The one lock of a data folder, and the note in it that says who holds it."""

import fcntl
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from casemgmt.embedded.processes import identity

LOCK_FILE = "server.lock"


@dataclass(frozen=True, slots=True)
class Holder:
    """Who started the server: words for a message, and the two processes that it can't outlive."""

    started_by: str
    holder: str
    guard: str

    @property
    def pid(self) -> int:
        return int(self.holder.partition("@")[0])

    @property
    def alive(self) -> bool:
        return all(identity(int(name.partition("@")[0])) == name for name in (self.holder, self.guard))


class DataLock:
    """An exclusive `flock` that PostgreSQL inherits.

    Its descriptor is handed down, so the lock outlives us exactly as long as any process of the server
    does, and the kernel frees it when the last one is gone.
    """

    def __init__(self, home: Path, *, create: bool = True) -> None:
        flags = os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW | (os.O_CREAT if create else 0)
        self.descriptor = os.open(home / LOCK_FILE, flags, 0o600)

    def try_to_take(self) -> bool:
        try:
            fcntl.flock(self.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def sign(self, holder: Holder) -> None:
        """Leave the note for whoever finds the lock taken."""
        text = json.dumps(asdict(holder)).encode()
        os.ftruncate(self.descriptor, 0)
        os.pwrite(self.descriptor, text, 0)

    def holder(self) -> Holder | None:
        """Read the note of the last one who took the lock; None when there is none that can be read."""
        try:
            return Holder(**json.loads(os.pread(self.descriptor, 65536, 0)))
        except (ValueError, TypeError):
            return None

    def close(self) -> None:
        os.close(self.descriptor)


def is_free(home: Path) -> bool:
    """Whether no process of the server of this folder is alive. Takes the lock for a moment to find out."""
    try:
        lock = DataLock(home, create=False)
    except FileNotFoundError:
        return True
    try:
        return lock.try_to_take()
    finally:
        lock.close()
