"""What is done in a case: assessments, plans and their measures, sessions, consents, programmes, checks after it."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

from casemgmt.demo.accounts import demo_id
from tests.consent_steps import CENTRE, answer_for, booking_of, wording
from tests.factories import OpenCase, complete_assessment, scores
from tests.http.test_stays import family, shelter
from tests.steps import INSTRUMENT, MANAGER, SUPERVISOR, answers, done, plan
from tests.walk.ground import Cell, Ground, Record, Walk, operation


async def _consented(ground: Ground, case: OpenCase, **given: Any) -> str:
    """Record a consent of the child's mother; return its id."""
    await answer_for(ground.world, case)
    said = wording(case, ground.clock.now(), **given)
    return str((await ground.act(MANAGER, f"/v1/cases/{case.id}/consents", said))["id"])


async def _withdraw(ground: Ground, cell: Cell, record: Record) -> Any:
    body = {"withdrawn_by_id": record.about["mother"], "withdrawn_at": ground.clock.now().isoformat(), "form": "oral"}
    caller = await ground.world.as_(cell.who)
    return await caller.post(f"/v1/consents/{record.about['consent_id']}/withdraw", body)


async def _assessment(ground: Ground, cell: Cell) -> Record:
    case = await ground.case("assessment", cell.role)
    begun = INSTRUMENT | {"person_id": str(case.child_id), "occasion": "review"}
    path = f"/v1/assessments/{(await ground.act(MANAGER, f'/v1/cases/{case.id}/assessments', begun))['id']}"
    if cell.action == "complete":
        await ground.act(MANAGER, path, {"answers": answers(1)}, method="PATCH")
    return Record(path.rpartition("/")[2])


ASSESSMENTS = Walk(
    states={"draft": _assessment},
    steps={
        "answer": operation("answer_assessment", answers=answers(1)),
        "complete": operation("complete_assessment"),
        "discard": operation("discard_assessment"),
    },
    cannot={"enter_in_error": "a correction that a second person confirms takes it: record_error"},
)


def _plan(*steps: str) -> Any:
    """A plan that rests on a consent, with a measure of each kind of help."""

    async def reach(ground: Ground, cell: Cell) -> Record:
        case = await ground.case("planning", cell.role, approved=False)
        await ground.act(MANAGER, f"/v1/plans/{case.plan_id}/discard", {"reason": "Басқасы керек"})
        consent = await _consented(ground, case)
        written = _moved(ground, plan(consent_id=consent))
        drafted = await ground.act(MANAGER, f"/v1/cases/{case.id}/plans", written)
        await _go(ground, drafted["id"], *steps)
        about = {"case_id": str(case.id), "consent_id": consent, "mother": str(case.mother_id)}
        if cell.action == "supersede":
            revised = await ground.act(MANAGER, f"/v1/plans/{drafted['id']}/revise")
            about["next"] = revised["id"]  # what the child says is asked anew, so it is written down anew
            caller, headers = await ground.world.as_(MANAGER), {"If-Match": f'"v{revised["version"]}"'}
            done(await caller.request("PUT", f"/v1/plans/{revised['id']}", json=written, headers=headers))
            await _go(ground, about["next"], "sign")
        if cell.record == "plan_measure":
            return Record(drafted["goals"][0]["measures"][0]["id"], about)
        return Record(drafted["id"], about)

    return reach


def _moved(ground: Ground, body: dict[str, Any]) -> dict[str, Any]:
    """Return a plan with its days as far ahead as the clock of the walk is."""
    ahead = ground.clock.now() - datetime.now(UTC)

    def later(day: str) -> str:
        return (date.fromisoformat(day) + timedelta(days=ahead.days + 1)).isoformat()

    for goal in body["goals"]:
        for measure in goal["measures"]:
            measure["due_on"] = later(measure["due_on"])
    return body | {"starts_on": later(body["starts_on"]), "review_on": later(body["review_on"])}


async def _go(ground: Ground, plan_id: str, *steps: str) -> None:
    for step in steps:
        await ground.act(MANAGER if step == "sign" else SUPERVISOR, f"/v1/plans/{plan_id}/{step}")


async def _approve_the_next(ground: Ground, cell: Cell, record: Record) -> Any:
    return await (await ground.world.as_(cell.who)).post(f"/v1/plans/{record.about['next']}/approve")


