"""What one contact is, and the messages by which its centre tells of it."""

from dataclasses import dataclass, field
from enum import StrEnum
from random import Random
from typing import Any

from casemgmt.simulate.narratives import AFTERTHOUGHTS, KK, LATIN, MIXED, RU, TEXTS, WEIGHTS
from casemgmt.simulate.volumes import Arrival
from casemgmt.simulate.wishes import CHANGED_MIND, SAFE, pick, wish_of, wishes_one


class Way(StrEnum):
    """How a message gets to the service, and what goes wrong on the way."""

    PLAIN = "plain"
    TWICE = "twice at once"
    ANSWER_LOST = "answer lost, sent again"
    MISSPELT = "refused, mended, sent again"
    REVISION_REUSED = "revision reused, then the next one"
    SIGNED_WRONGLY = "signed wrongly, then rightly"
    NEVER_MENDED = "refused and never mended"


@dataclass
class Telling:
    """One message about a contact, as it is to be sent."""

    at: float
    """Seconds since midnight of the simulated day."""
    message_id: str
    began: float
    """When the contact began; `ended`: when it was over. Told as moments of now."""
    ended: float | None
    contact: dict[str, Any]
    """All of the contact but its moments and its safe hours."""
    way: Way = Way.PLAIN
    safe: tuple[int, int] | None = None
    """Hours after its beginning from and until which it is safe to answer, where that was told. On the clock of now."""


@dataclass
class Scene:
    """A contact: what arrived, and the messages about it in the order in which they are to be sent."""

    arrival: Arrival
    contact_id: str
    tellings: list[Telling] = field(default_factory=list)
    safe: tuple[int, int] | None = None


# ASSUMED, all of them: no document tells shares.
_NON_DATA = {"call": 0.38, "text_message": 0.12, "qr_message": 0.3}
_QUESTIONS = {"call": 0.3, "text_message": 0.25, "qr_message": 0.4}
_REASONS = {
    "call": {"silent": 40, "hang_up": 30, "wrong_number": 12, "prank": 12, "abusive": 6},
    "text_message": {"prank": 50, "abusive": 25, "wrong_number": 25},
    "qr_message": {"prank": 85, "abusive": 15},
}
_LANGUAGES = {
    "call": {KK: 48, RU: 40, MIXED: 12},
    "text_message": {KK: 34, LATIN: 10, RU: 40, MIXED: 16},
    "qr_message": {KK: 40, LATIN: 14, RU: 28, MIXED: 18},
}
_CONCERNS = {1: 86, 2: 11, 3: 3}
_RELATIONS = {"self": 52, "parent": 18, "relative": 8, "friend": 6, "neighbour": 8, "teacher": 4, "other": 4}
_REGIONS = {
    f"KZ-{number}": weight
    for numbers, weight in (
        ((75, 61), 21),
        ((19, 71, 79, 31, 35), 13),
        ((11, 15, 23, 27, 33, 39, 43, 47, 55, 63), 8),
        ((10, 59), 6),
        ((62,), 2),
    )
    for number in numbers
}
"""Roughly by how many people live there."""
TAXONOMY = "qr111-0"
_TOPICS = {"bullying"}
"""Of the list of QR-111, whose slots are mostly not named."""
_ELSEWHERE = 20
"""One of so many who write from a plate names a region, which then counts."""
_ABANDONED = 0.02
_CORRECTED = 0.06
_OUT_OF_ORDER = 0.05
_LATE = 0.02
_ANONYMOUS = {"call": 0.25, "text_message": 0.4, "qr_message": 0.7}
_KNOWN_NUMBERS = 40
_FROM_A_KNOWN_NUMBER = 0.2
_DANGER_NOW = {"suicidal_behaviour": 0.5, "violence_physical": 0.25, "runaway": 0.3}


