"""Pure decisions on answers: why nothing may be sent, when it may, and what became of it. Unclear is never yes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from rules.zone import local_moment, to_local

DAYTIME = (time(8), time(21))
"""Hours in which a child that reads alone and named no time is answered. House default."""
WORDS_LAST = timedelta(minutes=10)
"""So long at most may words lie with the carrier unsent: what changes meanwhile does not reach them. House default."""
_LOOK_AHEAD = 8
"""Days: every window of a week begins once among them."""
FARTHEST = timedelta(days=_LOOK_AHEAD + 1)
"""No safe time begins or ends further ahead; for so long, too, is the carrier told anew of words that it had."""


class Bar(StrEnum):
    """Why nothing may be sent; the texts are the code list `answer_bar`."""

    NO_WISH = "no_wish"
    WANTS_NONE = "wants_none"
    NO_MEANS = "no_means"
    NO_LANGUAGE = "no_language"
    NO_SAFE_TIME = "no_safe_time"
    NEEDS_SESSION = "needs_session"
    NO_SESSION = "no_session"
    NO_CARRIER = "no_carrier"
    WISH_CHANGED = "wish_changed"
    MESSAGE_UNREAD = "message_unread"
    READ_BY_OTHER = "read_by_other"
    RESTRICTED = "restricted"
    STOPPED = "stopped"
    ABOUT_NOBODY = "about_nobody"
    ERASED = "erased"
    NOT_NOW = "not_now"


@dataclass(frozen=True)
class SafeHours:
    """Hours that are safe on some days of the week, Monday being 0. `until` belongs to them no more."""

    days: frozenset[int]
    opens: time
    until: time
    """Before `opens` it is one of the next day; the same as `opens` is no time at all."""


@dataclass(frozen=True)
class Wish:
    """What the child said of an answer."""

    wanted: bool
    means: str | None
    language: str | None
    reads: str
    hours: tuple[SafeHours, ...]
    anonymous: bool
    in_session: bool
    revision: int
    unread: bool = False
    """A later message about the contact could not be read."""

    @property
    def safe_hours(self) -> tuple[SafeHours, ...]:
        """The hours in which something may be sent: those named; without any, by day where nobody else reads."""
        if self.hours:
            return self.hours
        alone = self.reads == "child_alone" or (self.reads == "unknown" and self.means == "qr_session")
        return (SafeHours(frozenset(range(7)), *DAYTIME),) if alone else ()

    @property
    def own_words(self) -> bool:
        """Whether an answer may be in other words than a template's: where the child alone reads them."""
        return self.reads == "child_alone" and self.means != "call"


@dataclass(frozen=True)
class Standing:
    """What the record says beside the wish; worked out by the database, also of what the asker may not see."""

    restricted: bool = False
    stopped: bool = False
    """A flag of a case, a stop at a signal of the contact, or a signal of it that is restricted."""
    read_by_other: bool = False
    """Since the wish was told, somebody else read an answer to this contact or to this number."""
    about_nobody: bool = False
    no_carrier: bool = False
    """The system of the contact does not see the signal: it was recorded by hand, and tied to the contact later."""
    erased: bool = False


@dataclass(frozen=True)
class Span:
    """A time in which something may be sent: from, and until, which belongs to it no more."""

    opens: datetime
    until: datetime


def bars(wish: Wish | None, standing: Standing, written_under: int | None = None) -> tuple[Bar, ...]:
    """Return all that forbids to send, whatever the hour. `written_under`: the revision of the wish of an answer."""
    found = [bar for bar, stands in _STANDING.items() if getattr(standing, stands)]
    if wish is None:
        return (*found, Bar.NO_WISH)
    if not wish.wanted:
        return (*found, Bar.WANTS_NONE)
    if wish.means is None:
        found.append(Bar.NO_MEANS)
    if wish.language is None:
        found.append(Bar.NO_LANGUAGE)
    if wish.anonymous and wish.means != "qr_session":
        found.append(Bar.NEEDS_SESSION)
    if wish.means == "qr_session" and not wish.in_session:
        found.append(Bar.NO_SESSION)
    if not any(hours.days and hours.opens != hours.until for hours in wish.safe_hours):
        found.append(Bar.NO_SAFE_TIME)
    if written_under is not None and written_under != wish.revision:
        found.append(Bar.WISH_CHANGED)
    if wish.unread:
        found.append(Bar.MESSAGE_UNREAD)
    return tuple(found)


_STANDING = {
    Bar.RESTRICTED: "restricted",
    Bar.STOPPED: "stopped",
    Bar.READ_BY_OTHER: "read_by_other",
    Bar.ABOUT_NOBODY: "about_nobody",
    Bar.NO_CARRIER: "no_carrier",
    Bar.ERASED: "erased",
}


def bars_now(wish: Wish | None, standing: Standing, written_under: int | None, now: datetime) -> tuple[Bar, ...]:
    """Return all that forbids to send at this very moment."""
    found = bars(wish, standing, written_under)
    span = None if wish is None else next_safe(wish, now)
    return found if found or (span is not None and span.opens <= now) else (Bar.NOT_NOW,)


def next_safe(wish: Wish, now: datetime) -> Span | None:
    """Return the safe time that it is now or that comes next; None where there is none."""
    spans = sorted(_spans(wish.safe_hours, now), key=lambda span: span.opens)
    if not spans:
        return None
    joined = spans[0]
    for span in spans[1:]:
        if span.opens > joined.until:
            break
        joined = Span(joined.opens, max(joined.until, span.until))
    return joined


def send_until(wish: Wish, now: datetime) -> datetime | None:
    """Return until when words handed out now may be sent: soon, and in this safe time; None where it is none."""
    span = next_safe(wish, now)
    return None if span is None or span.opens > now else min(span.until, now + WORDS_LAST)


def _spans(hours: Iterable[SafeHours], now: datetime) -> Iterable[Span]:
    """Return every safe time of the days around a moment that is not over by then."""
    yesterday = to_local(now).date() - timedelta(days=1)
    for after in range(_LOOK_AHEAD + 1):
        day = yesterday + timedelta(days=after)
        for each in hours:
            if day.weekday() not in each.days or each.opens == each.until:
                continue
            ends = day if each.until > each.opens else day + timedelta(days=1)
            span = Span(local_moment(day, each.opens), local_moment(ends, each.until))
            if span.until > now:
                yield span


class Fate(StrEnum):
    """What became of an answer that was handed out."""

    DELIVERED = "delivered"
    FAILED = "failed"
    EXPOSED = "exposed"


_READ_BY_OTHER = frozenset({"read_by_other", "call_answered_by_other"})


def tells_of_another(kind: str) -> bool:
    """Say whether a receipt tells that somebody else has the answer."""
    return kind in _READ_BY_OTHER


def fate(receipts: Sequence[tuple[str, datetime]]) -> tuple[Fate, datetime]:
    """Return what all receipts (kind, moment), one at least, together say, and since when, in whatever order they came.

    That somebody else read it is never undone. Else the newest counts, and of two of one moment the worse.
    """
    exposed = [at for kind, at in receipts if kind in _READ_BY_OTHER]
    if exposed:
        return Fate.EXPOSED, max(exposed)
    kind, at = max(receipts, key=lambda each: (each[1], each[0] == "not_delivered"))
    return (Fate.FAILED if kind == "not_delivered" else Fate.DELIVERED), at
