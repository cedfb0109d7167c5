"""Small facts about processes that the standard library doesn't offer."""

import ctypes
import os
import signal
import subprocess
import sys
from pathlib import Path

PR_SET_PDEATHSIG = 1

# Loaded at import: between fork and exec, and after the guard gave up its rights, nothing may be loaded any
# more.
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def identity(pid: int) -> str | None:
    """Name the living process `pid` so that a later process with the same number gets another name.

    None when there is no such process, or only its unreaped remains.
    """
    if Path("/proc/self/stat").exists():
        try:
            # The command's name stands in parentheses and may itself contain spaces and parentheses.
            fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:
            return None
        state, started = fields[0], fields[19]
        return None if state in "ZX" else f"{pid}@{started}"
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return None
    except PermissionError:
        pass
    return str(pid)


def command_line(pid: int) -> str:
    """Return the command line of process `pid`, its words joined by spaces; empty when unknown."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8", errors="replace").replace("\0", " ").strip()
    except OSError:
        pass
    if Path("/proc/self/stat").exists():
        return ""
    shown = subprocess.run(  # noqa: S603 -- a fixed program and a number
        ["/bin/ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return shown.stdout.strip()


def die_with_parent(parent: int, signal_number: signal.Signals) -> None:
    """Ask the kernel to send this process `signal_number` when the thread that started it ends.

    For use between fork and exec (`preexec_fn`), from the main thread of a parent with no other thread,
    because the kernel watches the thread and not the process. Without effect where the kernel has no such
    means (macOS).
    """
    if _LIBC is None:
        return
    _LIBC.prctl(PR_SET_PDEATHSIG, int(signal_number), 0, 0, 0)
    if os.getppid() != parent:  # it died before we could ask
        os._exit(1)


def describe_exit(returncode: int) -> str:
    """Say in words how a process ended."""
    if returncode >= 0:
        return f"ended with code {returncode}"
    try:
        return f"was killed by {signal.Signals(-returncode).name}"
    except ValueError:
        return f"was killed by signal {-returncode}"
