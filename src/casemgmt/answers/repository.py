"""Queries on answers, and what their decisions rest on. Row security decides what is seen."""

from collections.abc import Iterable
from datetime import time
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from casemgmt.answers.policy import FARTHEST, SafeHours, Standing, Wish
from casemgmt.answers.states import AnswerState
from casemgmt.answers.tables import AnswerReceipt, AnswerStop, AnswerText, AnswerWish, ContactAnswer
from casemgmt.contacts.tables import Contact, ContactConcern
from casemgmt.db.work import Work
from casemgmt.errors import NotFound

_STANDING = "SELECT * FROM answer_standing(:signal, :contact)"
# Whoever is of the record, as far as the writer sees them: of its signal, of its case, and who got in touch.
_NAMES = """
SELECT unnest(ARRAY[p.family_name, p.given_name, p.patronymic]) AS name FROM person p
 WHERE p.id IN (SELECT s.person_id FROM signal_person s WHERE s.signal_id = :signal
                UNION SELECT c.person_id FROM case_person c JOIN signal s ON s.case_id = c.case_id WHERE s.id = :signal)
UNION SELECT f.name FROM former_name n, unnest(ARRAY[n.family_name, n.given_name, n.patronymic]) AS f(name)
 WHERE n.person_id IN (SELECT s.person_id FROM signal_person s WHERE s.signal_id = :signal)
UNION SELECT r.name FROM reporter r WHERE r.signal_id = :signal
UNION SELECT k.name FROM contact_caller k WHERE k.contact_id = :contact
"""
# Those alone that a step awaits: each leaves the list by it, and none stands in the way of another. No safe time lies
# further ahead than the days that are looked at: what is due later was reckoned by a clock that was set back since.
_DUE = """
SELECT a.id FROM contact_answer a
  LEFT JOIN answer_wish w ON w.contact_id = a.contact_id
  LEFT JOIN LATERAL answer_standing(a.signal_id, a.contact_id) s ON a.state = 'ready'
 WHERE a.state IN ('waiting', 'ready')
   AND (a.due_at <= :at OR a.due_at > CAST(:at AS timestamptz) + CAST(:farthest AS interval)
        OR w.revision IS DISTINCT FROM a.wish_revision OR w.unread
        OR s.restricted OR s.stopped OR s.read_by_other OR s.about_nobody OR s.erased)
 ORDER BY a.due_at, a.id LIMIT :most
"""

# Of which the carrier told nothing since it had the words, and whose safe time is over, or begins anew.
_AGAIN = """
SELECT a.id FROM contact_answer a
 WHERE a.state = 'fetched' AND a.fetched_at > CAST(:at AS timestamptz) - CAST(:farthest AS interval)
   AND (a.due_at <= :at OR a.due_at > CAST(:at AS timestamptz) + CAST(:farthest AS interval))
 ORDER BY a.fetched_at, a.id LIMIT :most
"""
# What the carrier has, and was not told yet not to send. After a day the clock of its delivery alone remains.
_BARRED = """
SELECT a.id FROM contact_answer a
  LEFT JOIN answer_wish w ON w.contact_id = a.contact_id
  CROSS JOIN LATERAL answer_standing(a.signal_id, a.contact_id) s
 WHERE a.state = 'fetched' AND a.bars = '[]' AND a.fetched_at > CAST(:at AS timestamptz) - interval '1 day'
   AND (w.wanted IS NOT TRUE OR w.revision <> a.wish_revision OR w.unread
        OR s.restricted OR s.stopped OR s.read_by_other OR s.about_nobody OR s.erased)
 ORDER BY a.fetched_at, a.id LIMIT :most
"""


async def get_answer(work: Work, answer_id: UUID, *, for_change: bool = False) -> ContactAnswer:
    """Return an answer, locked when it is about to change; else `NotFound`."""
    query = select(ContactAnswer).where(ContactAnswer.id == answer_id)
    found = (await work.session.scalars(query.with_for_update() if for_change else query)).one_or_none()
    if found is None:
        raise NotFound("There is no such answer.")
    return found


