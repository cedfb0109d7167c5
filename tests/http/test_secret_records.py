"""Notes on health and facts of adoption, over HTTP: what can be recorded, what is refused, and what stays silent."""

from typing import Any

import pytest

from casemgmt.demo.accounts import demo_id
from casemgmt.ids import new_id
from tests.clients import World
from tests.outreach_steps import ACT, LEAD, WAY, go, record_child, refer, refused
from tests.people import case_of, record_person
from tests.records import events, rows, story
from tests.steps import MANAGER, done

NOTE = {"body": "Сол қолында көгерген жер.", "observed_on": "2026-01-05"}
ADOPTION = {"court": "Алматы қ. соты", "decided_on": "2015-06-01", "former_given_name": "Айша"}
GUARDIAN = "guardian.almaty"


async def _case_with(world: World, username: str, team_role: str) -> tuple[str, str]:
    """Open a case of a child and take somebody into its team; return the paths of the person and the case."""
    person = await record_person(world, "duty.almaty")
    case = await case_of(world, person)
    member = {"user_id": str(demo_id(username)), "team_role": team_role}
    done(await (await world.as_(MANAGER)).post(f"/v1/cases/{case}/team", member))
    return f"/v1/persons/{person}", case


async def test_a_note_on_health_is_read_by_its_author_and_the_medical_side_of_the_team(
    world: World, owner_url: str
) -> None:
    path, case = await _case_with(world, "nurse.almaty", "health_worker")
    written = done(await (await world.as_(MANAGER)).post(f"{path}/health-notes", NOTE))
    for username in (MANAGER, "nurse.almaty"):
        assert (await (await world.as_(username)).get(f"{path}/health-notes")).json() == {"items": [written]}
    member = {"user_id": str(demo_id("lawyer.almaty")), "team_role": "lawyer", "help_kind": "legal"}
    done(await (await world.as_(MANAGER)).post(f"/v1/cases/{case}/team", member))
    assert (await (await world.as_("lawyer.almaty")).get(f"{path}/health-notes")).json() == {"items": []}
    assert "health" not in " ".join(await story(owner_url, case))
    assert await events(owner_url, written["id"]) == ["health_note.written", *["health_note.read"] * 2]


async def test_what_the_group_saw_of_health_is_kept_apart_from_the_visit_act(world: World, owner_url: str) -> None:
    child = await record_child(world, "operator.111")
    _, referral = await refer(world, subjects=[{"person_id": child, "role": "child"}])
    await go(world, referral, *WAY)
    lead = await world.as_(LEAD)
    act = done(
        await lead.post(
            f"/v1/referrals/{referral}/visit-act", ACT | {"health_notes": [{"person_id": child, "body": NOTE["body"]}]}
        )
    )
    assert NOTE["body"] not in str(act)
    kept = await rows(owner_url, "SELECT body, person_id, visit_act_id FROM health_note")
    assert [(r["body"], str(r["person_id"]), str(r["visit_act_id"])) for r in kept] == [
        (NOTE["body"], child, act["id"])
    ]
    # The visit is over and the signal back at the desk: the group sees the child no more, and its note neither.
    assert (await lead.get(f"/v1/persons/{child}/health-notes")).status_code == 404


async def test_a_visit_act_takes_no_note_on_somebody_who_is_not_seen(world: World) -> None:
    _, referral = await refer(world)
    await go(world, referral, *WAY)
    note = {"person_id": str(new_id()), "body": NOTE["body"]}
    answer = await (await world.as_(LEAD)).post(f"/v1/referrals/{referral}/visit-act", ACT | {"health_notes": [note]})
    refused(answer, 422, "unknown-person")


@pytest.mark.parametrize(
    ("given", "pointer", "code"),
    [
        ({"observed_on": "2999-01-01"}, "/observed_on", "observed-in-future"),
        ({"visit_act_id": str(new_id())}, "/visit_act_id", "unknown-visit-act"),
        ({"assessment_id": str(new_id())}, "/assessment_id", "unknown-assessment"),
    ],
)
async def test_a_note_on_health_that_can_not_be_is_refused(
    world: World, given: dict[str, Any], pointer: str, code: str
) -> None:
    path, _ = await _case_with(world, "nurse.almaty", "health_worker")
    answer = await (await world.as_(MANAGER)).post(f"{path}/health-notes", NOTE | given)
    assert answer.status_code == 422, answer.text
    assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [(pointer, code)]


async def test_an_adoption_is_recorded_and_withdrawn_by_the_guardianship_body_on_the_team(world: World) -> None:
    path, _ = await _case_with(world, GUARDIAN, "guardianship_officer")
    guardian = await world.as_(GUARDIAN)
    fact = done(await guardian.post(f"{path}/adoption-facts", ADOPTION))
    assert (await guardian.get(f"{path}/adoption-facts")).json() == {"items": [fact], "sealed_names": []}
    withdraw = f"{path}/adoption-facts/{fact['id']}/withdraw"
    gone = done(await guardian.post(withdraw, {"reason": "Басқа бала"}))
    assert gone["withdraw_reason"] == "Басқа бала"
    refused(await guardian.post(withdraw, {"reason": "Басқа бала"}), 409, "record-ended")


async def test_to_everybody_else_there_is_no_adoption_and_nothing_tells_of_one(world: World, owner_url: str) -> None:
    path, case = await _case_with(world, GUARDIAN, "guardianship_officer")
    before = await story(owner_url, case)
    fact = done(await (await world.as_(GUARDIAN)).post(f"{path}/adoption-facts", ADOPTION))
    for username in (MANAGER, "supervisor.almaty", "oversight", "duty.almaty"):
        assert (await (await world.as_(username)).get(f"{path}/adoption-facts")).status_code == 403
    assert await story(owner_url, case) == before
    assert await events(owner_url, fact["id"]) == ["adoption_fact.recorded"]
    # That somebody was refused stands at every child of whom it was asked; that there is something, at none.
    assert "adoption_fact.recorded" not in await events(owner_url, path.rpartition("/")[2])


async def test_a_guardianship_officer_who_is_not_on_the_team_records_none(world: World) -> None:
    hidden, own = await record_person(world, "duty.almaty"), await record_person(world, GUARDIAN)
    guardian = await world.as_(GUARDIAN)
    refused(await guardian.post(f"/v1/persons/{hidden}/adoption-facts", ADOPTION), 404, "not-found")
    refused(await guardian.post(f"/v1/persons/{own}/adoption-facts", ADOPTION), 403, "guardianship-team-only")


@pytest.mark.parametrize(
    ("given", "code"),
    [({"decided_on": "2999-01-01"}, "decision-in-future"), ({"in_force_on": "2015-01-01"}, "dates-out-of-order")],
)
async def test_an_adoption_on_impossible_days_is_refused(world: World, given: dict[str, str], code: str) -> None:
    path, _ = await _case_with(world, GUARDIAN, "guardianship_officer")
    refused(await (await world.as_(GUARDIAN)).post(f"{path}/adoption-facts", ADOPTION | given), 422, code)
