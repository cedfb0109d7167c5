"""The table beside the OWASP ASVS has every requirement once, says nothing unnamed, and counts right."""

import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "asvs.md").read_text("utf-8")
ROWS = [
    [c.strip() for c in line.strip("|").split("|")] for line in TEXT.splitlines() if re.match(r"\| \d+\.\d+\.", line)
]
COUNTED = ("yes", "partly", "no", "outside", "none")

# Numbers of ASVS 5.0.0 and their levels: all of levels 1 and 2 but the seven of V17, which is about WebRTC.
STANDARD = """
1.1.1:2 1.1.2:2 1.2.1:1 1.2.2:1 1.2.3:1 1.2.4:1 1.2.5:1 1.2.6:2 1.2.7:2 1.2.8:2 1.2.9:2 1.3.1:1 1.3.2:1 1.3.3:2
1.3.4:2 1.3.5:2 1.3.6:2 1.3.7:2 1.3.8:2 1.3.9:2 1.3.10:2 1.3.11:2 1.4.1:2 1.4.2:2 1.4.3:2 1.5.1:1 1.5.2:2
2.1.1:1 2.1.2:2 2.1.3:2 2.2.1:1 2.2.2:1 2.2.3:2 2.3.1:1 2.3.2:2 2.3.3:2 2.3.4:2 2.4.1:2
3.2.1:1 3.2.2:1 3.3.1:1 3.3.2:2 3.3.3:2 3.3.4:2 3.4.1:1 3.4.2:1 3.4.3:2 3.4.4:2 3.4.5:2 3.4.6:2 3.5.1:1 3.5.2:1
3.5.3:1 3.5.4:2 3.5.5:2 3.7.1:2 3.7.2:2
4.1.1:1 4.1.2:2 4.1.3:2 4.2.1:2 4.3.1:2 4.3.2:2 4.4.1:1 4.4.2:2 4.4.3:2 4.4.4:2
5.1.1:2 5.2.1:1 5.2.2:1 5.2.3:2 5.3.1:1 5.3.2:1 5.4.1:2 5.4.2:2 5.4.3:2
6.1.1:1 6.1.2:2 6.1.3:2 6.2.1:1 6.2.2:1 6.2.3:1 6.2.4:1 6.2.5:1 6.2.6:1 6.2.7:1 6.2.8:1 6.2.9:2 6.2.10:2
6.2.11:2 6.2.12:2 6.3.1:1 6.3.2:1 6.3.3:2 6.3.4:2 6.4.1:1 6.4.2:1 6.4.3:2 6.4.4:2 6.5.1:2 6.5.2:2 6.5.3:2
6.5.4:2 6.5.5:2 6.6.1:2 6.6.2:2 6.6.3:2 6.8.1:2 6.8.2:2 6.8.3:2 6.8.4:2
7.1.1:2 7.1.2:2 7.1.3:2 7.2.1:1 7.2.2:1 7.2.3:1 7.2.4:1 7.3.1:2 7.3.2:2 7.4.1:1 7.4.2:1 7.4.3:2 7.4.4:2 7.4.5:2
7.5.1:2 7.5.2:2 7.6.1:2 7.6.2:2
8.1.1:1 8.1.2:2 8.2.1:1 8.2.2:1 8.2.3:2 8.3.1:1 8.4.1:2
9.1.1:1 9.1.2:1 9.1.3:1 9.2.1:1 9.2.2:2 9.2.3:2 9.2.4:2
10.1.1:2 10.1.2:2 10.2.1:2 10.2.2:2 10.3.1:2 10.3.2:2 10.3.3:2 10.3.4:2 10.4.1:1 10.4.2:1 10.4.3:1 10.4.4:1
10.4.5:1 10.4.6:2 10.4.7:2 10.4.8:2 10.4.9:2 10.4.10:2 10.4.11:2 10.5.1:2 10.5.2:2 10.5.3:2 10.5.4:2 10.5.5:2
10.6.1:2 10.6.2:2 10.7.1:2 10.7.2:2 10.7.3:2
11.1.1:2 11.1.2:2 11.2.1:2 11.2.2:2 11.2.3:2 11.3.1:1 11.3.2:1 11.3.3:2 11.4.1:1 11.4.2:2 11.4.3:2 11.4.4:2
11.5.1:2 11.6.1:2
12.1.1:1 12.1.2:2 12.1.3:2 12.2.1:1 12.2.2:1 12.3.1:2 12.3.2:2 12.3.3:2 12.3.4:2
13.1.1:2 13.2.1:2 13.2.2:2 13.2.3:2 13.2.4:2 13.2.5:2 13.3.1:2 13.3.2:2 13.4.1:1 13.4.2:2 13.4.3:2 13.4.4:2
13.4.5:2
14.1.1:2 14.1.2:2 14.2.1:1 14.2.2:2 14.2.3:2 14.2.4:2 14.3.1:1 14.3.2:2 14.3.3:2
15.1.1:1 15.1.2:2 15.1.3:2 15.2.1:1 15.2.2:2 15.2.3:2 15.3.1:1 15.3.2:2 15.3.3:2 15.3.4:2 15.3.5:2 15.3.6:2
15.3.7:2
16.1.1:2 16.2.1:2 16.2.2:2 16.2.3:2 16.2.4:2 16.2.5:2 16.3.1:2 16.3.2:2 16.3.3:2 16.3.4:2 16.4.1:2 16.4.2:2
16.4.3:2 16.5.1:2 16.5.2:2 16.5.3:2
"""


