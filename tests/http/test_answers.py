"""A child is answered as it asked, in words that give nothing away, in a safe time alone; else nothing is sent."""

from datetime import datetime, timedelta

import pytest

from casemgmt.answers.policy import WORDS_LAST
from casemgmt.clock import ManualClock
from casemgmt.demo.accounts import DEMO_SOURCE, demo_id
from casemgmt.ids import new_id
from casemgmt.settings import Settings
from tests.answer_steps import (
    AFTER_SCHOOL,
    CARRIER,
    DUTY,
    HOUR,
    TEMPLATE,
    WISH,
    Work,
    act,
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
from tests.factories import count
from tests.outreach_steps import open_clocks, record_signal, refused, stories
from tests.records import events
from tests.steps import MANAGER, done


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(monday(10))


@pytest.fixture
def work(database_url: str, settings: Settings, clock: ManualClock) -> Work:
    return worker(worker_of(database_url), settings, clock)


async def test_an_answer_waits_for_the_safe_hour_is_told_of_and_handed_out_within_it(
    world: World, clock: ManualClock, work: Work, owner_url: str
) -> None:
    number, signal = await asked(world, clock, {"safe_times": AFTER_SCHOOL})
    may = await options(world, signal)
    assert (may["bars"], may["own_words"], may["under_way"]) == ([], True, False)
    assert datetime.fromisoformat(may["next_safe_at"]) == monday(15)
    assert datetime.fromisoformat(may["next_safe_until"]) == monday(17)
    assert {"received", "come_back"} <= {t["template"] for t in may["templates"]}
    made = await answer(world, signal)
    assert (made["state"], made["template_version"], datetime.fromisoformat(made["due_at"])) == (
        "waiting",
        2,
        monday(15),
    )
    await work()
    assert (await read(world, made["id"]))["state"] == "waiting"
    refused(await fetch(world, made["id"]), 409, "wrong-state")
    assert await open_clocks(owner_url, signal) == ["answer_delivery", "triage_standard"]

    await pass_time(world, clock, work, 5 * HOUR)
    assert (await read(world, made["id"]))["state"] == "ready"
    machine = await world.as_(CARRIER)
    [told] = [e for e in done(await machine.get("/v1/webhook-events"))["items"] if e["type"] == "answer.ready"]
    assert told["data"] == {
        "record_type": "answer",
        "record_id": made["id"],
        "state": "ready",
        "signal_ids": [signal],
        "case_id": None,
        "deadline": None,
        "due_at": told["data"]["due_at"],
    }
    message = done(await fetch(world, made["id"]))
    assert (message["contact_id"], message["means"], message["language"], message["text"]) == (
        number,
        "sms",
        "ru",
        may["templates"][0]["text"],
    )
    assert datetime.fromisoformat(message["send_until"]) == monday(15) + WORDS_LAST
    assert done(await fetch(world, made["id"])) == message, "the answer to the first may be lost"

    taken = await receipt(world, made["id"], "delivered", clock.now())
    assert (taken.status_code, taken.json()["state"]) == (201, "delivered")
    refused(await fetch(world, made["id"]), 409, "wrong-state")
    await work()
    assert await open_clocks(owner_url, signal) == ["triage_standard"]
    kinds = [kind for kind in await stories(owner_url, signal) if kind.startswith("answer.")]
    assert kinds == ["answer.prepared", "answer.fetched", "answer.delivered"]
    assert {"answer.prepared", "answer.announced", "answer.fetched", "answer.receipt_taken"} <= set(
        await events(owner_url, made["id"])
    )


async def test_an_answer_that_nobody_fetched_in_its_hour_waits_for_the_next_one(
    world: World, clock: ManualClock, work: Work
) -> None:
    _, signal = await asked(world, clock, {"safe_times": AFTER_SCHOOL})
    made = await answer(world, signal)
    await pass_time(world, clock, work, 6 * HOUR)
    clock.advance(timedelta(hours=1))  # it is 17:00, and the worker is late
    world.forget_tokens()
    assert refused(await fetch(world, made["id"]), 409, "answer-barred")["bars"] == ["not_now"]
    await work()
    found = await read(world, made["id"])
    assert (found["state"], datetime.fromisoformat(found["due_at"])) == ("waiting", monday(15) + timedelta(days=1))
    await pass_time(world, clock, work, 26 * HOUR)  # the worker slept through that hour
    found = await read(world, made["id"])
    assert (found["state"], datetime.fromisoformat(found["due_at"])) == ("waiting", monday(15) + timedelta(days=2))
    await pass_time(world, clock, work, 21 * HOUR)
    done(await fetch(world, made["id"]))


FORBIDDEN: list[tuple[dict[str, object], dict[str, object], str]] = [
    ({"wanted": False, "refused_because": "danger"}, {}, "wants_none"),
    ({"reads": "shared"}, {}, "no_safe_time"),
    ({"reads": "suspected"}, {}, "no_safe_time"),
    ({"reads": "unknown"}, {}, "no_safe_time"),
    ({"reads": "shared", "safe_times": [{"safe_from": "15:00", "safe_until": "15:00"}]}, {}, "no_safe_time"),
    ({"means": None}, {}, "no_means"),
    ({"language": None}, {"language": "uz"}, "no_language"),
    ({}, {"anonymous": True}, "needs_session"),
    ({"means": "qr_session"}, {}, "no_session"),
]


async def test_nothing_is_written_where_the_wish_forbids_it_or_leaves_it_unclear(
    world: World, clock: ManualClock
) -> None:
    duty = await world.as_(DUTY)
    for wish, given, reason in FORBIDDEN:
        _, signal = await asked(world, clock, wish, **given)
        found = await options(world, signal)
        assert (barred(found), found["templates"], found["next_safe_at"]) == ([reason], [], None)
        assert all(each["text"] for each in found["bars"])
        problem = refused(await duty.post(f"/v1/signals/{signal}/answers", TEMPLATE), 409, "answer-barred")
        assert problem["bars"] == [reason]


async def test_a_contact_that_tells_of_no_wish_is_not_answered_and_neither_is_a_signal_of_no_contact(
    world: World, clock: ManualClock
) -> None:
    _, signal = await asked(world, clock, answer=None)
    assert barred(await options(world, signal)) == ["no_wish"]
    duty = await world.as_(DUTY)
    by_hand = {
        "source": "contact_centre_111",
        "channel": "call",
        "category": "bullying",
        "language": "kk",
        "narrative": "Мазақтайды.",
        "region_code": "KZ-75",
    }
    recorded = done(await duty.post("/v1/signals", by_hand))["id"]
    refused(await duty.get(f"/v1/signals/{recorded}/answer-options"), 404, "no-contact-to-answer")


async def test_a_late_end_of_a_contact_leaves_the_newest_wish_and_a_signal_by_hand_has_no_carrier(
    world: World, clock: ManualClock
) -> None:
    await tell(world, clock, "late", 2, {"safe_times": AFTER_SCHOOL}, stage="draft")
    told = await tell(world, clock, "late", 1, {"wanted": False})
    found = await options(world, told["signals"][0]["signal_id"])
    assert (found["wish"]["wanted"], found["wish"]["revision"], len(found["wish"]["safe_times"])) == (True, 2, 1)

    operator = await world.as_("operator.111")
    signal = await record_signal(world)
    beside = {"source": DEMO_SOURCE, "contact_id": "cut", "channel": "call", "language": "kk"}
    started = {"started_at": clock.now().isoformat(), "signal_ids": [signal]}
    done(await operator.post("/v1/contacts/settled", beside | started))
    await tell(world, clock, "cut", 1)
    assert barred(await options(world, signal, "operator.111")) == ["no_carrier"]


async def test_who_is_anonymous_is_answered_in_the_session_of_qr_alone_and_by_no_number(
    world: World, clock: ManualClock, work: Work
) -> None:
    number, signal = await asked(
        world, clock, {"means": "qr_session", "reads": "unknown"}, anonymous=True, channel="qr_message"
    )
    made = await answer(world, signal)
    await work()
    message = done(await fetch(world, made["id"]))
    assert (message["contact_id"], message["means"]) == (number, "qr_session")
    assert "+7701" not in str(message)


async def test_a_shared_telephone_gets_a_template_in_the_hours_of_the_caller_and_never_own_words(
    world: World, clock: ManualClock
) -> None:
    caller = {"relation": "self", "phone": "8 701 111 22 33", "safe_from": "22:00", "safe_until": "01:00"}
    _, signal = await asked(world, clock, {"reads": "shared"}, caller=caller)
    found = await options(world, signal)
    assert (found["own_words"], datetime.fromisoformat(found["next_safe_at"])) == (False, monday(22))
    assert datetime.fromisoformat(found["next_safe_until"]) == monday(25)
    duty = await world.as_(DUTY)
    refused(await duty.post(f"/v1/signals/{signal}/answers", {"text": "Привет! Всё хорошо."}), 409, "own-words-barred")
    assert (await answer(world, signal))["state"] == "waiting"


async def test_own_words_of_one_short_plain_message_are_sent_as_they_are(
    world: World, clock: ManualClock, work: Work
) -> None:
    _, signal = await asked(world, clock)
    duty = await world.as_(DUTY)
    path = f"/v1/signals/{signal}/answers"
    child = done(await duty.post("/v1/persons", {"given_name": "Аружан", "family_name": "Серікова"}))["id"]
    done(await duty.post(f"/v1/signals/{signal}/subjects", {"person_id": child, "role": "child"}))
    for text, code in (
        ("Привет! " + "Мы помним о вашей просьбе. " * 3, "answer-text-too-long"),
        ("Позвоните 111", "answer-text-not-plain"),
        ("Посмотрите на kz.site", "answer-text-not-plain"),
        ("Аружана, мы всё помним", "answer-text-names-somebody"),
        ("Мы всё передали Сериковой", "answer-text-names-somebody"),
        ("Мы говорили с полицией", "answer-text-tells"),
    ):
        problem = refused(await duty.post(path, {"text": text}), 422, code)
        assert problem["errors"][0]["pointer"] == "/text"
        assert text not in str(problem)
    text = "Привет! Мы помним о вас и скоро ответим."
    made = done(await duty.post(path, {"text": text}))
    assert (made["template"], made["text"]) == (None, text)
    await work()
    assert done(await fetch(world, made["id"]))["text"] == text


async def test_a_wish_that_changes_stops_at_once_what_was_ready_and_a_person_decides(
    world: World, clock: ManualClock, work: Work, owner_url: str
) -> None:
    number, signal = await asked(world, clock)
    made = await answer(world, signal)
    await work()
    await tell(world, clock, number, 2, {"safe_times": AFTER_SCHOOL})
    problem = refused(await fetch(world, made["id"]), 409, "answer-barred")
    assert problem["bars"] == ["wish_changed"]
    await work()
    assert await open_clocks(owner_url, signal) == ["answer_decision", "answer_delivery", "triage_standard"]
    held = await read(world, made["id"])
    assert (held["state"], barred(held)) == ("held", ["wish_changed"])
    released = done(await act(world, made["id"], "release"))
    assert (released["state"], datetime.fromisoformat(released["due_at"])) == ("waiting", monday(15))
    await work()
    assert await open_clocks(owner_url, signal) == ["answer_delivery", "triage_standard"]
    await tell(world, clock, number, 3, {"wanted": False})
    await pass_time(world, clock, work, 5 * HOUR)
    held = await read(world, made["id"])
    assert (held["state"], barred(held)) == ("held", ["wants_none"])
    assert refused(await act(world, made["id"], "release"), 409, "answer-barred")["bars"] == ["wants_none"]
    done(await act(world, made["id"], "withdraw"))


async def test_the_same_answer_under_the_same_id_is_one_and_another_under_it_is_refused(
    world: World, clock: ManualClock
) -> None:
    (_, signal), (_, other) = await asked(world, clock), await asked(world, clock)
    duty, mine = await world.as_(DUTY), str(new_id())
    path = f"/v1/signals/{signal}/answers"
    made = [done(await duty.post(path, TEMPLATE | {"id": mine})) for _ in range(2)]
    assert (made[0]["id"], made[1]) == (mine, made[0])
    refused(await duty.post(path, {"template": "come_back", "id": mine}), 409, "id-in-use")
    refused(await duty.post(f"/v1/signals/{other}/answers", TEMPLATE | {"id": mine}), 409, "id-in-use")


async def test_another_means_or_language_needs_a_new_answer(world: World, clock: ManualClock, work: Work) -> None:
    number, signal = await asked(world, clock)
    made = await answer(world, signal)
    await tell(world, clock, number, 2, {"language": "kk"})
    await work()
    refused(await act(world, made["id"], "release"), 409, "answer-other-wish")
    refused(await (await world.as_(DUTY)).post(f"/v1/signals/{signal}/answers", TEMPLATE), 409, "answer-under-way")
    done(await act(world, made["id"], "withdraw"))
    assert (await answer(world, signal))["text"].startswith("Сәлем")


async def test_what_was_taken_back_is_handed_out_no_more_and_the_carrier_is_told(
    world: World, clock: ManualClock, work: Work
) -> None:
    made, signal = await fetched(world, clock, work)
    assert done(await act(world, made, "withdraw"))["state"] == "withdrawn"
    refused(await fetch(world, made), 409, "wrong-state")
    machine = await world.as_(CARRIER)
    types = [e["type"] for e in done(await machine.get("/v1/webhook-events"))["items"]]
    assert types.count("answer.withdrawn") == 1
    assert (await receipt(world, made, "delivered", clock.now())).json()["state"] == "delivered", "it was too late"
    never = await answer(world, signal)
    done(await act(world, never["id"], "withdraw"))
    refused(await receipt(world, never["id"], "delivered", clock.now()), 409, "answer-not-fetched")
    types = [e["type"] for e in done(await machine.get("/v1/webhook-events"))["items"]]
    assert types.count("answer.withdrawn") == 1, "of what it was never told of it learns nothing"


async def test_a_failure_is_a_task_with_a_clock_and_receipts_come_in_any_order_and_twice(
    world: World, clock: ManualClock, work: Work, owner_url: str
) -> None:
    made, signal = await fetched(world, clock, work, means="call")
    begun = clock.now()
    clock.advance(timedelta(minutes=30))
    world.forget_tokens()
    first, second = new_id(), new_id()
    failed = {"failure": "no_reply", "name": second}
    assert (await receipt(world, made, "not_delivered", begun + timedelta(minutes=20), **failed)).status_code == 201
    await work()
    assert await open_clocks(owner_url, signal) == ["answer_failed", "triage_standard"]
    earlier = await receipt(world, made, "call_answered", begun + timedelta(minutes=10), first)
    assert earlier.json()["state"] == "failed", "the newest counts, not the last to come"
    again = await receipt(world, made, "not_delivered", begun + timedelta(minutes=20), **failed)
    assert (again.status_code, again.json()["state"]) == (200, "failed")
    refused(await receipt(world, made, "delivered", begun, second), 409, "receipt-id-reused")
    refused(await receipt(world, made, "delivered", clock.now() + HOUR), 422, "in-future")
    assert (await receipt(world, made, "call_answered", begun + timedelta(minutes=25))).json()["state"] == "delivered"
    await work()
    assert await open_clocks(owner_url, signal) == ["triage_standard"]
    assert len((await read(world, made))["receipts"]) == 3


async def test_where_somebody_else_read_it_nothing_more_is_sent_until_the_child_says_how(
    world: World, clock: ManualClock, work: Work, owner_url: str
) -> None:
    made, signal = await fetched(world, clock, work)
    read_at = clock.now()
    clock.advance(timedelta(minutes=5))
    done(await receipt(world, made, "read_by_other", read_at))
    assert (await receipt(world, made, "delivered", clock.now())).json()["state"] == "exposed", "it stays so"
    await work()
    assert "answer_failed" in await open_clocks(owner_url, signal)
    assert barred(await options(world, signal)) == ["read_by_other"]
    clock.advance(timedelta(minutes=1))
    _, other = await asked(world, clock)
    assert barred(await options(world, other)) == [], "the child has got in touch again, and says how"
    number, early = await asked(world, clock, caller={"relation": "self", "phone": "8 702 333 44 55"})
    exposed = (await answer(world, other))["id"]
    await work()
    done(await fetch(world, exposed))
    clock.advance(timedelta(minutes=5))
    world.forget_tokens()
    done(await receipt(world, exposed, "call_answered_by_other", clock.now()))
    assert barred(await options(world, early)) == [], "another number"
    assert (await tell(world, clock, number, 2, {"language": "kk"}))["outcome"] == "corrected"


async def test_a_stop_holds_what_is_under_way_and_whoever_lifts_it_sends_nothing_by_that(
    world: World, clock: ManualClock, work: Work
) -> None:
    _, signal = await asked(world, clock)
    made = await answer(world, signal)
    await work()
    duty = await world.as_(DUTY)
    path = f"/v1/signals/{signal}/answer-stop"
    stopped = done(await duty.post(path, {"reason": "Телефон у отчима."}))
    assert stopped["stopped"] is True
    refused(await duty.post(path, {"reason": "Ещё раз."}), 409, "answers-stopped")
    assert refused(await fetch(world, made["id"]), 409, "answer-barred")["bars"] == ["stopped"]
    found = await options(world, signal)
    assert (barred(found), found["stopped_because"]) == (["stopped"], "Телефон у отчима.")
    await work()
    assert done(await duty.post(f"{path}/lift", {"reason": "Телефон у ребёнка."}))["stopped"] is False
    refused(await duty.post(f"{path}/lift", {"reason": "Ещё раз."}), 404, "answers-not-stopped")
    await work()
    assert (await read(world, made["id"]))["state"] == "held"
    done(await act(world, made["id"], "release"))


async def test_a_secret_case_and_a_flag_of_its_team_let_nothing_out(
    world: World, clock: ManualClock, work: Work, owner_url: str
) -> None:
    _, signal = await asked(world, clock)
    made = await answer(world, signal)
    await work()
    duty = await world.as_(DUTY)
    child = done(await duty.post("/v1/persons", {"given_name": "Бала"}))["id"]
    done(await duty.post(f"/v1/signals/{signal}/subjects", {"person_id": child, "role": "child"}))
    triage = {"outcome": "emergency", "severity": "critical", "reason": "violence_going_on"}
    done(await duty.post(f"/v1/signals/{signal}/triage", triage))
    wish = {"signal_ids": [signal], "children": [child], "manager_id": str(demo_id(MANAGER))}
    case = done(await duty.post("/v1/cases", wish))["id"]
    manager = await world.as_(MANAGER)
    flag = done(await manager.post(f"/v1/cases/{case}/flags", {"kind": "no_contact", "reason": "Телефон у отчима."}))
    assert refused(await fetch(world, made["id"]), 409, "answer-barred")["bars"] == ["stopped"]
    done(await manager.post(f"/v1/flags/{flag['id']}/lift", {"reason": "Телефон у ребёнка."}))
    done(await fetch(world, made["id"]))
    secret = {"restricted": True, "ground": "abuser_in_household"}
    done(await manager.post(f"/v1/cases/{case}/restriction", secret))
    refused(await fetch(world, made["id"]), 404, "not-found")
    assert barred(await options(world, signal, MANAGER)) == ["restricted", "stopped"]
    done(await receipt(world, made["id"], "read_by_other", clock.now()))
    await work()
    mine = done(await manager.get("/v1/tasks/mine"))["items"]
    assert "answer_failed" in {task["kind"] for task in mine}, "what the carrier tells reaches the team all the same"


async def test_nobody_but_the_system_of_the_contact_fetches_or_tells_and_it_reads_no_answer_otherwise(
    world: World, clock: ManualClock, work: Work, owner_url: str
) -> None:
    _, signal = await asked(world, clock)
    made = await answer(world, signal)
    await work()
    refused(await fetch(world, made["id"], DUTY), 403, "forbidden")
    machine = await world.as_(CARRIER)
    for path in (f"/v1/answers/{made['id']}", f"/v1/signals/{signal}/answers", f"/v1/signals/{signal}/answer-options"):
        refused(await machine.get(path), 403, "forbidden")
    refused(await (await world.as_("duty.astana")).get(f"/v1/answers/{made['id']}"), 404, "not-found")
    assert await count(owner_url, "SELECT count(*) FROM audit_event WHERE kind = 'answer.fetched'") == 0
    assert WISH["wanted"]
