"""Referrals over HTTP: offered, accepted, declined, withdrawn, departed, and who sees them."""

from tests.clients import World
from tests.factories import count
from tests.outreach_steps import (
    DUTY,
    LEAD,
    REFER,
    done,
    events,
    go,
    open_clocks,
    record_signal,
    refer,
    refused,
    stories,
)

NOTICES = ["mandatory_notice_guardianship", "mandatory_notice_police"]
DECLINE = {"reason": "group_engaged"}


async def test_a_group_goes_from_the_offer_to_the_family(world: World, owner_url: str) -> None:
    signal_id, referral_id = await refer(world)
    assert await open_clocks(owner_url, signal_id) == [*NOTICES, "referral_acceptance_urgent"]
    accepted = await go(world, referral_id, "accept")
    assert accepted["state"] == "accepted"
    assert await open_clocks(owner_url, signal_id) == [*NOTICES, "visit_urgent"]
    departed = await go(world, referral_id, "depart", who="police.almaty")
    assert departed["departed_at"] is not None
    visited = await go(world, referral_id, "visit", who="nurse.almaty")
    assert visited["state"] == "visited"
    assert await open_clocks(owner_url, signal_id) == [*NOTICES, "visit_report"]
    assert await stories(owner_url, signal_id) == [
        "signal.received",
        "signal.triaged",
        "referral.accepted",
        "referral.departed",
        "referral.visited",
    ]
    assert {"referral.accepted", "referral.departed", "referral.visited"} <= await events(owner_url, signal_id)


async def test_the_visitors_read_what_they_need_and_what_they_may_do(world: World) -> None:
    signal_id, referral_id = await refer(world, place="Абай 1", subject_description="Екінші подъезд")
    lead = await world.as_(LEAD)
    seen = done(await lead.get(f"/v1/referrals/{referral_id}"))
    assert seen["signal"]["narrative"] == "Үйде мені ұрады."
    assert seen["signal"]["place"] == "Абай 1"
    assert seen["instructions"] == REFER["instructions"]
    verdicts = {a["action"]: (a["allowed"], a["reason_code"]) for a in seen["allowed_actions"]}
    assert verdicts == {"accept": (True, None), "decline": (True, None), "withdraw": (False, "forbidden")}
    duty = await world.as_(DUTY)
    of_desk = done(await duty.get(f"/v1/referrals/{referral_id}"))
    assert {a["action"] for a in of_desk["allowed_actions"] if a["allowed"]} == {"withdraw"}
    assert seen["signal_id"] == signal_id


async def test_the_term_of_the_visit_runs_from_the_offer(world: World, owner_url: str) -> None:
    signal_id, referral_id = await refer(world)
    await go(world, referral_id, "accept")
    same = await count(
        owner_url,
        "SELECT t.started_at = r.offered_at FROM task t JOIN referral r ON r.id = t.record_id"
        " WHERE t.signal_id = $1 AND t.kind = 'visit_urgent'",
        signal_id,
    )
    assert same


async def test_a_declined_referral_goes_back_to_the_desk_with_a_clock_and_out_of_the_groups_sight(
    world: World, owner_url: str
) -> None:
    signal_id, referral_id = await refer(world)
    lead = await world.as_(LEAD)
    answer = done(await lead.post(f"/v1/referrals/{referral_id}/decline", DECLINE))
    assert answer["state"] == "declined"
    assert (await lead.get(f"/v1/referrals/{referral_id}")).status_code == 404
    assert (await lead.get(f"/v1/signals/{signal_id}")).status_code == 404
    assert done(await lead.get("/v1/referrals"))["items"] == []
    assert await open_clocks(owner_url, signal_id) == [*NOTICES, "triage_urgent"]
    duty = await world.as_(DUTY)
    old = done(await duty.get(f"/v1/referrals/{referral_id}"))
    assert (old["state"], old["decline_reason"]) == ("declined", "group_engaged")
    signal = done(await duty.get(f"/v1/signals/{signal_id}"))
    assert (signal["state"], signal["mobile_group_id"]) == ("received", None)
    assert "referral.declined" in await stories(owner_url, signal_id)
    done(await duty.post(f"/v1/signals/{signal_id}/triage", REFER))
    assert await open_clocks(owner_url, signal_id) == [*NOTICES, "referral_acceptance_urgent"]


