"""A slice of the year: nothing is without an owner at any moment, and every clock is what a plain calculation says."""

from pathlib import Path

import pytest

from benchmarks.year.command import Scale, simulate


@pytest.mark.parametrize(
    "scale",
    [
        Scale(centres=1, weeks=2, signals=400, families=6),
        pytest.param(Scale(centres=6, weeks=20, signals=900, seed=7, families=60), marks=pytest.mark.long),
    ],
    ids=lambda scale: f"{scale.centres} centres, {scale.weeks} weeks",
)
async def test_nothing_is_without_an_owner_and_every_clock_is_right(
    admin_url: str, tmp_path: Path, scale: Scale
) -> None:
    counts, findings = await simulate(admin_url, scale, tmp_path)
    assert findings.wrong == []
    assert findings.compared["clocks"] == counts["tasks"] > 50
    assert findings.compared["facts"] == counts["warnings"] + counts["breaches"] + counts["escalations"] > 20
