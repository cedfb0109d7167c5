"""How much comes in on a day, and when.

The volumes are those of the concept of the policy for children 2026-2030 (the contact centre in 2025; QR-111). How they
spread over the week and the hours, and what share of contacts is about nobody, no document says: what stands here under
ASSUMED is the house's guess, made to look like a day and not to measure one.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta, timezone
from random import Random

CALLS_OF_2025 = 145_000
TEXTS_OF_2025 = 121_000
QR_OF_A_DAY = (300, 1_000)
SOURCE = "concept of the policy for children 2026-2030: 145 000 calls and 121 000 texts in 2025, 300 to 1 000 QR a day"

KAZAKHSTAN = timezone(timedelta(hours=5))
DAY_SECONDS = 86_400
_YEAR = 365

# ASSUMED, from here on.
_WEEK = {"school-day": 1.06, "day-off": 0.85, "holiday": 0.75}
"""Of the mean of the year; five, one and one of seven come to about 1."""
_QR_SHARE = {"school-day": (0.4, 1.0), "day-off": (0.0, 0.25), "holiday": (0.0, 0.2)}
"""Where between the two figures a day lies."""
_HOURS = {
    "call": (4, 3, 2, 2, 2, 3, 6, 12, 26, 40, 46, 46, 42, 44, 50, 52, 50, 46, 44, 42, 38, 28, 16, 8),
    "text_message": (10, 6, 4, 2, 2, 2, 4, 10, 18, 24, 28, 30, 34, 40, 46, 46, 44, 44, 48, 54, 58, 54, 38, 20),
    "qr_message": (6, 4, 2, 1, 1, 2, 8, 24, 40, 40, 40, 40, 44, 46, 46, 40, 36, 32, 30, 32, 34, 30, 20, 10),
}
_IN_BURSTS = 0.6
"""The share of a school day's QR messages that come in the minutes after a lesson about 111, from one school."""
_BURST = (8, 40)
_BURST_SECONDS = 150
_LESSONS_END = tuple(8 * 3600 + 45 * 60 + n * 55 * 60 for n in range(11))
"""Two shifts from eight in the morning: lessons of 45 minutes, breaks of ten."""
_HOLIDAYS = {(1, 1), (1, 2), (1, 7), (3, 8), (3, 21), (3, 22), (3, 23), (5, 1), (5, 7), (5, 9)} | {
    (7, 6),
    (8, 30),
    (10, 25),
    (12, 16),
}
"""Days off of Kazakhstan with a fixed date, for the shape alone. One that is moved or follows the moon: `--kind`."""
_SUMMER = range(6, 9)

KINDS = tuple(_WEEK)


@dataclass(frozen=True)
class Arrival:
    """That somebody gets in touch: when (seconds since midnight), how, and from which school, where it is one."""

    at: float
    channel: str
    school: int | None = None


def kind_of(day: date) -> str:
    """Return the kind of a day. In summer there are no lessons: its weekdays are as days off."""
    if (day.month, day.day) in _HOLIDAYS:
        return "holiday"
    return "day-off" if day.weekday() > 4 or day.month in _SUMMER else "school-day"  # noqa: PLR2004 - Friday


def arrivals(kind: str, chance: Random, schools: int) -> list[Arrival]:
    """Return everybody who gets in touch on a day of a kind, in order."""
    found = []
    for channel, of_year in (("call", CALLS_OF_2025), ("text_message", TEXTS_OF_2025)):
        found += _spread(channel, _about(of_year / _YEAR * _WEEK[kind], chance), chance)
    low, high = (QR_OF_A_DAY[0] + share * (QR_OF_A_DAY[1] - QR_OF_A_DAY[0]) for share in _QR_SHARE[kind])
    messages = chance.randint(round(low), round(high))
    in_bursts = round(messages * _IN_BURSTS) if kind == "school-day" else 0
    found += _bursts(in_bursts, chance, schools)
    found += _spread("qr_message", messages - in_bursts, chance)
    return sorted(found, key=lambda a: (a.at, a.channel))


def _about(mean: float, chance: Random) -> int:
    """Return a number that varies as counts do."""
    return max(0, round(chance.gauss(mean, math.sqrt(mean))))


def _spread(channel: str, number: int, chance: Random) -> list[Arrival]:
    weights: Sequence[int] = _HOURS[channel]
    hours = chance.choices(range(24), weights, k=number)
    return [Arrival(hour * 3600 + chance.random() * 3600, channel) for hour in hours]


def _bursts(number: int, chance: Random, schools: int) -> list[Arrival]:
    """Return messages of classes that had a lesson about 111: each from one school, within minutes of the bell."""
    found: list[Arrival] = []
    while len(found) < number:
        size = min(chance.randint(*_BURST), number - len(found))
        bell, school = chance.choice(_LESSONS_END), chance.randrange(schools)
        found += [Arrival(bell + chance.random() * _BURST_SECONDS, "qr_message", school) for _ in range(size)]
    return found
