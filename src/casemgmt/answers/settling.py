"""What follows by the clock, the worker's part.

An answer becomes ready in its safe time, waits again when that is over, and is held where something forbids it by now.
Whoever has to know or to decide gets a task with a term.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import SQLModel

from casemgmt.answers import repository
from casemgmt.answers.policy import Span, bars, next_safe
from casemgmt.answers.preparing import story
from casemgmt.answers.reading import grounds_of
from casemgmt.answers.states import ANSWER, AnswerFacts, AnswerState
from casemgmt.answers.tables import ContactAnswer
from casemgmt.audit.events import Event
from casemgmt.db.work import Work
from casemgmt.signals.repository import get_signal
from casemgmt.signals.tables import Signal
from casemgmt.tasks import clocks

_S = AnswerState
DELIVERY, DECISION, FAILURE = "answer_delivery", "answer_decision", "answer_failed"
_ON_THE_WAY = frozenset({_S.WAITING, _S.READY, _S.HELD, _S.FETCHED})
_WENT_WRONG = frozenset({_S.FAILED, _S.EXPOSED})
_FATES = _WENT_WRONG | {_S.DELIVERED}
_OWNER = (
    "SELECT c.id, c.manager_id FROM case_record c JOIN signal s ON s.case_id = c.id"
    " WHERE s.id = :signal AND c.state <> 'closed'"
)
_TOLD = "SELECT 1 FROM timeline_entry WHERE signal_id = :signal AND record_id = :answer AND kind = :kind"
_CLOCKS = "SELECT kind, completed_at IS NULL AND cancelled_at IS NULL AS open FROM task WHERE record_id = :answer"


@dataclass(frozen=True)
class _Step:
    """What the clock makes of an answer."""

    action: str | None
    """None: it goes on waiting, for another hour."""
    event: str
    due_at: datetime | None
    bars: tuple[str, ...] = ()


async def settle(work: Work, answer_id: UUID) -> None:
    """Take the step that is due, if one is, and let the tasks agree with where the answer stands."""
    answer = await repository.get_answer(work, answer_id, for_change=True)
    signal = await get_signal(work, answer.signal_id)
    step = await _due_step(work, answer)
    if step is not None:
        if step.action is not None:
            answer.state = ANSWER.check(work.actor, step.action, answer.state, AnswerFacts()).target
        answer.due_at, answer.bars = step.due_at, list(step.bars)
        if step.action == "announce":
            answer.announced_at = work.now
        event = Event(
            step.event, "contact_answer", (answer_id,), signal_id=signal.id, reason=",".join(step.bars) or None
        )
        told = [story(work, step.event, answer, signal)] if step.action == "hold" else []
        await work.save(event, answer, *told)
    changed = await _clocks(work, answer, signal) + await _fate(work, answer, signal)
    if changed:
        await work.save(Event("answer.followed", "contact_answer", (answer_id,), signal_id=signal.id), *changed)


async def _due_step(work: Work, answer: ContactAnswer) -> _Step | None:
    if answer.state not in (_S.WAITING, _S.READY):
        return None
    wish, standing = await grounds_of(work, answer)
    found = bars(wish, standing, answer.wish_revision)
    if wish is None or found:
        return _Step("hold", "answer.held", None, tuple(found))
    span = next_safe(wish, work.now)
    is_safe = span is not None and span.opens <= work.now
    if is_safe and answer.state == _S.WAITING:
        return _Step("announce", "answer.announced", _end(span))
    opens = None if span is None else span.opens
    if not is_safe and (answer.state == _S.READY or answer.due_at != opens):
        return _Step("put_off" if answer.state == _S.READY else None, "answer.put_off", opens)
    return None


async def _fate(work: Work, answer: ContactAnswer, signal: Signal) -> list[SQLModel]:
    """Tell what became of it, once each: the carrier may see the signal no more by then."""
    kind = f"answer.{answer.state}"
    if answer.state not in _FATES or await work.rows(_TOLD, signal=signal.id, answer=answer.id, kind=kind):
        return []
    return [story(work, kind, answer, signal)]


def _end(span: Span | None) -> datetime | None:
    return None if span is None else span.until


async def _clocks(work: Work, answer: ContactAnswer, signal: Signal) -> list[SQLModel]:
    """Start what is missing and stop what is over: to see it delivered, to decide, to look into a failure."""
    rows = await work.rows(_CLOCKS, answer=answer.id)
    running = {row["kind"] for row in rows if row["open"]}
    known = {row["kind"] for row in rows}
    changed: list[SQLModel] = []
    wanted = {
        DELIVERY: answer.state in _ON_THE_WAY,
        DECISION: answer.state == _S.HELD,
        FAILURE: answer.state in _WENT_WRONG,
    }
    for kind, needed in wanted.items():
        if needed and kind not in running and not (kind == FAILURE and kind in known):
            changed.append(await _start(work, kind, answer, signal))
        elif not needed and kind in running:
            changed.extend(await clocks.stop(work, answer.id, (kind,), answer.state))
    return changed


async def _start(work: Work, kind: str, answer: ContactAnswer, signal: Signal) -> SQLModel:
    owner = await work.rows(_OWNER, signal=signal.id)
    case_id, manager_id = (owner[0]["id"], owner[0]["manager_id"]) if owner else (None, None)
    return clocks.start(
        work,
        kind,
        "contact_answer",
        answer.id,
        organisation_id=signal.organisation_id,
        signal_id=signal.id,
        case_id=case_id,
        assignee_id=manager_id,
        blocks_closure=False,
        since=answer.due_at if kind == DELIVERY and answer.state == _S.WAITING else None,
    )