class Director:
    """Makes scenes of arrivals, always the same ones from the same seed."""

    def __init__(self, chance: Random, run: str) -> None:
        self._random = chance
        self._run = run
        self._made = 0

    def scene(self, arrival: Arrival) -> Scene:
        """Return the contact of an arrival, with all that will be told of it."""
        self._made += 1
        scene = Scene(arrival, f"{self._run}-{self._made:05}")
        dice = self._random.random()
        channel = arrival.channel
        if dice < _NON_DATA[channel]:
            self._about_nobody(scene)
        elif dice < _NON_DATA[channel] + _QUESTIONS[channel]:
            self._question(scene)
        else:
            self._concerns(scene)
        return scene

    def _about_nobody(self, scene: Scene) -> None:
        length = self._random.uniform(4, 60)
        told = self._told(scene, "kk", {"non_data": pick(self._random, _REASONS[scene.arrival.channel])})
        self._add(scene, length + 5, told | {"stage": "final"}, length)

    def _question(self, scene: Scene) -> None:
        length = self._length(scene)
        language = pick(self._random, _LANGUAGES[scene.arrival.channel])
        told = self._told(scene, language, {"function": pick(self._random, {"information": 7, "legal": 3})})
        if scene.arrival.channel == "call":
            self._add(scene, 15, told | {"stage": "draft"}, None)
        self._add(scene, length + 20, told | {"stage": "final"}, length)

    def _concerns(self, scene: Scene) -> None:
        channel, length = scene.arrival.channel, self._length(scene)
        language = pick(self._random, _LANGUAGES[channel])
        region = pick(self._random, _REGIONS)
        concerns = [self._concern(n, language) for n in range(1, pick(self._random, _CONCERNS) + 1)]
        more = {"function": "psychological", **self._caller(channel)}
        if scene.arrival.school is None or self._made % _ELSEWHERE == 0:  # else the plate says where
            more["region_code"] = region
        told = self._told(scene, language, more)
        if channel == "call":
            self._add(scene, 15, told | {"stage": "draft"}, None)
            if length > 4 * 60:
                self._add(scene, length * 0.6, told | {"stage": "draft", "concerns": concerns[:1]}, None)
            if self._random.random() < _ABANDONED:
                return
            told["attachments"] = [{"reference": f"rec-{scene.contact_id}", "media_type": "audio/ogg"}]
        if wishes_one(self._random, channel):
            told["answer"] = wish_of(self._random, channel, language)
            scene.safe = pick(self._random, SAFE) if told["answer"]["wanted"] else None
        self._add(scene, length + 40, told | {"stage": "final", "concerns": concerns}, length)
        if self._random.random() < _CORRECTED:
            later = length + self._random.uniform(10 * 60, 3 * 3600)
            if "answer" in told and self._random.random() < CHANGED_MIND:
                told["answer"], scene.safe = wish_of(self._random, channel, language, wanted=False), None
            self._add(scene, later, told | {"stage": "final", "concerns": self._corrected(concerns, language)}, length)
        self._disturb(scene)

    def _disturb(self, scene: Scene) -> None:
        """Have messages overtake each other, or come long after."""
        tellings = scene.tellings
        if len(tellings) > 1 and self._random.random() < _OUT_OF_ORDER:
            tellings[-2].at, tellings[-1].at = tellings[-1].at, tellings[-2].at
        elif self._random.random() < _LATE:
            tellings[-1].at += self._random.uniform(5 * 60, 3600)

    def _corrected(self, concerns: list[dict[str, Any]], language: str) -> list[dict[str, Any]]:
        """Return the concerns as they are told later: one more, one fewer, or one told otherwise."""
        dice = self._random.random()
        if dice < 0.3:  # noqa: PLR2004 - a share, assumed
            return [*concerns, self._concern(len(concerns) + 1, language)]
        if dice < 0.5 and len(concerns) > 1:  # noqa: PLR2004 - a share, assumed
            return concerns[:-1]
        first, *others = concerns
        return [first | {"narrative": f"{first['narrative']} {AFTERTHOUGHTS[language]}"}, *others]

    def _concern(self, number: int, language: str) -> dict[str, Any]:
        category = pick(self._random, {c: weight for c, weight in WEIGHTS.items() if language in TEXTS[c]})
        said = self._random.choice(TEXTS[category][language])
        concern = {"ref": str(number), "category": category, "narrative": said}
        if category in _TOPICS:
            concern["topic"] = category
        danger = self._random.random() < _DANGER_NOW.get(category, 0.01)
        return concern | ({"danger_now": True} if danger else {})

    def _caller(self, channel: str) -> dict[str, Any]:
        relation = "self" if channel == "qr_message" else pick(self._random, _RELATIONS)
        if self._random.random() < _ANONYMOUS[channel]:
            return {"anonymous": True} | ({} if channel == "qr_message" else {"caller": {"phone": self._number()}})
        caller: dict[str, Any] = {"relation": relation, "phone": self._number()}
        if self._random.random() < 0.3:  # noqa: PLR2004 - a share, assumed
            caller |= {"callback_allowed": True, "safe_from": "15:00", "safe_until": "17:30"}
        return {"caller": caller}

    def _number(self) -> str:
        """Return a telephone number as exchanges give it; some got in touch before, some can't be dialled."""
        dice = self._random.random()
        if dice < 0.03:  # noqa: PLR2004 - a share, assumed
            return "unknown"
        known = dice < _FROM_A_KNOWN_NUMBER
        number = self._random.randrange(_KNOWN_NUMBERS) if known else self._random.randrange(1000, 10_000)
        return self._random.choice(
            ("+7 700 000 {:02} {:02}", "8700000{:02}{:02}", "tel:+7-700-000-{:02}-{:02}")
        ).format(*divmod(number, 100))

    def _length(self, scene: Scene) -> float:
        """Return how long it lasts: calls eight minutes at median, chats longer, QR messages the writing of them."""
        median = {"call": 480, "text_message": 700, "qr_message": 60}[scene.arrival.channel]
        return min(3600.0, max(20.0, self._random.lognormvariate(0, 0.7) * median))

    def _told(self, scene: Scene, language: str, more: dict[str, Any]) -> dict[str, Any]:
        told = {"contact_id": scene.contact_id, "channel": scene.arrival.channel, "language": language} | more
        if scene.arrival.channel != "qr_message":
            return told
        plate = {} if scene.arrival.school is None else {"plate": f"SIM-{scene.arrival.school:03}-1"}
        return told | {"taxonomy_version": TAXONOMY, **plate}

    def _add(self, scene: Scene, after: float, told: dict[str, Any], length: float | None) -> None:
        began, revision = scene.arrival.at, len(scene.tellings) + 1
        ended = None if length is None else began + length
        message_id = f"{scene.contact_id}.{revision}"
        contact = told | {"revision": revision}
        scene.tellings.append(Telling(began + after, message_id, began, ended, contact, safe=scene.safe))
