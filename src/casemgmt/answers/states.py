"""The life of an answer: it waits for a safe time, is ready in one, is handed out, and what became of it."""

from dataclasses import dataclass
from enum import StrEnum

from casemgmt.access.actor import Actor
from casemgmt.access.permissions import Permission as P
from casemgmt.answers.policy import Bar
from casemgmt.states import Machine, Refusal, Transition

JOB = "background_job"
"""Through this, and by nobody's hand, the worker follows the clock."""
RECEIPT = "answer_receipt"
"""Through this the carrier tells what became of it."""


class AnswerState(StrEnum):
    """Where an answer stands."""

    WAITING = "waiting"
    READY = "ready"
    HELD = "held"
    FETCHED = "fetched"
    DELIVERED = "delivered"
    FAILED = "failed"
    EXPOSED = "exposed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class AnswerFacts:
    """What the guards need to know."""

    bars: tuple[Bar, ...] = ()
    """Of this moment where it is handed out, else whatever the hour."""
    was_fetched: bool = False


def _nothing_bars(_: Actor, facts: AnswerFacts) -> Refusal | None:
    if not facts.bars:
        return None
    return Refusal(
        "answer-barred",
        "Nothing may be sent to the child now; 'bars' says why (code list answer_bar).",
        {"bars": [str(bar) for bar in facts.bars]},
    )


def _was_handed_out(_: Actor, facts: AnswerFacts) -> Refusal | None:
    if facts.was_fetched:
        return None
    return Refusal("answer-not-fetched", "The words were never handed out: nothing can have become of them.")


_S = AnswerState
_OPEN = (_S.WAITING, _S.READY, _S.HELD)

ANSWER: Machine[AnswerFacts] = Machine(
    "contact_answer",
    AnswerState,
    _S.WAITING,
    (
        Transition("announce", (_S.WAITING,), _S.READY, P.ANSWERS_WRITE, guards=(_nothing_bars,), through=JOB),
        Transition("put_off", (_S.READY,), _S.WAITING, P.ANSWERS_WRITE, through=JOB),
        Transition("hold", (_S.WAITING, _S.READY), _S.HELD, P.ANSWERS_WRITE, through=JOB),
        Transition("release", (_S.HELD,), _S.WAITING, P.ANSWERS_WRITE, guards=(_nothing_bars,)),
        Transition("withdraw", (*_OPEN, _S.FETCHED), _S.WITHDRAWN, P.ANSWERS_WRITE),
        Transition("fetch", (_S.READY, _S.FETCHED), _S.FETCHED, P.ANSWERS_CARRY, guards=(_nothing_bars,)),
        Transition(
            "deliver",
            (_S.FETCHED, _S.FAILED, _S.WITHDRAWN),
            _S.DELIVERED,
            P.ANSWERS_CARRY,
            guards=(_was_handed_out,),
            through=RECEIPT,
        ),
        Transition(
            "fail",
            (_S.FETCHED, _S.DELIVERED, _S.WITHDRAWN),
            _S.FAILED,
            P.ANSWERS_CARRY,
            guards=(_was_handed_out,),
            through=RECEIPT,
        ),
        Transition(
            "expose",
            (_S.FETCHED, _S.DELIVERED, _S.FAILED, _S.WITHDRAWN),
            _S.EXPOSED,
            P.ANSWERS_CARRY,
            guards=(_was_handed_out,),
            through=RECEIPT,
        ),
    ),
)
