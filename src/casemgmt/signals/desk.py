"""The clocks of the desk that owns a signal."""

from casemgmt.db.work import Work
from casemgmt.signals.tables import Signal
from casemgmt.tasks import clocks
from casemgmt.tasks.tables import Task


def desk_clock(work: Work, signal: Signal, kind: str) -> Task:
    """Return a new clock of the deadline `kind` for the body that owns the signal."""
    return clocks.start(work, kind, "signal", signal.id, organisation_id=signal.organisation_id, signal_id=signal.id)


def triage_clock(work: Work, signal: Signal) -> Task:
    """Return the clock of a new triage: the signal is with its desk again."""
    return desk_clock(work, signal, f"triage_{signal.urgency or 'standard'}")
