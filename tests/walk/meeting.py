"""Conferences, invitations to them, and what they decide."""

from datetime import timedelta
from typing import Any

from casemgmt.demo.accounts import ACCOUNTS as DEMO
from casemgmt.demo.accounts import demo_id
from tests.account_steps import give_role
from tests.conference_steps import GUARDIAN, invitation, meeting, minutes_of
from tests.conference_steps import accepted as accept
from tests.steps import MANAGER
from tests.walk.ground import Cell, Ground, Record, Walk, new_account, operation

_CALLER = "manager2.almaty"
"""Calls the conferences that the accounts of the cells attend."""
_OF_THE_TEAM = {"move", "invite", "cancel", "hold", "withdraw", "pass_on", "drop"}


async def _called(ground: Ground, cell: Cell) -> tuple[str, str, dict[str, Any]]:
    """Call a conference, by the account of the cell or for it; return who called, who attends, and what was called."""
    by, attends = (MANAGER, GUARDIAN) if cell.action in _OF_THE_TEAM else (_CALLER, cell.who)
    case = await ground.case("opened", manager=by)
    starts = (ground.clock.now() + timedelta(seconds=2)).isoformat()
    family = [{"person_id": str(p), "invited": True} for p in (case.child_id, case.mother_id)]
    wish = meeting(str(case.child_id), attends, starts_at=starts, family=family)
    return by, attends, await ground.act(by, f"/v1/cases/{case.id}/conferences", wish)


def _decisions(ground: Ground, who: str) -> list[dict[str, Any]]:
    due = (ground.clock.now() + timedelta(days=9)).date().isoformat()
    return [{"wording": "Мектеппен келісу", "responsible_id": str(demo_id(who)), "due_on": due}]


async def _held_conference(ground: Ground, cell: Cell) -> tuple[str, dict[str, Any]]:
    by, attends, conference = await _called(ground, cell)
    kept = minutes_of(conference, attends, decisions=_decisions(ground, attends))
    return attends, await ground.act(by, f"/v1/conferences/{conference['id']}/hold", kept)


async def _reach_called(ground: Ground, cell: Cell) -> Record:
    _, _, conference = await _called(ground, cell)
    return Record(conference["id"], {"conference": conference})


async def _reach_held(ground: Ground, cell: Cell) -> Record:
    return Record((await _held_conference(ground, cell))[1]["id"])


async def _move(ground: Ground, cell: Cell, record: Record) -> Any:
    body = {"starts_at": (ground.clock.now() + timedelta(days=2)).isoformat(), "place": "Сілтеме"}
    return await (await ground.world.as_(cell.who)).post(f"/v1/conferences/{record.id}/move", body)


async def _hold(ground: Ground, cell: Cell, record: Record) -> Any:
    kept = minutes_of(record.about["conference"], GUARDIAN, decisions=_decisions(ground, GUARDIAN))
    return await (await ground.world.as_(cell.who)).post(f"/v1/conferences/{record.id}/hold", kept)


CONFERENCES = Walk(
    states={"called": _reach_called, "held": _reach_held},
    steps={
        "move": _move,
        "invite": operation("invite_to_conference", user_id=str(demo_id("lawyer.almaty"))),
        "cancel": operation("cancel_conference"),
        "hold": _hold,
        "sign": operation("sign_conference"),
    },
)


def _invited(*, accepted: bool) -> Any:
    async def reach(ground: Ground, cell: Cell) -> Record:
        _, attends, conference = await _called(ground, cell)
        place = invitation(conference, attends)
        if accepted:
            await accept(ground.world, conference, attends)
        return Record(place, {"case_id": conference["case_id"]})

    return reach


async def _send_another(ground: Ground, cell: Cell, record: Record) -> Any:
    body = next(a.body for a in DEMO if a.username == cell.who)
    colleague = await new_account(ground.world, body)
    await give_role(ground.world, f"/v1/users/{colleague}", cell.role)
    path = f"/v1/conference-participants/{record.id}/send-another"
    return await (await ground.world.as_(cell.who)).post(path, {"user_id": colleague})


INVITATIONS = Walk(
    states={"invited": _invited(accepted=False), "accepted": _invited(accepted=True)},
    steps={
        "accept": operation("accept_invitation"),
        "decline": operation("decline_invitation"),
        "send_another": _send_another,
        "withdraw": operation("withdraw_invitation"),
    },
)


async def _decided(ground: Ground, cell: Cell) -> Record:
    _, conference = await _held_conference(ground, cell)
    return Record(conference["decisions"][0]["id"], {"case_id": conference["case_id"]})


DECISIONS = Walk(
    states={"open": _decided},
    steps={
        "complete": operation("complete_conference_decision"),
        "pass_on": operation("pass_conference_decision_on", responsible_id=str(demo_id(MANAGER))),
        "drop": operation("drop_conference_decision"),
    },
)
