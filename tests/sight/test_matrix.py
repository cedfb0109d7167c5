"""The committed matrix of roles, permissions and states agrees with what the service answers to every account."""

import re
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from casemgmt.machines import MACHINES
from casemgmt.matrix import READ_WITH, refusals_of
from tests.all_rows import World
from tests.sight.bodies import body_of
from tests.sight.channels import Channel, channels
from tests.sight.service import Service

_DOCUMENT = Path(__file__).parents[2] / "docs" / "matrix.md"


class Step(NamedTuple):
    """One row of the matrix."""

    action: str
    states: frozenset[str]
    roles: frozenset[str]
    refused_for: str


@cache
def matrix() -> dict[str, list[Step]]:
    """Return the rows of the committed document by record, as its reader reads them."""
    found: dict[str, list[Step]] = {}
    record = ""
    for line in _DOCUMENT.read_text("utf-8").splitlines():
        if line.startswith("## "):
            record = line[3:]
        elif line.startswith("| `") and record in MACHINES:
            action, states, _, roles, refused_for = (cell.strip() for cell in line.strip("|").split(" | "))
            found.setdefault(record, []).append(
                Step(
                    action.strip("` "),
                    _states_of(record, states),
                    frozenset(re.findall(r"`(\w+)`", roles)),
                    refused_for,
                )
            )
    return found


def _states_of(record: str, told: str) -> frozenset[str]:
    every = {str(s) for s in MACHINES[record].states}
    if told == "every":
        return frozenset(every)
    if told.startswith("every but "):
        return frozenset(every - {told.removeprefix("every but ")})
    return frozenset(told.split(", "))


def _roles(world: World, user: Any) -> set[str]:
    return {r["role"] for r in world.rows["user_role"] if r["user_id"] == user and r["revoked_at"] is None}


def _reader(record: str) -> Channel | None:
    return next(
        (
            c
            for c in channels().values()
            if c.method == "GET" and list(c.records.values()) == [record] and c.path.endswith("}")
        ),
        None,
    )


@pytest.fixture(scope="module")
def world(service: Service) -> World:
    return service.world()


def test_the_matrix_has_every_record_and_how_it_is_read() -> None:
    assert matrix().keys() == MACHINES.keys() == READ_WITH.keys()


def test_every_guard_tells_the_matrix_what_it_refuses_with() -> None:
    guards = [(r, t.action, g) for r, m in MACHINES.items() for t in m.transitions for g in t.guards]
    assert [(r, action, g.__name__) for r, action, g in guards if not refusals_of(g)] == []


@pytest.mark.parametrize("record", [r for r in MACHINES if _reader(r) is not None])
def test_what_is_offered_to_an_account_is_what_the_matrix_says(record: str, service: Service, world: World) -> None:
    """`allowed_actions` names the steps of the state, and refuses as forbidden those whose roles the account lacks."""
    reader = _reader(record)
    assert reader is not None
    for who in service.holders(reader.permission):
        roles, states = _roles(world, service.ids[who]), set()
        for row in service.expectation(world, who).visible(record):
            if row["state"] in states:
                continue
            states.add(row["state"])
            answer = service.call(who, "GET", reader.filled({reader.parameters[0]: str(row["id"])}))
            if "allowed_actions" not in answer.json():
                continue
            offered = {a["action"]: a["reason_code"] for a in answer.json()["allowed_actions"]}
            told = {s.action: s for s in matrix()[record] if row["state"] in s.states}
            assert offered.keys() <= told.keys(), (who, record, row["state"], offered.keys() - told.keys())
            for action, code in offered.items():
                where = (who, record, row["state"], action, code)
                if not roles & told[action].roles:
                    assert code == "forbidden", where
                else:
                    assert code is None or code in told[action].refused_for, where


def _acts() -> list[tuple[Channel, str]]:
    """Return the operations that are named like a step of their record, each with its step."""
    found = []
    for channel in channels().values():
        step = channel.path.rpartition("/")[2].replace("-", "_")
        record = next(iter(channel.records.values()), "")
        if (
            channel.method == "POST"
            and len(channel.parameters) == 1
            and any(s.action == step for s in matrix().get(record, []))
        ):
            found.append((channel, step))
    return found


@pytest.mark.parametrize(("channel", "step"), _acts(), ids=lambda x: x.name if isinstance(x, Channel) else x)
def test_every_account_tries_a_step_in_every_state(channel: Channel, step: str, service: Service, world: World) -> None:
    """403 where the role has no such step, 409 where the state has none, and then the steps that there are."""
    parameter, record = next(iter(channel.records.items()))
    rows = [s for s in matrix()[record] if s.action == step]
    for who, user in service.ids.items():
        roles, seen = _roles(world, user), service.expectation(world, who).visible(record)
        by_state = {row["state"]: row for row in seen}
        for state, row in by_state.items():
            here = [s for s in rows if state in s.states]
            able = any(roles & s.roles for s in (here or rows))
            if here and able:
                continue  # it may succeed, and the world would be another one for who asks next
            answer = service.call(who, "POST", channel.filled({parameter: str(row["id"])}), json=body_of(channel))
            if able:
                assert answer.status_code in {403, 409, 422}, (who, channel.name, state, answer.text)
                if answer.json()["code"] == "wrong-state":
                    told = {s.action for s in matrix()[record] if state in s.states}
                    assert set(answer.json()["allowed_transitions"]) <= told, (who, channel.name, state, answer.text)
            else:
                assert answer.status_code == 403, (who, channel.name, state, answer.text)