async def test_a_group_gives_back_what_it_accepted_and_what_it_found_nobody_for(world: World, owner_url: str) -> None:
    lead = await world.as_(LEAD)
    signal_id, referral_id = await refer(world)
    await go(world, referral_id, "accept")
    done(await lead.post(f"/v1/referrals/{referral_id}/decline", DECLINE))
    assert "visit_urgent" not in await open_clocks(owner_url, signal_id)
    signal_id, referral_id = await refer(world)
    await go(world, referral_id, "accept", "depart")
    refused(await lead.post(f"/v1/referrals/{referral_id}/decline", DECLINE), 409, "wrong-state")
    done(await lead.post(f"/v1/referrals/{referral_id}/no-contact", {"reason": "nobody_home"}))
    done(await lead.post(f"/v1/referrals/{referral_id}/decline", DECLINE))
    assert await open_clocks(owner_url, signal_id) == [*NOTICES, "triage_urgent"]


async def test_the_desk_withdraws_a_referral(world: World, owner_url: str) -> None:
    signal_id, referral_id = await refer(world)
    duty = await world.as_(DUTY)
    withdrawn = done(await duty.post(f"/v1/referrals/{referral_id}/withdraw", {"note": "Полиция өзі барды."}))
    assert (withdrawn["state"], withdrawn["signal"]["state"]) == ("withdrawn", "received")
    assert await open_clocks(owner_url, signal_id) == [*NOTICES, "triage_urgent"]
    lead = await world.as_(LEAD)
    assert (await lead.get(f"/v1/referrals/{referral_id}")).status_code == 404
    assert (await lead.post(f"/v1/referrals/{referral_id}/accept")).status_code == 404


async def test_only_the_lead_answers_and_only_the_own_group_acts(world: World) -> None:
    _, referral_id = await refer(world)
    member = await world.as_("police.almaty")
    refused(await member.post(f"/v1/referrals/{referral_id}/accept"), 403, "forbidden")
    for who in ("lead.astana", "manager.almaty"):
        assert (await (await world.as_(who)).post(f"/v1/referrals/{referral_id}/accept")).status_code in (403, 404)
    other = await world.as_("lead.astana")
    assert (await other.get(f"/v1/referrals/{referral_id}")).status_code == 404
    duty = await world.as_(DUTY)
    refused(await duty.post(f"/v1/referrals/{referral_id}/accept"), 403, "forbidden")
    lead = await world.as_(LEAD)
    refused(await lead.post(f"/v1/referrals/{referral_id}/withdraw", {"note": "Жоқ"}), 403, "forbidden")


async def test_a_stale_etag_or_a_wrong_state_changes_nothing(world: World, owner_url: str) -> None:
    signal_id, referral_id = await refer(world)
    lead = await world.as_(LEAD)
    path = f"/v1/referrals/{referral_id}"
    refused(await lead.post(f"{path}/accept", headers={"If-Match": '"v7"'}), 412, "stale-version")
    problem = refused(await lead.post(f"{path}/visit"), 409, "wrong-state")
    assert problem["allowed_transitions"] == ["accept", "decline", "withdraw"]
    refused(await lead.post(f"{path}/decline", {"reason": "other"}), 422, "explanation-needed")
    refused(await lead.post(f"{path}/decline", {"reason": "no_such"}), 422, "invalid-request")
    assert await open_clocks(owner_url, signal_id) == [*NOTICES, "referral_acceptance_urgent"]
    assert done(await lead.get(path))["version"] == 1
    accepted = await lead.post(f"{path}/accept", headers={"If-Match": '"v1"'})
    assert (accepted.status_code, accepted.headers["etag"]) == (200, '"v2"')


