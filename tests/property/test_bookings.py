"""No order of bookings and cancellations, and no number of them at once, puts anybody in two places."""

import asyncio
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import count as count_up
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from casemgmt.demo.accounts import ROOMS, demo_id
from casemgmt.settings import Settings
from tests.clients import Caller, World
from tests.factories import OpenCase, count, open_case

CENTRE = str(demo_id("cps_almaty"))
ROOM_IDS = [str(demo_id(f"room {body} {name}")) for body, name, _ in ROOMS[:2]]
SPECIALISTS = [
    (str(demo_id("psychologist.almaty")), "psychological"),
    (str(demo_id("lawyer.almaty")), "legal"),
]
SLOT = timedelta(minutes=15)
AT_ONCE = 50
OVERLAPS = """
    SELECT count(*) FROM booking a JOIN booking b ON a.resource_id = b.resource_id AND a.id < b.id
     WHERE a.during && b.during AND a.cancelled_at IS NULL AND b.cancelled_at IS NULL
"""
_days = count_up(1)


@pytest.fixture
def settings(database_url: str) -> Settings:
    return Settings(mode="demo", database_url=database_url, database_connections=64)


@dataclass(frozen=True)
class Wish:
    """A booking that somebody asks for, in slots of a day."""

    start: int
    length: int
    room: int
    specialist: int
    case: int

    def resources(self) -> set[str]:
        return {f"room {self.room}", f"specialist {self.specialist}", f"child {self.case}"}

    def collides(self, other: "Wish") -> bool:
        overlap = self.start < other.start + other.length and other.start < self.start + self.length
        return overlap and bool(self.resources() & other.resources())


WISHES = st.builds(
    Wish,
    start=st.integers(0, 12),
    length=st.integers(1, 6),
    room=st.integers(0, 1),
    specialist=st.integers(0, 1),
    case=st.integers(0, 2),
)
STEPS = st.lists(WISHES | st.integers(0, 5), min_size=2, max_size=12)
"""A wish is booked; a number cancels that one of the sessions that stand."""


def body_of(wish: Wish, case: OpenCase, day: datetime) -> dict[str, Any]:
    specialist, help_kind = SPECIALISTS[wish.specialist]
    start = day + wish.start * SLOT
    return {
        "centre_id": CENTRE,
        "specialist_id": specialist,
        "room_id": ROOM_IDS[wish.room],
        "kind": "individual",
        "help_kind": help_kind,
        "starts_at": start.isoformat(),
        "ends_at": (start + wish.length * SLOT).isoformat(),
        "person_ids": [str(case.child_id)],
    }


async def play(manager: Caller, cases: list[OpenCase], steps: list[Wish | int]) -> None:
    """Take the steps on a day of its own, and compare each answer with a model of intervals."""
    day = datetime.combine(datetime.now(UTC).date() + timedelta(days=next(_days)), time(6), UTC)
    standing: list[tuple[Wish, str]] = []
    for step in steps:
        if isinstance(step, Wish):
            case = cases[step.case]
            answer = await manager.post(f"/v1/cases/{case.id}/sessions", body_of(step, case, day))
            if any(step.collides(other) for other, _ in standing):
                assert (answer.status_code, answer.json()["code"]) == (409, "already-booked")
            else:
                assert answer.status_code == 201, answer.text
                standing.append((step, answer.json()["id"]))
        elif standing:
            _, session_id = standing.pop(step % len(standing))
            cancelled = await manager.post(f"/v1/sessions/{session_id}/cancel", {"reason": "client_request"})
            assert cancelled.status_code == 200, cancelled.text


@hypothesis_settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(steps=STEPS)
async def test_bookings_and_cancellations_never_overlap(world: World, owner_url: str, steps: list[Wish | int]) -> None:
    cases = await _cases(world, owner_url)
    await play(await world.as_("manager.almaty"), cases, steps)
    assert await count(owner_url, OVERLAPS) == 0


@pytest.mark.long
@pytest.mark.timeout(900)
@hypothesis_settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(steps=STEPS)
async def test_many_bookings_and_cancellations_never_overlap(
    world: World, owner_url: str, steps: list[Wish | int]
) -> None:
    cases = await _cases(world, owner_url)
    await play(await world.as_("manager.almaty"), cases, steps)
    assert await count(owner_url, OVERLAPS) == 0


_made: dict[str, list[OpenCase]] = {}


async def _cases(world: World, owner_url: str) -> list[OpenCase]:
    """Return the cases of this test's database, made for its first example."""
    if owner_url not in _made:
        _made[owner_url] = [await open_case(owner_url) for _ in range(3)]
    return _made[owner_url]


@pytest.mark.parametrize("cases_wanted", [1, 10])
async def test_of_fifty_who_book_the_same_time_at_once_exactly_one_gets_it(
    world: World, owner_url: str, cases_wanted: int
) -> None:
    cases = [await open_case(owner_url) for _ in range(cases_wanted)]
    manager = await world.as_("manager.almaty")
    day = datetime.combine(datetime.now(UTC).date() + timedelta(days=2), time(6), UTC)
    bodies = [
        (case, body_of(Wish(start=n % 3, length=3 + n % 2, room=0, specialist=0, case=0), case, day))
        for n, case in ((n, cases[n % cases_wanted]) for n in range(AT_ONCE))
    ]
    answers = await asyncio.gather(*(manager.post(f"/v1/cases/{case.id}/sessions", body) for case, body in bodies))
    outcomes = Counter((a.status_code, a.json().get("code")) for a in answers)
    assert outcomes == {(201, None): 1, (409, "already-booked"): AT_ONCE - 1}
    assert await count(owner_url, "SELECT count(*) FROM centre_session") == 1
    assert await count(owner_url, "SELECT count(*) FROM booking") == 3
    assert await count(owner_url, "SELECT count(*) FROM case_member WHERE team_role = 'psychologist'") == 1
