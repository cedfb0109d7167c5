"""A slice of the year: nothing is without an owner at any moment, and every clock is what a plain calculation says."""

import ast
from pathlib import Path

import pytest

import benchmarks.year as year_package
from benchmarks.year.command import Scale, simulate

PLAIN = ("plain_time", "clocks", "records", "signal_book", "book", "country")
"""The modules that work out what is right."""
LONG = [pytest.mark.long, pytest.mark.timeout(1800)]


@pytest.mark.parametrize(
    "scale",
    [
        Scale(centres=1, weeks=2, signals=400, families=6),
        pytest.param(Scale(centres=6, weeks=20, signals=900, seed=7, families=60), marks=LONG),
    ],
    ids=lambda scale: f"{scale.centres} centres, {scale.weeks} weeks",
)
async def test_nothing_is_without_an_owner_and_every_clock_is_right(
    admin_url: str, tmp_path: Path, scale: Scale
) -> None:
    counts, findings = await simulate(admin_url, scale, tmp_path)
    assert findings.wrong == []
    assert findings.compared["sealed events"] > counts["acts over HTTP"]
    assert findings.compared["clocks"] == counts["tasks"] > 50
    assert findings.compared["facts"] == counts["warnings"] + counts["breaches"] + counts["escalations"] > 20


def test_the_plain_calculation_shares_no_code_with_the_service() -> None:
    for name in PLAIN:
        tree = ast.parse(Path(year_package.__file__).with_name(f"{name}.py").read_text("utf-8"))
        imported = {n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.module}
        imported |= {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
        own = {m for m in imported if m.startswith("benchmarks.")}
        assert own <= {"benchmarks.year", *(f"benchmarks.year.{part}" for part in PLAIN)}, name
        assert not {m for m in imported if m.partition(".")[0] in {"casemgmt", "api", "rules"}}, name
