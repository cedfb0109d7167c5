"""A day's account with a source comes out to the item, whatever came in which order and how often."""

import asyncio
import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casemgmt.clock import ManualClock
from casemgmt.ids import new_id
from rules.zone import almaty
from tests.clients import World
from tests.contact_steps import CONCERN, PATH, contact, send
from tests.factories import count
from tests.outreach_steps import done, refused
from tests.webhook_steps import EMERGENCY, open_case, triage

BATCH = f"{PATH}/batch"
KINDS: dict[str, dict[str, Any]] = {
    "one": {},
    "two": {"concerns": [CONCERN, CONCERN | {"ref": "2"}]},
    "question": {"concerns": []},
    "silent": {"concerns": [], "non_data": "silent"},
    "draft": {"stage": "draft"},
    "wrong": {"concerns": [CONCERN | {"kato": "990000000"}]},
}


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime.now(UTC))


async def account(world: World, clock: ManualClock, who: str = "operator.111") -> dict[str, Any]:
    day = clock.now().astimezone(almaty()).date()
    return done(await (await world.as_(who)).get(f"/v1/contacts/reconciliation?source=sandbox-111&day={day}"))


def fates(sent: list[tuple[int, int, str]]) -> dict[int, tuple[str, int]]:
    """Return what must have become of each contact, and of how many signals, from the messages alone.

    A message is (contact, revision, kind).
    """
    newest: dict[int, tuple[int, str]] = {}
    final: dict[int, bool] = {}
    signals: dict[int, set[str]] = {}
    for number, revision, kind in sent:
        late = number in newest and revision < newest[number][0]
        if late and (final[number] or kind == "draft"):
            continue  # overtaken
        if not late:
            if kind == "wrong" or (number in newest and revision == newest[number][0]):
                continue
            newest[number] = (revision, kind)
        # A late end ends the contact too, as the newest message told it.
        final[number] = final.get(number, False) or kind != "draft"
        if final[number]:
            named = {"one": {"1"}, "draft": {"1"}, "two": {"1", "2"}}.get(newest[number][1], set())
            signals.setdefault(number, set()).update(named)
    found = {number: ("refused", 0) for number, _, _ in sent}
    for number, (_, kind) in newest.items():
        state = "open" if not final[number] else "non_data" if kind == "silent" else "filed"
        found[number] = (state, len(signals[number]) if state == "filed" else 0)
    return found


def named(told: dict[str, Any]) -> dict[str, tuple[str, int]]:
    """Return what an account says became of each contact, by its id; each is named once."""
    items = [(c["contact_id"], ("filed", len(c["filed"]))) for c in told["filed_contacts"]]
    items += [(c, ("open", 0)) for c in told["open_contacts"]]
    items += [(c["contact_id"], ("non_data", 0)) for c in told["non_data_contacts"]]
    items += [(c["contact_id"], ("refused", 0)) for c in told["refused_items"]]
    assert len(dict(items)) == len(items) == told["received"]
    return dict(items)


MESSAGES = st.lists(
    st.tuples(st.integers(0, 5), st.integers(1, 4), st.sampled_from(sorted(KINDS))), min_size=1, max_size=10
)


RUNS = {
    "sent": MESSAGES,
    "copies": st.lists(st.integers(0, 9), max_size=4),
    "way": st.sampled_from(["single", "batch"]),
}
HEALTH = [HealthCheck.function_scoped_fixture]


@given(**RUNS)
@settings(max_examples=5, deadline=None, suppress_health_check=HEALTH)
async def test_the_account_of_a_day_is_that_of_a_plain_count(
    world: World, clock: ManualClock, sent: list[tuple[int, int, str]], copies: list[int], way: str
) -> None:
    await _play(world, clock, sent, copies, way)


@pytest.mark.long
@pytest.mark.timeout(900)
@given(**RUNS)
@settings(max_examples=150, deadline=None, suppress_health_check=HEALTH)
async def test_the_account_of_many_days_is_that_of_a_plain_count(
    world: World, clock: ManualClock, sent: list[tuple[int, int, str]], copies: list[int], way: str
) -> None:
    await _play(world, clock, sent, copies, way)


async def _play(
    world: World, clock: ManualClock, sent: list[tuple[int, int, str]], copies: list[int], way: str
) -> None:
    clock.advance(timedelta(days=1))  # a day of its own for each example
    world.forget_tokens()
    run = str(new_id())
    # One content for each revision of a contact: another one under the same number is a fault of its own, tested apart.
    kind_of: dict[tuple[int, int], str] = {}
    sent = [(n, r, kind_of.setdefault((n, r), kind)) for n, r, kind in sent]

    def message(number: int, revision: int, kind: str) -> dict[str, Any]:
        started = (clock.now() - timedelta(minutes=9)).isoformat()
        return contact(f"{run}-{number}", revision=revision, started_at=started) | KINDS[kind]

    ids = [f"{run}-{place}" for place in range(len(sent))]
    if way == "batch":
        items = [{"message_id": i, "contact": message(*m)} for i, m in zip(ids, sent, strict=True)]
        for _ in range(1 + bool(copies)):
            answer = done(await send(world, {"contacts": items}, path=BATCH, at=clock.now()))
            assert answer["taken"] + answer["refused"] == len(items)
    else:
        for place, each in enumerate(sent):
            at_once = 1 + copies.count(place)
            answers = await asyncio.gather(
                *(send(world, message(*each), ids[place], at=clock.now()) for _ in range(at_once))
            )
            assert len({(a.status_code, a.json().get("id"), a.json().get("code")) for a in answers}) == 1
    # What was refused comes again with the batch, and may be a late end by then.
    told, expected = await account(world, clock), fates(sent * (1 + bool(copies)) if way == "batch" else sent)
    assert named(told) == {f"{run}-{number}": fate for number, fate in expected.items()}, json.dumps(sent)
    assert all(c["signals"] == len(c["filed"]) for c in told["filed_contacts"])
    assert sum(told["refused_by_reason"].values()) == told["refused"]
    assert sum(told["non_data_by_reason"].values()) == told["non_data"]
    got = {name: told[name] for name in ("open", "non_data", "refused")} | {"filed": told["filed"]["contacts"]}
    assert got == dict.fromkeys(got, 0) | Counter(state for state, _ in expected.values())
    assert told["filed"]["signals"] == sum(signals for _, signals in expected.values())


