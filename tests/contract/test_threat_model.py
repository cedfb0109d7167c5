"""The threat model names the attacks that are tried, and tests that exist; so does the table of complaints."""

import re
from pathlib import Path

import pytest

from tests.red_team import test_attacks
from tests.red_team.attack import ATTACKS

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "threat-model.md").read_text("utf-8")
ROWS = [[c.strip() for c in line.strip("|").split("|")] for line in TEXT.splitlines() if line.startswith("| ")]
NUMBERED = {row[0]: row for row in ROWS if re.fullmatch(r"[A-Z]\d\d", row[0])}


def test_every_attack_of_the_document_is_tried_and_every_attack_that_is_tried_is_in_it() -> None:
    assert test_attacks.TRIES
    assert {number: row[1] for number, row in NUMBERED.items()} == {a.id: a.title for a in ATTACKS.values()}


def test_every_answer_names_what_holds_it() -> None:
    answered = [row for row in ROWS if len(row) == 4 and row[0] != "no." and set(row[0]) != {"-"}]
    assert len(answered) > 40
    assert [row[1] for row in answered if "`tests/" not in row[3]] == []


COMPLAINTS = (ROOT / "docs" / "complaints.md").read_text("utf-8")


def test_every_complaint_that_is_answered_names_what_holds_it() -> None:
    rows = [
        [c.strip() for c in line.strip("|").split("|")] for line in COMPLAINTS.splitlines() if line.startswith("| ")
    ]
    answered = [row for row in rows if row[0] != "complaint"]
    assert len(answered) > 20
    assert [row[0] for row in answered if "`tests/" not in row[3]] == []


@pytest.mark.parametrize("named", sorted(set(re.findall(r"`(tests/[^`]+)`", TEXT + COMPLAINTS))))
def test_what_holds_an_answer_exists(named: str) -> None:
    path, _, name = named.partition("::")
    assert (ROOT / path).exists()
    if name:
        assert re.search(rf"^(async )?def {name}\(", (ROOT / path).read_text("utf-8"), re.MULTILINE)
