"""`casemgmt work`."""

import asyncio
from typing import Annotated

import typer

from casemgmt.jobs.working import WorkingError, run_worker
from casemgmt.log import set_up_logs
from casemgmt.settings import Settings, WorkerSettings
from casemgmt.terminal import errors, read_settings


def work(
    once: Annotated[bool, typer.Option("--once", help="Do all that is due and end.")] = False,  # noqa: FBT002 - a flag
) -> None:
    """Do background jobs until stopped: clocks that warn and escalate, what ends by itself, what people asked for."""
    settings, worker = read_settings(Settings), read_settings(WorkerSettings)
    set_up_logs(settings.log_format)
    try:
        asyncio.run(run_worker(settings, worker, once=once))
    except WorkingError as error:
        errors.print(str(error), markup=False)
        raise typer.Exit(2) from None
