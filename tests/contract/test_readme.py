"""The README keeps its word: every command and every path that it names exists, and its first request works."""

import re
from pathlib import Path

from casemgmt.demo.accounts import DEMO_FACTOR_KEY
from tests.clients import World, credentials

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")


def test_every_make_command_exists() -> None:
    named = set(re.findall(r"make ([a-z-]+)", README))
    assert {"run", "test", "demo", "help", "bench"} <= named
    for target in named:
        assert re.search(rf"^{target}:", MAKEFILE, re.MULTILINE), target


def test_every_path_exists() -> None:
    linked = set(re.findall(r"\]\(([^)#:]+)\)", README))
    folders = set(re.findall(r"^\| `([a-z/]+/)` \|", README, re.MULTILINE))
    assert len(linked) > 8
    assert len(folders) >= 8
    for path in linked | folders:
        assert (ROOT / path).exists(), path


async def test_the_first_request_works(world: World) -> None:
    sent = re.search(r"-d '(\{.*?\})'", README, re.DOTALL)
    assert sent is not None
    form = dict(re.findall(r"-d ([a-z_]+)=([^ \\]+)", README))
    assert form == credentials("operator.111")
    token = (await world.client.post("/v1/token", data=form)).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    answer = await world.client.post("/v1/signals", content=sent[1].encode(), headers=headers)
    assert answer.status_code == 201, answer.text
    assert answer.json()["suggested_urgency"]
    assert answer.json()["triage_due_at"]
    assert README.count(DEMO_FACTOR_KEY) == 2


def test_every_decision_has_a_number_of_its_own_and_names_it() -> None:
    numbers = []
    for file in sorted((ROOT / "docs" / "decisions").glob("*.md")):
        numbers.append(file.name[:4])
        assert file.read_text("utf-8").startswith(f"# {file.name[:4]} "), file.name
    assert numbers == [f"{n:04}" for n in range(1, len(numbers) + 1)]
