"""The routes that ask for a fresh second factor are those of the list, and the contract tells of them."""

import json
from pathlib import Path
from typing import Any

from casemgmt.access.step_up import STEPS

ROOT = Path(__file__).parents[2]
CONTRACT: dict[str, Any] = json.loads((ROOT / "openapi" / "casemgmt.v1.json").read_text("utf-8"))
OPERATIONS = [o for operations in CONTRACT["paths"].values() for o in operations.values()]
FRESH = {o["operationId"]: o for o in OPERATIONS if o.get("x-fresh-second-factor")}


def test_the_routes_that_ask_for_it_are_those_of_the_list() -> None:
    assert FRESH.keys() == STEPS.keys()


def test_the_contract_and_the_document_of_rights_tell_of_each() -> None:
    rights = (ROOT / "docs" / "permissions.md").read_text("utf-8")
    for operation, stake in STEPS.items():
        assert "fresh-second-factor-needed" in FRESH[operation]["description"], operation
        assert f"| `{operation}` | {stake} |" in rights


def test_none_of_them_begins_its_unit_of_work_elsewhere() -> None:
    """The question is asked when the unit of work of the request begins: a direct or streaming route has none then."""
    assert [o for o, told in FRESH.items() if told.get("x-direct") or told.get("x-streaming")] == []
