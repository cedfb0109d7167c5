"""Destroying what somebody may still need."""

import httpx

from tests.red_team.attack import Field, attack

WORKERS = (
    "manager.almaty",
    "supervisor.almaty",
    "head.almaty",
    "duty.almaty",
    "admin",
    "auditor",
    "oversight",
    "qr.111",
)
REFUSED = frozenset({403, 404})
SECOND = frozenset({403, 409})


@attack("K01", "has a child's record erased", *WORKERS, statuses=REFUSED)
async def has_erased(field: Field) -> list[httpx.Response]:
    caller = await field.attacker()
    body = {
        "person": {"type": "person", "id": field.target.child},
        "ground": "court_decision",
        "reference": "1",
        "received_on": "2026-01-12",
    }
    path = f"/v1/erasure-requests/{field.target.erasure}"
    return [
        await caller.post("/v1/erasure-requests", body),
        await caller.post(f"{path}/approve"),
        await caller.post(f"{path}/execute"),
    ]


@attack("K02", "erases alone", "records", statuses=SECOND)
async def erases_alone(field: Field) -> list[httpx.Response]:
    caller, path = await field.attacker(), f"/v1/erasure-requests/{field.target.erasure}"
    return [await caller.post(f"{path}/approve")]


@attack("K03", "lifts a court's hold alone", "records", statuses=SECOND)
async def lifts_hold(field: Field) -> list[httpx.Response]:
    return [await (await field.attacker()).post(f"/v1/holds/{field.target.hold}/lift")]


@attack("K04", "reads content as a keeper of records", "records", "records2", statuses=REFUSED)
async def keeper_reads(field: Field) -> list[httpx.Response]:
    caller, target = await field.attacker(), field.target
    paths = (f"/v1/cases/{target.case}", f"/v1/persons/{target.child}", f"/v1/signals/{target.signal}", "/v1/cases")
    return [await caller.get(path) for path in paths]
