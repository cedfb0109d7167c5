"""The file in which an authority signs values: drafted, filled in, checked, and relied on."""

import re
from datetime import date
from pathlib import Path

import pytest

from rules.__main__ import FOUND_FAULTS, NO_ANSWER, main
from rules.graph.answers import ask
from rules.graph.basis import Mode, read_sign_off
from rules.graph.signing import find_basis, sign
from tests.law.graphs import graph, record

ON = date(2025, 7, 15)
BLANK = re.compile(r'act_read: ""\n    signed_by: ""\n    signed_on:')
SIGNED = 'act_read: "read"\n    signed_by: "A. Person"\n    signed_on: 2025-07-01'
ANSWER = ["--on", "2025-07-15", "--benefits", "multi_child_benefit"]


def draft(folder: Path, *, signed: int = 0) -> Path:
    path = folder / "sign_off.yaml"
    assert main(["sign-off", "draft", *ANSWER, "--out", str(path)]) == 0
    text = path.read_text("utf-8").replace('authority: ""', 'authority: "A body"')
    path.write_text(BLANK.sub(SIGNED, text, count=signed) if signed else text, "utf-8")
    return path


def facts() -> dict[str, object]:
    child = {"role": "child", "lives_with_family": True, "full_time_student": False}
    return {"members": [{**child, "birth_date": date(2010 + year, 1, 1)} for year in range(4)]}


def test_what_the_draft_names_is_all_that_a_decision_needs(tmp_path: Path) -> None:
    path = draft(tmp_path, signed=100)
    sign_off = read_sign_off(str(path), path.read_bytes())
    answered = ask(graph(), "multi_child_benefit", record(facts(), ON), ON, mode=Mode.DECIDE, sign_off=sign_off)
    assert not answered.provisional


def test_an_index_of_the_birth_date_is_signed_for_every_birth_date_there_can_be() -> None:
    names = [str(entry) for entry in find_basis(graph(), ["birth_grant"], ON, ON)]
    assert "mrp.benefits from 2020-04-01" in names
    assert "mrp.benefits from 2025-01-01" in names
    assert "mrp.benefits from 2026-01-01" not in names
    monthly = [str(entry) for entry in find_basis(graph(), ["multi_child_benefit"], ON, ON)]
    assert [name for name in monthly if name.startswith("mrp")] == ["mrp.benefits from 2025-01-01"]
    through = [str(entry) for entry in find_basis(graph(), ["multi_child_benefit"], ON, date(2026, 1, 31))]
    assert "mrp.benefits from 2026-01-01" in through


def test_one_call_signs_everything_for_a_demonstration() -> None:
    sign_off = sign(find_basis(graph(), ["birth_grant"], ON, ON), "A body", "A. Person", ON, "example", example=True)
    assert sign_off.example
    new = {**facts(), "residence": "citizen"}
    answered = ask(graph(), "birth_grant", record(new, ON), ON, mode=Mode.DECIDE, sign_off=sign_off)
    assert not answered.not_verified


def test_the_check_lists_what_waits_what_changed_and_what_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = draft(tmp_path, signed=2)
    text = path.read_text("utf-8")
    path.write_text(re.sub(r'digest: "....', 'digest: "0000', text, count=1), "utf-8")
    capsys.readouterr()
    assert main(["sign-off", "check", str(path), "--on", "2025-07-15", "--benefits", "birth_grant"]) == FOUND_FAULTS
    changed, waiting, missing = re.split("In the file, but not signed yet:|Needed, but not in the file:",
                                         capsys.readouterr().out)  # fmt: skip
    assert "age.counting from 1990-01-01 (rules/law/kz/" in changed
    assert "multi_child_benefit.amount from 2023-07-01" in waiting
    assert "birth_grant.size.lower from 2023-07-01 (rules/law/kz/" in missing
    assert "1 of 2 signatures hold; " in missing


def test_a_signature_of_a_value_that_the_law_no_longer_has_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = draft(tmp_path, signed=100)
    path.write_text(path.read_text("utf-8").replace("name: mrp.benefits", "name: mrp.old"), "utf-8")
    assert main(["sign-off", "check", str(path), *ANSWER]) == FOUND_FAULTS
    told = capsys.readouterr().out
    assert "Signed, but no longer in the law:\n    mrp.old from 2025-01-01" in told
    assert "Needed, but not in the file:\n    mrp.benefits from 2025-01-01" in told


def test_a_file_that_is_signed_in_full_is_in_order(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = draft(tmp_path, signed=100)
    capsys.readouterr()
    assert main(["sign-off", "check", str(path), *ANSWER]) == 0
    assert re.fullmatch(r"(\d+) of \1 signatures hold\.\n", capsys.readouterr().out)


def test_a_fault_names_the_line_of_the_value_that_is_half_signed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = draft(tmp_path)
    lines = path.read_text("utf-8").splitlines()
    last = max(index for index, line in enumerate(lines) if "signed_on" in line)
    lines[last] = "    signed_on: soon"
    path.write_text("\n".join(lines), "utf-8")
    assert main(["sign-off", "check", str(path)]) == FOUND_FAULTS
    assert f"sign_off.yaml:{last + 1}: " in capsys.readouterr().err


def test_a_draft_never_replaces_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = draft(tmp_path)
    assert main(["sign-off", "draft", *ANSWER, "--out", str(path)]) == FOUND_FAULTS
    assert "is there already; choose another name" in capsys.readouterr().err
    assert main(["sign-off", "draft", "--on", "2025-07-15", "--benefits", "birth_grnt"]) == NO_ANSWER
    assert "no benefit is called 'birth_grnt'" in capsys.readouterr().err