async def test_what_was_refused_and_made_good_later_counts_once_on_its_first_day(
    world: World, clock: ManualClock
) -> None:
    wrong = contact("call-1", concerns=[CONCERN | {"kato": "990000000"}])
    refused(await send(world, wrong, at=clock.now()), 422, "invalid-kato")
    before = await account(world, clock)
    assert (before["received"], before["refused_by_reason"]) == (1, {"invalid-kato": 1})
    assert before["refused_items"][0]["contact_id"] == "call-1"
    assert before["refused_items"][0]["pointer"] == "/concerns/0/kato"
    done(await send(world, contact("call-1"), at=clock.now()))
    after = await account(world, clock)
    assert (after["received"], after["refused"], after["filed"]["signals"]) == (1, 0, 1)
    clock.advance(timedelta(days=1))
    world.forget_tokens()
    await send(world, contact("call-1", revision=2), at=clock.now())
    assert (await account(world, clock))["received"] == 0


async def test_a_signal_out_of_sight_is_counted_and_not_named(world: World, clock: ManualClock) -> None:
    two = [CONCERN | {"category": "other"}, CONCERN | {"ref": "2"}]
    taken = done(await send(world, contact("call-1", concerns=two), at=clock.now()))
    done(await send(world, contact("call-2", concerns=[], non_data="prank"), at=clock.now()))
    secret, other = taken["signals"]
    told = await account(world, clock)
    assert told["filed_contacts"] == [{"contact_id": "call-1", "signals": 2, "filed": [secret, other]}]
    assert told["non_data_contacts"] == [{"contact_id": "call-2", "non_data": "prank"}]
    await triage(world, secret["signal_id"], **EMERGENCY)
    case = await open_case(world, secret["signal_id"])
    restriction = {"restricted": True, "ground": "abuser_in_household"}
    done(await (await world.as_("supervisor.almaty")).post(f"/v1/cases/{case}/restriction", restriction))
    told = await account(world, clock)
    assert told["filed_contacts"] == [{"contact_id": "call-1", "signals": 2, "filed": [other]}]
    assert told["filed"]["signals"] == 2


async def test_the_account_is_for_the_desk_of_the_source_and_oversight(world: World, clock: ManualClock) -> None:
    path = "/v1/contacts/reconciliation?source=sandbox-111&day=2026-01-01"
    for who, status in (("operator.111", 200), ("supervisor.111", 200), ("duty.almaty", 404), ("manager.almaty", 403)):
        assert (await (await world.as_(who)).get(path)).status_code == status, who
    refused(await (await world.as_("operator.111")).get(path.replace("sandbox", "other")), 404, "not-found")


async def test_a_backlog_is_taken_item_by_item_and_sent_again_it_does_nothing_twice(
    world: World, owner_url: str
) -> None:
    good, wrong = contact("call-1"), contact("call-2", stage="other")
    items = [{"message_id": f"m-{n}", "contact": c} for n, c in enumerate((good, wrong, good))]
    first = done(await send(world, {"contacts": items}, path=BATCH))
    assert [(i["index"], i["status"], i["code"]) for i in first["items"]] == [
        (0, 201, None),
        (1, 422, "invalid-request"),
        (2, 200, None),
    ]
    assert first["items"][1]["pointer"] == "/stage"
    assert first["items"][2]["taken"]["outcome"] == "repeated"
    again = done(await send(world, {"contacts": items}, path=BATCH))
    assert [i["replayed"] for i in again["items"]] == [True, False, True]
    assert [i["taken"] for i in again["items"]] == [i["taken"] for i in first["items"]]
    assert await count(owner_url, "SELECT count(*) FROM signal") == 1
    refused(await send(world, {"contacts": []}, path=BATCH), 422, "invalid-request")


async def test_a_heartbeat_is_answered_with_what_is_here(world: World, owner_url: str) -> None:
    await send(world, contact(stage="draft"))
    beat = done(await send(world, {"sent_at": datetime.now(UTC).isoformat()}, path="/v1/integrations/heartbeat"))
    assert (beat["source"], beat["open_contacts"]) == ("sandbox-111", 1)
    assert beat["last_message_at"] is not None
    assert await count(owner_url, "SELECT heard_at IS NOT NULL FROM contact_source") is True
