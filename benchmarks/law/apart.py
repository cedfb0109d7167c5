"""Runs a measurement in a fresh process, so that neither memory nor compiled code of another one helps or hurts it."""

import multiprocessing
import resource
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import psutil

FoundT = TypeVar("FoundT")
_MIB = 1 << 20
_CLEAR = Path("/proc/self/clear_refs")
_RESET_PEAK = "5"


def run_apart(function: Callable[..., FoundT], *arguments: Any) -> FoundT:
    """Return what the function returns in a process of its own."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(function, *arguments).result()


class Memory:
    """How far the memory of this process rises above where it stands now."""

    def __init__(self) -> None:
        """Forget the highest point so far where the system allows it; else it counts from the start of the process."""
        if _CLEAR.exists():
            _CLEAR.write_text(_RESET_PEAK)
        self._start = psutil.Process().memory_info().rss

    def risen_mib(self) -> float:
        """Return the highest point above the start."""
        return (_peak_bytes() - self._start) / _MIB


def _peak_bytes() -> int:
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text("ascii").splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
