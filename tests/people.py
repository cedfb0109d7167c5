"""Steps that tests of persons share: a person recorded, a signal about it, a case opened for it, all over HTTP."""

from collections.abc import Mapping
from typing import Any

from casemgmt.demo.accounts import demo_id
from tests.clients import World

CHILD: dict[str, Any] = {
    "family_name": "Тестова",
    "given_name": "Айгерім",
    "patronymic": "Серікқызы",
    "sex": "female",
    "birth": {"precision": "exact", "date": "2013-05-17"},
    "citizenship_status": "citizen",
    "languages": ["kk", "ru"],
}
MOTHER: dict[str, Any] = {"family_name": "Тестова", "given_name": "Мадина", "sex": "female"}

_SIGNAL = {
    "source": "contact_centre_111",
    "channel": "call",
    "category": "neglect",
    "language": "ru",
    "narrative": "Ребенок один дома.",
    "region_code": "KZ-75",
}


async def record_person(world: World, username: str, person: Mapping[str, Any] = CHILD) -> str:
    """Record a person as an account, and return the id."""
    answer = await (await world.as_(username)).post("/v1/persons", dict(person))
    assert answer.status_code == 201, answer.text
    person_id: str = answer.json()["id"]
    return person_id


async def signal_about(world: World, username: str, person_id: str) -> str:
    """Record a signal about a child as an account, and return its id."""
    subjects = [{"person_id": person_id, "role": "child"}]
    answer = await (await world.as_(username)).post("/v1/signals", _SIGNAL | {"subjects": subjects})
    assert answer.status_code == 201, answer.text
    signal_id: str = answer.json()["id"]
    return signal_id


async def case_of(
    world: World, person_id: str, *, restricted: bool = False, manager: str = "manager.almaty", manager_id: str = ""
) -> str:
    """Open a case for a child who is visible to the duty officer of Almaty, and return its id.

    The manager is an account of the demo, or any account by its id.
    """
    duty = await world.as_("duty.almaty")
    signal_id = await signal_about(world, "duty.almaty", person_id)
    decision = {"outcome": "emergency", "severity": "critical", "reason": "danger_to_life"}
    triaged = await duty.post(f"/v1/signals/{signal_id}/triage", decision)
    assert triaged.status_code == 200, triaged.text
    wish = {"signal_ids": [signal_id], "children": [person_id], "manager_id": manager_id or str(demo_id(manager))}
    ground = {"restriction_ground": "abuser_in_household"} if restricted else {}
    opened = await duty.post("/v1/cases", wish | ground)
    assert opened.status_code == 201, opened.text
    case_id: str = opened.json()["id"]
    return case_id


async def statuses(world: World, path: str, *usernames: str) -> dict[str, int]:
    """Return the status with which a path answers to each account."""
    return {name: (await (await world.as_(name)).get(path)).status_code for name in usernames}
