"""One thing is asked of another body: what it learns, and when it learns it no more."""

from datetime import UTC, datetime, timedelta
from typing import Any

from casemgmt.demo.accounts import demo_id
from tests import factories, steps
from tests.clients import Caller, World
from tests.consent_steps import CENTRE, answer_for, sharing, withdraw
from tests.http.test_cases import verdicts
from tests.records import events, rows, story
from tests.steps import MANAGER, CaseAtWork, done

HEAD, PSYCHOLOGIST, LAWYER, GUARDIAN = "head.almaty", "psychologist.almaty", "lawyer.almaty", "guardian.almaty"
ASKED: dict[str, Any] = {
    "to_organisation_id": CENTRE,
    "help_kind": "psychological",
    "question": "Он жасар қызға психологиялық көмек керек.",
    "told": "Сабаққа бармай қалған, түнде ұйықтамайды.",
    "without_consent_ground": "Баланың мүддесі",
}
NOTE = {"return_note": "Төрт кездесу өтті, ұйқысы түзелді."}


async def asked(world: World, case: CaseAtWork, **given: Any) -> str:
    """Ask the centre for help and return the referral's id."""
    body = ASKED | {"person_id": case.child} | given
    referral = done(await (await world.as_(MANAGER)).post(f"/v1/cases/{case.id}/service-referrals", body))
    return str(referral["id"])


async def accepted(world: World, referral: str, by: str = HEAD, responsible: str = PSYCHOLOGIST) -> dict[str, Any]:
    """Accept a referral for the body."""
    body = {"responsible_id": str(demo_id(responsible))}
    return done(await (await world.as_(by)).post(f"/v1/service-referrals/{referral}/accept", body))


async def _statuses(world: World, path: str, *who: str) -> list[int]:
    return [(await (await world.as_(w)).get(path)).status_code for w in who]


async def _kinds(caller: Caller, referral: str) -> list[str]:
    mine = done(await caller.get("/v1/tasks/mine"))["items"]
    return [t["kind"] for t in mine if t["record_id"] == referral]


async def test_the_body_reads_what_is_asked_and_the_child_only_when_it_has_accepted(world: World) -> None:
    case = await steps.open_case(world)
    referral = await asked(world, case)
    path, head = f"/v1/service-referrals/{referral}", await world.as_(HEAD)
    told = await head.get(path)
    seen = done(told)
    assert (seen["question"], seen["child"], seen["told"], seen["share"], seen["case_id"]) == (
        *(ASKED["question"], None, None, None, None),
    )
    assert case.child not in told.text
    assert case.id not in told.text
    assert verdicts(seen)["accept"] is None
    assert await _statuses(world, path, PSYCHOLOGIST, GUARDIAN, "head.almaty") == [404, 404, 200]

    got = await accepted(world, referral)
    assert got["child"].keys() == {"family_name", "given_name", "age"}
    assert (got["told"], got["share"], got["case_id"]) == (ASKED["told"], None, None)
    psychologist = await world.as_(PSYCHOLOGIST)
    read = done(await psychologist.get(path))
    assert read["child"] == got["child"]
    assert read["child"]["given_name"]
    closed = (f"/v1/cases/{case.id}", f"/v1/persons/{case.child}", f"/v1/cases/{case.id}/service-referrals")
    for hidden in closed:
        assert await _statuses(world, hidden, PSYCHOLOGIST, HEAD) == [404, 404], hidden
    assert await _statuses(world, path, LAWYER) == [404]


async def test_every_look_at_the_child_stands_in_the_log_of_who_saw_it(world: World, owner_url: str) -> None:
    case = await steps.open_case(world)
    referral = await asked(world, case)
    await accepted(world, referral)
    done(await (await world.as_(PSYCHOLOGIST)).get(f"/v1/service-referrals/{referral}"))
    seen = await rows(
        owner_url,
        "SELECT DISTINCT actor_id FROM audit_event WHERE kind = 'person.read' AND $1::text::uuid = ANY (record_ids)"
        " AND actor_id = ANY ($2)",
        case.child,
        [demo_id(HEAD), demo_id(PSYCHOLOGIST)],
    )
    assert {r["actor_id"] for r in seen} == {demo_id(HEAD), demo_id(PSYCHOLOGIST)}
    assert {"service_referral.offered", "service_referral.accepted"} <= set(await events(owner_url, referral))


