"""The command `changes`: what differs between two states of the law, as the draft of an entry of the changelog."""

from pathlib import Path

import pytest

from rules.__main__ import FOUND_FAULTS, main
from tests.law.files import FILES, write_law
from tests.law.small_graph import GRAPH_FILES

FIGURES, HELP = "kz/one/parameters/figures.yaml", "kz/one/formulas/help.yaml"
SHARE = "value: 12.5, unit: tenge, in_force_from: 2020-01-01, confirmed_through: 2030-12-31"


def changes(folder: Path, capsys: pytest.CaptureFixture[str], name: str, old: str, new: str) -> str:
    before = write_law(folder / "before", FILES | GRAPH_FILES)
    text = (FILES | GRAPH_FILES)[name]
    assert old in text
    after = write_law(folder / "after", FILES | GRAPH_FILES | {name: text.replace(old, new)})
    assert main(["--law", str(after), "changes", "--before", str(before)]) == 0
    return " ".join(capsys.readouterr().out.split()).replace(str(after), "law")


CHANGED = [
    (FIGURES, "value: 12.5", "value: 13",
     "- *correction*: `share` 12.5 tenge -> 13 tenge; impacted period: 2020-01-01 through 2030-12-31, of help. File:"),
    (FIGURES, "a page", "another page", "- *ground*: `share` has another ground; no figure moves. File:"),
    (FIGURES, f"{{{SHARE}", f"{{{SHARE.replace('confirmed_through: 2030-12-31', 'in_force_before: 2025-01-01')}",
     "- *correction*: `share` 12.5 tenge for other days; impacted period: 2020-01-01 through 2030-12-31, of help."),
    (HELP, "heads >= least", "heads > least",
     "- *correction*: `right` another wording; impacted period: 2020-01-01 through 2030-12-31, of help. File:"),
    (HELP, "reached: next_day", "reached: on_the_day",
     "- *correction*: `ages` last_day_of_month and next_day -> last_day_of_month and on_the_day; impacted period:"),
    ("kz/deadlines/terms.yaml", "value: 5", "value: 6",
     "- *correction*: `answer` 5 working_days -> 6 working_days; impacted period: 2025-01-01 through 2025-06-30."),
    ("kz/one/facts/words.yaml", "least: 0, most: 1000000", "least: 0, most: 999999",
     "Only words, facts or comments differ; no value and no wording."),
]  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new", "entry"), CHANGED, ids=[row[2][:24] for row in CHANGED])
def test_each_change_is_told_with_the_days_that_it_moves(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, old: str, new: str, entry: str
) -> None:
    told = changes(tmp_path, capsys, name, old, new)
    assert entry in told


def test_a_new_name_moves_nothing_that_was_computed_before(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    renamed = {name: GRAPH_FILES[name].replace("share", "part") for name in (FIGURES, HELP)}
    before = write_law(tmp_path / "before", FILES | GRAPH_FILES)
    after = write_law(tmp_path / "after", FILES | GRAPH_FILES | renamed)
    assert main(["--law", str(after), "changes", "--before", str(before)]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert f"- *new*: `part` 12.5 tenge; impacted periods: none before, of help. File: `{after}/{FIGURES}`." in told
    assert "- *correction*: `share` without 12.5 tenge; impacted period: 2020-01-01 through 2030-12-31" in told


def test_a_value_of_later_days_is_a_change_of_the_law_and_one_of_earlier_days_moves_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ground = SHARE.replace("confirmed_through: 2030-12-31", "in_force_before: 2025-01-01")
    rest = 'status: unverified, citation: {act: "Act 1", article: "2", edition: "2020", source: "a page"}}'
    later = "{" + SHARE.replace("12.5", "14").replace("2020-01-01", "2025-01-01") + f", {rest}"
    short = GRAPH_FILES[FIGURES].replace(f"{{{SHARE}", f"{{{ground}")
    both = short.replace(f"{{{ground}, {rest}", f"{{{ground}, {rest}, {later}")
    assert both != short
    first = write_law(tmp_path / "first", FILES | GRAPH_FILES | {FIGURES: short})
    second = write_law(tmp_path / "second", FILES | GRAPH_FILES | {FIGURES: both})
    assert main(["--law", str(second), "changes", "--before", str(first)]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "- *law change*: `share` 14 tenge; impacted period: 2025-01-01 through 2030-12-31, of help." in told
    only_later = GRAPH_FILES[FIGURES].replace(f"{{{SHARE}, {rest}", later)
    third = write_law(tmp_path / "third", FILES | GRAPH_FILES | {FIGURES: only_later})
    assert main(["--law", str(second), "changes", "--before", str(third)]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "- *new*: `share` 12.5 tenge; impacted periods: none before, of help." in told


def test_the_same_law_has_no_changes(capsys: pytest.CaptureFixture[str]) -> None:
    shipped = Path(__file__).parents[2] / "rules" / "law"
    assert main(["changes", "--before", str(shipped)]) == 0
    assert capsys.readouterr().out == "The law is the same.\n"


def test_a_changelog_that_says_nothing_of_a_change_is_noticed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folders = [write_law(tmp_path / name / "law", FILES | GRAPH_FILES) for name in ("before", "after")]
    figures = folders[1] / FIGURES
    figures.write_text(figures.read_text("utf-8").replace("12.5", "13"), "utf-8")
    for folder in folders:
        (folder.parent / "CHANGELOG.md").write_text("# Changes\n", "utf-8")
    asked = ["--law", str(folders[1]), "changes", "--before", str(folders[0])]
    assert main(asked) == FOUND_FAULTS
    assert "The changelog says nothing of it yet" in capsys.readouterr().out
    (folders[1].parent / "CHANGELOG.md").write_text("# Changes\n\n- *correction*: share\n", "utf-8")
    assert main(asked) == 0