async def test_referrals_are_listed_to_group_and_desk_page_by_page(world: World) -> None:
    ids = [(await refer(world))[1] for _ in range(3)]
    for who in (LEAD, "nurse.almaty", DUTY, "operator.111", "oversight", "supervisor.almaty"):
        caller = await world.as_(who)
        first = done(await caller.get("/v1/referrals?limit=2"))
        assert [r["id"] for r in first["items"]] == ids[:0:-1], who
        second = done(await caller.get(f"/v1/referrals?limit=2&cursor={first['next_cursor']}"))
        assert [r["id"] for r in second["items"]] == ids[:1], who
    for who in ("lead.astana", "duty.astana", "manager.almaty"):
        assert done(await (await world.as_(who)).get("/v1/referrals"))["items"] == [], who
    refused(await (await world.as_("qr.111")).get("/v1/referrals"), 403, "forbidden")
    await go(world, ids[0], "accept")
    duty = await world.as_(DUTY)
    assert [r["id"] for r in done(await duty.get("/v1/referrals?state=accepted"))["items"]] == ids[:1]
    refused(await duty.get("/v1/referrals?urgency=urgent"), 422, "unknown-parameter")


async def test_warnings_are_read_before_departure(world: World, owner_url: str) -> None:
    signal_id, referral_id = await refer(world)
    duty = await world.as_(DUTY)
    dog = {"kind": "dog", "note": "Байланбаған ит.", "review_on": "2099-01-01"}
    warning = done(await duty.post(f"/v1/signals/{signal_id}/warnings", dog))
    await go(world, referral_id, "accept")
    lead = await world.as_(LEAD)
    path = f"/v1/referrals/{referral_id}"
    assert [w["note"] for w in done(await lead.get(path))["warnings"]] == ["Байланбаған ит."]
    refused(await lead.post(f"{path}/depart", {"warnings_read": False}), 409, "warnings-unread")
    departed = done(await lead.post(f"{path}/depart", {"warnings_read": True}))
    assert departed["warnings_read_by_id"] is not None
    lift = f"/v1/signals/{signal_id}/warnings/{warning['id']}/lift"
    refused(await lead.post(lift, {"note": "Ит жоқ."}), 403, "forbidden")
    lifted = done(await duty.post(lift, {"note": "Ит жоқ."}))
    assert lifted["lifted_at"] is not None
    refused(await duty.post(lift, {"note": "Ит жоқ."}), 409, "already-lifted")
    done(await lead.post(f"{path}/no-contact", {"reason": "nobody_home"}))
    assert (await go(world, referral_id, "depart"))["state"] == "departed"
    assert {"visitor_warning.recorded", "visitor_warning.lifted"} <= set(await stories(owner_url, signal_id))
    refused(await duty.post(f"/v1/signals/{signal_id}/warnings", dog | {"review_on": "2020-01-01"}), 422, "in-past")
    stranger = await world.as_("manager.almaty")
    refused(await stranger.post(f"/v1/signals/{signal_id}/warnings", dog), 404, "not-found")


async def test_nobody_met_is_an_attempt_and_the_clock_runs_on(world: World, owner_url: str) -> None:
    signal_id, referral_id = await refer(world)
    await go(world, referral_id, "accept", "depart")
    member = await world.as_("teacher.almaty")
    path = f"/v1/referrals/{referral_id}/no-contact"
    refused(await member.post(path, {"reason": "nobody_home", "at": "2099-01-01T00:00:00Z"}), 422, "in-future")
    refused(await member.post(path, {"reason": "nobody_home", "at": "2020-01-01T00:00:00Z"}), 422, "too-early")
    refused(await member.post(path, {"reason": "other"}), 422, "explanation-needed")
    after = done(await member.post(path, {"reason": "nobody_home", "note": "Көршілер көрмеген."}))
    assert [a["reason"] for a in after["attempts"]] == ["nobody_home"]
    assert await open_clocks(owner_url, signal_id) == [*NOTICES, "visit_urgent"]
    await go(world, referral_id, "depart")
    again = done(await member.post(path, {"reason": "access_refused"}))
    assert [a["reason"] for a in again["attempts"]] == ["nobody_home", "access_refused"]


async def test_an_inactive_or_unknown_group_gets_no_referral(world: World, owner_url: str) -> None:
    signal_id = await record_signal(world)
    duty = await world.as_(DUTY)
    path = f"/v1/signals/{signal_id}/triage"
    refused(await duty.post(path, REFER | {"mobile_group_id": signal_id}), 422, "unknown-mobile-group")
    refused(await duty.post(path, {k: v for k, v in REFER.items() if k != "mobile_group_id"}), 422, "target-needed")
    assert await open_clocks(owner_url, signal_id) == ["triage_urgent"]
