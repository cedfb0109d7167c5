"""Cases along their route, and cases that are handed over."""

from datetime import timedelta
from typing import Any

from casemgmt.demo.accounts import demo_id
from tests.conference_steps import meeting
from tests.consent_steps import answer_for, wording
from tests.factories import OpenCase
from tests.http.test_service_referrals import ASKED
from tests.http.test_transfers import MOVE
from tests.people import record_person
from tests.steps import MANAGER, SUPERVISOR
from tests.walk.ground import Cell, Ground, Record, Walk, operation

GROUND_OF_RESTRICTION = {"restricted": True, "ground": "staff_involved"}


async def _prepared(ground: Ground, cell: Cell, stage: str) -> tuple[OpenCase, Record]:
    """A case at a stage, with what the step of the cell needs."""
    planned = stage in {"support", "rehabilitation"} or cell.action == "start_support"
    # Where a closure is proposed, lifted or returned, who decides has a place: a restricted case is its team's alone.
    role = cell.role if cell.role != "supervisor" or cell.action == "lift_restriction" else ""
    case = await ground.case(stage, role, approved=planned)
    record = Record(str(case.id), {"child": str(case.child_id), "mother": str(case.mother_id)})
    path = f"/v1/cases/{case.id}"
    if cell.action == "start_assessment":
        met = {"person_id": record.about["child"], "at": ground.clock.now().isoformat(), "place": "home", "alone": True}
        await ground.act(MANAGER, f"{path}/child-contacts", met)
    if cell.action == "add_person":
        record.about["person"] = await record_person(ground.world, MANAGER)
    if cell.action == "record_consent":
        await answer_for(ground.world, case)
        record.about["consent"] = wording(case, ground.clock.now())
    if cell.action == "end_membership":
        place = {"user_id": str(demo_id("lawyer.almaty")), "team_role": "lawyer", "help_kind": "legal"}
        team = (await ground.act(MANAGER, f"{path}/team", place))["team"]
        record.about["member_id"] = next(m["id"] for m in team if m["user_id"] == place["user_id"])
    if planned and ("closure" in cell.action or cell.state in {"closure_proposed", "closed"}):
        outcome = {"outcome": "achieved", "note": "Қауіпсіз"}
        await ground.act(MANAGER, f"/v1/plan-goals/{case.goal_id}/outcome", outcome)
    if cell.action == "lift_restriction":
        who = MANAGER if cell.role == "supervisor" else SUPERVISOR
        await ground.act(who, f"{path}/restriction", GROUND_OF_RESTRICTION)
        if cell.role != "supervisor" and cell.state == "closed":
            await ground.join(str(case.id), "supervisor")  # who approves the closure still has to see the case
    return case, record


def _at(stage: str) -> Any:
    async def reach(ground: Ground, cell: Cell) -> Record:
        return (await _prepared(ground, cell, stage))[1]

    return reach


def _closure_proposed(stage: str = "support") -> Any:
    async def reach(ground: Ground, cell: Cell) -> Record:
        case, record = await _prepared(ground, cell, stage)
        reason = {"reason": "danger_removed", "note": "Қауіп сейілді."}
        await ground.act(MANAGER, f"/v1/cases/{case.id}/propose-closure", reason)
        return record

    return reach


async def _closed(ground: Ground, cell: Cell) -> Record:
    record: Record = await _closure_proposed()(ground, cell)
    await ground.act(SUPERVISOR, f"/v1/cases/{record.id}/approve-closure", {"note": "Келісемін."})
    return record


async def _consent(ground: Ground, cell: Cell, record: Record) -> Any:
    return await (await ground.world.as_(cell.who)).post(f"/v1/cases/{record.id}/consents", record.about["consent"])


async def _error(ground: Ground, cell: Cell, record: Record) -> Any:
    place = await ground.one("SELECT id FROM case_person WHERE case_id = $1::text::uuid LIMIT 1", record.id)
    wrong = {"record_type": "case_person", "record_id": place, "reason": "wrong_person", "note": "Басқа бала."}
    return await (await ground.world.as_(cell.who)).post(f"/v1/cases/{record.id}/corrections", wrong)


async def _conference(ground: Ground, cell: Cell, record: Record) -> Any:
    starts = (ground.clock.now() + timedelta(days=3)).isoformat()
    family = [{"person_id": record.about[who], "invited": True} for who in ("child", "mother")]
    wish = meeting(record.about["child"], "guardian.almaty", starts_at=starts, family=family)
    return await (await ground.world.as_(cell.who)).post(f"/v1/cases/{record.id}/conferences", wish)


_STAGES = ("opened", "assessment", "planning", "support", "rehabilitation")
CASES = Walk(
    states={stage: _at(stage) for stage in _STAGES}
    | {"closure_proposed": _closure_proposed(), "closed": _closed}
    | {f"return_closure_to_{stage}@closure_proposed": _closure_proposed(stage) for stage in _STAGES},
    steps={
        "start_assessment": operation("start_assessment"),
        "start_planning": operation("start_planning"),
        "start_support": operation("start_support"),
        "start_rehabilitation": operation("start_rehabilitation"),
        "propose_closure": operation("propose_closure"),
        "propose_early_closure": operation("propose_closure", reason="contact_lost"),
        "approve_closure": operation("approve_closure"),
        "reopen": operation("reopen_case"),
        "change": operation("change_case", problem_type="unsafe_environment"),
        "add_person": operation("add_case_person", person_id=lambda r: r.about["person"], role="parent"),
        "record_child_contact": operation("record_child_contact", person_id=lambda r: r.about["child"]),
        "record_consent": _consent,
        "add_member": operation(
            "add_case_member", user_id=str(demo_id("lawyer.almaty")), team_role="lawyer", help_kind="legal"
        ),
        "end_membership": operation("end_case_membership"),
        "offer_handover": operation("offer_handover", to_user_id=str(demo_id("manager2.almaty"))),
        "propose_correction": _error,
        "call_conference": _conference,
        "offer_service_referral": operation("offer_service_referral", **ASKED, person_id=lambda r: r.about["child"]),
        "offer_transfer": operation("offer_transfer", **MOVE),
        "restrict": operation("set_case_restriction", **GROUND_OF_RESTRICTION),
        "lift_restriction": operation("set_case_restriction", restricted=False, ground=None, note="Негіз жоқ."),
    }
    | {f"return_closure_to_{stage}": operation("return_closure") for stage in _STAGES},
)


async def _offered(ground: Ground, cell: Cell) -> Record:
    """Offered to the account of the cell by the other manager, or by the account itself where it takes it back."""
    receives = cell.action in {"accept", "decline"}
    giver, to = ("manager2.almaty", MANAGER) if receives else (MANAGER, "manager2.almaty")
    case = await ground.case("support", manager=giver)
    offer = {"to_user_id": str(demo_id(to)), "reason": "workload"}
    return Record((await ground.act(giver, f"/v1/cases/{case.id}/handover", offer))["id"])


_TO_MANAGERS = "a case is offered to a case manager; a supervisor has the right to offer and to take back"
HANDOVERS = Walk(
    states={"offered": _offered},
    steps={
        "accept": operation("accept_handover"),
        "decline": operation("decline_handover"),
        "withdraw": operation("withdraw_handover"),
    },
    cannot={"accept@supervisor": _TO_MANAGERS, "decline@supervisor": _TO_MANAGERS},
)
