"""PostgreSQL's own programs for dumps: the copy of a database is not a thing to write anew."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, BinaryIO

from sqlalchemy.engine import make_url

from casemgmt.backup.manifest import BackupError
from casemgmt.embedded.binaries import find_binaries
from casemgmt.embedded.errors import EmbeddedServerError

_PIECE = 2**18


def program(name: str, folder: Path | None) -> str:
    """Return the path of `pg_dump` or `pg_restore`: of the folder given, else the wheel's, else that on the PATH."""
    if folder is not None:
        found = shutil.which(name, path=folder)
    else:
        try:
            found = str(find_binaries() / name)
        except EmbeddedServerError:
            found = shutil.which(name)
    if found is None:
        raise BackupError(f"{name} isn't in {folder or 'the PATH'}: name the folder of PostgreSQL's programs.")
    return found


def dump(command: Sequence[str], url: str, sink: Callable[[bytes], object]) -> None:
    """Run a program on a database and hand what it writes to `sink`, piece by piece."""
    with tempfile.TemporaryFile() as said, _started(command, url, said, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None  # noqa: S101 - asked for
        while piece := process.stdout.read(_PIECE):
            sink(piece)
        _check(command, process.wait(), said)


def load(command: Sequence[str], url: str, source: BinaryIO) -> None:
    """Run a program on a database with `source` as its input. Where reading that fails, the program is ended."""
    with tempfile.TemporaryFile() as said, _started(command, url, said, stdin=subprocess.PIPE) as process:
        assert process.stdin is not None  # noqa: S101 - asked for
        try:
            with suppress(BrokenPipeError), process.stdin as target:  # its own words, below, say why it stopped
                shutil.copyfileobj(source, target, _PIECE)
        except BaseException:
            process.kill()
            raise
        _check(command, process.wait(), said)


def _started(command: Sequence[str], url: str, said: IO[bytes], **pipes: int) -> subprocess.Popen[bytes]:
    """Start a program. The password goes by the environment: a command line can be read by everybody."""
    address = make_url(url).set(drivername="postgresql")
    environment = os.environ | {"PGPASSWORD": address.password or "", "PGAPPNAME": "casemgmt-backup"}
    place = address.set(password=None).render_as_string(hide_password=False)
    return subprocess.Popen([*command, f"--dbname={place}"], env=environment, stderr=said, **pipes)  # type: ignore[call-overload,no-any-return]  # noqa: S603 - our own words and the operator's


def _check(command: Sequence[str], code: int, said: IO[bytes]) -> None:
    if code != 0:
        said.seek(0)
        words = said.read().decode("utf-8", "replace").strip().splitlines()
        raise BackupError(f"{Path(command[0]).name} failed: {words[0] if words else f'exit code {code}'}")
