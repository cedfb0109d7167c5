"""The committed examples fit the contract, each to the letter, and each belongs to an operation."""

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

ROOT = Path(__file__).parents[2]
CONTRACT: dict[str, Any] = json.loads((ROOT / "openapi" / "casemgmt.v1.json").read_text("utf-8"))
EXAMPLES = sorted((ROOT / "openapi" / "examples").glob("*.json"))


def _schema_of(operation_id: str) -> dict[str, Any]:
    for operations in CONTRACT["paths"].values():
        for operation in operations.values():
            if operation["operationId"] == operation_id:
                schema: dict[str, Any] = operation["requestBody"]["content"]["application/json"]["schema"]
                return schema
    raise AssertionError(f"no operation {operation_id}")


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda f: f.stem)
def test_an_example_fits_the_contract(file: Path) -> None:
    schema = _schema_of(file.stem.partition(".")[0]) | {"components": CONTRACT["components"]}
    faults = jsonschema_rs.Draft202012Validator(schema).iter_errors(json.loads(file.read_text("utf-8")))
    assert [f.message for f in faults] == []


def test_there_is_an_example_for_every_station_of_the_route() -> None:
    stations = {"create_signal", "triage_signal", "report_visit", "open_case", "complete_assessment", "draft_plan"}
    stations |= {"book_session", "offer_handover", "propose_closure", "reopen_case"}
    assert stations <= {f.stem.partition(".")[0] for f in EXAMPLES}