async def test_done_with_its_note_the_body_sees_nothing_any_more_but_how_many_there_were(
    world: World, owner_url: str
) -> None:
    case = await steps.open_case(world)
    referral = await asked(world, case)
    await accepted(world, referral)
    psychologist, path = await world.as_(PSYCHOLOGIST), f"/v1/service-referrals/{referral}"
    assert await _kinds(psychologist, referral) == ["service_referral_completion"]
    assert (await psychologist.post(f"{path}/complete")).status_code == 422
    assert (await psychologist.post(f"{path}/complete", NOTE)).status_code == 204
    assert await _statuses(world, path, PSYCHOLOGIST, HEAD) == [404, 404]
    assert done(await (await world.as_(HEAD)).get("/v1/service-referrals"))["items"] == []
    tally = done(await (await world.as_(HEAD)).get("/v1/service-referrals/tally"))
    assert tally == {"offered": 0, "accepted": 0, "declined": 0, "done": 1, "withdrawn": 0}
    assert await _kinds(psychologist, referral) == []

    manager = await world.as_(MANAGER)
    answer = done(await manager.get(path))
    assert (answer["state"], answer["return_note"], answer["child"]) == ("done", NOTE["return_note"], None)
    assert answer["share"]["person_id"] == case.child
    assert await _kinds(manager, referral) == ["service_referral_return"]
    assert [k for k in await story(owner_url, case.id) if k.startswith("service_referral.")] == [
        "service_referral.offered",
        "service_referral.accepted",
        "service_referral.done",
    ]
    told = done(await manager.get(f"/v1/cases/{case.id}/timeline?order=desc&limit=1"))["items"][0]
    assert told["kind"] == "service_referral.done"


async def test_a_declined_referral_says_why_to_the_manager_and_is_gone_for_the_body(world: World) -> None:
    case = await steps.open_case(world)
    referral = await asked(world, case)
    head, path = await world.as_(HEAD), f"/v1/service-referrals/{referral}"
    assert await _kinds(head, referral) == ["service_referral_acceptance"]
    assert (await head.post(f"{path}/decline", {"note": "Маман жоқ"})).status_code == 422
    reason = {"reason": "no_capacity", "note": "Маман демалыста."}
    assert (await head.post(f"{path}/decline", reason)).status_code == 204
    assert await _statuses(world, path, HEAD) == [404]
    manager = await world.as_(MANAGER)
    seen = done(await manager.get(f"/v1/cases/{case.id}/service-referrals"))["items"]
    assert [(r["state"], r["decline_reason"], r["decline_note"]) for r in seen] == [
        ("declined", "no_capacity", "Маман демалыста.")
    ]
    assert await _kinds(manager, referral) == ["service_referral_return"]


async def test_what_is_withdrawn_after_acceptance_is_out_of_sight_at_once(world: World) -> None:
    case = await steps.open_case(world)
    referral = await asked(world, case)
    await accepted(world, referral)
    path = f"/v1/service-referrals/{referral}"
    withdrawn = done(await (await world.as_(MANAGER)).post(f"{path}/withdraw"))
    assert withdrawn["state"] == "withdrawn"
    assert await _statuses(world, path, PSYCHOLOGIST, HEAD) == [404, 404]
    assert (await (await world.as_(PSYCHOLOGIST)).post(f"{path}/complete", NOTE)).status_code == 404
    assert await _kinds(await world.as_(PSYCHOLOGIST), referral) == []


