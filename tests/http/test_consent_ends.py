"""A consent ends: what rested on it ends in the same act, and the answer says what goes on and why."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from casemgmt.clock import ManualClock
from casemgmt.demo.accounts import demo_id
from tests.benefit_steps import OFFICER, asked, consent_to_application, family_on_record
from tests.clients import World
from tests.consent_steps import answer_for, book, consent, ended, reasons, sharing, take_in, withdraw, wording
from tests.factories import OpenCase, open_case
from tests.outreach_steps import refused
from tests.records import events, rows, running_clocks, story
from tests.steps import MANAGER, SUPERVISOR, done, plan, sign_and_approve

LAWYER = "lawyer.almaty"


@pytest.fixture
def clock(request: pytest.FixtureRequest) -> ManualClock:
    """Stands at this moment, or as long before it as the test asks for."""
    return ManualClock(datetime.now(UTC) - getattr(request, "param", timedelta()))


async def _case(world: World, owner_url: str, **given: Any) -> OpenCase:
    case = await open_case(owner_url, **given)
    await answer_for(world, case)
    return case


async def test_withdrawal_ends_the_place_on_the_team_and_says_what_goes_on(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    case = await _case(world, owner_url)
    made = await sharing(world, case, clock.now())
    done(await take_in(world, case, LAWYER, made["id"]))
    manager = await world.as_(MANAGER)
    before = done(await manager.get(f"/v1/consents/{made['id']}"))
    member = ended(before)[0][1]
    assert ended(before) == [("membership_ended", member)]

    answer = done(await withdraw(world, case, made["id"], clock.now()))
    assert (answer["state"], answer["holds"]) == ("withdrawn", False)
    assert ended(answer) == [("membership_ended", member)]
    assert reasons(answer) == {"accountable_body": [str(case.id)], "what_took_place": [made["id"]]}
    assert {each["basis"] for each in answer["effect"]["goes_on"]} == {"house_rule"}
    assert (await (await world.as_(LAWYER)).get(f"/v1/cases/{case.id}")).status_code == 404
    assert done(await manager.get(f"/v1/consents/{made['id']}"))["effect"] == answer["effect"]
    assert (await story(owner_url, str(case.id)))[-2:] == ["case.member_left", "consent.withdrawn"]
    assert {"consent.withdrawn", "case.member_left"} <= set(await events(owner_url, member))
    refused(await withdraw(world, case, made["id"], clock.now()), 409, "wrong-state")
    refused(await take_in(world, case, LAWYER, made["id"]), 409, "consent-not-in-force")


async def test_labels_of_what_ends_come_in_the_readers_language(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    case = await _case(world, owner_url)
    made = await sharing(world, case, clock.now())
    done(await take_in(world, case, LAWYER, made["id"]))
    manager = await world.as_(MANAGER)
    labels = {
        language: done(await manager.get(f"/v1/consents/{made['id']}", headers={"Accept-Language": language}))[
            "effect"
        ]["ended"][0]["label"]
        for language in ("kk", "ru", "en")
    }
    assert len(set(labels.values())) == 3
    assert labels["ru"] == "участие в команде прекращено"


async def test_withdrawal_cancels_sessions_to_come_and_frees_their_times(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    case = await _case(world, owner_url)
    made = await consent(world, case, clock.now(), purpose="psychological_session")
    soon, later = clock.now() + timedelta(hours=1), clock.now() + timedelta(days=2)
    held = done(await book(world, case, soon, consent_id=made["id"]))["id"]
    coming = done(await book(world, case, later, consent_id=made["id"]))["id"]
    free = done(await book(world, case, later + timedelta(days=1)))["id"]
    clock.advance(timedelta(hours=3))
    world.forget_tokens()
    psychologist = await world.as_("psychologist.almaty")
    attendance = [{"person_id": str(case.child_id), "attendance": "attended"}]
    outcome = {"attendance": attendance, "outcome": "progress", "next_step": "continue_course"}
    done(await psychologist.post(f"/v1/sessions/{held}/hold", outcome))

    answer = done(await withdraw(world, case, made["id"], clock.now(), "psychologist.almaty"))
    assert ended(answer) == [("session_cancelled", coming)]
    assert reasons(answer)["what_took_place"] == [made["id"], held]
    manager = await world.as_(MANAGER)
    cancelled = done(await manager.get(f"/v1/sessions/{coming}"))
    assert (cancelled["state"], cancelled["cancellation_reason"]) == ("cancelled", "consent_ended")
    assert done(await manager.get(f"/v1/sessions/{free}"))["state"] == "booked"
    assert (await book(world, case, later)).status_code == 201, "the times are free again"


async def test_withdrawal_ends_the_plan_its_measures_and_clocks_and_the_manager_owes_another(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    case = await _case(world, owner_url, stage="planning", approved=False)
    manager = await world.as_(MANAGER)
    await _put_aside(world, case)
    made = await consent(world, case, clock.now())
    drafted = done(await manager.post(f"/v1/cases/{case.id}/plans", plan(consent_id=made["id"])))
    approved = await sign_and_approve(world, drafted["id"])
    assert "plan_review" in await running_clocks(owner_url, str(case.id))

    answer = done(await withdraw(world, case, made["id"], clock.now()))
    assert ended(answer) == [("plan_ended", drafted["id"])]
    ended_plan = done(await manager.get(f"/v1/plans/{drafted['id']}"))
    assert (ended_plan["state"], ended_plan["ended_at"] is not None) == ("ended", True)
    measures = "SELECT DISTINCT state FROM plan_measure WHERE plan_id = $1::uuid"
    assert [r["state"] for r in await rows(owner_url, measures, approved["id"])] == ["not_done"]
    clocks = await running_clocks(owner_url, str(case.id))
    assert "plan_review" not in clocks
    assert clocks["plan_draft"]["assignee_id"] == demo_id(MANAGER)
    assert "plan.ended" in await story(owner_url, str(case.id))

    # What rests on a recorded ground needs no consent, and goes on.
    ground = plan(consent="without_consent", consent_ground="Сот шешімі")
    again = done(await manager.post(f"/v1/cases/{case.id}/plans", ground))
    other = await consent(world, case, clock.now(), purpose="photo", scopes=["image"])
    gone = done(await withdraw(world, case, other["id"], clock.now()))
    assert ended(gone) == []
    assert reasons(gone)["recorded_ground"] == [again["id"]]


async def _put_aside(world: World, case: OpenCase) -> None:
    """Put the plan aside with which the case was made, so that another can be drafted."""
    done(await (await world.as_(MANAGER)).post(f"/v1/plans/{case.plan_id}/discard", {"reason": "Басқасы керек"}))


async def test_a_plan_is_not_signed_or_approved_on_a_consent_that_is_over(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    case = await _case(world, owner_url, stage="planning", approved=False)
    await _put_aside(world, case)
    last = (clock.now() + timedelta(days=1)).date().isoformat()
    made = await consent(world, case, clock.now(), expires_on=last)
    body = plan(consent_id=made["id"])
    manager = await world.as_(MANAGER)
    wrong = plan(consent_id=made["id"], consent="given_by_child")
    refused(await manager.post(f"/v1/cases/{case.id}/plans", wrong), 422, "consent-of-other-giver")
    drafted = done(await manager.post(f"/v1/cases/{case.id}/plans", body))["id"]
    refused(await manager.post(f"/v1/consents/{made['id']}/note-expiry"), 409, "consent-still-holds")
    clock.advance(timedelta(days=3))
    world.forget_tokens()
    manager = await world.as_(MANAGER)
    assert done(await manager.get(f"/v1/consents/{made['id']}"))["holds"] is False
    refused(await manager.post(f"/v1/plans/{drafted}/sign"), 409, "consent-not-in-force")
    noted = done(await manager.post(f"/v1/consents/{made['id']}/note-expiry"))
    assert (noted["state"], ended(noted)) == ("expired", [("plan_ended", drafted)])


async def test_nothing_comes_to_rest_on_a_consent_while_it_is_being_taken_back(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    """Whichever comes first: the place is refused, or it ends with the consent."""
    case = await _case(world, owner_url)
    standing = "SELECT id FROM case_member WHERE consent_id = $1::uuid AND ended_at IS NULL"
    booked = "SELECT id FROM centre_session WHERE consent_id = $1::uuid AND state = 'booked'"
    for day in range(1, 6):
        made = await sharing(world, case, clock.now())
        other = await consent(world, case, clock.now(), purpose="psychological_session")
        answers = await asyncio.gather(
            take_in(world, case, LAWYER, made["id"]),
            withdraw(world, case, made["id"], clock.now()),
            book(world, case, clock.now() + timedelta(days=day), consent_id=other["id"]),
            withdraw(world, case, other["id"], clock.now()),
        )
        assert [a.status_code for a in answers[1::2]] == [200, 200]
        assert {a.status_code for a in answers[::2]} <= {200, 201, 409}
        assert await rows(owner_url, standing, made["id"]) == []
        assert await rows(owner_url, booked, other["id"]) == []


@pytest.mark.parametrize("clock", [timedelta(days=10)], indirect=True)
async def test_a_place_on_the_team_is_blind_from_the_moment_its_consent_is_over(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    """The database compares by its own clock, so that nothing has to run at that moment: here it was days ago."""
    case = await _case(world, owner_url, at=datetime.now(UTC) - timedelta(days=12))
    last = (clock.now() + timedelta(days=2)).date().isoformat()
    made = await sharing(world, case, clock.now(), expires_on=last)
    done(await take_in(world, case, LAWYER, made["id"]))
    assert (await (await world.as_(LAWYER)).get(f"/v1/cases/{case.id}")).status_code == 404


async def test_whose_own_place_ends_still_gets_the_answer(world: World, owner_url: str, clock: ManualClock) -> None:
    case = await _case(world, owner_url)
    made = await sharing(world, case, clock.now())
    done(await take_in(world, case, LAWYER, made["id"]))
    answer = done(await withdraw(world, case, made["id"], clock.now(), LAWYER))
    assert [effect for effect, _ in ended(answer)] == ["membership_ended"]
    assert (await (await world.as_(LAWYER)).get(f"/v1/consents/{made['id']}")).status_code == 404


async def test_withdrawal_takes_back_an_offer_that_nobody_answered(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    family = await family_on_record(world)
    manager = await world.as_(MANAGER)
    made = await consent_to_application(world, family, clock.now())
    officer = await world.as_(OFFICER)
    estimate = done(await officer.post(family.path, asked(mode="estimate")))
    offer = done(
        await officer.post(
            f"/v1/determinations/{estimate['id']}/offers", {"channel": "phone_call", "consent_id": made["id"]}
        )
    )
    back = {"withdrawn_by_id": family.mother, "withdrawn_at": clock.now().isoformat(), "form": "oral"}
    answer = done(await manager.post(f"/v1/consents/{made['id']}/withdraw", back))
    assert ended(answer) == [("offer_withdrawn", offer["id"])]
    gone = done(await officer.get(f"/v1/benefit-offers/{offer['id']}"))
    assert (gone["state"], gone["withdrawn_at"] is not None) == ("withdrawn", True)
    late = {"consent": True, "channel": "phone_call", "answered_at": clock.now().isoformat()}
    refused(await officer.post(f"/v1/benefit-offers/{offer['id']}/answer", late), 409, "wrong-state")
    assert "benefit_offer_answer" not in await running_clocks(owner_url, family.case)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"withdrawn_by_id": str(demo_id(SUPERVISOR))}, "consent-giver"),
        ({"withdrawn_at": "2999-01-01T00:00:00Z"}, "consent-withdrawal-time"),
        ({"withdrawn_at": "2001-01-01T00:00:00Z"}, "consent-withdrawal-time"),
    ],
)
async def test_a_withdrawal_that_can_not_be_changes_nothing(
    world: World, owner_url: str, clock: ManualClock, given: dict[str, str], code: str
) -> None:
    case = await _case(world, owner_url)
    made = await consent(world, case, clock.now())
    said = {"withdrawn_by_id": str(case.mother_id), "withdrawn_at": clock.now().isoformat(), "form": "oral"}
    manager = await world.as_(MANAGER)
    refused(await manager.post(f"/v1/consents/{made['id']}/withdraw", said | given), 422, code)
    assert done(await manager.get(f"/v1/consents/{made['id']}"))["holds"] is True


async def test_the_child_itself_takes_a_consent_back(world: World, owner_url: str, clock: ManualClock) -> None:
    case = await _case(world, owner_url)
    made = await consent(world, case, clock.now(), basis="child_and_representative")
    said = {"withdrawn_by_id": str(case.child_id), "withdrawn_at": clock.now().isoformat(), "form": "oral"}
    answer = done(await (await world.as_(MANAGER)).post(f"/v1/consents/{made['id']}/withdraw", said))
    assert answer["withdrawn_by_id"] == str(case.child_id)
    assert wording(case, clock.now())["giver_id"] == answer["giver_id"]
