"""All transition tables, by the table whose `state` column they govern."""

from typing import Any

from casemgmt.signals.states import SIGNAL
from casemgmt.states import Machine

MACHINES: dict[str, Machine[Any]] = {machine.name: machine for machine in (SIGNAL,)}
