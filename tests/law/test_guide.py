"""The guide for policy staff keeps its word: its commands are run as they stand, and print what it shows."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from rules.__main__ import build_parser
from rules.graph.cases import Case, CaseFile, Expected
from rules.graph.compiler import FUNCTIONS

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "rules" / "README.md").read_text("utf-8")
ANY = "…"
BASH = shutil.which("bash") or "/bin/bash"


def read(text: str) -> list[tuple[str, str]]:
    """Return each block of commands with what it prints; a block without a print belongs to the next one."""
    blocks = re.findall(r"```(sh|text)\n(.*?)```", text, re.DOTALL)
    found: list[tuple[str, str]] = []
    waiting = ""
    for kind, body in blocks:
        if kind == "sh":
            waiting += body
        else:
            found.append((waiting, body))
            waiting = ""
    assert not waiting
    return found


def fits(printed: str, shown: str) -> bool:
    """Return whether the print is what is shown, where … stands for anything, over any number of lines."""
    pattern = "".join(".*" if part == ANY else re.escape(part) for part in re.split(f"({ANY})", shown.strip()))
    return re.fullmatch(pattern, printed.replace("\u00a0", " ").strip(), re.DOTALL) is not None


def test_every_command_of_the_guide_prints_what_the_guide_shows(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "rules", tmp_path / "rules", ignore=shutil.ignore_patterns("__pycache__"))
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    blocks = read(GUIDE)
    assert len(blocks) >= 9
    for commands, shown in blocks:
        environment = {"PATH": path, "HOME": str(tmp_path), "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}
        run = subprocess.run(
            [BASH, "-c", commands], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert fits(run.stdout + run.stderr, shown), f"{commands}\n{run.stdout}{run.stderr}"


def test_the_guide_names_every_command_and_no_other() -> None:
    known = set(re.findall(r"^    ([a-z-]+)  ", build_parser().format_help(), re.MULTILINE))
    assert len(known) >= 10
    assert set(re.findall(r"python -m rules (?:--law \w+ )?([a-z-]+)", GUIDE)) == known


def test_the_guide_explains_every_key_of_a_case_and_every_function() -> None:
    keys = {*Case.model_fields, *Expected.model_fields, *CaseFile.model_fields} - {"article"}
    for key in keys:
        assert re.search(rf"`{key}\b", GUIDE), key
    language = GUIDE.partition("## The language of formulas")[2].partition("## All commands")[0]
    for name in FUNCTIONS:
        short = name.removeprefix("previous_").removeprefix("next_")
        assert short in language or name in language, name


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`((?:law|cases|rules)/[\w./]*|CHANGELOG\.md)`", GUIDE))))
def test_every_path_of_the_guide_is_there(path: str) -> None:
    assert (ROOT / "rules" / path).exists() or (ROOT / path).exists()


def test_the_set_up_of_the_guide_is_a_command_of_the_project() -> None:
    assert re.search(r"^    make law$", GUIDE, re.MULTILINE)
    makefile = (ROOT / "Makefile").read_text("utf-8")
    recipe = re.search(r"^law: \.venv/\.runtime .*\n((?:\t.*\n)+)", makefile, re.MULTILINE)
    assert recipe is not None
    assert re.findall(r"-m (rules \w+)", recipe[1]) == ["rules check", "rules test"]


def test_the_desk_needs_no_package_for_whole_populations(tmp_path: Path) -> None:
    (tmp_path / "rules").symlink_to(ROOT / "rules")
    blocked = "import sys; sys.modules.update(numba=None, numpy=None, pyarrow=None, casemgmt=None, api=None); "
    asked = ["check"], ["test", "--benefit", "multi_child_benefit"], ["population", "--help"]
    for arguments in asked:
        program = f"{blocked}from rules.__main__ import main; sys.exit(main({arguments!r}))"
        run = subprocess.run(
            [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False
        )  # fmt: skip
        assert run.returncode == 0, run.stderr
