"""Keeps compiled kernels on disk. The one module of the rules that knows the machine: its user, folders and cores."""

import importlib.util
import os
import sys
from collections.abc import Callable
from hashlib import sha256
from inspect import getsource
from pathlib import Path

from rules.errors import RuleError
from rules.kernel import daycount

CACHE_VARIABLE = "CASEMGMT_KERNEL_CACHE"
_HEAD = '''"""Compiled from rules of the law; made anew when it is missing."""

from numba import njit

from rules.kernel.compiled import look, months_after, period_start


@njit(nogil=True, cache=True, error_model="numpy")
'''


class UnsafeCacheError(RuleError):
    """The folder of compiled code could be written by somebody else, and code in it would be run."""


def core_count() -> int:
    """Return how many cores may be used."""
    return os.cpu_count() or 1


def cache_folder() -> Path:
    """Return where compiled code is kept: CASEMGMT_KERNEL_CACHE, else the user's cache folder."""
    named = os.environ.get(CACHE_VARIABLE)
    home = os.environ.get("XDG_CACHE_HOME") or Path.home().joinpath(".cache")
    return Path(named) if named else Path(home).joinpath("casemgmt", "kernels")


def load(text: str) -> Callable[..., None]:
    """Return the compiled function of a text; numba compiles it at the first call, or finds it compiled."""
    whole = _HEAD + text
    name = f"kernel_{sha256((whole + getsource(daycount)).encode()).hexdigest()[:32]}"
    path = _own_folder(cache_folder()).joinpath(f"{name}.py")
    if not path.exists():
        part = path.with_name(f".{name}.{os.getpid()}")
        part.write_text(whole)
        part.replace(path)
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(name)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # numba finds the module of compiled code by its name
    spec.loader.exec_module(module)
    function: Callable[..., None] = module.kernel
    return function


def _own_folder(folder: Path) -> Path:
    """Return the folder, made where it is missing. Raises UnsafeCacheError where others could put code into it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    status = folder.stat()
    if status.st_uid != os.getuid() or status.st_mode & 0o022:
        raise UnsafeCacheError(f"{folder} belongs to another user or can be written by others: choose another folder")
    return folder