async def test_who_withdraws_a_consent_takes_the_child_out_of_sight_of_the_body(world: World, owner_url: str) -> None:
    case = await factories.open_case(owner_url)
    await answer_for(world, case)
    now = datetime.now(UTC) - timedelta(minutes=1)
    elsewhere = str(demo_id("guardianship_almaty"))
    manager, path = await world.as_(MANAGER), f"/v1/cases/{case.id}/service-referrals"
    other = await sharing(world, case, now, shared_with_id=elsewhere)
    body = ASKED | {"person_id": str(case.child_id), "without_consent_ground": None}
    refused = await manager.post(path, body | {"consent_id": other["id"]})
    assert refused.json()["errors"][0]["code"] == "consent-not-for-this-sharing"
    given = await sharing(world, case, now)
    referral = done(await manager.post(path, body | {"consent_id": given["id"]}))["id"]
    assert (await accepted(world, referral))["child"] is not None
    done(await withdraw(world, case, given["id"], datetime.now(UTC)))
    left = done(await (await world.as_(PSYCHOLOGIST)).get(f"/v1/service-referrals/{referral}"))
    assert (left["state"], left["child"], left["told"]) == ("accepted", None, None)


async def test_bodies_children_and_grounds_that_do_not_fit_are_refused(world: World) -> None:
    case = await steps.open_case(world)
    manager, path = await world.as_(MANAGER), f"/v1/cases/{case.id}/service-referrals"
    right = ASKED | {"person_id": case.child}
    wrong = {
        "own-body-referred": {"to_organisation_id": str(demo_id("crd_almaty"))},
        "nobody-answers-there": {"to_organisation_id": str(demo_id("school_almaty"))},
        "not-child-of-case": {"person_id": (await steps.open_case(world)).child},
        "sharing-ground-needed": {"without_consent_ground": None},
    }
    for code, given in wrong.items():
        refused = await manager.post(path, right | given)
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, code), refused.text
    assert done(await manager.get(path))["items"] == []
    referral = await asked(world, case)
    for name in (GUARDIAN, "nurse.almaty"):
        body = {"responsible_id": str(demo_id(name))}
        refused = await (await world.as_(HEAD)).post(f"/v1/service-referrals/{referral}/accept", body)
        assert refused.json()["errors"][0]["code"] == "not-of-your-body"


async def test_a_desk_of_another_kind_of_body_answers_and_works_by_itself(world: World) -> None:
    case = await steps.open_case(world)
    body = {"to_organisation_id": str(demo_id("guardianship_almaty")), "wanted_by": "2027-01-15"}
    referral = await asked(world, case, **body)
    await accepted(world, referral, GUARDIAN, GUARDIAN)
    guardian = await world.as_(GUARDIAN)
    assert [r["id"] for r in done(await guardian.get("/v1/service-referrals?state=accepted"))["items"]] == [referral]
    assert (await guardian.post(f"/v1/service-referrals/{referral}/complete", NOTE)).status_code == 204


async def test_the_body_of_a_restricted_case_reads_the_same_narrow_record(world: World) -> None:
    case = await steps.open_case(world)
    limit = {"restricted": True, "ground": "staff_involved"}
    done(await (await world.as_(MANAGER)).post(f"/v1/cases/{case.id}/restriction", limit))
    referral = await asked(world, case)
    assert (await accepted(world, referral))["child"] is not None
    assert await _statuses(world, f"/v1/service-referrals/{referral}", "supervisor.almaty", PSYCHOLOGIST) == [404, 200]


async def test_a_head_who_takes_the_work_over_takes_the_sight_of_the_child_with_it(world: World) -> None:
    case = await steps.open_case(world)
    referral = await asked(world, case)
    await accepted(world, referral)
    head, path = await world.as_(HEAD), f"/v1/service-referrals/{referral}"
    mine = done(await (await world.as_(PSYCHOLOGIST)).get("/v1/tasks/mine"))["items"]
    task = next(t["id"] for t in mine if t["record_id"] == referral)
    done(await head.post(f"/v1/tasks/{task}/assign", {"assignee_id": str(demo_id(HEAD))}))
    assert done(await head.get(path))["responsible_id"] == str(demo_id(HEAD))
    assert await _statuses(world, path, PSYCHOLOGIST) == [404]
