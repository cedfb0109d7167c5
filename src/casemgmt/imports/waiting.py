"""Waits in a terminal until the worker has done with an import, and shows how far it is, as far as that is known."""

import time
from typing import Any, Final

import httpx
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from casemgmt.imports.states import WORKING
from casemgmt.terminal import errors

_PAUSE: Final = 0.5
"""Seconds between two looks."""
_LONG: Final = 30
"""Seconds in the queue after which the operator should look whether a worker runs."""
_WORDS: Final = {
    "queued": "waits for the worker",
    "reading": "reads the file",
    "comparing": "looks for children on record",
    "recording": "records",
    "closing": "checks the whole once more",
}


def waited(service: httpx.Client, run: dict[str, Any]) -> dict[str, Any]:
    """Return an import as it is when the worker has done with it. Ctrl-C ends the waiting, not the import."""
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[told]}"), TimeElapsedColumn())
    with Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal) as bar:
        task = bar.add_task("", total=None, told="")
        since = time.monotonic()
        while run["state"] in WORKING:
            progress = run["progress"]
            bar.update(task, **shown(progress, time.monotonic() - since))
            time.sleep(_PAUSE)
            answer = service.get(f"/v1/imports/{run['id']}")
            run = answer.raise_for_status().json()
    return run


def shown(progress: dict[str, Any], waited_seconds: float) -> dict[str, Any]:
    """Return what the bar shows: rows of all where they are counted, and the rest where its rate is known."""
    phase, done, rows, left = (progress[name] for name in ("phase", "rows_done", "rows_all", "seconds_left"))
    words = _WORDS.get(phase, phase)
    if phase == "queued" and waited_seconds > _LONG:
        words += " (long: does `casemgmt work` run?)"
    if phase != "recording" or not rows:
        return {"description": words, "total": None, "told": ""}
    rest = "" if left is None else f", about {left:,} s left"
    return {"description": words, "total": rows, "completed": done, "told": f"{done:,} of {rows:,} rows{rest}"}
