"""The files of a server on disk: its data, password, log, and how PostgreSQL is called on them."""

import os
import secrets
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from casemgmt.embedded.errors import EmbeddedServerError
from casemgmt.embedded.processes import command_line

SUPERUSER = "postgres"
PORT = 5432  # only a part of the socket's name: nothing listens on a network port
BUILTIN_LOCALE_SINCE = 17
# The kernel's limit for a socket's path is 108 bytes on Linux and 104 on macOS, with its final NUL.
SOCKET_PATH_BYTES = 103
SOCKET_NAME = f".s.PGSQL.{PORT}"
# PostgreSQL and its clients split a list of folders at commas and read quotes and '@' in it.
PLAIN_LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/._-")

# Nothing that a client sends may reach the log, because it is about children: messages of the level ERROR
# are left out (LOG, FATAL and PANIC stay), and so are statements, their values, and details such as 'Key
# (iin)=(…) exists'.
QUIET_LOG = {
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_checkpoints": "off",
    "log_startup_progress_interval": "5s",
}
SETTINGS = QUIET_LOG | {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "password_encryption": "scram-sha-256",  # nosec B105 - the name of a method
    "autovacuum": "on",
}
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
# Shared memory in the data folder goes with it; in the kernel's it would stay when a test kills the server
# for good.
FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "128MB",
    "dynamic_shared_memory_type": "mmap",
}


@dataclass(frozen=True, slots=True)
class Cluster:
    """One database cluster in `home`. All methods run as the account that owns it."""

    home: Path
    binaries: Path
    version: int
    durable: bool

    @property
    def data(self) -> Path:
        return self.home / "cluster"

    @property
    def unfinished(self) -> Path:
        return self.home / "cluster.unfinished"

    @property
    def log(self) -> Path:
        return self.home / "server.log"

    @property
    def pid_file(self) -> Path:
        return self.data / "postmaster.pid"

    def check_version(self) -> None:
        """Refuse data that another major version wrote; PostgreSQL would refuse too, less plainly."""
        written = (self.data / "PG_VERSION").read_text(encoding="ascii").strip()
        if written != str(self.version):
            raise EmbeddedServerError(
                f"The data in {self.home} were written by PostgreSQL {written}, and this is PostgreSQL "
                f"{self.version}. Move the data over with pg_dump and psql, or choose another data folder."
            )

    def password(self) -> str:
        """Return the superuser's password.

        It is made before the cluster, so that no cluster ever lacks the one it was made with.
        """
        path = self.home / "superuser-password"
        try:
            return path.read_text(encoding="ascii").strip()
        except FileNotFoundError:
            if self.data.exists():
                raise EmbeddedServerError(
                    f"The file {path} is missing, so nobody can enter the database beside it. "
                    f"Put it back, or remove the folder {self.home} to begin with an empty database."
                ) from None
        partial = path.with_suffix(".partial")
        partial.unlink(missing_ok=True)
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(32) + "\n")
            file.flush()
            os.fsync(file.fileno())
        partial.rename(path)
        return path.read_text(encoding="ascii").strip()

    def initdb_command(self) -> list[str]:
        """Prepare to make the cluster under an unfinished name; `finish_initdb` renames it in one step."""
        shutil.rmtree(self.unfinished, ignore_errors=True)
        locale = (
            ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
            if self.version >= BUILTIN_LOCALE_SINCE
            else ["--locale-provider=libc", "--locale=C.UTF-8"]
        )
        return [
            str(self.binaries / "initdb"),
            f"--pgdata={self.unfinished}",
            f"--username={SUPERUSER}",
            f"--pwfile={self.home / 'superuser-password'}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--data-checksums",
            "--no-instructions",
            *locale,
            *([] if self.durable else ["--no-sync"]),
        ]

    def finish_initdb(self) -> None:
        self.unfinished.rename(self.data)
        if self.durable:
            descriptor = os.open(self.home, os.O_RDONLY)
            os.fsync(descriptor)
            os.close(descriptor)

    def postgres_command(self, socket_folder: Path) -> list[str]:
        """All settings stand on the command line: there they win, and no file is left to drift."""
        settings = SETTINGS | (DURABLE if self.durable else FAST) | {"unix_socket_directories": str(socket_folder)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [str(self.binaries / "postgres"), "-D", str(self.data), *options]

    def postmaster(self) -> int | None:
        """Return the process id that the last server left noted; it may be dead, or alien by now."""
        try:
            return int(self.pid_file.read_text(encoding="utf-8").splitlines()[0])
        except (OSError, ValueError, IndexError):
            return None

    def postmaster_is_ours(self) -> bool:
        """Whether the noted process is a PostgreSQL server on this very folder."""
        pid = self.postmaster()
        return pid is not None and serves(pid, self.data)

    def is_ready(self) -> bool:
        """Whether the server has written that it lets clients in."""
        try:
            lines = self.pid_file.read_text(encoding="utf-8").splitlines()
        except OSError:
            return False
        return len(lines) > 7 and lines[7].strip() == "ready"  # noqa: PLR2004 -- LOCK_FILE_LINE_PM_STATUS, the 8th

    def open_log(self) -> int:
        """Open the new log. The log of the run before is kept, older ones aren't, so it can't pile up."""
        if self.log.exists():
            self.log.replace(self.log.with_suffix(".log.before"))
        return os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)


