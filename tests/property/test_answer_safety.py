"""Whatever a child wishes, whoever stops it and whenever a carrier asks: no word goes out at an unsafe moment.

What is safe is written here a second time, from the sentences of the guide and with another arithmetic.
"""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from casemgmt.answers.commands import EVERY_DAY
from casemgmt.answers.policy import SafeHours, Standing, Wish, bars_now, fate, next_safe
from casemgmt.clock import ManualClock
from casemgmt.ids import new_id
from casemgmt.settings import Settings
from tests.answer_steps import DUTY, TEMPLATE, Work, act, asked, fetch, monday, pass_time, receipt, tell, worker
from tests.clients import World
from tests.conftest import worker_of
from tests.contact_steps import contact, send
from tests.steps import done

Json = dict[str, Any]
FIVE = timedelta(hours=5)
MINUTES = st.integers(0, 24 * 60 - 1).map(lambda n: time(n // 60, n % 60))
ROUND = st.sampled_from([time(hour) for hour in (0, 8, 14, 15, 17, 21, 23)])
YEARS = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 12, 31, tzinfo=UTC))
MOMENTS = st.datetimes(*(year.replace(tzinfo=None) for year in YEARS)).map(lambda moment: moment.replace(tzinfo=UTC))
DAYS = st.lists(st.sampled_from(EVERY_DAY), max_size=7, unique=True).map(lambda days: sorted(days, key=EVERY_DAY.index))
HOURS = st.fixed_dictionaries({"days": DAYS, "from": MINUTES | ROUND, "until": MINUTES | ROUND})
TOLD = st.fixed_dictionaries(
    {
        "wanted": st.sampled_from([True, True, True, False]),
        "means": st.sampled_from(["sms", "sms", "call", "qr_session", None]),
        "language": st.sampled_from(["kk", "ru", "ru", None]),
        "reads": st.sampled_from(["child_alone", "shared", "suspected", "unknown"]),
        "hours": st.lists(HOURS, max_size=3),
        "anonymous": st.booleans(),
        "in_session": st.booleans(),
    }
)


def inside(hours: Json, moment: datetime) -> bool:
    """Say whether a wall clock in Kazakhstan shows a moment of these hours: by the clock's hands, not by spans."""
    wall = (moment + FIVE).replace(tzinfo=None)
    hand, today = wall.time(), EVERY_DAY[wall.weekday()]
    yesterday = EVERY_DAY[(wall.weekday() - 1) % 7]
    begins, ends = hours["from"], hours["until"]
    if begins == ends:
        return False
    if begins < ends:
        return today in hours["days"] and begins <= hand < ends
    return (today in hours["days"] and hand >= begins) or (yesterday in hours["days"] and hand < ends)


def safe(told: Json | None, moment: datetime) -> bool:
    """Say whether the guide lets anything go out at a moment."""
    if told is None or not told["wanted"] or told["means"] is None or told["language"] is None:
        return False
    if told["anonymous"] and told["means"] != "qr_session":
        return False
    if told["means"] == "qr_session" and not told["in_session"]:
        return False
    if told["hours"]:
        return any(inside(each, moment) for each in told["hours"])
    alone = told["reads"] == "child_alone" or (told["means"] == "qr_session" and told["reads"] == "unknown")
    return alone and 8 <= (moment + FIVE).hour < 21


def as_wish(told: Json) -> Wish:
    hours = tuple(
        SafeHours(frozenset(EVERY_DAY.index(day) for day in each["days"]), each["from"], each["until"])
        for each in told["hours"]
    )
    rest = {name: told[name] for name in ("wanted", "means", "language", "reads", "anonymous", "in_session")}
    return Wish(**rest, hours=hours, revision=1)


@hypothesis_settings(max_examples=200, deadline=None)
@given(TOLD, MOMENTS)
def test_a_moment_is_barred_exactly_where_the_guide_forbids_it(told: Json, moment: datetime) -> None:
    assert (not bars_now(as_wish(told), Standing(), 1, moment)) == safe(told, moment)
    assert bars_now(as_wish(told), Standing(), 2, moment), "written under another wish"
    assert bars_now(as_wish(told), Standing(stopped=True), 1, moment)


