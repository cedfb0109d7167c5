"""What two persons keep, destroy, give out and open: holds, erasure, research, copies, documents, conflicts, glass."""

from typing import Any
from uuid import UUID

from casemgmt.demo.accounts import demo_id
from tests.account_steps import WHY as WHY_ASKED
from tests.alert_steps import alert_about
from tests.contents import pdf
from tests.document_steps import announce, send
from tests.http.test_break_glass import WHY
from tests.http.test_erasure import place_hold, request_for
from tests.http.test_research import wish
from tests.http.test_subject_copies import prepare
from tests.outreach_steps import refer
from tests.people import case_of, record_person
from tests.steps import MANAGER, SUPERVISOR, done
from tests.walk.ground import ACCOUNTS, Cell, Ground, Record, Walk, manager_of_the_centre, new_account, operation

FIRST = "records"


def _hold(*steps: str) -> Any:
    async def reach(ground: Ground, cell: Cell) -> Record:
        person = await record_person(ground.world, "duty.almaty")
        hold = done(await place_hold(ground.world, {"type": "person", "id": person}))["id"]
        for step in steps:
            await ground.act(FIRST, f"/v1/holds/{hold}/{step}", {"reason": "Іс аяқталды"})
        return Record(hold)

    return reach


HOLDS = Walk(
    states={"in_force": _hold(), "lift_requested": _hold("request-lift")},
    steps={
        "review": operation("review_hold", review_on="2099-01-01"),
        "request_lift": operation("request_hold_lift"),
        "lift": operation("lift_hold"),
        "keep": operation("keep_hold"),
    },
)


async def _requested(ground: Ground, cell: Cell) -> Record:
    person = await record_person(ground.world, "duty.almaty")
    return Record(done(await request_for(ground.world, person))["id"])


async def _approved(ground: Ground, cell: Cell) -> Record:
    record = await _requested(ground, cell)
    await ground.act(ACCOUNTS["records_officer"], f"/v1/erasure-requests/{record.id}/approve")
    return record


ERASURES = Walk(
    states={"requested": _requested, "approved": _approved},
    steps={
        "approve": operation("approve_erasure"),
        "decline": operation("decline_erasure"),
        "withdraw": operation("withdraw_erasure"),
        "execute": operation("execute_erasure"),
    },
)


async def _drafted(ground: Ground, cell: Cell) -> Record:
    plan = await ground.act(FIRST, "/v1/retention-plans")
    return Record(plan["id"], {"digest": plan["digest"]})


async def _plan_approved(ground: Ground, cell: Cell) -> Record:
    record = await _drafted(ground, cell)
    path = f"/v1/retention-plans/{record.id}/approve"
    await ground.act(ACCOUNTS["records_officer"], path, {"digest": record.about["digest"]})
    return record


RETENTION_PLANS = Walk(
    states={"drafted": _drafted, "approved": _plan_approved},
    steps={
        "approve": operation("approve_retention_plan", digest=lambda r: r.about["digest"]),
        "discard": operation("discard_retention_plan"),
        "complete": operation("continue_retention_plan"),
    },
)


async def _proposed(ground: Ground, cell: Cell) -> Record:
    return Record((await ground.act("research", "/v1/research-projects", wish()))["id"])


async def _project(ground: Ground, cell: Cell) -> Record:
    record = await _proposed(ground, cell)
    await ground.act(FIRST, f"/v1/research-projects/{record.id}/approve")
    return record


PROJECTS = Walk(
    states={"proposed": _proposed, "approved": _project},
    steps={
        "approve": operation("approve_research_project"),
        "decline": operation("decline_research_project"),
        "end": operation("end_research_project"),
    },
)


async def _copy(ground: Ground, cell: Cell) -> Record:
    person = await record_person(ground.world, "duty.almaty")
    return Record((await prepare(ground.world, "child", person_id=person))["id"])


COPIES = Walk(
    states={"prepared": _copy},
    steps={
        "choose_texts": operation("choose_subject_copy_texts", include=[]),
        "release": operation("release_subject_copy"),
        "decline": operation("decline_subject_copy"),
    },
)


async def _standing(ground: Ground, cell: Cell) -> Record:
    """Declared by somebody of the body that the account of the cell supervises."""
    who = "psychologist.almaty" if cell.role == "centre_head" else "manager2.almaty"
    body = {"kind": "relative", "person_id": str(demo_id("nobody"))}
    return Record((await ground.act(who, "/v1/me/conflicts", body))["id"])


CONFLICTS = Walk(states={"standing": _standing}, steps={"end": operation("end_conflict")})


async def _asked(ground: Ground, cell: Cell) -> Record:
    """A role that an administrator asks for, for an account of the body of who decides."""
    user = await new_account(ground.world, "cps_almaty" if cell.role == "centre_head" else "crd_almaty")
    asked = await ground.act("admin", f"/v1/users/{user}/roles", {"role": "centre_specialist", "reason": WHY_ASKED})
    return Record(asked["id"], about={"user_id": user})


