"""Signals at their desk, and referrals with the group they were offered to."""

from typing import Any
from uuid import uuid4

import httpx

from casemgmt.demo.accounts import demo_id
from tests.contact_steps import contact, send
from tests.outreach_steps import ACT, LEAD, REFER, SIGNAL
from tests.people import case_of, record_person
from tests.steps import MANAGER, done
from tests.walk.ground import Cell, Ground, Reach, Record, Walk, operation

OPERATOR, DUTY = "operator.111", "duty.almaty"
EMERGENCY = {"outcome": "emergency", "severity": "critical", "reason": "danger_to_life"}
CONSULTATION = {"outcome": "consultation", "severity": "low", "reason": "question_answered", "note": "Кеңес жетеді."}
NO_GROUND = {"outcome": "no_ground", "severity": "low", "reason": "mistaken_contact", "note": "Қате"}
SEVERE = NO_GROUND | {"severity": "critical"}
REDIRECT = {"outcome": "redirect", "severity": "low", "reason": "other_body_competent", "note": "Басқа орган шешеді."}
OUTSIDE = REDIRECT | {"external_body": "Миграция қызметі"}
ATTACH = {"outcome": "attach_to_case", "severity": "low", "reason": "same_child", "note": "Сол бала."}
_GROUP_REPORTS = {"report_accompaniment_of_open_case"}


async def _received(ground: Ground, cell: Cell) -> Record:
    """A signal of 111 about a child of Almaty: seen by both desks, and by a manager who brought it."""
    brings = MANAGER if cell.role == "case_manager" else DUTY
    child = await record_person(ground.world, brings)
    if cell.action == "triage_attach_to_case" or cell.action in _GROUP_REPORTS:
        await case_of(ground.world, child)
    who = brings if brings == MANAGER else OPERATOR
    if cell.action == "accept_redirect" and cell.role == "contact_centre_operator":
        who = DUTY  # what 111 is to take over belongs to another body first
    about: dict[str, Any] = {}
    if who == MANAGER:
        about["subjects"] = [{"person_id": child, "role": "child"}]
    if cell.action == "triage_no_ground":  # one person alone finds no ground in what is not severe
        about["category"] = "neglect"
    signal = await ground.act(who, "/v1/signals", SIGNAL | about)
    if who != MANAGER:
        await ground.act(DUTY, f"/v1/signals/{signal['id']}/subjects", {"person_id": child, "role": "child"})
    return Record(signal["id"], {"child": child})


def _triaged(body: dict[str, Any], who: str = DUTY) -> Reach:
    async def reach(ground: Ground, cell: Cell) -> Record:
        record = await _received(ground, cell)
        await ground.act(who, f"/v1/signals/{record.id}/triage", body)
        return record

    return reach


async def _referred(ground: Ground, cell: Cell) -> Record:
    record = await _triaged(REFER)(ground, cell)
    listed = (await ground.act(LEAD, "/v1/referrals", method="GET"))["items"]
    record.about["referral_id"] = next(r["id"] for r in listed if r["signal_id"] == record.id)
    if cell.action.startswith("report_"):
        for step in ("accept", "depart", "visit"):
            await ground.act(LEAD, f"/v1/referrals/{record.about['referral_id']}/{step}")
    return record


async def _awaiting_case(ground: Ground, cell: Cell) -> Record:
    visited = Cell(cell.record, "report_accompaniment", "referred", cell.role)
    record = await _referred(ground, visited)
    await ground.act(LEAD, f"/v1/referrals/{record.about['referral_id']}/visit-act", ACT)
    if cell.action == "triage_attach_to_case":
        await case_of(ground.world, record.about["child"])
    return record


async def _redirected_inside(ground: Ground, cell: Cell) -> Record:
    """To the body of the desk that takes it over: of 111 from the region's desk, of the region from 111."""
    body = "kc111" if cell.role == "contact_centre_operator" else "crd_almaty"
    who = DUTY if cell.role == "contact_centre_operator" else OPERATOR
    return await _triaged(REDIRECT | {"organisation_id": str(demo_id(body))}, who)(ground, cell)


def _triage(body: dict[str, Any]) -> Any:
    return operation("triage_signal", **{"severity": "low", "reason": "", "note": None} | body)