@hypothesis_settings(max_examples=100, deadline=None)
@given(TOLD, MOMENTS)
def test_the_next_safe_time_begins_safe_ends_unsafe_and_nothing_before_it_is(told: Json, moment: datetime) -> None:
    span = next_safe(as_wish(told), moment)
    hours = told["hours"] or ([{"days": EVERY_DAY, "from": time(8), "until": time(21)}] if _alone(told) else [])
    if span is None:
        assert not any(each["days"] and each["from"] != each["until"] for each in hours)
        return
    begins = max(span.opens, moment)
    assert any(inside(each, begins) for each in hours)
    assert any(inside(each, span.until - timedelta(seconds=1)) for each in hours)
    looked_far_enough = span.until - moment > timedelta(days=7)  # no hour of the week is unsafe
    assert looked_far_enough or not any(inside(each, span.until) for each in hours)
    steps = int((begins - moment) / timedelta(minutes=1))
    between = (moment + timedelta(minutes=n * max(steps // 20, 1)) for n in range(20))
    assert not any(inside(each, at) for at in between if at < begins for each in hours)


def _alone(told: Json) -> bool:
    return told["reads"] == "child_alone" or (told["means"] == "qr_session" and told["reads"] == "unknown")


KINDS = ("delivered", "call_answered", "not_delivered", "read_by_other", "call_answered_by_other")


@given(st.lists(st.tuples(st.sampled_from(KINDS), MOMENTS), min_size=1, max_size=6), st.randoms())
def test_what_became_of_an_answer_is_the_same_in_whatever_order_it_is_told(told: list[Any], shuffle: Any) -> None:
    other = [*told, told[0]]
    shuffle.shuffle(other)
    assert fate(told) == fate(other)
    assert (str(fate(told)[0]) == "exposed") == any(kind.endswith("_by_other") for kind, _ in told)


ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("tell"), st.one_of(TOLD, TOLD, TOLD, st.none())),
        st.tuples(st.just("pass"), st.sampled_from([10, 45, 90, 240, 600, 1440])),
        st.tuples(st.sampled_from(["stop", "lift", "answer", "work", "release", "withdraw", "unread"]), st.none()),
        st.tuples(st.just("expose"), st.sampled_from([0, 5, 300])),
        st.tuples(st.just("again"), st.sampled_from([0, 0, 30, 600])),
        st.tuples(st.sampled_from(["answer", "work", "fetch"]), st.none()),
    ),
    min_size=4,
    max_size=14,
)


@dataclass
class Model:
    """What the guide and the desk said so far of one contact, and what went out."""

    number: str
    signal: str
    told: Json | None
    revision: int = 1
    answer: str | None = None
    unchanged: bool = False
    """Since the answer was written, or a person looked at what changed."""
    stopped: bool = False
    exposed_here: bool = False
    """Somebody else has an answer to this contact, and the child said nothing anew since we know it."""
    withdrawn: bool = False
    unread: bool = False
    """A later message about the contact was refused."""
    begun: datetime | None = None
    known_at: datetime | None = None
    """When we heard last that somebody else has an answer to this contact."""
    known_before: datetime | None = None
    """The same, of earlier contacts of the number."""

    @property
    def exposed(self) -> bool:
        """Say whether somebody else may still hold the number."""
        began_before = self.begun is not None and self.known_before is not None and self.begun <= self.known_before
        return self.exposed_here or began_before

    def allows(self, moment: datetime) -> bool:
        """Say whether the answer that is there may go out now."""
        forbidden = self.stopped or self.exposed or self.withdrawn or self.unread or not self.unchanged
        return not forbidden and safe(self.told, moment)


@pytest.mark.parametrize("examples", [6, pytest.param(150, marks=[pytest.mark.long, pytest.mark.timeout(1800)])])
async def test_no_sequence_of_wishes_stops_and_hours_lets_a_word_out_that_the_guide_forbids(
    world: World, database_url: str, settings: Settings, clock: ManualClock, examples: int
) -> None:
    work, loop = worker(worker_of(database_url), settings, clock), asyncio.get_running_loop()
    always = {"wanted": True, "means": "sms", "language": "ru", "reads": "child_alone", "hours": []} | {
        "anonymous": False,
        "in_session": False,
    }
    school = always | {"hours": [{"days": list(EVERY_DAY), "from": time(14), "until": time(15)}]}

    @hypothesis_settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))
    @example([("answer", None), ("work", None), ("tell", school), ("fetch", None), ("work", None), ("release", None)])
    @example([("answer", None), ("work", None), ("fetch", None), ("expose", 300), ("fetch", None), ("answer", None)])
    @example([("answer", None), ("work", None), ("expose", 0), ("again", 30), ("answer", None), ("work", None)])
    @example([("answer", None), ("work", None), ("expose", 0), ("again", 0), ("answer", None), ("work", None)])
    @example([("answer", None), ("work", None), ("unread", None), ("fetch", None), ("tell", school), ("work", None)])
    @example([("answer", None), ("work", None), ("stop", None), ("fetch", None), ("lift", None), ("fetch", None)])
    @given(ACTS)
    def hold(acts: list[tuple[str, Any]]) -> None:
        asyncio.run_coroutine_threadsafe(_play(world, clock, work, always, acts), loop).result(120)

    await asyncio.to_thread(hold)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(monday(10))


