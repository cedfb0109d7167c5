"""The plan of a day: every message with its moment and its fate, from a seed."""

from dataclasses import dataclass, replace
from datetime import date
from random import Random

from casemgmt.simulate.scenes import Director, Scene, Telling, Way
from casemgmt.simulate.volumes import DAY_SECONDS, arrivals

SCHOOLS = 60
"""Schools that have a lesson about 111 now and then; assumed."""
_SHARES = {
    Way.TWICE: 0.025,
    Way.ANSWER_LOST: 0.02,
    Way.MISSPELT: 0.006,
    Way.REVISION_REUSED: 0.002,
    Way.SIGNED_WRONGLY: 0.002,
    Way.NEVER_MENDED: 0.002,
}
"""Of all messages; at least one of each, where there is one that it can happen to. Assumed."""
_OUTAGE = 1 / 40
"""How much of the played time the line is down."""
_FEWEST_FOR_AN_OUTAGE = 10


@dataclass(frozen=True)
class Stretch:
    """A part of the day, in seconds since midnight."""

    begin: float
    end: float

    def __contains__(self, at: float) -> bool:
        """Answer whether a moment lies in it."""
        return self.begin <= at < self.end


WHOLE_DAY = Stretch(0, DAY_SECONDS)


@dataclass(frozen=True)
class Plan:
    """All that will be sent. What would still come after the end of the stretch is told at its end."""

    stretch: Stretch
    scenes: tuple[Scene, ...]
    tellings: tuple[Telling, ...]
    """Of all scenes, in the order of sending."""
    outage: Stretch | None
    """While the line is down; what falls into it goes as a batch afterwards."""


def plan(day: date, kind: str, seed: int, run: str, stretch: Stretch = WHOLE_DAY, most: int | None = None) -> Plan:
    """Return the plan of a day. The same day, kind and seed give the same contacts, whatever part is played."""
    chance = Random(f"{day} {kind} {seed}")  # noqa: S311 - a day that can be played again, no secret
    director = Director(chance, run)
    scenes = [director.scene(a) for a in arrivals(kind, chance, SCHOOLS)]
    played = [scene for scene in scenes if scene.arrival.at in stretch][:most]
    fates = Random(f"{day} {kind} {seed} {stretch} {most}")  # noqa: S311 - as above
    _give_fates(played, fates)
    tellings = [replace(t, at=min(t.at, stretch.end)) for scene in played for t in scene.tellings]
    return Plan(
        stretch,
        tuple(played),
        tuple(sorted(tellings, key=lambda t: (t.at, t.message_id))),
        _outage(stretch, fates) if len(played) >= _FEWEST_FOR_AN_OUTAGE else None,
    )


def _give_fates(scenes: list[Scene], chance: Random) -> None:
    """Decide what goes wrong with which messages."""
    free = [telling for scene in scenes for telling in scene.tellings]
    number = len(free)
    only = {id(scene.tellings[0]) for scene in scenes if len(scene.tellings) == 1}
    later = {id(telling) for scene in scenes for telling in scene.tellings[1:] if telling is scene.tellings[-1]}
    for way, share in _SHARES.items():
        fit = [t for t in free if _fits(way, id(t), only, later)]
        for chosen in chance.sample(fit, min(len(fit), max(1, round(share * number)))):
            chosen.way = way
            free.remove(chosen)


def _fits(way: Way, telling: int, only: set[int], later: set[int]) -> bool:
    """Answer whether it can happen: a contact is refused for good where nothing else tells of it."""
    if way is Way.NEVER_MENDED:
        return telling in only
    return telling in later if way is Way.REVISION_REUSED else True


def _outage(stretch: Stretch, chance: Random) -> Stretch:
    length = (stretch.end - stretch.begin) * _OUTAGE
    begin = stretch.begin + (stretch.end - stretch.begin) * chance.uniform(0.4, 0.7)
    return Stretch(begin, begin + length)
