import subprocess
import sys
from pathlib import Path

import pytest

from rules.__main__ import FOUND_FAULTS, NO_ANSWER, main
from tests.law.files import HOURS, TERM, write_law

EXTRA = """\
  forgotten.figure:
    label: {kk: "a", ru: "b", en: "c"}
    values:
      - {value: 1.5, unit: ratio, in_force_from: 2000-01-01, status: house_default, reason: "r"}
"""


def test_the_law_of_the_package_is_in_order(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check"]) == 0
    assert "The law is in order" in capsys.readouterr().out


def test_check_prints_each_fault_with_file_and_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_law(tmp_path, {"kz/deadlines/terms.yaml": TERM.replace("runs_from", "runs_form")})
    assert main(["--law", str(folder), "check"]) == FOUND_FAULTS
    told = capsys.readouterr().err
    assert "terms.yaml:4: deadlines.answer: unknown key 'runs_form'; did you mean 'runs_from'?" in told
    assert "2 faults found." in told


def test_check_finds_a_parameter_that_nothing_uses(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_law(tmp_path, {"kz/parameters/hours.yaml": HOURS + EXTRA})
    assert main(["--law", str(folder), "check"]) == FOUND_FAULTS
    assert "hours.yaml:10: the parameter forgotten.figure is used nowhere" in capsys.readouterr().err


def test_show_tells_value_ground_and_place(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "visit_urgent"]) == 0
    told = capsys.readouterr().out
    assert "24 calendar hours, in force from 2024-01-01" in told
    assert "house_default: not law, set by the operator" in told
    assert main(["show", "working_day.opens", "--on", "2026-11-20"]) == 0
    assert "09:00, in force from 2000-01-01" in capsys.readouterr().out


def test_show_tells_the_citation_of_law_and_what_was_not_seen(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "benefit_multi_child_decision", "--on", "2025-05-01"]) == 0
    told = capsys.readouterr().out
    assert "mtczn_00402014" in told
    assert "article not seen" in told
    assert "confirmed  through 2026-03-31" in told


def test_show_on_a_date_gives_the_value_of_that_date_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = str(write_law(tmp_path))
    assert main(["--law", folder, "show", "answer", "--on", "2024-12-31"]) == 0
    told = capsys.readouterr().out
    assert "3 working days" in told
    assert "5 working days" not in told


def test_due_explains_each_step(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["due", "visit_report", "--from", "2026-11-20T16:00+05:00"]) == 0
    told = capsys.readouterr().out
    assert "The day of the event, Fri 2026-11-20, is not counted." in told
    assert "due        Mon 2026-11-23 18:00 +05:00   (provisional)" in told


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["show", "visit_urgnt"], "near to it: visit_urgent"),
        (["show", "benefit_survivor_decision", "--on", "2026-04-01"], "confirmed only through 2026-03-31"),
        (["due", "visit_urgent", "--from", "2026-11-20T16:00"], "needs its offset from UTC"),
    ],
)
def test_a_question_without_answer_says_why(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == NO_ANSWER
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ["due", "visit_urgent", "--from", "tomorrow"],
        ["show", "x", "--on", "2026-13-01"],
        ["--law", "/no/such", "check"],
    ],
)
def test_an_argument_that_can_not_be_read_is_named(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(arguments)
    assert " is not a " in capsys.readouterr().err


def test_the_folder_works_alone_without_the_service(tmp_path: Path) -> None:
    package = Path(sys.modules["rules.loader"].__file__ or "").parent
    (tmp_path / "rules").symlink_to(package)
    blocked = "import sys; sys.modules.update(casemgmt=None, api=None, sqlalchemy=None, fastapi=None); "
    program = f"{blocked}from rules.__main__ import main; sys.exit(main(['check']))"
    command = [sys.executable, "-c", program]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