async def _review(ground: Ground, cell: Cell, record: Record) -> Any:
    said = {"note": "Жүріп жатыр", "next_review_on": (ground.clock.now() + timedelta(days=20)).date().isoformat()}
    return await (await ground.world.as_(cell.who)).post(f"/v1/plans/{record.id}/reviews", said)


PLANS = Walk(
    states={"draft": _plan(), "signed": _plan("sign"), "approved": _plan("sign", "approve")},
    steps={
        "write": operation("write_plan", **plan()),
        "sign": operation("sign_plan"),
        "discard": operation("discard_plan"),
        "return": operation("return_plan"),
        "approve": operation("approve_plan"),
        "supersede": _approve_the_next,
        "end_with_consent": _withdraw,
        "review": _review,
        "revise": operation("revise_plan"),
    },
)


async def _in_progress(ground: Ground, cell: Cell) -> Record:
    record: Record = await _plan("sign", "approve")(ground, cell)
    await ground.act(MANAGER, f"/v1/plan-measures/{record.id}/start")
    return record


MEASURES = Walk(
    states={"planned": _plan("sign", "approve"), "in_progress": _in_progress},
    steps={
        "start": operation("start_plan_measure"),
        "complete": operation("complete_plan_measure"),
        "drop": operation("drop_plan_measure"),
        "end_with_consent": _withdraw,
    },
    cannot={"put_back": "a correction of the session that had begun it takes it: record_error"},
)


def _asked(*steps: str) -> Any:
    """A measure that the plan gives to the body of the account of the cell."""

    async def reach(ground: Ground, cell: Cell) -> Record:
        case = await ground.case("planning", cell.role, approved=False)
        await ground.act(MANAGER, f"/v1/plans/{case.plan_id}/discard", {"reason": "Басқасы керек"})
        written = _moved(ground, plan())
        for measure in written["goals"][0]["measures"]:
            body = "guardianship_almaty" if cell.role == "guardianship_officer" else "cps_almaty"
            measure |= {"responsible_organisation_id": str(demo_id(body)), "responsible_user_id": None}
        drafted = await ground.act(MANAGER, f"/v1/cases/{case.id}/plans", written)
        await _go(ground, drafted["id"], "sign", "approve")
        measure = drafted["goals"][0]["measures"][0]["id"]
        for step in steps:
            await ground.act(
                cell.who, f"/v1/plan-measures/{measure}/{step}", {"reason": "Маман жоқ"} if step == "decline" else {}
            )
        request = await ground.one("SELECT id FROM plan_measure_request WHERE measure_id = $1::text::uuid", measure)
        return Record(request, {"case_id": str(case.id), "measure_id": measure})

    return reach


_SIGNER = "the manager of the walk signs the plan, and its body is not asked by itself"
REQUESTS = Walk(
    states={"asked": _asked(), "accepted": _asked("accept"), "declined": _asked("decline")},
    steps={
        "accept": operation("accept_plan_measure"),
        "decline": operation("decline_plan_measure", reason="Маман жоқ"),
    },
    cannot={"accept@case_manager": _SIGNER, "decline@case_manager": _SIGNER},
)


async def _booked(ground: Ground, cell: Cell) -> Record:
    """Booked with the psychologist, at an hour when nobody else is there; its hour is over where it is held."""
    case = await ground.case("support", "" if cell.role == "centre_specialist" else cell.role)
    about = {"mother": str(case.mother_id), "child": str(case.child_id)}
    given = {}
    if cell.action == "end_with_consent":
        about["consent_id"] = given["consent_id"] = await _consented(ground, case, purpose="psychological_session")
    ground.hours += 2
    starts = ground.clock.now() + timedelta(hours=ground.hours)
    about |= {f"{end}_at": (starts + timedelta(hours=by)).isoformat() for end, by in (("starts", 1), ("ends", 2))}
    booking = booking_of(about["child"], starts)
    session = (await ground.act(MANAGER, f"/v1/cases/{case.id}/sessions", booking | given))["id"]
    if cell.action in {"hold", "record_no_show"}:
        ground.later(timedelta(hours=ground.hours + 1))
        ground.hours = 0
    return Record(session, about)


SESSIONS = Walk(
    states={"booked": _booked},
    steps={
        "hold": operation(
            "hold_session", attendance=lambda r: [{"person_id": r.about["child"], "attendance": "attended"}]
        ),
        "record_no_show": operation("record_no_show"),
        "move": operation(
            "move_session", starts_at=lambda r: r.about["starts_at"], ends_at=lambda r: r.about["ends_at"]
        ),
        "cancel": operation("cancel_session"),
        "end_with_consent": _withdraw,
    },
    cannot={"enter_in_error": "a correction that a second person confirms takes it: record_error"},
)


