"""What the worker is told of answers."""

from typing import ClassVar
from uuid import UUID

from casemgmt.jobs.payload import Payload


class FindDueAnswers(Payload):
    """Look for answers that the clock moves, and for those that something forbids by now."""

    kind: ClassVar[str] = "answer.find_due"


class SettleAnswer(Payload):
    """Bring one to where it belongs now, and its tasks with it."""

    kind: ClassVar[str] = "answer.settle"
    answer_id: UUID
