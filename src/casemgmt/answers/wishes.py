"""What a contact centre tells of the child's wish: kept as the newest message about the contact has it."""

from typing import Any

from casemgmt.answers.commands import EVERY_DAY, SafeTime, WishGiven
from casemgmt.answers.tables import AnswerWish
from casemgmt.audit.events import Event
from casemgmt.contacts.commands import ContactTold
from casemgmt.contacts.tables import Contact
from casemgmt.db.work import Work

_LANGUAGES = ("kk", "ru")


async def keep_wish(work: Work, contact: Contact, told: ContactTold) -> None:
    """Keep it. What is told no more holds no more; what is told as before stays under its first revision."""
    wish = await work.session.get(AnswerWish, contact.id)
    if wish is None and told.answer is None:
        return
    columns = _columns(told)
    if wish is None:
        wish = AnswerWish(contact_id=contact.id, sender_id=work.actor.user_id, **columns)
    elif all(getattr(wish, name) == value for name, value in columns.items()):
        return
    else:
        for name, value in columns.items():
            setattr(wish, name, value)
    wish.revision, wish.told_at = told.revision, work.now
    await work.save(Event("answer.wish_told", "contact", (contact.id,)), wish)


def _columns(told: ContactTold) -> dict[str, Any]:
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
        "safe_times": [_hours(each) for each in _safe_times(told, given)],
        "anonymous": told.anonymous,
        "in_session": told.channel == "qr_message",
    }


def _safe_times(told: ContactTold, given: WishGiven) -> list[SafeTime]:
    caller = told.caller
    if given.safe_times or caller is None or caller.safe_from is None or caller.safe_until is None:
        return given.safe_times
    return [SafeTime(safe_from=caller.safe_from, safe_until=caller.safe_until)]


def _hours(given: SafeTime) -> dict[str, Any]:
    days = sorted({EVERY_DAY.index(day) for day in given.days})
    return {"days": days, "from": given.safe_from.isoformat(), "until": given.safe_until.isoformat()}
