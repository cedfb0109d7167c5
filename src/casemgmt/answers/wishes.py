"""What a contact centre tells of the child's wish: kept as the newest message about the contact has it."""

import re
from typing import Any

from casemgmt.answers.commands import EVERY_DAY, SafeTime, WishGiven
from casemgmt.answers.tables import AnswerWish
from casemgmt.audit.events import Event
from casemgmt.contacts.commands import CONTACT_ID, ContactTold
from casemgmt.contacts.repository import contact_of, lock_contact
from casemgmt.contacts.tables import Contact, ContactCaller
from casemgmt.db.work import Work

_LANGUAGES = ("kk", "ru")
_QUOTES, _ID = re.compile(r"[\"'\\]+"), re.compile(CONTACT_ID)
_MOST_NAMED = 10_000
"""A backlog of 500 contacts holds fewer words in quotation marks that look like an id."""
_NAMED = (
    "SELECT c.id, c.external_id FROM contact c JOIN answer_wish w ON w.contact_id = c.id"
    " WHERE c.source_code = :source AND c.external_id = ANY(:ids) AND NOT w.unread ORDER BY c.external_id"
)


async def keep_wish(work: Work, contact: Contact, told: ContactTold) -> None:
    """Keep it. What is told no more holds no more; what is told as before stays under its first revision."""
    wish = await work.session.get(AnswerWish, contact.id)
    if wish is None and told.answer is None:
        return
    columns = _columns(told, await work.session.get(ContactCaller, contact.id))
    if wish is None:
        wish = AnswerWish(contact_id=contact.id, sender_id=work.actor.user_id, **columns)
    elif all(getattr(wish, name) == value for name, value in columns.items()):
        if wish.unread:
            wish.unread = False
            await work.save(Event("answer.wish_read", "contact", (contact.id,)), wish)
        return
    else:
        for name, value in columns.items():
            setattr(wish, name, value)
    wish.revision, wish.told_at, wish.unread = told.revision, work.now, False
    await work.save(Event("answer.wish_told", "contact", (contact.id,)), wish)


async def note_unread(work: Work, source: str, external_id: str, revision: object) -> None:
    """Note that a message about a contact was refused: it may say that nothing is to be sent. A later one ends that."""
    contact = await contact_of(work, source, external_id)
    wish = None if contact is None else await work.session.get(AnswerWish, contact.id, populate_existing=True)
    if contact is None or wish is None or wish.unread or (isinstance(revision, int) and revision < contact.revision):
        return
    wish.unread = True
    await work.save(Event("answer.message_unread", "contact", (contact.id,)), wish)


async def note_unreadable(work: Work, source: str, text: str) -> None:
    """Note the same of a message that does not say, where it should, which contact it is about.

    It is about each contact of its source whose id stands in it between quotation marks, wherever that is: in an
    envelope that was not announced, under a name that is written wrongly, in JSON that ends too early or was written
    twice. One too many waits for a person; one too few may be a child that said "no more".
    """
    written = dict.fromkeys(part for part in map(str.strip, _QUOTES.split(text)) if _ID.fullmatch(part))
    rows = await work.rows(_NAMED, source=source, ids=list(written)[:_MOST_NAMED])
    wishes = []
    for row in rows:
        await lock_contact(work, source, row["external_id"])
        wish = await work.session.get(AnswerWish, row["id"], populate_existing=True)
        if wish is not None and not wish.unread:
            wish.unread = True
            wishes.append(wish)
    if wishes:
        await work.save(Event("answer.message_unread", "contact", tuple(wish.contact_id for wish in wishes)), *wishes)


def _columns(told: ContactTold, caller: ContactCaller | None) -> dict[str, Any]:
    given = told.answer
    if given is None:
        return {"wanted": None, "refused_because": None, "means": None, "language": None, "reads": "unknown"} | {
            "safe_times": []
        }
    primary = told.language.partition("-")[0].lower()
    return {
        "wanted": given.wanted,
        "refused_because": given.refused_because,
        "means": given.means,
        "language": given.language or (primary if primary in _LANGUAGES else None),
        "reads": given.reads,
        "safe_times": [_hours(each) for each in _safe_times(given, caller)],
        "anonymous": told.anonymous,
        "in_session": told.channel == "qr_message",
    }


def _safe_times(given: WishGiven, caller: ContactCaller | None) -> list[SafeTime]:
    """Return the hours named with the wish, else those of who got in touch, as kept: an end may leave the caller out.

    One without the other says that there are hours, and not which: it is kept as no time at all, so that nobody is
    answered by day instead.
    """
    if given.safe_times or caller is None:
        return given.safe_times
    told = [each for each in (caller.safe_from, caller.safe_until) if each is not None]
    if not told:
        return []
    days = list(EVERY_DAY) if len(told) > 1 else []
    return [SafeTime(days=days, safe_from=told[0], safe_until=told[-1])]


def _hours(given: SafeTime) -> dict[str, Any]:
    days = sorted({EVERY_DAY.index(day) for day in given.days})
    return {"days": days, "from": given.safe_from.isoformat(), "until": given.safe_until.isoformat()}
