"""PostgreSQL's own programs for dumps: the copy of a database is not a thing to write anew."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy.engine import make_url

from casemgmt.backup.manifest import BackupError
from casemgmt.embedded.binaries import find_binaries
from casemgmt.embedded.errors import EmbeddedServerError


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


def run(command: Sequence[str], url: str) -> None:
    """Run a program on a database. The password goes by the environment: a command line can be read by everybody."""
    address = make_url(url).set(drivername="postgresql")
    environment = os.environ | {"PGPASSWORD": address.password or "", "PGAPPNAME": "casemgmt-backup"}
    place = address.set(password=None).render_as_string(hide_password=False)
    done = subprocess.run(  # noqa: S603 - our own words and the operator's
        [*command, f"--dbname={place}"], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        said = done.stderr.strip().splitlines()
        raise BackupError(f"{Path(command[0]).name} failed: {said[0] if said else f'exit code {done.returncode}'}")
