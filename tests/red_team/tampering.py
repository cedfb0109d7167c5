"""Sending what the contract does not know."""

import httpx

from tests.red_team.attack import Field, attack

INJECTIONS = ("' OR '1'='1", "1; DROP TABLE person", "%00", "../../etc/passwd", "{{7*7}}")


@attack("T01", "puts statements where an id belongs", "manager.almaty", "supervisor.almaty")
async def injected_id(field: Field) -> list[httpx.Response]:
    caller = await field.attacker()
    return [
        await caller.get("/v1/cases/" + httpx.URL("x", params={"q": text}).query.decode()[2:]) for text in INJECTIONS
    ]
