"""Covering one's tracks."""

import httpx

from tests.red_team.attack import Field, attack

WORKERS = ("manager.almaty", "supervisor.almaty", "admin", "oversight", "duty.almaty", "analyst", "qr.111")


@attack("L01", "reads the audit log without being an auditor", *WORKERS, statuses=frozenset({403}))
async def reads_log(field: Field) -> list[httpx.Response]:
    caller = await field.attacker()
    return [await caller.get("/v1/audit/events", params={"case_id": field.target.case})]
