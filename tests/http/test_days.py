"""A day in the life of five people, over HTTP: nothing is left undone at its end, and what is forgotten is named.

In the short run the manager has nine families, by the ceiling of the house; the long run plays all thirty.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from io import StringIO

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI
from rich.console import Console

from api.days import play_days
from casemgmt.clock import ManualClock
from casemgmt.demo.days.day import Told
from casemgmt.demo.days.hours import Hours, ordinary_day
from casemgmt.demo.days.play import DAYS, play_day
from casemgmt.jobs.working import workers
from casemgmt.settings import Settings
from casemgmt.tasks.jobs import SCHEDULE
from rules.loader import load_law
from tests.conftest import worker_of

Play = Callable[..., Awaitable[tuple[Told, str]]]

FORGOTTEN = {
    "group-member": {
        "act of yesterday": {"Report on the visit", "a form that was not sent: Нұрай, Көкжар"},
        "act of the boy": {"a visit without its act"},
    },
    "case-manager": {
        "first contact": {"First contact with the child, due 18:00"},
        "plan": {"Draft of the individual plan, due 18:00"},
        "notice": {"Mandatory notice to the guardianship body, due 15:00"},
        "hand-over": {"Acceptance of a case hand-over, due 18:00"},
        "answer of the guardians": {"Reading of the answer to a referral, due 18:00"},
        "no-show": {"The family did not come: word to the case manager, due 18:00"},
        "review": {"Review of a high risk, due 18:00", "Review of the individual plan, due"},
    },
    "psychologist": {
        "note of yesterday": {"a form that was not sent: Аян, кеше"},
        "move": {"the session of 12:00 without an outcome"},
        "last session": {"the session of 17:00 without an outcome"},
        "return note": {"Help that a referral asks for, due 18:00"},
    },
    "centre-head": {
        "sessions of who is ill": {
            "the session of 09:00 without an outcome",
            "the session of 11:00 without an outcome",
            "the session of 15:00 without an outcome",
        },
        "referrals": {"Answer of a body to a referral, due 18:00"},
        "plan": {"Approval of the individual plan, due 18:00"},
        "night": {"a case opened at 23:10 without a verdict"},
        "overdue contact": {"Overdue, to the head: First contact with the child"},
    },
    "supervisor": {
        "review of a signal": {"Second person's review of a severe signal closed without action, due 11:00"},
        "overdue contact": {"Overdue, to the supervisor: First contact with the child"},
        "plan": {"Approval of the individual plan, due 18:00"},
        "closure": {"Approval of the closure of a case, due 18:00"},
        "transfer": {"Acceptance of a case from another body, due 18:00"},
        "night": {"a case opened at 22:40 without a verdict"},
        "account": {"a role that somebody asks for"},
    },
}
"""What is left of each day where parts of it are forgotten."""
REQUESTS = {
    "group-member": {
        "finishes the act that was begun yesterday": 3,
        "goes to a child of whom there is a warning": 3,
        "writes an act in parts where the network comes and goes, and prints it": 7,
        "visits a child and writes the act on the spot": 4,
        "finds a closed door": 2,
    },
    "case-manager": {
        "writes a plan from its draft and signs it": 3,
        "gives a mandatory notice with its proof": 2,
        "takes a family over from a colleague": 3,
        "reads what another body answers": 3,
        "sees to a session to which nobody came": 2,
        "answers a question in the file": 3,
        "assesses a change of risk": 3,
        "stops a clock": 2,
        "proposes to close a case": 4,
        "offers a case to another region": 2,
    },
    "psychologist": {
        "reads whom a session is with": 2,
        "records a session with its note": 3,
        "records that nobody came, and calls": 3,
        "sends yesterday's note from its draft": 3,
    },
    "centre-head": {
        "offers a free place to who waits longest": 2,
        "answers two bodies that ask for help": 3,
        "decides on a plan": 2,
        "sees to the end of a stay": 3,
        "judges what was opened at night": 2,
    },
    "supervisor": {
        "reviews a signal that the desk would close": 3,
        "sees to an overdue contact": 3,
        "decides on a plan": 2,
        "decides on a closure": 2,
        "takes a family on from another region": 2,
        "judges what was opened at night": 2,
        "decides on what was entered in error": 3,
        "decides on a role": 2,
        "takes load off a manager": 4,
        "stops a clock until a court has sat": 3,
    },
}
"""How many requests each thing takes that is more than one; every other act of a day is one request."""
MANY, FEW = 30, {"case-manager": 9}
"""Families that the house lets one manager accompany: two of the stories bring as many, or more."""


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime.now(UTC))


@pytest.fixture
def ceiling() -> int:
    return MANY


@pytest.fixture
def settings(settings: Settings, ceiling: int) -> Settings:
    return settings.model_copy(update={"caseload_ceiling": ceiling})


@pytest_asyncio.fixture
async def play(app: FastAPI, clock: ManualClock, database_url: str, settings: Settings) -> Play:
    """Plays a day by the service's clock, with the worker that does what is due; returns what was told and shown."""

    async def played(name: str, *without: str) -> tuple[Told, str]:
        shown = StringIO()
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with (
            httpx.AsyncClient(transport=transport, base_url="http://service") as client,
            workers(settings, worker_of(database_url), clock, SCHEDULE) as make_worker,
        ):
            hours = Hours(clock, lambda: make_worker().once())
            told = await play_day(name, client, hours, Console(file=shown, width=160), without=without)
        return told, shown.getvalue()

    return played


PLAYED = [(name, FEW.get(name, MANY)) for name in DAYS] + [
    pytest.param(name, MANY, marks=pytest.mark.long) for name in FEW
]


@pytest.mark.parametrize(("name", "ceiling"), PLAYED)
async def test_the_day_ends_with_nothing_left_undone(play: Play, name: str, ceiling: int) -> None:
    told, shown = await play(name)
    assert told.left == []
    assert "Nothing is left undone that the day demanded." in shown
    assert told.before > 0
    assert told.refusals > 0
    assert set(FORGOTTEN[name]) <= set(told.scenes)
    assert {(thing.told, thing.requests) for thing in told.things} == set(REQUESTS[name].items())


@pytest.mark.parametrize("name", [pytest.param(n, marks=[pytest.mark.long] * (n != "group-member")) for n in DAYS])
async def test_what_is_forgotten_is_named_at_the_end(play: Play, name: str) -> None:
    told, shown = await play(name, *FORGOTTEN[name])
    named = {line for lines in FORGOTTEN[name].values() for line in lines}
    assert [line for line in named if not any(left.startswith(line) for left in told.left)] == []
    assert [left for left in told.left if not left.startswith(tuple(named))] == []
    assert "Left undone:" in shown


@pytest.mark.long
def test_a_day_is_played_against_a_service_that_was_started_for_it() -> None:
    shown = StringIO()
    assert play_days(["group-member"], Console(file=shown, width=160), "kk") == 0
    assert "Nothing is left undone that the day demanded." in shown.getvalue()
    assert "Жедел жолдама бойынша бару" in shown.getvalue()


@pytest.mark.parametrize("after", [date(2026, 1, 1), date(2026, 3, 1), date(2026, 11, 26), date(2027, 5, 1)])
def test_a_story_is_set_in_an_ordinary_week(after: date) -> None:
    day, calendar = ordinary_day(after), load_law().calendar
    assert day.isoweekday() == 3
    assert (day - after).days > 15
    assert calendar.add_working_days(day, -10).date.toordinal() == day.toordinal() - 14
    assert calendar.add_working_days(day, 5).date.toordinal() == day.toordinal() + 7