async def _play(world: World, clock: ManualClock, work: Work, first: Json, acts: list[tuple[str, Any]]) -> None:
    # Each child is another one: nobody else read what was sent to its number.
    caller = {"relation": "self", "phone": f"8 701 {new_id().int % 10**7:07}"}
    number, signal = await asked(world, clock, **_message(first), caller=caller)
    model = Model(number, signal, first)
    for name, told in acts:
        clock.advance(timedelta(seconds=1))
        if name == "tell":
            await _tell(world, clock, model, told, caller)
        elif name == "again":
            await _again(world, clock, model, caller, told)
        else:
            await _act(world, clock, work, model, name, told)
        await _ask(world, clock, model)


async def _tell(world: World, clock: ManualClock, model: Model, told: Json | None, caller: Json) -> None:
    model.revision += 1
    await tell(world, clock, model.number, model.revision, None, **_message(told), caller=caller)
    if told != model.told:  # the child has said anew how it wants to be answered
        model.told, model.unchanged, model.exposed_here = told, False, False
    model.unread = False


async def _again(world: World, clock: ManualClock, model: Model, caller: Json, minutes: int) -> None:
    """Let the number get in touch in a contact of its own, that began some time ago, and is told now."""
    model.begun = clock.now() - timedelta(minutes=minutes)
    model.known_before = max((at for at in (model.known_at, model.known_before) if at is not None), default=None)
    told = _message(model.told) | {"started_at": model.begun.isoformat()}
    model.number, model.signal = await asked(world, clock, **told, caller=caller)
    model.revision, model.answer, model.known_at = 1, None, None
    model.stopped = model.exposed_here = model.withdrawn = model.unread = model.unchanged = False


async def _act(world: World, clock: ManualClock, work: Work, model: Model, name: str, told: Any) -> None:
    duty = await world.as_(DUTY)
    path = f"/v1/signals/{model.signal}"
    match name:
        case "pass":
            await pass_time(world, clock, work, timedelta(minutes=told))
        case "work":
            await work()
        case "stop":
            model.stopped |= (await duty.post(f"{path}/answer-stop", {"reason": "Қауіпті."})).is_success
        case "lift":
            model.stopped &= not (await duty.post(f"{path}/answer-stop/lift", {"reason": "Енді жоқ."})).is_success
        case "answer":
            by_call = model.told is not None and model.told["means"] == "call"
            template = {"template": "call_opening"} if by_call else TEMPLATE
            made = await duty.post(f"{path}/answers", template)
            if made.is_success:
                assert not model.stopped
                assert not model.exposed
                model.answer, model.unchanged, model.withdrawn = made.json()["id"], True, False
        case "release" if model.answer is not None:
            model.unchanged |= (await act(world, model.answer, "release")).is_success
        case "withdraw" if model.answer is not None:
            model.withdrawn |= (await act(world, model.answer, "withdraw")).is_success
        case "expose" if model.answer is not None:
            at = clock.now() - timedelta(minutes=told)  # the carrier's clock may be slow
            if (await receipt(world, model.answer, "read_by_other", at)).is_success:
                model.exposed_here, model.known_at = True, clock.now()
        case "unread":
            refused = contact(model.number, revision=model.revision + 1, colour="red")
            assert (await send(world, refused, at=clock.now())).status_code == 422
            model.unread = True


async def _ask(world: World, clock: ManualClock, model: Model) -> None:
    """Ask for the words as the carrier would at any moment: they come only where the guide lets them."""
    if model.answer is None:
        return
    found = await fetch(world, model.answer)
    if found.is_success:
        assert model.allows(clock.now()), model
        until = datetime.fromisoformat(found.json()["send_until"])
        assert clock.now() < until <= clock.now() + timedelta(minutes=10)
        assert safe(model.told, until - timedelta(seconds=1))
        return
    assert found.status_code == 409, found.text
    problem = found.json()
    if problem["code"] == "answer-barred":
        assert not model.allows(clock.now()), (model, problem)


def _message(told: Json | None) -> Json:
    """Return what a contact centre sends of a wish."""
    if told is None:
        return {"answer": None, "language": "ru"}
    times = [
        {"days": each["days"], "safe_from": each["from"].isoformat(), "safe_until": each["until"].isoformat()}
        for each in told["hours"]
    ]
    wish = {name: told[name] for name in ("wanted", "means", "language", "reads")} | {"safe_times": times}
    channel = "qr_message" if told["in_session"] else "call"
    return {
        "answer": wish,
        "anonymous": told["anonymous"],
        "channel": channel,
        "language": "uz" if told["language"] is None else "ru",
    }


async def test_the_play_hands_words_out_where_it_may(
    world: World, clock: ManualClock, database_url: str, settings: Settings
) -> None:
    """So that the property above holds for more than silence."""
    work = worker(worker_of(database_url), settings, clock)
    _, signal = await asked(world, clock)
    made = done(await (await world.as_(DUTY)).post(f"/v1/signals/{signal}/answers", TEMPLATE))
    await work()
    done(await fetch(world, made["id"]))