async def _given(ground: Ground, cell: Cell) -> Record:
    case = await ground.case("support", cell.role)
    given = {}
    if cell.action == "note_expiry":
        given["expires_on"] = (ground.clock.now() + timedelta(days=1)).date().isoformat()
    consent = await _consented(ground, case, **given)
    if given:
        ground.later(timedelta(days=3))
    return Record(consent, {"consent_id": consent, "mother": str(case.mother_id)})


CONSENTS = Walk(
    states={"given": _given},
    steps={"withdraw": _withdraw, "note_expiry": operation("note_consent_expiry")},
)


async def _programme(ground: Ground, cell: Cell) -> Record:
    case = await ground.case("rehabilitation")
    programme = {
        "person_id": str(case.child_id),
        "aim": "Ұйқының қалпына келуі",
        "starts_on": ground.clock.now().date().isoformat(),
        "before_assessment_id": str(case.assessment_id),
    }
    begun = await ground.act(MANAGER, f"/v1/cases/{case.id}/rehabilitation", programme)
    after = await complete_assessment(
        ground.owner_url, case, at=ground.clock.now(), domain_scores=json.dumps(scores(1))
    )
    return Record(begun["id"], {"after": str(after)})


PROGRAMMES = Walk(
    states={"active": _programme},
    steps={
        "complete": operation("complete_rehabilitation_programme", after_assessment_id=lambda r: r.about["after"]),
        "stop": operation("stop_rehabilitation_programme"),
    },
)


async def _due(ground: Ground, cell: Cell) -> Record:
    case = await ground.case("rehabilitation")
    await ground.act(MANAGER, f"/v1/plan-goals/{case.goal_id}/outcome", {"outcome": "achieved", "note": "Қауіпсіз"})
    reason = {"reason": "goals_achieved", "note": "Мақсатқа жетті"}
    await ground.act(MANAGER, f"/v1/cases/{case.id}/propose-closure", reason)
    await ground.act(SUPERVISOR, f"/v1/cases/{case.id}/approve-closure", {"note": "Келісемін"})
    check = (await ground.act(MANAGER, f"/v1/cases/{case.id}/follow-ups", method="GET"))["items"][0]
    return Record(check["id"], {"case_id": str(case.id)})


FOLLOW_UPS = Walk(
    states={"due": _due},
    steps={
        "record": operation("record_follow_up", result="stable", reopen_reason=None),
        "cancel": operation("reopen_case"),
    },
)


async def _staying(ground: Ground, cell: Cell) -> Record:
    await shelter(ground.world, "1-1", "1-2")
    case = await ground.case("opened", cell.role)
    stay = await ground.act(MANAGER, f"/v1/cases/{case.id}/stays", family(case))
    return Record(stay["id"])


STAYS = Walk(states={"staying": _staying}, steps={"leave": operation("leave_stay", reason="relatives")})

_SERVICE = "psychological_consultation"


async def _waiting(ground: Ground, cell: Cell) -> Record:
    case = await ground.case("support", cell.role)
    wish = {"centre_id": CENTRE, "service": _SERVICE, "person_id": str(case.child_id)}
    return Record((await ground.act(MANAGER, f"/v1/cases/{case.id}/waiting-entries", wish))["id"])


async def _offer_until_reached(ground: Ground, _: Cell, record: Record) -> Any:
    """Offer places until the record's turn has come: whoever waits longer has the earlier ones."""
    head = await ground.world.as_("head.almaty")
    while True:
        answer = await head.post(f"/v1/centres/{CENTRE}/waiting/offer", {"service": _SERVICE})
        if done(answer)["entry_id"] in (record.id, None):
            return answer


async def _offered_place(ground: Ground, cell: Cell) -> Record:
    record = await _waiting(ground, cell)
    await _offer_until_reached(ground, cell, record)
    return record


WAITING = Walk(
    states={"waiting": _waiting, "offered": _offered_place},
    steps={
        "accept": operation("accept_waiting_offer"),
        "decline": operation("decline_waiting_offer"),
        "end": operation("end_waiting"),
        "offer": _offer_until_reached,
    },
    cannot={"offer@administrator": "a place is offered by the head of the own centre, and an administrator has none"},
)
