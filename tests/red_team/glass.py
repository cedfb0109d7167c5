"""Ways in that exist for an emergency, for oversight, for research, and for the persons themselves."""

import httpx

from tests.clients import Caller
from tests.red_team.attack import Field, attack
from tests.steps import done

GONE = frozenset({403, 404})
WHY = {"reason": "danger_to_life", "note": "Айғай естілді.", "minutes": 30}


@attack(
    "G01",
    "breaks the glass without being on duty",
    "manager.astana",
    "psychologist.almaty",
    "lead.almaty",
    "oversight",
    "admin",
    "auditor",
    "qr.111",
    "records",
    statuses=GONE,
)
async def breaks_glass(field: Field) -> list[httpx.Response]:
    caller = await field.attacker()
    return [await caller.post("/v1/break-glass", {"case_id": field.target.hidden_case} | WHY)]


@attack(
    "G02",
    "uses its break-glass for more than a few fields, and reviews it itself",
    "duty.almaty",
    statuses=frozenset({403, 404, 409}),
)
async def widens_grant(field: Field) -> list[httpx.Response]:
    caller, target = await field.attacker(), field.target
    grant = done(await caller.post("/v1/break-glass", {"case_id": target.hidden_case} | WHY))["id"]
    verdict = {"verdict": "justified", "note": "Дұрыс болды."}
    return [
        await caller.get(f"/v1/persons/{target.hidden_child}"),
        await caller.get(f"/v1/persons/{target.hidden_child}/contacts"),
        await caller.get(f"/v1/cases/{target.hidden_case}/timeline"),
        await caller.post(f"/v1/break-glass/{grant}/review", verdict),
    ]


@attack("G03", "uses the break-glass of somebody else", "duty2.almaty", "supervisor.astana", statuses=GONE)
async def borrows_grant(field: Field) -> list[httpx.Response]:
    holder = await field.world.as_("duty.almaty")
    grants = done(await holder.get("/v1/break-glass"))["items"]
    return [await (await field.attacker()).get(f"/v1/break-glass/{g['id']}/case") for g in grants]


@attack("G04", "reads as an overseer without saying for what", "oversight", "qr.111", statuses=frozenset({400, 403}))
async def without_purpose(field: Field) -> list[httpx.Response]:
    silent = Caller(field.world.client, (await field.attacker()).token)
    return [await silent.get(f"/v1/signals/{field.target.signal}")]


@attack(
    "G05",
    "takes data out, for research or as a copy, without the role",
    "manager.almaty",
    "supervisor.almaty",
    "oversight",
    "analyst",
    "admin",
    "qr.111",
    statuses=GONE,
)
async def takes_data_out(field: Field) -> list[httpx.Response]:
    caller = await field.attacker()
    return [await caller.get("/v1/research-projects"), await caller.get("/v1/subject-copies")]


@attack("G06", "takes the results of somebody else's search", "duty2.almaty", "manager.almaty", statuses=GONE)
async def takes_search(field: Field) -> list[httpx.Response]:
    owner = await field.world.as_("duty.almaty")
    search = done(await owner.post("/v1/searches", {"what": "persons", "family_name": "ҚұпияБала"}))["id"]
    return [await (await field.attacker()).get(f"/v1/searches/{search}")]
