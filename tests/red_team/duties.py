"""Deciding alone what two must decide, and giving oneself what one was not given."""

import httpx

from casemgmt.demo.accounts import demo_id
from tests.red_team.attack import Field, attack

NOT_YOURS = frozenset({403, 404})


@attack("D01", "approves its own plan", "manager.almaty", statuses=frozenset({403, 409}))
async def own_plan(field: Field) -> list[httpx.Response]:
    return [await (await field.attacker()).post(f"/v1/plans/{field.target.plan}/approve")]


@attack("D02", "gives itself a role", "admin", statuses=frozenset({403, 409}))
async def own_role(field: Field) -> list[httpx.Response]:
    caller = await field.attacker()
    path = f"/v1/users/{demo_id(field.username)}/roles"
    return [await caller.post(path, {"role": role}) for role in ("supervisor", "oversight_reader", "auditor")]


@attack(
    "D03",
    "gives roles without being an administrator",
    "supervisor.almaty",
    "manager.almaty",
    "auditor",
    "oversight",
    statuses=NOT_YOURS,
)
async def others_role(field: Field) -> list[httpx.Response]:
    caller = await field.attacker()
    return [await caller.post(f"/v1/users/{demo_id(field.username)}/roles", {"role": "administrator"})]


@attack(
    "D04",
    "joins the team of a case by itself",
    "manager.astana",
    "psychologist.almaty",
    "manager2.almaty",
    "benefits.almaty",
    statuses=NOT_YOURS,
)
async def joins_team(field: Field) -> list[httpx.Response]:
    member = {"user_id": str(demo_id(field.username)), "team_role": "lawyer"}
    caller = await field.attacker()
    return [await caller.post(f"/v1/cases/{c}/team", member) for c in (field.target.case, field.target.hidden_case)]


@attack("D05", "looks at children as an administrator", "admin", statuses=NOT_YOURS)
async def administrator_looks(field: Field) -> list[httpx.Response]:
    caller, target = await field.attacker(), field.target
    paths = (f"/v1/cases/{target.case}", f"/v1/persons/{target.child}", f"/v1/signals/{target.signal}", "/v1/cases")
    return [await caller.get(path) for path in paths]


@attack(
    "D06",
    "lifts a restriction that stands in its way",
    "supervisor.almaty",
    "head.almaty",
    "manager2.almaty",
    statuses=NOT_YOURS,
)
async def lifts_restriction(field: Field) -> list[httpx.Response]:
    caller = await field.attacker()
    body = {"restricted": False, "note": "Қажет емес"}
    return [await caller.post(f"/v1/cases/{field.target.hidden_case}/restriction", body)]
