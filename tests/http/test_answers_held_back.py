"""What may not go out stays in, whatever clocks, half-told hours and unread messages say; and people learn of it."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from casemgmt.answers.policy import WORDS_LAST
from casemgmt.clock import ManualClock
from casemgmt.ids import new_id
from casemgmt.settings import Settings
from tests.answer_steps import (
    AFTER_SCHOOL,
    CARRIER,
    DUTY,
    HOUR,
    WISH,
    Work,
    answer,
    asked,
    barred,
    fetch,
    fetched,
    monday,
    options,
    pass_time,
    read,
    receipt,
    tell,
    worker,
)
from tests.clients import World
from tests.conftest import worker_of
from tests.contact_steps import PATH, contact, headers, send
from tests.factories import count
from tests.outreach_steps import open_clocks, refused
from tests.steps import done


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(monday(10))


@pytest.fixture
def work(database_url: str, settings: Settings, clock: ManualClock) -> Work:
    return worker(worker_of(database_url), settings, clock)


@pytest.mark.parametrize("ended_by", ["delivered", "a person"])
async def test_that_somebody_else_has_it_is_a_task_also_after_a_failure_that_is_over(
    world: World, clock: ManualClock, work: Work, owner_url: str, ended_by: str
) -> None:
    made, signal = await fetched(world, clock, work)
    clock.advance(timedelta(minutes=1))
    done(await receipt(world, made, "not_delivered", clock.now(), failure="no_reply"))
    await work()
    clock.advance(timedelta(minutes=1))
    if ended_by == "delivered":
        done(await receipt(world, made, "delivered", clock.now()))
        await work()
    else:
        duty = await world.as_(DUTY)
        task = await count(owner_url, "SELECT id FROM task WHERE kind = 'answer_failed'")
        done(await duty.post(f"/v1/tasks/{task}/complete", {"result": "Балаға қоңырау шалдық."}))
    assert "answer_failed" not in await open_clocks(owner_url, signal)
    clock.advance(timedelta(minutes=1))
    done(await receipt(world, made, "read_by_other", clock.now()))
    await work()
    assert "answer_failed" in await open_clocks(owner_url, signal)


async def test_a_carrier_whose_clock_is_slow_bars_the_next_answer_all_the_same(
    world: World, clock: ManualClock, work: Work
) -> None:
    made, signal = await fetched(world, clock, work)
    clock.advance(timedelta(minutes=1))
    done(await receipt(world, made, "read_by_other", clock.now() - 5 * HOUR))
    assert barred(await options(world, signal)) == ["read_by_other"]


async def test_a_contact_of_the_same_number_out_of_a_backlog_lifts_no_stop_and_one_that_begins_later_does(
    world: World, clock: ManualClock, work: Work
) -> None:
    made, _ = await fetched(world, clock, work)
    begun = clock.now()
    clock.advance(timedelta(minutes=3))
    done(await receipt(world, made, "read_by_other", clock.now()))
    clock.advance(timedelta(minutes=3))
    number, late = await asked(world, clock, started_at=begun.isoformat())
    assert barred(await options(world, late)) == ["read_by_other"]
    await tell(world, clock, number, 2, {"reads": "unknown", "safe_times": AFTER_SCHOOL}, started_at=begun.isoformat())
    assert barred(await options(world, late)) == ["read_by_other"], "when that was said is not known"
    _, anew = await asked(world, clock)
    assert barred(await options(world, anew)) == []


async def test_a_wish_told_under_a_clock_that_ran_ahead_hides_no_exposure(
    world: World, clock: ManualClock, work: Work
) -> None:
    number, signal = await asked(world, clock)
    clock.advance(3 * HOUR)
    world.forget_tokens()
    await tell(world, clock, number, 2, {"safe_times": [{"safe_from": "08:00", "safe_until": "21:00"}]})
    clock.advance(-3 * HOUR)  # it was set right
    world.forget_tokens()
    made = await answer(world, signal)
    await work()
    done(await fetch(world, made["id"]))
    done(await receipt(world, made["id"], "read_by_other", clock.now()))
    assert barred(await options(world, signal)) == ["read_by_other"]


async def test_words_may_be_sent_for_some_minutes_and_are_then_fetched_anew(
    world: World, clock: ManualClock, work: Work
) -> None:
    _, signal = await asked(world, clock)
    made = await answer(world, signal)
    await work()
    until = datetime.fromisoformat(done(await fetch(world, made["id"]))["send_until"])
    assert until == clock.now() + WORDS_LAST
    clock.advance(WORDS_LAST)
    world.forget_tokens()
    again = datetime.fromisoformat(done(await fetch(world, made["id"]))["send_until"])
    assert again == until + WORDS_LAST
    clock.advance(monday(21) - clock.now() - timedelta(minutes=2))
    world.forget_tokens()
    assert datetime.fromisoformat(done(await fetch(world, made["id"]))["send_until"]) == monday(21)


async def test_what_the_carrier_has_and_may_send_no_more_it_is_told_of_and_a_person_decides(
    world: World, clock: ManualClock, work: Work, owner_url: str
) -> None:
    made, signal = await fetched(world, clock, work)
    duty, machine = await world.as_(DUTY), await world.as_(CARRIER)
    done(await duty.post(f"/v1/signals/{signal}/answer-stop", {"reason": "Телефон у отчима."}))
    await work()
    await work()
    types = [each["type"] for each in done(await machine.get("/v1/webhook-events"))["items"]]
    assert types.count("answer.withdrawn") == 1, "once"
    assert barred(await read(world, made)) == ["stopped"]
    assert "answer_decision" in await open_clocks(owner_url, signal)
    done(await duty.post(f"/v1/signals/{signal}/answer-stop/lift", {"reason": "Телефон у ребёнка."}))
    done(await fetch(world, made))
    await work()
    assert "answer_decision" not in await open_clocks(owner_url, signal)


async def test_hours_told_by_half_or_no_more_are_never_the_hours_of_the_day(world: World, clock: ManualClock) -> None:
    for half in ({"safe_from": "15:00"}, {"safe_until": "17:00"}):
        _, signal = await asked(world, clock, caller={"relation": "self", "phone": "8 701 111 22 33"} | half)
        assert barred(await options(world, signal)) == ["no_safe_time"]
    hours = {"safe_from": "15:00", "safe_until": "17:00"}
    number = "left-out"
    draft = contact(number, stage="draft", started_at=clock.now().isoformat(), answer=WISH) | {
        "caller": {"relation": "self", "phone": "8 701 111 22 33"} | hours
    }
    done(await send(world, draft, at=clock.now()))
    told = await tell(world, clock, number, 2, caller=None)
    found = await options(world, told["signals"][0]["signal_id"])
    assert datetime.fromisoformat(found["next_safe_at"]) == monday(15)


async def test_a_message_that_cannot_be_read_holds_the_answer_until_one_that_can(
    world: World, clock: ManualClock, work: Work
) -> None:
    number, signal = await asked(world, clock)
    made = await answer(world, signal)
    await work()
    later = contact(number, revision=2, started_at=clock.now().isoformat(), answer={"wanted": False}, colour="red")
    assert (await send(world, later, at=clock.now())).status_code == 422
    assert refused(await fetch(world, made["id"]), 409, "answer-barred")["bars"] == ["message_unread"]
    await work()
    held = await read(world, made["id"])
    assert (held["state"], barred(held)) == ("held", ["message_unread"])
    await tell(world, clock, number, 2)
    assert barred(await options(world, signal)) == []
    older = contact(number, revision=1, started_at=clock.now().isoformat(), colour="red")
    assert (await send(world, older, at=clock.now())).status_code == 422
    assert barred(await options(world, signal)) == [], "what is older says nothing new"


async def send_as_it_is(world: World, clock: ManualClock, body: str, path: str = PATH) -> int:
    """Send a signed message that is no contact as it should be; return the status."""
    signed = headers(body.encode(), f"msg-{new_id()}", at=clock.now())
    return (await world.client.post(path, content=body.encode(), headers=signed)).status_code


NAMED_ELSEWHERE: dict[str, tuple[Callable[[dict[str, Any]], str], str]] = {
    "it ends too early": (lambda told: json.dumps(told)[:-9], PATH),
    "it was written twice": (lambda told: json.dumps(json.dumps(told)), PATH),
    "it is no JSON": (str, PATH),
    "its name is another": (lambda told: json.dumps(told).replace("contact_id", "contactId"), PATH),
    "an envelope was not announced": (lambda told: json.dumps({"specversion": "1.0", "data": told}), PATH),
    "a backlog that can't be taken": (lambda told: json.dumps({"contacts": [{"contact": told}]}), f"{PATH}/batch"),
}


async def test_a_message_that_does_not_say_rightly_whom_it_is_about_holds_whoever_is_named_in_it(
    world: World, clock: ManualClock
) -> None:
    _, another = await asked(world, clock)
    for written, path in NAMED_ELSEWHERE.values():
        number, signal = await asked(world, clock)
        told = contact(number, revision=2, started_at=clock.now().isoformat(), answer={"wanted": False})
        assert await send_as_it_is(world, clock, written(told), path) in {400, 422}
        assert barred(await options(world, signal)) == ["message_unread"]
        await tell(world, clock, number, 2)
        assert barred(await options(world, signal)) == []
    assert await send_as_it_is(world, clock, '{"answer": {"wanted": false}}') == 422
    assert barred(await options(world, another)) == [], "nobody else"


async def test_a_clock_that_was_set_back_leaves_no_answer_behind(
    world: World, clock: ManualClock, work: Work, owner_url: str
) -> None:
    clock.advance(timedelta(days=30))
    _, signal = await asked(world, clock, {"safe_times": AFTER_SCHOOL})
    await answer(world, signal)
    clock.advance(timedelta(days=-30, hours=5))  # it is Monday again, and 15:00
    await work()
    assert await count(owner_url, "SELECT count(*) FROM contact_answer WHERE state = 'ready'") == 1


async def told_of(world: World, answer_id: str) -> list[tuple[str, str]]:
    """Return what the carrier was told of an answer: types and states."""
    items = done(await (await world.as_(CARRIER)).get("/v1/webhook-events"))["items"]
    return [(e["type"], e["data"]["state"]) for e in items if e["data"]["record_id"] == answer_id]


NEW, AGAIN, NOT_NOW = ("answer.ready", "ready"), ("answer.ready", "fetched"), ("answer.withdrawn", "fetched")


async def fetched_after_school(world: World, clock: ManualClock, work: Work) -> tuple[str, str]:
    """Bring an answer to where the carrier has its words in the first safe time; return its signal and it."""
    _, signal = await asked(world, clock, {"safe_times": AFTER_SCHOOL})
    made = (await answer(world, signal))["id"]
    await pass_time(world, clock, work, 5 * HOUR)
    done(await fetch(world, made))
    return signal, made


async def test_words_that_the_carrier_could_not_send_in_time_are_told_of_again_in_each_safe_time_until_it_tells(
    world: World, clock: ManualClock, work: Work
) -> None:
    _, made = await fetched_after_school(world, clock, work)
    await pass_time(world, clock, work, timedelta(minutes=30))
    assert await told_of(world, made) == [NEW], "once in a safe time"
    await pass_time(world, clock, work, 20 * HOUR)
    assert refused(await fetch(world, made), 409, "answer-barred")["bars"] == ["not_now"]
    for hours in (4, 1):
        await pass_time(world, clock, work, hours * HOUR)
        assert await told_of(world, made) == [NEW, AGAIN]
    assert (await read(world, made))["state"] == "fetched", "it may have been sent, and is one answer"
    await pass_time(world, clock, work, 48 * HOUR)  # the worker slept through a day
    assert await told_of(world, made) == [NEW, AGAIN, AGAIN]
    done(await fetch(world, made))
    done(await receipt(world, made, "delivered", clock.now()))
    await pass_time(world, clock, work, 24 * HOUR)
    assert await told_of(world, made) == [NEW, AGAIN, AGAIN]


async def test_words_that_something_forbids_by_the_next_safe_time_are_not_told_of_again_until_it_is_over(
    world: World, clock: ManualClock, work: Work, owner_url: str
) -> None:
    signal, made = await fetched_after_school(world, clock, work)
    await pass_time(world, clock, work, 4 * HOUR)
    stop = f"/v1/signals/{signal}/answer-stop"
    done(await (await world.as_(DUTY)).post(stop, {"reason": "Телефон у отчима."}))
    for _ in range(2):
        await pass_time(world, clock, work, 21 * HOUR)
    assert await told_of(world, made) == [NEW, NOT_NOW], "neither on that day, nor twice"
    assert "answer_decision" in await open_clocks(owner_url, signal)
    done(await (await world.as_(DUTY)).post(f"{stop}/lift", {"reason": "Телефон у ребёнка."}))
    await pass_time(world, clock, work, 6 * HOUR)
    assert "answer_decision" not in await open_clocks(owner_url, signal)
    await pass_time(world, clock, work, 21 * HOUR)
    assert await told_of(world, made) == [NEW, NOT_NOW, AGAIN]
    done(await fetch(world, made))


async def test_who_never_tells_what_became_of_an_answer_is_not_reminded_for_ever(
    world: World, clock: ManualClock, work: Work
) -> None:
    _, made = await fetched_after_school(world, clock, work)
    for _ in range(11):
        await pass_time(world, clock, work, 2 * HOUR)
        await pass_time(world, clock, work, 22 * HOUR)
    assert await told_of(world, made) == [NEW] + [AGAIN] * 6, "on the school days of nine days"
