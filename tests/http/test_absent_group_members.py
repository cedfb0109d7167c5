"""A member of a mobile group is away: a deputy has the place, or the head is asked before the group goes out."""

from datetime import UTC, datetime, timedelta
from typing import Any

from casemgmt.demo.accounts import demo_id
from rules.zone import to_local
from tests.absence_steps import away, of_absence
from tests.account_steps import give_role
from tests.clients import World
from tests.http.test_today import today
from tests.outreach_steps import LEAD, refer
from tests.people import statuses
from tests.records import events, rows
from tests.steps import done

DEPUTY, OTHER, HEAD, MEMBER = "psychologist.almaty", "lawyer.almaty", "head.almaty", "nurse.almaty"
GROUP = f"/v1/mobile-groups/{demo_id('group cps_almaty')}"
QUESTION = "group_place_uncovered"


async def _lead_by_role(world: World, who: str = DEPUTY) -> None:
    await give_role(world, f"/v1/users/{demo_id(who)}", "mobile_group_lead")


async def _group(world: World) -> dict[str, Any]:
    return done(await (await world.as_(HEAD)).get(GROUP))


async def _asked(world: World) -> list[dict[str, Any]]:
    """Return the questions on mobile groups that the head's day shows."""
    told = await today(world, HEAD)
    found = {t["id"]: t for part in ("breached", "due_today", "warning") for t in told[part]["items"]}
    listed = done(await (await world.as_(HEAD)).get("/v1/tasks/mine?limit=100"))["items"]
    return [t | {"shown": t["id"] in found} for t in listed if t["kind"] == QUESTION]


async def test_a_deputy_of_the_sector_with_the_role_has_the_place_for_that_time_and_no_longer(
    world: World, owner_url: str
) -> None:
    await _lead_by_role(world)
    _, referral = await refer(world)
    path = f"/v1/referrals/{referral}"
    assert await statuses(world, path, LEAD, DEPUTY) == {LEAD: 200, DEPUTY: 404}
    entered = await away(world, by=LEAD, deputy=DEPUTY)
    (place,) = entered["groups"]
    assert (place["deputy_id"], place["bare"], place["is_lead"]) == (str(demo_id(DEPUTY)), False, True)
    done(await (await world.as_(DEPUTY)).post(f"{path}/accept"))
    group = await _group(world)
    standing = {m["user_id"]: m for m in group["members"]}
    assert standing[str(demo_id(DEPUTY))]["stands_in_until"] == entered["ends_at"]
    assert standing[str(demo_id(LEAD))]["away_until"] == entered["ends_at"]
    assert group["complete"], "the deputy is of the sector"
    assert await _asked(world) == []

    # no job comes: the place ends by its own date
    await rows(
        owner_url,
        "WITH over AS (UPDATE mobile_group_member SET rests_until = now() - interval '1 h'"
        " WHERE absence_id IS NOT NULL) SELECT set_config('casemgmt.audited', 'on', false)",
    )
    assert await statuses(world, path, DEPUTY) == {DEPUTY: 404}
    done(await of_absence(world, LEAD, f"{entered['id']}/end"))
    assert str(demo_id(DEPUTY)) not in str((await _group(world))["members"])
    told = [e for e in await events(owner_url, str(demo_id("group cps_almaty"))) if "stand_in" in e]
    assert told == ["mobile_group.stand_in_began", "mobile_group.stand_in_ended"]


async def test_early_return_closes_the_group_to_the_deputy_at_once(world: World) -> None:
    await _lead_by_role(world)
    _, referral = await refer(world)
    entered = await away(world, by=LEAD, deputy=DEPUTY)
    assert await statuses(world, f"/v1/referrals/{referral}", DEPUTY) == {DEPUTY: 200}
    done(await of_absence(world, LEAD, f"{entered['id']}/end"))
    assert await statuses(world, f"/v1/referrals/{referral}", DEPUTY) == {DEPUTY: 404}


async def test_a_group_that_would_go_out_without_a_lead_is_on_the_heads_list_before_it_does(world: World) -> None:
    now = datetime.now(UTC)
    shift = to_local(now + timedelta(hours=2))
    until = shift + timedelta(hours=3)
    times = [{"on_date": shift.date().isoformat(), "from_time": f"{shift:%H:%M}", "until_time": f"{until:%H:%M}"}]
    admin = await world.as_("admin")
    version = (await admin.get(GROUP)).headers["etag"]
    done(await admin.request("PUT", f"{GROUP}/duty", json={"times": times}, headers={"If-Match": version}))
    entered = await away(world, by=LEAD, deputy=OTHER)
    (place,) = entered["groups"]
    assert (place["deputy_id"], place["bare"], place["name"]) == (None, True, (await _group(world))["name"])
    (question,) = await _asked(world)
    assert question["record_id"] == str(demo_id("group cps_almaty"))
    assert now < datetime.fromisoformat(question["due_at"]) <= now + timedelta(hours=2)
    assert "social_protection" in (await _group(world))["missing_sectors"]

    await _lead_by_role(world)
    named = {"deputy_id": str(demo_id(DEPUTY)), "cases": []}
    done(await of_absence(world, LEAD, f"{entered['id']}/deputies", named))
    assert await _asked(world) == []
    assert (await _group(world))["missing_sectors"] == []


async def test_the_question_ends_with_the_absence_and_is_asked_once_for_two_who_are_away(world: World) -> None:
    first = await away(world, by=LEAD, deputy=OTHER)
    second = await away(world, by=MEMBER, deputy=OTHER)
    assert [(g["sector"], g["bare"]) for g in second["groups"]] == [("health", True)]
    assert len(await _asked(world)) == 1
    done(await of_absence(world, LEAD, f"{first['id']}/end"))
    assert len(await _asked(world)) == 1, "the nurse is still away"
    done(await of_absence(world, MEMBER, f"{second['id']}/end"))
    assert await _asked(world) == []


async def test_why_a_member_is_away_is_not_told_with_the_group(world: World) -> None:
    await away(world, by=MEMBER, deputy=OTHER, reason="illness")
    shown = await (await world.as_("duty.almaty")).get(GROUP)
    assert "illness" not in shown.text
    assert [m["user_id"] for m in shown.json()["members"] if m["away_until"]] == [str(demo_id(MEMBER))]