def test_every_requirement_of_levels_1_and_2_has_one_row_with_its_level() -> None:
    said = [f"{row[0]}:{row[1]}" for row in ROWS if row[1] != "3"]
    assert Counter(said) == Counter(STANDARD.split())


def test_requirements_of_level_3_stand_once_and_in_a_table_of_their_own() -> None:
    third = [row[0] for row in ROWS if row[1] == "3"]
    assert third
    assert len(set(third)) == len(third)
    assert not set(third) & {entry.partition(":")[0] for entry in STANDARD.split()}


def test_an_answer_is_one_of_five_and_says_what_holds_it_or_why_not() -> None:
    assert [row for row in ROWS if len(row) != 5 or row[3] not in COUNTED or not row[2] or not row[4]] == []
    assert [row[0] for row in ROWS if row[3] in {"yes", "partly"} and "`" not in row[4]] == []
    assert [row[0] for row in ROWS if row[3] == "yes" and not _paths(row[4])] == []


@pytest.mark.parametrize(("level", "head"), [("1", "1"), ("2", "2"), ("3", "3, chosen")])
def test_the_counts_are_those_of_the_tables(level: str, head: str) -> None:
    answers = Counter(row[3] for row in ROWS if row[1] == level)
    figures = " | ".join(str(n) for n in (answers.total(), *(answers[a] for a in COUNTED)))
    assert f"\n| {head} | {figures} |\n" in TEXT


def _paths(text: str) -> list[str]:
    """Return what is named as a file of the repository; calls, addresses, settings and values have another form."""
    quoted = re.findall(r"`([^`\s]+)`", text)
    return [q for q in quoted if re.fullmatch(r"\w[^:]*/.+|\.?\w+\.(yaml|toml|lock|example)|Dockerfile|Makefile", q)]


@pytest.mark.parametrize("named", sorted(set(_paths(TEXT))))
def test_what_holds_an_answer_exists(named: str) -> None:
    path, _, name = named.partition("::")
    assert (ROOT / path).is_file()
    if name:
        assert re.search(rf"^(async )?def {name}\(", (ROOT / path).read_text("utf-8"), re.MULTILINE)


def test_every_requirement_that_the_list_of_gaps_names_has_a_row_that_is_not_yes() -> None:
    gaps = TEXT.partition("## What is missing")[2].partition("\n## ")[0]
    named = set(re.findall(r"\d+\.\d+\.\d+", gaps))
    assert named
    assert named <= {row[0] for row in ROWS if row[3] in {"partly", "no"}}
