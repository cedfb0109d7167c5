"""What the attackers are after: an open case, a restricted one, and all the secrets that hang on them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from casemgmt.clock import ManualClock
from casemgmt.demo.accounts import ROOMS, demo_id
from tests.clients import World
from tests.document_steps import keep, link
from tests.factories_iin import make_iin
from tests.steps import MANAGER, approve_plan, case_in_planning, done, revise_plan

BORN = date(2015, 3, 9)
SECRETS = {
    "child": "ҚұпияБала",
    "hidden_child": "ЖасырынБала",
    "narrative": "ҚұпияХикая",
    "reporter": "ҚұпияХабаршы",
    "reporter_phone": "+77017654321",
    "shelter": "ҚұпияПана",
    "contact": "+77015554433",
    "note": "ҚұпияЖазба",
    "file": "ҚұпияҚұжат",
}
"""Words that stand nowhere else: where one of them is in an answer, that secret is out."""


@dataclass(frozen=True)
class Target:
    """Ids of what is attacked."""

    clock: ManualClock
    """The clock of the service."""
    owner_url: str
    """For finding ids that an attacker could only guess."""
    case: str
    child: str
    signal: str
    plan: str
    session: str
    hidden_case: str
    hidden_child: str
    iin: str
    document: str
    link: str
    """A link to the document that its manager was given."""
    erasure: str
    """A request for erasure that the officer `records` wrote down."""
    hold: str
    """A hold of which the officer `records` asked that it be lifted."""

    @property
    def secrets(self) -> list[str]:
        """All that must stand in no answer to an attacker."""
        return [*SECRETS.values(), self.iin]


async def set_up(world: World, clock: ManualClock, owner_url: str) -> Target:
    """Build the target by the steps of those whose work it is."""
    case = await case_in_planning(world)
    hidden = await case_in_planning(world)
    duty, manager = await world.as_("duty.almaty"), await world.as_(MANAGER)
    iin = make_iin(BORN, "female", 7)
    await _name(world, case.child, SECRETS["child"])
    await _name(world, hidden.child, SECRETS["hidden_child"])
    version = {"If-Match": f'"v{await _version(world, case.child)}"'}
    done(await manager.request("PUT", f"/v1/persons/{case.child}/iin", json={"iin": iin}, headers=version))
    contact = {"kind": "phone", "value": SECRETS["contact"]}
    done(await manager.post(f"/v1/persons/{case.child}/contacts", contact))
    shelter = {"kind": "protected", "line": SECRETS["shelter"], "reason": "Қауіп", "since": "2026-01-01"}
    done(await manager.post(f"/v1/persons/{case.child}/addresses", shelter))
    signal = done(await duty.post("/v1/signals", _signal(case.child)))["id"]
    approved = await approve_plan(world, case)
    done(await manager.post(f"/v1/cases/{case.id}/start-support"))
    revised = await revise_plan(world, approved["id"])
    plan = done(await manager.post(f"/v1/plans/{revised['id']}/sign"))["id"]
    await approve_plan(world, hidden)
    booked = _session(case.child, clock.now())
    session = done(await manager.post(f"/v1/cases/{case.id}/sessions", booked))["id"]
    clock.advance(timedelta(hours=2))
    world.forget_tokens()
    psychologist, manager = await world.as_("psychologist.almaty"), await world.as_(MANAGER)
    held = {"outcome": "progress", "next_step": "continue_course"}
    attendance = [{"person_id": case.child, "attendance": "attended"}]
    done(await psychologist.post(f"/v1/sessions/{session}/hold", held | {"attendance": attendance}))
    done(await psychologist.post(f"/v1/sessions/{session}/notes", {"body": SECRETS["note"]}))
    document = await keep(manager, "case", case.id, file_name=f"{SECRETS['file']}.pdf")
    officer = await world.as_("records")
    hold = done(await officer.post("/v1/holds", _hold(case.id)))["id"]
    done(await officer.post(f"/v1/holds/{hold}/request-lift", {"reason": "Іс аяқталды"}))
    erasure = done(await officer.post("/v1/erasure-requests", _erasure(case.child)))["id"]
    closed = {"restricted": True, "ground": "staff_involved", "note": "Қызметкер қатысы"}
    done(await manager.post(f"/v1/cases/{hidden.id}/restriction", closed))
    return Target(
        clock=clock,
        owner_url=owner_url,
        case=case.id,
        child=case.child,
        signal=signal,
        plan=plan,
        session=session,
        hidden_case=hidden.id,
        hidden_child=hidden.child,
        iin=iin,
        document=document["id"],
        link=await link(manager, document),
        erasure=erasure,
        hold=hold,
    )


def _hold(case: str) -> dict[str, Any]:
    return {
        "kind": "court",
        "target": {"type": "case", "id": case},
        "authority": "Алматы қ. соты",
        "number": "2-1147/2026",
        "reason": "Іс қаралуда",
        "from_on": "2026-01-12",
        "review_on": "2027-01-12",
    }


def _erasure(child: str) -> dict[str, Any]:
    return {
        "person": {"type": "person", "id": child},
        "ground": "representative_request",
        "reference": "17-03/2211",
        "received_on": "2026-01-12",
    }


def _signal(child: str) -> dict[str, Any]:
    return {
        "source": "police",
        "channel": "call",
        "category": "neglect",
        "language": "kk",
        "narrative": SECRETS["narrative"],
        "region_code": "KZ-75",
        "subjects": [{"person_id": child, "role": "child"}],
        "reporter": {
            "relation": "neighbour",
            "name": SECRETS["reporter"],
            "phone": SECRETS["reporter_phone"],
            "callback_allowed": True,
        },
    }


def _session(child: str, now: datetime) -> dict[str, Any]:
    starts = now + timedelta(hours=1)
    return {
        "centre_id": str(demo_id("cps_almaty")),
        "specialist_id": str(demo_id("psychologist.almaty")),
        "room_id": str(demo_id(f"room {ROOMS[0][0]} {ROOMS[0][1]}")),
        "kind": "individual",
        "help_kind": "psychological",
        "starts_at": starts.isoformat(),
        "ends_at": (starts + timedelta(hours=1)).isoformat(),
        "person_ids": [child],
    }


async def _version(world: World, person: str) -> int:
    return int(done(await (await world.as_(MANAGER)).get(f"/v1/persons/{person}"))["version"])


async def _name(world: World, person: str, family_name: str) -> None:
    change = {"family_name": family_name, "birth": {"precision": "exact", "date": BORN.isoformat()}}
    headers = {"If-Match": f'"v{await _version(world, person)}"'}
    done(await (await world.as_(MANAGER)).patch(f"/v1/persons/{person}", change, headers=headers))
