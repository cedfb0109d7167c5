"""What a case asks of the signals that it begins with, or is reopened by."""

from collections.abc import Sequence
from uuid import UUID

from casemgmt.db.work import Work
from casemgmt.errors import invalid_field
from casemgmt.signals import repository
from casemgmt.signals.states import SIGNAL
from casemgmt.signals.tables import Signal


async def lock_signals_for_case(work: Work, signal_ids: Sequence[UUID], children: Sequence[UUID]) -> list[Signal]:
    """Return the signals, locked in the order of their ids, having checked that each can join a case of these children.

    The SQL function `join_case` attaches them. NotFound for one that is hidden, WrongState for one that waits for
    something else, Invalid for one that is about none of the children.
    """
    signals = []
    for signal_id in sorted(set(signal_ids)):
        signal = await repository.get_signal(work, signal_id, for_change=True)
        SIGNAL.check(work.actor, "open_case", signal.state, await repository.facts_of(work, signal))
        about = {s.person_id for s in await repository.subjects_of(work, signal_id) if s.role == "child"}
        if not about & set(children):
            raise invalid_field(
                "/signal_ids", "signal-of-other-child", "A signal is about none of the case's children."
            )
        signals.append(signal)
    return signals
