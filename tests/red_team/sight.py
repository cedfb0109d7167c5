"""Looking at what is not one's own."""

import httpx

from tests.red_team.attack import Field, attack

STRANGERS = (
    "manager.astana",
    "duty.astana",
    "supervisor.astana",
    "lead.astana",
    "benefits.astana",
    "manager2.almaty",
    "lawyer.almaty",
    "guardian.almaty",
    "operator.111",
    "nurse.almaty",
    "qr.111",
    "admin",
    "auditor",
    "analyst",
)
"""Accounts of every role that has no business with the ordinary case of the target."""
HIDDEN_FROM = ("supervisor.almaty", "head.almaty", "oversight", "duty.almaty", *STRANGERS)
"""Accounts that do not work on the restricted case, whatever their reach."""
GONE = frozenset({403, 404})


async def _get(field: Field, *paths: str) -> list[httpx.Response]:
    caller = await field.attacker()
    return [await caller.get(path) for path in paths]


@attack("S01", "reads another body's case by its id", *STRANGERS, statuses=GONE)
async def case_by_id(field: Field) -> list[httpx.Response]:
    path = f"/v1/cases/{field.target.case}"
    return await _get(field, path, *(f"{path}/{part}" for part in ("timeline", "plans", "assessments", "sessions")))


@attack("S02", "reads a restricted case with a wide reach", *HIDDEN_FROM, statuses=GONE)
async def restricted_case(field: Field) -> list[httpx.Response]:
    path = f"/v1/cases/{field.target.hidden_case}"
    return await _get(field, path, f"{path}/timeline", f"{path}/plans", f"/v1/persons/{field.target.hidden_child}")


@attack("S03", "reads a child of another body", "manager.astana", "duty.astana", "lead.astana", "admin", statuses=GONE)
async def child_by_id(field: Field) -> list[httpx.Response]:
    path = f"/v1/persons/{field.target.child}"
    return await _get(field, path, *(f"{path}/{part}" for part in ("contacts", "addresses", "relationships", "iin")))


@attack(
    "S04",
    "asks who reported",
    "manager.almaty",
    "supervisor.almaty",
    "oversight",
    "lead.almaty",
    "psychologist.almaty",
    "qr.111",
    "admin",
    statuses=GONE,
)
async def reporter(field: Field) -> list[httpx.Response]:
    return await _get(field, f"/v1/signals/{field.target.signal}/reporter")


@attack(
    "S05",
    "asks for the full IIN without need of it",
    "supervisor.almaty",
    "psychologist.almaty",
    "duty.almaty",
    "oversight",
    statuses=GONE,
)
async def iin(field: Field) -> list[httpx.Response]:
    return await _get(field, f"/v1/persons/{field.target.child}/iin")


@attack(
    "S06",
    "reads the psychologist's session and its notes",
    "manager.astana",
    "lawyer.almaty",
    "guardian.almaty",
    "lead.almaty",
    statuses=GONE,
)
async def notes(field: Field) -> list[httpx.Response]:
    path = f"/v1/sessions/{field.target.session}"
    return await _get(field, path, f"{path}/notes")


@attack("S07", "acts on a case that is not there for it", "manager.astana", "manager2.almaty", statuses=GONE)
async def acts_on_hidden(field: Field) -> list[httpx.Response]:
    caller, case = await field.attacker(), field.target.case
    return [
        await caller.post(f"/v1/cases/{case}/start-support"),
        await caller.patch(f"/v1/cases/{case}", {"help_package": None}, headers={"If-Match": '"v1"'}),
        await caller.post(f"/v1/cases/{case}/propose-closure", {"reason": "contact_lost", "note": "Байланыс жоқ"}),
    ]
