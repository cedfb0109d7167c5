"""Electronic signatures on the minutes of a conference: of the team, and of who was there."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from casemgmt.printing.sheet import Sheet
from casemgmt.settings import Settings
from tests.clients import World
from tests.conference_steps import GUARDIAN, LAWYER, decision, invitation, meet, minutes_of
from tests.printed import sheets_of
from tests.records import events
from tests.signature_steps import plain, trusting_settings
from tests.steps import MANAGER, done, open_case, refused

RU = {"language": "ru"}


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return trusting_settings(database_url, tmp_path)


@pytest.fixture(name="sheets")
def _sheets(monkeypatch: pytest.MonkeyPatch) -> list[Sheet]:
    return sheets_of(monkeypatch)


async def _held(world: World, *came: str) -> tuple[str, str]:
    """Return the paths of a conference that was held, and of its case."""
    case = await open_case(world)
    conference = await meet(world, case, GUARDIAN, LAWYER)
    path = f"/v1/conferences/{conference['id']}"
    for who in came:
        done_or_empty(
            await (await world.as_(who)).post(f"/v1/conference-participants/{invitation(conference, who)}/accept")
        )
    body = minutes_of(conference, *came, decisions=[decision(GUARDIAN)])
    done(await (await world.as_(MANAGER)).post(f"{path}/hold", body))
    return path, case.id


def done_or_empty(answer: Any) -> None:
    assert answer.is_success, answer.text


async def test_the_recorder_and_who_was_there_sign_the_same_bytes_and_the_paper_says_so(
    world: World, owner_url: str, sheets: list[Sheet]
) -> None:
    path, _ = await _held(world, GUARDIAN)
    manager, guardian = await world.as_(MANAGER), await world.as_(GUARDIAN)
    content = (await manager.get(f"{path}/signable")).content
    assert (await guardian.get(f"{path}/signable")).content == content
    assert json.loads(content)["minutes"] == "Барлығы келісті."
    signed = done(await manager.post(f"{path}/signatures", plain(content, signer="recorder")))
    assert (signed["record_type"], signed["verification"], signed["applies"]) == ("conference", "verified", True)
    assert signed["digest"] == sha256(content).hexdigest()
    second = done(await guardian.post(f"{path}/signatures", plain(content, signer="second")))
    assert second["verification"] == "verified"
    done_or_empty(await guardian.post(f"{path}/sign"))
    listed = done(await manager.get(f"{path}/signatures"))["items"]
    assert [(each["signer"], each["applies"]) for each in listed] == [("recorder", True), ("second", True)]
    done(await manager.post(f"/v1/conference-signatures/{signed['id']}/verify"))
    assert (await manager.post(f"{path}/print", RU)).status_code == 200
    assert ("Кто подписал", "кто вел протокол") in sheets[0].electronic[0]
    assert ("Проверка", "подпись подтверждена") in sheets[0].electronic[1]
    assert sheets[0].digest == signed["digest"]
    assert await events(owner_url, signed["id"]) == [
        "conference_signature.recorded",
        "conference_signature.listed",
        "conference_signature.verified",
    ]


async def test_what_somebody_else_does_of_a_decision_leaves_the_signature_as_it_was(world: World) -> None:
    path, _ = await _held(world, GUARDIAN)
    manager = await world.as_(MANAGER)
    content = (await manager.get(f"{path}/signable")).content
    done(await manager.post(f"{path}/signatures", plain(content, signer="recorder")))
    (task,) = done(await manager.get(path))["decisions"]
    done_or_empty(await manager.post(f"/v1/conference-decisions/{task['id']}/drop", {"reason": "Керек емес болды"}))
    (still,) = done(await manager.get(f"{path}/signatures"))["items"]
    assert still["applies"]


async def test_there_is_nothing_to_sign_before_the_minutes_and_nothing_to_see_for_who_was_not_there(
    world: World,
) -> None:
    case = await open_case(world)
    conference = await meet(world, case, LAWYER)
    called = f"/v1/conferences/{conference['id']}"
    assert refused(await (await world.as_(MANAGER)).get(f"{called}/signable")) == (409, "no-minutes-yet")
    path, case_id = await _held(world, GUARDIAN)
    content = (await (await world.as_(GUARDIAN)).get(f"{path}/signable")).content
    assert case_id.encode() not in content, "who was there is not told of the case"
    for stranger in (LAWYER, "manager.astana"):
        caller = await world.as_(stranger)
        assert (await caller.get(f"{path}/signable")).status_code == 404
        assert (await caller.get(f"{path}/signatures")).status_code == 404
        assert (await caller.post(f"{path}/signatures", plain(b"{}", signer="participant"))).status_code == 404
    done_or_empty(await (await world.as_(GUARDIAN)).post(f"{path}/sign"))
    assert (await (await world.as_(GUARDIAN)).get(f"{path}/signatures")).status_code == 404, "over for who was there"
