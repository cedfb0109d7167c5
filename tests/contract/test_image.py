"""The image can't be built everywhere; every path and command that its files name can be held to."""

import json
import re
import subprocess
import sys
from pathlib import Path

import yaml

from casemgmt.settings import SealerSettings, Settings

ROOT = Path(__file__).parents[2]


def test_every_path_that_the_image_copies_exists_and_is_not_ignored() -> None:
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied: set[str] = set()
    for line in (ROOT / "Dockerfile").read_text().splitlines():
        if line.startswith("COPY ") and "--from" not in line:
            copied |= set(line.split()[1:-1])
    assert copied
    for path in copied:
        assert (ROOT / path).exists(), path
        assert path in allowed, path


def test_the_entry_commands_run() -> None:
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text())
    assert compose["services"]["migrate"]["command"] == ["casemgmt", "migrate"]
    answer = subprocess.run(
        [sys.executable, "-m", "casemgmt", "migrate", "--help"], capture_output=True, text=True, check=True
    )
    assert "migrate" in answer.stdout.lower()
    command = re.search(r"^CMD (\[.+\])", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert command is not None
    python, *arguments = json.loads(command[1])
    assert python == "python"
    helped = subprocess.run(
        [sys.executable, *arguments, "--help"], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert "--host" in helped.stdout


def test_the_image_is_pinned_and_does_not_run_as_root() -> None:
    text = (ROOT / "Dockerfile").read_text()
    images = re.findall(r"^FROM (\S+)", text, re.MULTILINE)
    assert images
    assert all(re.search(r":\d+\.\d+\.\d+-", image) for image in images)
    assert text.rindex("\nUSER 10001") < text.rindex("\nCMD ")
    assert "HEALTHCHECK" in text


def test_every_setting_that_compose_names_exists() -> None:
    settings = set(re.findall(r"^#? ?(CASEMGMT_[A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text())
    for service in compose["services"].values():
        named = {name for name in service.get("environment", ()) if name.startswith("CASEMGMT_")}
        assert named <= settings


def test_the_sealer_of_compose_holds_no_secret_of_the_service_and_the_service_none_of_its() -> None:
    services = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
    assert services["sealer"]["command"] == ["casemgmt", "seal"]
    given = {name for name, value in services["sealer"]["environment"].items() if value}
    assert given <= {f"CASEMGMT_{name.upper()}" for name in SealerSettings.model_fields}
    held = {name for name, value in services["service"]["environment"].items() if value}
    assert held <= {f"CASEMGMT_{name.upper()}" for name in Settings.model_fields}
    assert "audit-key" not in str(services["service"].get("volumes", "")).lower()
    assert "/key:ro" in str(services["sealer"]["volumes"])


def test_the_example_settings_are_refused_as_they_stand() -> None:
    """Nobody runs with what is printed in a file: outside the demo an empty secret stops the service."""
    code, said = _serve()
    assert code == 2
    assert said.startswith("CASEMGMT_TOKEN_SECRET is the secret of the demo")


def test_a_setting_that_is_refused_is_named_and_not_repeated() -> None:
    code, said = _serve(CASEMGMT_TOKEN_SECRET="only-a-short-one", CASEMGMT_DATABASE_CONNECTIONS="many")
    assert code == 2
    assert said.startswith("CASEMGMT_DATABASE_CONNECTIONS: ")
    assert "only-a-short-one" not in said
    assert "Traceback" not in said


def test_the_step_that_migrates_needs_no_secret_of_the_service() -> None:
    services = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
    assert {name for name in services["migrate"]["environment"] if "SECRET" in name} == set()
    answer = _run("casemgmt", "migrate")
    assert (answer.returncode, "CASEMGMT_MIGRATION_DATABASE_URL" in answer.stderr) == (2, True)


def _serve(**settings: str) -> tuple[int, str]:
    """Start the service outside the demo with these settings alone; return its exit code and what it said."""
    answer = _run("api", "serve", CASEMGMT_MODE="production", **settings)
    return answer.returncode, answer.stderr


def _run(module: str, command: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", module, command],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/usr/bin"} | settings,
    )
