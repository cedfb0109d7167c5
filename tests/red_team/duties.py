"""Deciding alone what two must decide, and giving oneself what one was not given."""

import httpx

from casemgmt.demo.accounts import demo_id
from casemgmt.ids import new_id
from tests.clients import Caller
from tests.red_team.attack import Field, attack
from tests.steps import done

NOT_YOURS = frozenset({403, 404})


@attack("D01", "approves its own plan", "manager.almaty", statuses=frozenset({403, 409}))
async def own_plan(field: Field) -> list[httpx.Response]:
    return [await (await field.attacker()).post(f"/v1/plans/{field.target.plan}/approve")]


@attack("D02", "gives itself a role", "admin", statuses=frozenset({403, 409}))
async def own_role(field: Field) -> list[httpx.Response]:
    caller = await field.attacker()
    path = f"/v1/users/{demo_id(field.username)}/roles"
    wanted = ("supervisor", "oversight_reader", "auditor")
    return [await caller.post(path, {"role": role, "reason": "Бұйрық"}) for role in wanted]


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
    caller, path = await field.attacker(), f"/v1/users/{demo_id(field.username)}"
    return [
        await caller.post(f"{path}/roles", {"role": "administrator", "reason": "Бұйрық"}),
        await caller.post(f"{path}/move", {"organisation_id": str(demo_id("crd_astana")), "reason": "Бұйрық"}),
    ]


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


@attack("D07", "makes an account and comes in as it", "admin", "admin2", statuses=frozenset({400, 403, 409}))
async def own_puppet(field: Field) -> list[httpx.Response]:
    caller, name = await field.attacker(), f"puppet.{field.username}"
    user = {
        "username": name,
        "family_name": "Қуыршақ",
        "given_name": "А",
        "organisation_id": str(demo_id("crd_almaty")),
    }
    path = f"/v1/users/{done(await caller.post('/v1/users', user))['id']}"
    role = done(await caller.post(f"{path}/roles", {"role": "case_manager", "reason": "Бұйрық"}))
    return [
        await caller.request("PUT", f"/v1/account-changes/{role['id']}/approval"),
        *await _comes_in(field, caller, path, name),
    ]


@attack("D08", "comes in as a worker whose password it has set", "admin", "admin2", statuses=frozenset({400, 403, 409}))
async def other_password(field: Field) -> list[httpx.Response]:
    caller = await field.attacker()
    return await _comes_in(field, caller, f"/v1/users/{demo_id('manager.almaty')}", "manager.almaty")


async def _comes_in(field: Field, caller: Caller, path: str, username: str) -> list[httpx.Response]:
    """Ask for a start code, grant it to oneself, and try what one was shown in place of both halves."""
    asked = done(await caller.request("PUT", f"{path}/start-codes/{new_id()}", json={"reason": "Бұйрық"}))
    half, change = asked["first_half"], asked["change"]["id"]
    start = {"username": username, "first_half": half, "second_half": half, "password": "үш-түлкі-көлде-77"}
    tried = [
        await caller.request("PUT", f"/v1/account-changes/{change}/approval"),
        await field.world.client.post("/v1/start", json=start),
        await field.world.client.post(
            "/v1/token", data={"grant_type": "password", "username": username, "password": start["password"]}
        ),
    ]
    done(await caller.post(f"{path}/account-changes/{change}/withdraw"))
    return tried