SIGNALS = Walk(
    states={
        "received": _received,
        "emergency": _triaged(EMERGENCY),
        "referred": _referred,
        "awaiting_case": _awaiting_case,
        "awaiting_review": _triaged(SEVERE),
        "in_consultation": _triaged(CONSULTATION),
        "redirected": _triaged(OUTSIDE),
        "accept_redirect@redirected": _redirected_inside,
    },
    steps={
        "triage_emergency": _triage(EMERGENCY),
        "triage_mobile_group_referral": _triage(REFER | {"note": "Сабақтан кейін барған дұрыс."}),
        "triage_consultation": _triage(CONSULTATION),
        "triage_redirect": _triage(OUTSIDE),
        "triage_attach_to_case": _triage(ATTACH | {"person_id": lambda r: r.about["child"]}),
        "triage_no_ground": _triage(NO_GROUND),
        "propose_no_ground": _triage(SEVERE),
        "confirm_no_ground": operation("review_signal", confirm=True),
        "reject_no_ground": operation("review_signal", confirm=False),
        "acknowledge_emergency": operation("acknowledge_emergency"),
        "complete_consultation": operation("complete_consultation"),
        "acknowledge_redirect": operation("acknowledge_redirect"),
        "accept_redirect": operation("accept_redirect"),
        "refuse_redirect": operation("refuse_redirect", note="Біздің құзыретімізде емес."),
        "open_case": operation(
            "open_case",
            signal_ids=lambda r: [r.id],
            children=lambda r: [r.about["child"]],
            persons=[],
            manager_id=str(demo_id(MANAGER)),
        ),
        "withdraw_referral": operation("withdraw_referral"),
        "decline_referral": operation("decline_referral"),
        "report_consultation": operation("report_visit", **ACT | {"outcome": "consultation", "outcome_note": "Кеңес"}),
        "report_accompaniment": operation("report_visit", **ACT),
        "report_accompaniment_of_open_case": operation("report_visit", **ACT),
        "report_support_centre": operation("report_visit", **ACT | {"outcome": "support_centre"}),
        "report_emergency_measures": operation("report_visit", **ACT | {"outcome": "emergency_measures"}),
    },
)


def _on_the_way(*steps: str) -> Any:
    async def reach(ground: Ground, cell: Cell) -> Record:
        signal = await _referred(ground, Cell("signal", "withdraw_referral", "referred", cell.role))
        referral = str(signal.about["referral_id"])
        for step in steps:
            body = {"reason": "child_absent", "note": "Үйде ешкім жоқ."} if step == "no-contact" else None
            await ground.act(LEAD, f"/v1/referrals/{referral}/{step}", body)
        return Record(referral)

    return reach


REFERRALS = Walk(
    states={
        "offered": _on_the_way(),
        "accepted": _on_the_way("accept"),
        "departed": _on_the_way("accept", "depart"),
        "no_contact": _on_the_way("accept", "depart", "no-contact"),
        "visited": _on_the_way("accept", "depart", "visit"),
    },
    steps={
        "accept": operation("accept_referral"),
        "decline": operation("decline_referral"),
        "withdraw": operation("withdraw_referral"),
        "depart": operation("depart"),
        "record_no_contact": operation("record_no_contact"),
        "record_visit": operation("record_visit"),
        "report": operation("report_visit", **ACT),
    },
)


async def _going_on(ground: Ground, cell: Cell) -> Record:
    number = f"call-{uuid4()}"
    answer = await _told(ground, contact(number, stage="draft"))
    return Record(done(answer)["id"], {"number": number})


def _tell(**given: Any) -> Any:
    async def take(ground: Ground, cell: Cell, record: Record) -> httpx.Response:
        return await _told(ground, contact(record.about["number"], revision=2) | given)

    return take


async def _told(ground: Ground, told: dict[str, Any]) -> httpx.Response:
    now = ground.clock.now()
    return await send(ground.world, told | {"started_at": now.isoformat()}, at=now)


async def _settle(ground: Ground, cell: Cell, record: Record) -> httpx.Response:
    signal = await ground.act(OPERATOR, "/v1/signals", SIGNAL)
    body = {
        "source": "sandbox-111",
        "contact_id": record.about["number"],
        "channel": "call",
        "started_at": ground.clock.now().isoformat(),
        "signal_ids": [signal["id"]],
    }
    return await (await ground.world.as_(cell.who)).post("/v1/contacts/settled", body)


async def _settled(ground: Ground, cell: Cell) -> Record:
    record = await _going_on(ground, cell)
    done(await _settle(ground, Cell("contact", "settle", "draft", "contact_centre_operator"), record))
    return record


CONTACTS = Walk(
    states={"draft": _going_on, "settled": _settled},
    steps={"update": _tell(stage="draft"), "finalise": _tell(stage="final"), "settle": _settle},
)
