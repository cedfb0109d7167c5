"""A declaration of a conflict answers the same about what is seen, what is hidden and what does not exist."""

import json
from typing import Any
from uuid import uuid4

from casemgmt.demo.accounts import demo_id
from tests.sight.channels import channels
from tests.sight.service import Service
from tests.sight.test_hidden_is_absent import asked

ABOUT = ("person_id", "person"), ("case_id", "case_record"), ("signal_id", "signal")
_OF_THE_ROW = {"id", "record_id", "declared_at"}


def _told(service: Service, who: str, operation: str, ids: dict[str, str], body: dict[str, Any]) -> tuple[Any, ...]:
    answer, heard, events = asked(service, who, channels()[operation], ids, body)
    view = json.loads(answer.text)
    assert answer.status_code == 201, answer.text
    assert view["record_id"] == body[next(iter(body.keys() - {"kind"}))]
    same = {k: v for k, v in view.items() if k not in _OF_THE_ROW}
    for event in events:
        del event["changes"]  # commitments under a salt of each event
    return same, set(answer.headers), heard.statements, events


def test_a_declaration_tells_nobody_what_there_is(service: Service) -> None:
    world = service.world()
    somebody = {"user_id": str(demo_id("duty2.almaty"))}
    for account, operation, ids in (
        ("analyst", "declare_own_conflict", {}),
        ("psychologist.almaty", "declare_own_conflict", {}),
        ("supervisor.almaty", "declare_conflict_of", somebody),
    ):
        for field, table in ABOUT:
            hidden = next(
                r["id"] for r in world.rows[table] if r not in service.expectation(world, account).visible(table)
            )
            first, second = (
                _told(service, account, operation, ids, {"kind": "relative", field: str(record)})
                for record in (hidden, uuid4())
            )
            assert first == second, (account, field)
        own = "list_own_conflicts" if operation == "declare_own_conflict" else "list_conflicts"
        listed = service.call(account, "GET", channels()[own].path).json()["items"]
        assert len(listed) >= 2 * len(ABOUT), "what was declared is listed, whether there is such a record or not"
