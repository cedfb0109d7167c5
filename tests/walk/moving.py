"""Cases that move to another body, and tables that are brought in."""

from typing import Any
from uuid import uuid4

from casemgmt.demo.accounts import demo_id
from tests.http.test_service_referrals import ASKED
from tests.http.test_transfers import MOVE
from tests.import_tables import ROWS, announce, as_csv, looked_at, send, worked
from tests.people import case_of, record_person
from tests.steps import MANAGER, done
from tests.walk.ground import Cell, Ground, Record, Walk, manager_of_the_centre, operation

_HEAD, _ELSEWHERE = "head.almaty", "supervisor.astana"


async def _offered(ground: Ground, cell: Cell) -> Record:
    """Offered to the body of who answers; a head gives away, and takes back, what is the centre's."""
    if cell.role == "centre_head":
        centre_manager = await manager_of_the_centre(ground.world)
    if cell.action == "withdraw" and cell.role == "centre_head":
        child = await record_person(ground.world, "duty.almaty")
        case, giver = await case_of(ground.world, child, manager_id=centre_manager), _HEAD
    else:
        case, giver = str((await ground.case("support")).id), MANAGER
    move, about = dict(MOVE), {"manager": str(demo_id("manager.astana"))}
    if cell.action != "withdraw" and cell.role == "centre_head":
        move["to_organisation_id"], about["manager"] = str(demo_id("cps_almaty")), centre_manager
    return Record((await ground.act(giver, f"/v1/cases/{case}/transfers", move))["id"], about)


def _answered(action: str) -> Any:
    """Answered by the head of the centre, or by the supervisor of the region that it is offered to."""

    async def take(ground: Ground, cell: Cell, record: Record) -> Any:
        caller = await ground.world.as_(_HEAD if cell.role == "centre_head" else _ELSEWHERE)
        body = {"manager_id": record.about["manager"]} if action == "accept" else {"reason": "Басқа орынға көшті."}
        return await caller.post(f"/v1/transfers/{record.id}/{action}", body)

    return take


TRANSFERS = Walk(
    states={"offered": _offered},
    steps={"accept": _answered("accept"), "decline": _answered("decline"), "withdraw": operation("withdraw_transfer")},
)


async def _contact_with_child(ground: Ground, case_id: str, child: str) -> str:
    """Record that the child was met, and return the id of the record."""
    met = {"person_id": child, "at": ground.clock.now().isoformat(), "place": "school", "alone": True}
    await ground.act(MANAGER, f"/v1/cases/{case_id}/child-contacts", met)
    query = "SELECT id FROM child_contact WHERE case_id = $1::text::uuid ORDER BY recorded_at DESC, id DESC LIMIT 1"
    return await ground.one(query, case_id)


async def said_to_be_wrong(ground: Ground, case_id: str, child: str) -> dict[str, str]:
    """Return the body of a correction of a contact with the child."""
    contact = await _contact_with_child(ground, case_id, child)
    return {"record_type": "child_contact", "record_id": contact, "reason": "wrong_facts", "note": "Күні басқа."}


async def _proposed(ground: Ground, cell: Cell) -> Record:
    """By the account of the cell where it takes it back, else by somebody else of the team."""
    case = await ground.case("support", cell.role)
    proposer = cell.who if cell.action == "withdraw" else MANAGER
    if proposer == MANAGER and cell.role == "case_manager" and cell.action != "withdraw":
        await ground.join(str(case.id), "centre_specialist")
        proposer = "psychologist.almaty"
    wrong = await said_to_be_wrong(ground, str(case.id), str(case.child_id))
    return Record((await ground.act(proposer, f"/v1/cases/{case.id}/corrections", wrong))["id"], {"case_id": case.id})


CORRECTIONS = Walk(
    states={"proposed": _proposed},
    steps={
        "confirm": operation("confirm_correction", note="Тексерілді."),
        "decline": operation("decline_correction", note="Жазба дұрыс."),
        "withdraw": operation("withdraw_correction"),
    },
)

_BODY = {"guardianship_officer": ("guardianship_almaty", "guardian.almaty")}
_CENTRE = ("cps_almaty", _HEAD)


def _asked(*, accepted: bool) -> Any:
    """Asked of the body of the account of the cell, which does it itself once it is accepted."""

    async def reach(ground: Ground, cell: Cell) -> Record:
        case = await ground.case("support")
        body, desk = _BODY.get(cell.role, _CENTRE)
        asked = ASKED | {"person_id": str(case.child_id), "to_organisation_id": str(demo_id(body))}
        referral = (await ground.act(MANAGER, f"/v1/cases/{case.id}/service-referrals", asked))["id"]
        does = {"responsible_id": str(demo_id(cell.who if cell.role != "case_manager" else desk))}
        if accepted:
            await ground.act(desk, f"/v1/service-referrals/{referral}/accept", does)
        return Record(referral, does)

    return reach


SERVICE_REFERRALS = Walk(
    states={"offered": _asked(accepted=False), "accepted": _asked(accepted=True)},
    steps={
        "accept": operation("accept_service_referral", responsible_id=lambda r: r.about["responsible_id"]),
        "decline": operation("decline_service_referral", reason="no_capacity"),
        "complete": operation("complete_service_referral", return_note="Көмек көрсетілді"),
        "withdraw": operation("withdraw_service_referral"),
    },
)

_SECOND = {"psychologist.almaty": _HEAD, "operator.111": "supervisor.111"}


def _table() -> bytes:
    """Return a register whose rows nobody has brought in yet."""
    return as_csv([(f"{uuid4()}", *row[1:]) for row in ROWS])


def _import(state: str) -> Any:
    """Begun by the account of the cell, or by one of the body of who signs it off."""

    async def reach(ground: Ground, cell: Cell) -> Record:
        begins = {"centre_head": "psychologist.almaty", "supervisor": "duty.almaty"}.get(cell.role, cell.who)
        caller = await ground.world.as_(begins)
        run = {"id": await announce(caller)}
        if state != "announced":
            sent = await send(caller, run["id"], _table())
            run = done(sent) if state in {"checking", "stopped"} else await looked_at(ground.world, caller, sent)
        seen, path = {"report_digest": run.get("report_digest")}, f"/v1/imports/{run['id']}"
        if state in {"signed_off", "carrying_out"}:
            await ground.act(_SECOND.get(begins, "supervisor.almaty"), f"{path}/sign-off", seen)
        if state == "carrying_out":
            await ground.act(begins, f"{path}/carry-out", seen)
        if state == "stopped":
            await ground.act(begins, f"{path}/stop")
        return Record(run["id"], run)

    return reach


async def _receive(ground: Ground, cell: Cell, record: Record) -> Any:
    return await send(await ground.world.as_(cell.who), record.id, _table())


async def _work(ground: Ground, cell: Cell, record: Record) -> Any:
    """Let the worker do what the account asked for."""
    await worked(ground.world)
    return await (await ground.world.as_(cell.who)).get(f"/v1/imports/{record.id}")


_STATES = ("announced", "checking", "checked", "signed_off", "carrying_out", "stopped")

IMPORTS = Walk(
    states={state: _import(state) for state in _STATES},
    steps={
        "receive": _receive,
        "check": operation("check_import"),
        "report": _work,
        "sign_off": operation("sign_off_import", report_digest=lambda r: r.about["report_digest"]),
        "carry_out": operation("carry_out_import", report_digest=lambda r: r.about["report_digest"]),
        "finish": _work,
        "stop": operation("stop_import"),
        "withdraw": operation("withdraw_import"),
    },
)
