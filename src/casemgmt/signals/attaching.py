"""Attach a signal to the open case of a child whom it is about, also where the actor may not see that case."""

import json
from collections.abc import Sequence
from uuid import UUID

from casemgmt.audit.events import Event
from casemgmt.db.work import Work
from casemgmt.signals import repository
from casemgmt.signals.policy import restriction_ground
from casemgmt.signals.states import SignalState
from casemgmt.signals.tables import Signal
from casemgmt.tasks import clocks


async def attach_to_open_case(work: Work, signal: Signal, children: Sequence[UUID]) -> bool:
    """Attach the signal to the first open case of one of the children; False where none has one.

    The manager of the case gets the clock of a new contact with the child. The signal may leave the actor's sight:
    everything else must be written before.
    """
    task = clocks.start(
        work,
        "first_contact_with_child",
        "case",
        signal.id,
        organisation_id=signal.organisation_id,
        signal_id=signal.id,
    )
    for child in children:
        found = await work.rows(
            "SELECT * FROM attach_signal(:signal, :person, CAST(:task AS jsonb), :at, :ground)",
            signal=signal.id,
            person=child,
            task=json.dumps(task.model_dump(mode="json")),
            at=work.now,
            ground=restriction_ground(signal.category),
        )
        if found:
            case_id = found[0]["case_id"]
            work.record(Event("case.signal_attached", "case", (case_id,), case_id=case_id, signal_id=signal.id))
            await repository.refresh(work, signal, state=SignalState.ATTACHED.value)
            return True
    return False