def serves(pid: int, data: Path) -> bool:
    """Whether process `pid` is a PostgreSQL server on the folder `data`."""
    words = f"{command_line(pid)} "
    return "postgres" in words and f" -D {data} " in words


def last_lines(path: Path, count: int = 8) -> str:
    """Return the end of a log, for a message to the user."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - 65536))
            lines = file.read().decode("utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    return "\n".join(f"  {line}" for line in lines[-count:])


def make_socket_folder(home: Path) -> Path:
    """Make a folder of mode 0700 for the socket: `home`/socket or, where that can't be, a temporary one.

    A socket's path has a short limit and lists of such paths have special letters, so a long or unusual
    `home` gets a new folder with a random name under XDG_RUNTIME_DIR (if it is private to us) or the
    temporary folder. It is noted in `home`/socket-folder, and the one noted by a run that was killed is
    taken away first.
    """
    note = home / "socket-folder"
    remove_socket_folder(home)
    beside = home / "socket"
    if len(os.fsencode(beside / SOCKET_NAME)) <= SOCKET_PATH_BYTES and PLAIN_LETTERS.issuperset(str(beside)):
        beside.mkdir(mode=0o700, exist_ok=True)
        _remove_sockets(beside)
        if not _is_private(beside):
            raise EmbeddedServerError(f"The folder {beside} is open to others. Remove it and start again.")
        return beside
    for parent in _temporary_folders():
        try:
            made = Path(tempfile.mkdtemp(prefix="casemgmt-", dir=parent))
        except OSError:
            continue
        if len(os.fsencode(made / SOCKET_NAME)) <= SOCKET_PATH_BYTES and PLAIN_LETTERS.issuperset(str(made)):
            note.write_text(str(made), encoding="utf-8")
            return made
        made.rmdir()
    raise EmbeddedServerError("No temporary folder with a short path was found for the database's socket.")


def remove_socket_folder(home: Path) -> None:
    """Take away the temporary folder that is noted, if it is still ours and holds nothing but a socket."""
    note = home / "socket-folder"
    try:
        folder = Path(note.read_text(encoding="utf-8"))
    except OSError:
        return
    if folder.name.startswith("casemgmt-") and _is_private(folder):
        _remove_sockets(folder)
        try:
            folder.rmdir()
        except OSError:  # something else lies in it: then it isn't ours to remove
            return
    note.unlink(missing_ok=True)


def _remove_sockets(folder: Path) -> None:
    """Take away what a killed server left, or PostgreSQL takes an alien process of its number for it."""
    for name in (SOCKET_NAME, f"{SOCKET_NAME}.lock"):
        (folder / name).unlink(missing_ok=True)


def _is_private(folder: Path) -> bool:
    try:
        found = folder.lstat()
    except OSError:
        return False
    mode = stat.S_IFDIR | stat.S_IRWXU
    return found.st_mode == mode and found.st_uid == os.geteuid()


def _temporary_folders() -> list[Path]:
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    private = [Path(runtime)] if runtime and _is_private(Path(runtime)) else []
    return [*private, Path(tempfile.gettempdir()), Path("/tmp")]  # noqa: S108 -- mkdtemp makes a private, unguessable name in it
