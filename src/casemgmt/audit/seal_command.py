"""`casemgmt seal`."""

import asyncio
from typing import Annotated

import typer

from casemgmt.audit.sealing import SealingError, run_sealer
from casemgmt.log import set_up_logs
from casemgmt.settings import SealerSettings
from casemgmt.terminal import console, errors, read_settings


def seal(
    once: Annotated[bool, typer.Option("--once", help="Seal what there is and end.")] = False,  # noqa: FBT002 - a flag
    accept_loss: Annotated[  # noqa: FBT002 - a flag
        bool,
        typer.Option("--accept-loss", help="Go on after a restore that lost events which the witness has seen."),
    ] = False,
) -> None:
    """Seal the audit log until stopped: put events into the Merkle tree, sign its head, tell the witnesses."""
    settings = read_settings(SealerSettings)
    set_up_logs(settings.log_format)
    try:
        size = asyncio.run(run_sealer(settings, once=once, accept_loss=accept_loss))
    except SealingError as error:
        errors.print(str(error), markup=False)
        raise typer.Exit(2) from None
    if once:
        console.print(f"{size:,} events are sealed.")
