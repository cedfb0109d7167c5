"""What follows by the clock, the worker's part.

An answer becomes ready in its safe time, waits again when that is over, and is held where something forbids it by now.
Whoever has to know or to decide gets a task with a term.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import SQLModel

from casemgmt.answers import repository
from casemgmt.answers.policy import FARTHEST, Bar, Span, bars, next_safe
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
_ANNOUNCED, _FORBIDDEN = "answer.announced", frozenset({"answer.held", "answer.barred"})
_ON_THE_WAY = frozenset({_S.WAITING, _S.READY, _S.HELD, _S.FETCHED})
_WENT_WRONG = frozenset({_S.FAILED, _S.EXPOSED})
_FATES = _WENT_WRONG | {_S.DELIVERED}
_OWNER = (
    "SELECT c.id, c.manager_id FROM case_record c JOIN signal s ON s.case_id = c.id"
    " WHERE s.id = :signal AND c.state <> 'closed'"
)
_TOLD = "SELECT 1 FROM timeline_entry WHERE signal_id = :signal AND record_id = :answer AND kind = :kind"
_CLOCKS = (
    "SELECT kind, completed_at IS NULL AND cancelled_at IS NULL AS open, result = 'delivered' AS made_good"
    " FROM task WHERE record_id = :answer"
)


@dataclass(frozen=True)
class _Step:
    """What the clock makes of an answer."""

    action: str | None
    """None: it stays what it is, for another hour."""
    event: str
    due_at: datetime | None
    bars: tuple[str, ...] = ()


async def settle(work: Work, answer_id: UUID) -> None:
    """Take the step that is due, if one is, and let the tasks agree with where the answer stands.

    What the carrier has already cannot be held: it is told not to send it, and a person decides.
    """
    answer = await repository.get_answer(work, answer_id, for_change=True)
    signal = await get_signal(work, answer.signal_id)
    step = await _due_step(work, answer)
    if step is not None:
        if step.action is not None:
            answer.state = ANSWER.check(work.actor, step.action, answer.state, AnswerFacts()).target
        answer.due_at, answer.bars = step.due_at, list(step.bars)
        if step.event == _ANNOUNCED:
            answer.announced_at = work.now
        event = Event(
            step.event, "contact_answer", (answer_id,), signal_id=signal.id, reason=",".join(step.bars) or None
        )
        told = [story(work, step.event, answer, signal)] if step.event in _FORBIDDEN else []
        await work.save(event, answer, *told)
    news = await _fate(work, answer, signal)
    changed = await _clocks(work, answer, signal, is_exposed_now=bool(news) and answer.state == _S.EXPOSED) + news
    if changed:
        await work.save(Event("answer.followed", "contact_answer", (answer_id,), signal_id=signal.id), *changed)


async def _due_step(work: Work, answer: ContactAnswer) -> _Step | None:
    if answer.state not in (_S.WAITING, _S.READY, _S.FETCHED):
        return None
    wish, standing = await grounds_of(work, answer)
    found = tuple(bars(wish, standing, answer.wish_revision))
    if answer.state == _S.FETCHED:
        return _with_carrier(answer, found, None if wish is None else next_safe(wish, work.now), work.now)
    if wish is None or found:
        return _Step("hold", "answer.held", None, found)
    return _by_the_clock(answer, next_safe(wish, work.now), work.now)


def _by_the_clock(answer: ContactAnswer, span: Span | None, now: datetime) -> _Step | None:
    is_ready = answer.state == _S.READY
    if span is None or span.opens > now:
        opens = None if span is None else span.opens
        return (
            _Step("put_off" if is_ready else None, "answer.put_off", opens)
            if is_ready or answer.due_at != opens
            else None
        )
    if not is_ready:
        return _Step("announce", _ANNOUNCED, span.until)
    was_set_back = answer.due_at is not None and answer.due_at > span.until  # our clock, since it was announced
    return _Step(None, "answer.put_off", span.until) if was_set_back else None


def _with_carrier(answer: ContactAnswer, found: tuple[Bar, ...], span: Span | None, now: datetime) -> _Step | None:
    """Return what is due of words that the carrier had, and of which it told nothing since.

    Where something forbids them by now, it is told once. Where another safe time begins, it is told that they may go
    out, as when they were new: it may have had no chance to send them in the one before.
    """
    changes_at = None if span is None else span.opens if span.opens > now else span.until
    if found and not answer.bars:
        return _Step(None, "answer.barred", changes_at, found)
    if answer.due_at is None or now < answer.due_at <= now + FARTHEST:
        return None
    if found or span is None or span.opens > now:
        return _Step(None, "answer.put_off", changes_at, found)
    return _Step(None, _ANNOUNCED, span.until)


async def _fate(work: Work, answer: ContactAnswer, signal: Signal) -> list[SQLModel]:
    """Tell what became of it, once each: the carrier may see the signal no more by then."""
    kind = f"answer.{answer.state}"
    if answer.state not in _FATES or await work.rows(_TOLD, signal=signal.id, answer=answer.id, kind=kind):
        return []
    return [story(work, kind, answer, signal)]


async def _clocks(work: Work, answer: ContactAnswer, signal: Signal, *, is_exposed_now: bool) -> list[SQLModel]:
    """Start what is missing and stop what is over: to see it delivered, to decide, to look into a failure.

    What a person looked into is not set again, but that somebody else has the answer is another matter than a failure.
    """
    rows = await work.rows(_CLOCKS, answer=answer.id)
    running = {row["kind"] for row in rows if row["open"]}
    looked_into = any(row["kind"] == FAILURE and not row["open"] and not row["made_good"] for row in rows)
    changed: list[SQLModel] = []
    wanted = {
        DELIVERY: answer.state in _ON_THE_WAY,
        DECISION: answer.state == _S.HELD or (answer.state == _S.FETCHED and bool(answer.bars)),
        FAILURE: answer.state in _WENT_WRONG,
    }
    for kind, needed in wanted.items():
        if needed and kind not in running and not (kind == FAILURE and looked_into and not is_exposed_now):
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
