"""Under which account the server runs, and in which folder it keeps its data.

PostgreSQL refuses to run as root. Started by an ordinary user, the server runs as that user, in the folder
that was asked for, and none of what follows applies. Started by root:

- No account is created and no mode or owner of an existing folder that somebody uses is changed.
- If the data folder, or the nearest folder above it that exists, belongs to an ordinary account, the server
  runs as that account: what root starts in a user's clone stays that user's.
- Otherwise it runs as `nobody`; folders that are missing are made by root, and the data folder itself is
  given to it.
- If the account can't get there (a checkout in /root), the data live in `system_root`/<name>-<hash of the
  path asked for> instead, and a progress line says so.
"""

import hashlib
import os
import pwd
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

from casemgmt.embedded.errors import EmbeddedServerError

SYSTEM_ROOT = Path("/var/lib/casemgmt")
UNPRIVILEGED = "nobody"


@dataclass(frozen=True, slots=True)
class Account:
    """An unprivileged account that root lends to the server."""

    name: str
    uid: int
    gid: int

    def can_run(self, *command: str | Path) -> bool:
        """Try it: modes, access lists and mount options all have a say, only the kernel knows them all."""
        try:
            done = subprocess.run(  # noqa: S603 -- our own words, never a user's
                command,
                user=self.uid,
                group=self.gid,
                extra_groups=[],
                cwd="/",
                capture_output=True,
                check=False,
            )
        except OSError:
            return False
        return done.returncode == 0

    def can_enter(self, folder: Path) -> bool:
        return self.can_run("/bin/sh", "-c", 'cd -- "$1"', "sh", folder)


@dataclass(frozen=True, slots=True)
class Place:
    """The folder that holds the data, and the account to become first (None: stay who we are)."""

    home: Path
    account: Account | None


def choose_place(data_dir: Path, *, system_root: Path = SYSTEM_ROOT) -> Place:
    """Decide account and folder as the module describes; as root make the folder and give it away."""
    asked = data_dir.absolute().resolve()
    if os.geteuid() != 0:
        return Place(asked, None)
    if asked.is_dir() and (owner := _account(asked.stat().st_uid)) and owner.can_enter(asked):
        return Place(asked, owner)
    above = next(folder for folder in asked.parents if folder.exists())
    above_uid = above.stat().st_uid
    user = _account(above_uid)
    if user and user.can_enter(above):
        _give_folder(asked, user)
        return Place(asked, user)
    nobody = _account(pwd.getpwnam(UNPRIVILEGED).pw_uid)
    if nobody is None:
        raise EmbeddedServerError(
            "PostgreSQL can't run as root, and there is no unprivileged account to lend. Start this as another user."
        )
    if above_uid == 0 and nobody.can_enter(above):
        _give_folder(asked, nobody)
        return Place(asked, nobody)
    digest = hashlib.sha256(os.fsencode(asked)).hexdigest()[:16]
    ensure_own_folder(system_root)
    home = system_root / f"{asked.name}-{digest}"
    _give_folder(home, nobody)
    return Place(home, nobody)


def _account(uid: int) -> Account | None:
    """Look up an ordinary account; None for root, and for a number without a name."""
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:  # initdb insists on a name
        return None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid) if entry.pw_uid != 0 else None


def _give_folder(folder: Path, account: Account) -> None:
    """Make `folder` the account's own; an existing one that holds somebody's files is refused, not taken."""
    try:
        _make_folders(folder.parent, account)
        folder.mkdir(mode=0o700, exist_ok=True)
        # Through a descriptor: in a user's folder the name may come to mean something else meanwhile.
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            owner = os.fstat(descriptor).st_uid
            if owner == account.uid:
                return
            if owner != 0 or any(folder.iterdir()):
                raise EmbeddedServerError(
                    f"The data folder {folder} isn't empty and doesn't belong to {account.name!r}, "
                    "the account that PostgreSQL has to run as. If these are its data, run: "
                    f"chown -R {account.name} '{folder}'"
                )
            os.fchown(descriptor, account.uid, account.gid)
            os.fchmod(descriptor, 0o700)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise EmbeddedServerError(f"The data folder {folder} can't be made: {error}") from error


def _make_folders(folder: Path, account: Account | None = None) -> None:
    """Make the missing folders only, passable for all whatever the umask, and leave those that exist alone.

    In an ordinary user's folder they are made by that user, so that they are no hindrance later, and so
    that root writes nothing where a user could lay a false trail.
    """
    if folder.exists():
        return
    _make_folders(folder.parent, account)
    if account is not None and folder.parent.stat().st_uid == account.uid:
        if not account.can_run("/bin/mkdir", "--", folder):
            raise OSError(f"{account.name} can't make {folder}")
        return
    folder.mkdir()
    folder.chmod(0o755)


def ensure_own_folder(folder: Path) -> None:
    """Make `folder` for all to pass and us alone to write; raises when somebody else could write there."""
    try:
        _make_folders(folder)
        found = folder.lstat()
    except OSError as error:
        raise EmbeddedServerError(f"The folder {folder} can't be made: {error}") from error
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o022:
        raise EmbeddedServerError(f"The folder {folder} doesn't belong to us alone, so nothing is put there.")


def open_to_all(root: Path) -> None:
    """Let everybody read, and run what is executable, in a tree that we made."""
    for path in (root, *root.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(0o755 if path.is_dir() or mode & stat.S_IXUSR else 0o644)
