"""Looking at one's own family from inside."""

import httpx

from tests.red_team.attack import Field, attack
from tests.steps import done, open_case

GONE = frozenset({403, 404})


@attack(
    "S08",
    "is a relative of the child, and looks with every right it had before",
    "supervisor.almaty",
    "manager.almaty",
    "duty.almaty",
    statuses=GONE,
)
async def looks_at_kin(field: Field) -> list[httpx.Response]:
    case = await open_case(field.world)
    signal = done(await (await field.world.as_("manager.almaty")).get(f"/v1/cases/{case.id}"))["signal_ids"][0]
    caller = await field.attacker()
    paths = (f"/v1/cases/{case.id}", f"/v1/persons/{case.child}", f"/v1/signals/{signal}", f"/v1/cases/{case.id}/plans")
    declared = await caller.post("/v1/me/conflicts", {"kind": "close_relative", "person_id": case.child})
    assert declared.status_code == 201, declared.text
    return [await caller.get(path) for path in paths]


@attack(
    "S09",
    "ends the declaration that shuts it out",
    "supervisor.almaty",
    "manager.almaty",
    statuses=frozenset({403, 404, 409}),
)
async def ends_own_conflict(field: Field) -> list[httpx.Response]:
    case = await open_case(field.world)
    caller = await field.attacker()
    declared = done(await caller.post("/v1/me/conflicts", {"kind": "close_relative", "person_id": case.child}))
    return [await caller.post(f"/v1/conflicts/{declared['id']}/end", {"note": "Қателік"})]