async def answers_of(work: Work, signal_id: UUID) -> list[ContactAnswer]:
    """Return the answers about a signal, the newest first."""
    query = select(ContactAnswer).where(ContactAnswer.signal_id == signal_id)
    order = (col(ContactAnswer.prepared_at).desc(), col(ContactAnswer.id).desc())
    return list(await work.session.scalars(query.order_by(*order)))


async def under_way(work: Work, contact_id: UUID) -> bool:
    """Answer whether an answer to this contact is waiting, ready or held, as far as the actor sees it."""
    states = (AnswerState.WAITING, AnswerState.READY, AnswerState.HELD)
    query = select(ContactAnswer.id).where(ContactAnswer.contact_id == contact_id, col(ContactAnswer.state).in_(states))
    return (await work.session.scalars(query)).first() is not None


async def due(work: Work, most: int) -> list[UUID]:
    """Return answers that the clock moves, those of another wish, and those ready or fetched and forbidden by now."""
    rows = [
        *await work.rows(_BARRED, at=work.now, most=most),
        *await work.rows(_DUE, at=work.now, most=most, farthest=FARTHEST),
        *await work.rows(_AGAIN, at=work.now, most=most, farthest=FARTHEST),
    ]
    return list(dict.fromkeys(row["id"] for row in rows))[:most]


async def contact_of(work: Work, signal_id: UUID) -> Contact | None:
    """Return the contact that a signal came of."""
    query = select(Contact).join(ContactConcern, col(ContactConcern.contact_id) == col(Contact.id))
    return (await work.session.scalars(query.where(ContactConcern.signal_id == signal_id))).one_or_none()


async def wish_of(work: Work, contact_id: UUID) -> Wish | None:
    """Return what the child said of an answer; None where nothing is told, or no longer."""
    row = await work.session.get(AnswerWish, contact_id, populate_existing=True)
    if row is None or row.wanted is None:
        return None
    names = {"wanted", "means", "language", "reads", "anonymous", "in_session", "revision", "unread"}
    columns = row.model_dump(include=names)
    return Wish(**columns, hours=tuple(_hours(each) for each in row.safe_times))


async def revision_of(work: Work, contact_id: UUID) -> int | None:
    """Return the revision of the message that changed the wish last; None where nothing was ever told of one."""
    query = select(AnswerWish.revision).where(AnswerWish.contact_id == contact_id)
    return (await work.session.scalars(query)).one_or_none()


async def standing_of(work: Work, signal_id: UUID, contact_id: UUID) -> Standing:
    """Return what the record says beside the wish, as it is now and whoever asks."""
    (row,) = await work.rows(_STANDING, signal=signal_id, contact=contact_id)
    return Standing(**row)


async def names_of(work: Work, signal_id: UUID, contact_id: UUID) -> list[str]:
    """Return the names of the people of the record that the actor sees."""
    rows = await work.rows(_NAMES, signal=signal_id, contact=contact_id)
    return [row["name"] for row in rows if row["name"]]


async def texts_of(work: Work, answer_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return the words of answers, as far as the actor may read them."""
    query = select(AnswerText).where(col(AnswerText.answer_id).in_(list(answer_ids)))
    return {text.answer_id: text.body for text in await work.session.scalars(query)}


async def receipts_of(work: Work, answer_id: UUID) -> list[AnswerReceipt]:
    """Return what the carrier told of an answer, in the order in which it happened."""
    query = select(AnswerReceipt).where(AnswerReceipt.answer_id == answer_id)
    order = (col(AnswerReceipt.occurred_at), col(AnswerReceipt.receipt_id))
    return list(await work.session.scalars(query.order_by(*order)))


async def stop_of(work: Work, signal_id: UUID, *, for_change: bool = False) -> AnswerStop | None:
    """Return the stop that stands at a signal."""
    query = select(AnswerStop).where(AnswerStop.signal_id == signal_id, col(AnswerStop.lifted_at).is_(None))
    return (await work.session.scalars(query.with_for_update() if for_change else query)).one_or_none()


def _hours(kept: dict[str, Any]) -> SafeHours:
    opens, until = (time.fromisoformat(kept[name]) for name in ("from", "until"))
    return SafeHours(frozenset(kept["days"]), opens, until)