async def _alert(ground: Ground, cell: Cell) -> Record:
    """About a log-in where the account of the cell keeps accounts, else about the access of one of its staff."""
    user = await new_account(ground.world, "cps_almaty" if cell.role == "centre_head" else "crd_almaty")
    kind = "recovery_code_used" if cell.role == "administrator" else "refusals"
    return Record(await alert_about(ground.owner_url, ground.clock, UUID(str(user)), kind))


ALERTS = Walk(
    states={"open": _alert},
    steps={
        "explain": operation("close_alert", finding="explained"),
        "find_misuse": operation("close_alert", finding="misuse"),
    },
)

ACCOUNT_CHANGES = Walk(
    states={"open": _asked},
    steps={
        "approve": operation("approve_account_change"),
        "decline": operation("decline_account_change"),
        "withdraw": operation("withdraw_account_change"),
    },
)


def _subscription(*steps: str) -> Any:
    async def reach(ground: Ground, cell: Cell) -> Record:
        wanted = {
            "account_id": str(demo_id("qr.111")),
            "address": "https://events.example.kz/casemgmt",
            "types": ["signal.triaged"],
            "purpose": "own_signals",
        }
        path = "/v1/webhook-subscriptions"
        made = (await ground.act("admin", path, wanted))["id"]
        for step in steps:
            await ground.act("admin", f"{path}/{made}/{step}")
        return Record(made)

    return reach


SUBSCRIPTIONS = Walk(
    states={"active": _subscription(), "paused": _subscription("pause"), "disabled": _subscription("disable")},
    steps={
        "pause": operation("pause_webhook_subscription"),
        "resume": operation("resume_webhook_subscription"),
        "disable": operation("disable_webhook_subscription"),
    },
)

_OF_SIGNALS = {"contact_centre_operator", "duty_officer", "mobile_group_lead", "mobile_group_member"}


async def _announced(ground: Ground, who: str, role: str) -> dict[str, Any]:
    """Announce a document of a case, or, for those whose work is signals, of one that was referred."""
    if role in _OF_SIGNALS:
        record_type, record = "signal", (await refer(ground.world))[0]
    else:
        record_type, record = "case", str((await ground.case("support", role)).id)
    return await announce(await ground.world.as_(who), record_type, record)


def _document(state: str) -> Any:
    """By the account of the cell while it is awaited; brought by another one where a second person removes it."""

    async def reach(ground: Ground, cell: Cell) -> Record:
        other = "duty.almaty" if cell.role in _OF_SIGNALS else MANAGER
        if cell.role == "case_manager":
            other = SUPERVISOR
        who = cell.who if state == "awaited" else other
        document = await _announced(ground, who, cell.role)
        path = f"/v1/documents/{document['id']}"
        if state != "awaited":
            done(await send(await ground.world.as_(who), document, pdf()))
        if state == "removal_proposed":
            await ground.act(who, f"{path}/propose-removal", {"reason": "duplicate"})
        return Record(document["id"], document)

    return reach


async def _send(ground: Ground, cell: Cell, record: Record) -> Any:
    return await send(await ground.world.as_(cell.who), record.about, pdf())


DOCUMENTS = Walk(
    states={state: _document(state) for state in ("awaited", "kept", "removal_proposed")},
    steps={
        "receive": _send,
        "withdraw": operation("withdraw_document"),
        "propose_removal": operation("propose_document_removal"),
        "decline_removal": operation("decline_document_removal"),
        "remove": operation("remove_document"),
    },
    cannot={"erase": "the erasure of a person and a plan of destruction erase documents: tests/http/test_erasure.py"},
)


def _glass(verdict: str = "") -> Any:
    """Opened by the account of the cell where it gives the grant back, else by one who does not review it."""

    async def reach(ground: Ground, cell: Cell) -> Record:
        child = await record_person(ground.world, "duty.almaty")
        case = await _hidden_case(ground, child, cell)
        holder = cell.who if cell.action == "end" else "duty.almaty"
        grant = (await ground.act(holder, "/v1/break-glass", {"case_id": case} | WHY))["id"]
        if verdict:
            body = {"verdict": verdict, "note": "Қоңырау жазбасы бар."}
            await ground.act(
                "head.almaty" if cell.role == "supervisor" else SUPERVISOR, f"/v1/break-glass/{grant}/review", body
            )
        return Record(grant)

    return reach


async def _hidden_case(ground: Ground, child: str, cell: Cell) -> str:
    of_centre = cell.role == "centre_head" or (cell.role == "supervisor" and cell.action == "end")
    if not of_centre:
        return await case_of(ground.world, child, restricted=True)
    manager = await manager_of_the_centre(ground.world)
    return await case_of(ground.world, child, restricted=True, manager_id=manager)


GRANTS = Walk(
    states={
        "awaiting_review": _glass(),
        "justified": _glass("justified"),
        "unjustified": _glass("unjustified"),
    },
    steps={
        "end": operation("end_grant"),
        "justify": operation("review_grant", verdict="justified"),
        "find_unjustified": operation("review_grant", verdict="unjustified"),
    },
)
