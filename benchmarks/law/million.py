"""A million families in our kernel and in OpenFisca, in turn; and how often OpenFisca's float32 is off."""

import statistics
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.law.clock import Took, medians, took
from benchmarks.law.openfisca import OpenFisca
from benchmarks.law.results import Figures
from benchmarks.law.translate import ASKED, amounts_of
from benchmarks.processes import BenchmarkError
from rules.graph.graph import Graph
from rules.kernel.columns import Columns
from rules.kernel.national import YES, Entitlements, National

_NAMES = [name for names in ASKED.values() for name in names]
_NEAR = 2
"""Tenge: what rounding in float32 moves a sum by. More is another rule, or a limit that was met by a hair."""
_FEW = 0.01
_PARTS = ("build", "set", "calculate")


def measure_million(
    graph: Graph,
    on: date,
    columns: Columns,
    rival: OpenFisca,
    rounds: int,
    threads: int,
    folder: Path,
    say: Callable[[str], None],
) -> Figures:
    """Return the times of both and their ratios; the families are with OpenFisca already."""
    national = National(graph, list(ASKED), on)
    answers = folder / "openfisca_answers.npz"
    ours = national.run(columns, threads)
    rival.ask("time_families", asked=_NAMES, answers=str(answers))
    own: list[Took] = []
    theirs: list[Figures] = []
    for turn in range(rounds):
        say(f"{columns.families:,} families beside OpenFisca: round {turn + 1} of {rounds}")
        own.append(took(partial(national.run, columns, threads)))
        theirs.append(rival.ask("time_families", asked=_NAMES))
    return {
        "families": columns.families,
        "persons": len(columns.facts["birth_date"]),
        "benefits": list(ASKED),
        "ours_s": medians(own).seconds,
        "ours_processor_s": medians(own).processor,
        "openfisca_s": {part: statistics.median(times[part] for times in theirs) for part in _PARTS},
        "openfisca_processor_s": statistics.median(times["processor"] for times in theirs),
        "openfisca_peak_mib": max(times["peak_mib"] for times in theirs),
        "ratio_to_openfisca": _ratio(theirs, own, _PARTS),
        "ratio_calculate_only": _ratio(theirs, own, ("calculate",)),
        "openfisca_differs": _differences(ours, answers),
    }


def _ratio(theirs: list[Figures], own: list[Took], parts: tuple[str, ...]) -> float:
    pairs = zip(theirs, own, strict=True)
    return statistics.median(sum(float(times[part]) for part in parts) / run.seconds for times, run in pairs)


def _differences(ours: dict[str, Entitlements], file: Path) -> Figures:
    """Return for each benefit how many families get another sum. Raises BenchmarkError where the rules differ."""
    found: Figures = {}
    with np.load(file) as answers:
        for benefit, own in ours.items():
            apart = np.where(own.entitled <= YES, amounts_of(answers, benefit) - own.amount, 0)
            far = int((np.abs(apart) > _NEAR).sum())
            if far > _FEW * len(apart):
                text = f"{benefit}: {far} of {len(apart)} families get another sum from OpenFisca's model"
                raise BenchmarkError(f"{text}: its rules are not ours any more")
            found[benefit] = {
                "paid_families": int((own.amount > 0).sum()),
                "tenge_more": int((apart > 0).sum()),
                "tenge_less": int((apart < 0).sum()),
                "largest_difference_tenge": int(np.abs(apart).max(initial=0)),
            }
    return found
