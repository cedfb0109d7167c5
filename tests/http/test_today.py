"""What today demands, in one answer: of a head at ten to nine, of a psychologist, of an administrator, of a machine."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from casemgmt.clock import ManualClock
from casemgmt.demo.accounts import demo_id
from rules.zone import to_local
from tests import steps
from tests.absence_steps import away
from tests.clients import World
from tests.factories import open_case
from tests.http.test_service_referrals import ASKED
from tests.http.test_sessions import HELD, attendance, booked, pass_time
from tests.records import rows
from tests.steps import MANAGER, SUPERVISOR, done

MORNING = datetime(2027, 1, 13, 3, 50, tzinfo=UTC)
"""Ten to nine on a Wednesday in Kazakhstan."""
HEAD, SPECIALIST, DUTY = "head.almaty", "psychologist.almaty", "duty.almaty"
TIME = ("breached", "due_today", "warning")


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(MORNING)


async def today(world: World, who: str, most: int = 50) -> dict[str, Any]:
    """Return what today demands of somebody."""
    return done(await (await world.as_(who)).get(f"/v1/me/today?most={most}"))


def waits(told: dict[str, Any]) -> dict[str, tuple[int, list[str]]]:
    """Return what waits: kind → how many, and what they are."""
    return {w["kind"]: (w["count"], [i["code"] for i in w["items"]]) for w in told["waiting"]}


async def test_at_ten_to_nine_the_supervisor_sees_what_will_break_today_in_the_body(
    world: World, clock: ManualClock
) -> None:
    case = await steps.open_case(world)
    pass_time(world, clock, timedelta(days=1))
    told = await today(world, SUPERVISOR)
    of_case = [t for t in told["body"]["due_today"]["items"] if t["case_id"] == case.id]
    breaks = next(t for t in of_case if t["kind"] == "mandatory_notice_guardianship")
    assert told["body"]["due_today"]["count"] == len(told["body"]["due_today"]["items"])
    mine = await today(world, MANAGER)
    assert breaks["id"] in [t["id"] for t in mine["due_today"]["items"]]
    assert mine["body"] is None

    pass_time(world, clock, timedelta(days=1))
    told, mine = await today(world, SUPERVISOR), await today(world, MANAGER)
    for late in (mine, told["body"]):
        assert breaks["id"] in [t["id"] for t in late["breached"]["items"]]
        assert breaks["id"] not in [t["id"] for t in late["due_today"]["items"]]


async def test_its_numbers_are_those_of_the_queues_and_a_task_stands_once_by_its_time(
    world: World, clock: ManualClock
) -> None:
    for _ in range(2):
        await steps.open_case(world)
    pass_time(world, clock, timedelta(days=1))
    told = await today(world, SUPERVISOR, most=1)
    counted = done(await (await world.as_(SUPERVISOR)).get("/v1/tasks/summary"))
    assert (told["clocks"], told["body"]["clocks"]) == (counted["mine"], counted["team"])
    assert told["body"]["due_today"]["count"] > len(told["body"]["due_today"]["items"]) == 1
    whole = await today(world, SUPERVISOR)
    assert whole["body"]["due_today"]["items"][0] == told["body"]["due_today"]["items"][0]
    shown = [t["id"] for name in TIME for t in whole[name]["items"]]
    assert len(shown) == len(set(shown))


async def test_a_session_of_yesterday_without_an_outcome_is_seen_by_its_specialist_and_the_head_until_it_is_recorded(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    case = await open_case(owner_url)
    secret = await open_case(owner_url, restricted=True)
    plain = await booked(world, case, clock)
    hidden = await booked(
        world,
        secret,
        clock,
        starts_at=(clock.now() + timedelta(hours=27)).isoformat(),
        ends_at=(clock.now() + timedelta(hours=28)).isoformat(),
    )
    pass_time(world, clock, timedelta(days=1))
    assert [s["id"] for s in (await today(world, SPECIALIST))["sessions_today"]["items"]] == [plain, hidden]
    pass_time(world, clock, timedelta(days=1))

    async def unrecorded(who: str) -> list[str]:
        told = await today(world, who)
        part = told["sessions_without_outcome"] if who == SPECIALIST else told["body"]["sessions_without_outcome"]
        day = to_local(clock.now()).date()
        listed = await (await world.as_(who)).get(f"/v1/sessions?day={day}&without_outcome=true&limit=1")
        assert [s["id"] for s in done(listed)["items"]] == [s["id"] for s in part["items"]][:1]
        assert part["count"] == len(part["items"])
        return [s["id"] for s in part["items"]]

    assert await unrecorded(SPECIALIST) == [plain, hidden]
    assert await unrecorded(HEAD) == [plain], "of a restricted case the head is told nothing"
    body = HELD | {"attendance": attendance(case)}
    done(await (await world.as_(SPECIALIST)).post(f"/v1/sessions/{plain}/hold", body))
    assert await unrecorded(HEAD) == []
    assert await unrecorded(SPECIALIST) == [hidden]


async def test_what_stands_in_no_queue_is_there_too_a_draft_a_shift_a_mention_a_notice(
    world: World, clock: ManualClock
) -> None:
    draft = await steps.save_draft(world, DUTY)
    shift = {
        "user_id": str(demo_id("duty2.almaty")),
        "starts_at": (clock.now() + timedelta(hours=9)).isoformat(),
        "ends_at": (clock.now() + timedelta(hours=23)).isoformat(),
    }
    given = done(await (await world.as_(SUPERVISOR)).post("/v1/duty-shifts", shift))
    offer = {"to_user_id": str(demo_id(DUTY))}
    done(await (await world.as_("duty2.almaty")).post(f"/v1/duty-shifts/{given['id']}/offer", offer))
    told = await today(world, DUTY)
    assert [d["id"] for d in told["drafts"]["items"]] == [draft["id"]]
    assert waits(told) == {"shift_offer": (1, ["offer"])}
    assert told["notices"]["count"] == 1
    assert [n["kind"] for n in told["notices"]["items"]] == ["shift_offered"]
    assert waits(await today(world, "duty2.almaty")) == {"own_shift": (1, ["coming"])}

    case = await steps.open_case(world)
    note = {"body": "Кім барады?", "mentions": [str(demo_id(MANAGER))]}
    done(await (await world.as_(MANAGER)).post(f"/v1/cases/{case.id}/notes", note))
    told = await today(world, MANAGER)
    assert [t["kind"] for t in told["mentions"]["items"]] == ["mention"]


async def test_who_is_away_and_who_stands_in_is_told_to_who_heads_the_body(world: World, clock: ManualClock) -> None:
    starts, ends = (clock.now() + timedelta(hours=h) for h in (1, 30))
    await away(world, starts_at=starts.isoformat(), ends_at=ends.isoformat())
    assert (await today(world, SUPERVISOR))["body"]["away"]["count"] == 0
    pass_time(world, clock, timedelta(hours=2))
    (gone,) = (await today(world, SUPERVISOR))["body"]["away"]["items"]
    assert (gone["user_id"], gone["deputy_id"]) == (str(demo_id(MANAGER)), str(demo_id("manager2.almaty")))


async def test_what_another_body_asks_waits_at_the_desk_that_answers_also_where_its_officer_sees_no_case(
    world: World,
) -> None:
    case = await steps.open_case(world)
    body = ASKED | {"to_organisation_id": str(demo_id("guardianship_almaty")), "person_id": case.child}
    referral = done(await (await world.as_(MANAGER)).post(f"/v1/cases/{case.id}/service-referrals", body))
    guardian = await world.as_("guardian.almaty")
    for listed in ((await today(world, "guardian.almaty"))["answers"], done(await guardian.get("/v1/tasks/mine"))):
        assert [(t["kind"], t["record_id"], t["case_id"]) for t in listed["items"]] == [
            ("service_referral_acceptance", referral["id"], None)
        ]
    assert (await today(world, SPECIALIST))["answers"]["count"] == 0


async def test_an_administrator_is_told_what_another_one_asks_for_and_not_the_own_requests(world: World) -> None:
    asked = {"role": "case_manager", "reason": "Бұйрық 41"}
    done(await (await world.as_("admin")).post(f"/v1/users/{demo_id('duty2.almaty')}/roles", asked))
    assert waits(await today(world, "admin")) == {}
    for decides in ("admin2", SUPERVISOR):
        assert waits(await today(world, decides))["account_change"] == (1, ["role"])


async def test_whoever_has_no_queue_is_told_of_nothing_but_the_own_account(world: World) -> None:
    await steps.open_case(world)
    told = await today(world, "qr.111")
    assert {name for name, part in told.items() if part not in (None, [])} == {"at", "day", "notices"}


async def test_one_event_names_all_that_was_shown(world: World, owner_url: str, clock: ManualClock) -> None:
    await steps.open_case(world)
    draft = await steps.save_draft(world, MANAGER)
    pass_time(world, clock, timedelta(days=1))
    before = await rows(owner_url, "SELECT id FROM audit_event")
    told = await today(world, MANAGER)
    known = [e["id"] for e in before]
    written = await rows(
        owner_url, "SELECT * FROM audit_event WHERE id <> ALL ($1) AND kind NOT LIKE 'session.%'", known
    )
    (event,) = [e for e in written if e["kind"] == "today.listed"]
    shown = {t["id"] for name in TIME for t in told[name]["items"]} | {draft["id"]}
    assert shown
    assert {str(i) for i in event["record_ids"]} == shown
    assert [e["kind"] for e in written if e["request_id"] == event["request_id"]] == ["today.listed"]


async def test_more_than_one_answer_holds_is_not_asked_for(world: World) -> None:
    for most in ("0", "51"):
        answer = await (await world.as_(MANAGER)).get(f"/v1/me/today?most={most}")
        assert answer.status_code == 422
