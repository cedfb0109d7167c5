"""`casemgmt --help`: the list of commands, which reads none of them."""

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from casemgmt.cli import COMMANDS, app


def test_the_list_names_every_command_in_its_order() -> None:
    listed = CliRunner().invoke(app, ["--help"])
    assert listed.exit_code == 0
    places = [listed.output.index(f"\u2502 {name} ") for name in COMMANDS]
    assert places == sorted(places)


@pytest.mark.parametrize("name", COMMANDS)
def test_what_the_list_says_of_a_command_is_what_it_says_itself(name: str) -> None:
    said = CliRunner().invoke(app, [name, "--help"])
    assert said.exit_code == 0
    assert COMMANDS[name][1].casefold() in " ".join(said.output.split()).casefold()
    assert f"Usage: casemgmt {name} " in said.output or f"Usage: root {name} " in said.output


def test_whoever_asks_for_the_list_does_not_wait_for_what_commands_need() -> None:
    ask = "import sys; from casemgmt.cli import app; app(['--help'], standalone_mode=False); print(*sys.modules)"
    read = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True).stdout.split()
    own = {name for name in read if name.split(".")[0] in {"api", "casemgmt", "rules"}}
    assert own == {"casemgmt", "casemgmt.cli", "casemgmt.late_commands"}
    assert not {"sqlalchemy", "asyncpg", "pydantic"} & set(read)
