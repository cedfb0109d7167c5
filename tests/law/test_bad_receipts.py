"""A receipt may have lain for years where anybody could write: one that can not be is refused in words."""

import json
from datetime import date
from hashlib import sha256

import pytest

from rules.graph.answers import ask
from rules.graph.basis import canonical
from rules.graph.receipt import make_receipt, recompute
from tests.law.graphs import graph, record

ON = date(2025, 5, 10)
FACTS = {"poverty_line": 30_000, "members": [{"id": "aisha", "role": "parent"}]}

RAW = [
    (b"[" * 200_000, "recursion limit"),
    (b"null", "an object"),
    (b"\xff", "Invalid JSON"),
    (b'{"engine_version": ' + b"9" * 5000 + b"}", "Invalid JSON"),
    (b"{}", "engine_version: Field required"),
]


def forged(**changes: object) -> bytes:
    """A receipt with other content, and with the hash that fits it."""
    told = json.loads(make_receipt(ask(graph(), "birth_grant", record(FACTS, ON), ON)))
    content = {key: value for key, value in told.items() if key != "hash"} | changes
    return canonical(content | {"hash": sha256(canonical(content).encode()).hexdigest()}).encode()


FORGED = [
    ({"on": 5}, "on: Input should be a valid date"),
    ({"known_on": 7}, "known_on: Input should be a valid date"),
    ({"benefit": ["birth_grant"]}, "benefit: Input should be a valid string"),
    ({"mode": "guess"}, "mode: Input should be 'estimate' or 'decide'"),
    ({"law": [5]}, "law.0: Input should be an object"),
    ({"facts": {"members": 5}}, "members: members is a list"),
    ({"facts": {"poverty_line": "1e999999999"}}, "poverty_line: a number is needed here"),
    ({"facts": {"poverty_line": "1/3"}}, "poverty_line: a number is needed here"),
    ({"facts": {"poverty_line": "9" * 5000}}, "poverty_line: a number is needed here"),
    ({"surplus": 1}, "surplus: Extra inputs are not permitted"),
]


@pytest.mark.timeout(20)
@pytest.mark.parametrize(("receipt", "fault"), RAW, ids=[fault for _, fault in RAW])
def test_what_is_no_receipt_is_refused(receipt: bytes, fault: str) -> None:
    found = recompute(graph(), receipt)
    assert not found.same
    assert found.reason.startswith("the receipt can not be read: ")
    assert fault in found.reason
    assert len(found.reason) < 200


@pytest.mark.timeout(20)
@pytest.mark.parametrize(("changes", "fault"), FORGED, ids=[fault for _, fault in FORGED])
def test_a_forged_receipt_is_refused_at_its_field(changes: dict[str, object], fault: str) -> None:
    assert recompute(graph(), forged(**changes)).reason == f"the receipt can not be read: {fault}"


def test_what_is_forged_well_is_still_compared_with_the_law() -> None:
    assert recompute(graph(), forged()).same
    assert "the result was" in recompute(graph(), forged(result={"entitled": "yes"})).reason
