"""What a reform takes over the whole country: from its text to who gains, who loses, and the cost."""

import os
from collections import Counter
from datetime import date
from pathlib import Path
from time import perf_counter, process_time

from benchmarks.law.results import Figures
from benchmarks.law.stored import read
from rules.graph.reform import read_reform
from rules.kernel.cache import CACHE_VARIABLE
from rules.kernel.columns import Columns, slice_columns
from rules.kernel.national import YES, National
from rules.loader import load_law
from rules.population.comparing import affected

PARAMETERS, FORMULAS = (Path(__file__).with_name(f"reform_of_{kind}.yaml") for kind in ("parameters", "formulas"))
_AT_A_TIME = 1_000_000
"""Families compared at a time: it bounds what two runs hold in memory."""


def measure_reform(file: Path, on: date, text: Path, threads: int, cache: Path) -> Figures:
    """Return what one reform takes; to be run in a process of its own, the families read before the clock starts."""
    os.environ[CACHE_VARIABLE] = str(cache)
    columns, law = read(file), load_law()
    start, start_processor = perf_counter(), process_time()
    reform = read_reform(law, text.name, text.read_bytes())
    understood = perf_counter()
    benefits = affected(reform, ())
    nationals = [National(graph, benefits, on) for graph in (reform.graph, reform.reformed)]
    prepared = perf_counter()
    changed = _compare(columns, nationals, threads)
    done = perf_counter()
    return {
        "benefits": len(benefits),
        "reform_read_s": understood - start,
        "prepared_s": prepared - understood,
        "both_runs_compared_s": done - prepared,
        "total_s": done - start,
        "processor_s": process_time() - start_processor,
        "changed": changed,
    }


def _compare(columns: Columns, nationals: list[National], threads: int) -> Figures:
    """Return for each benefit who gains and who loses, and what it costs in its period of payment."""
    found: dict[str, Counter[str]] = {name: Counter() for name in nationals[0].kernels}
    for first in range(0, columns.families, _AT_A_TIME):
        part = slice_columns(nationals[0].graph, columns, first, min(first + _AT_A_TIME, columns.families))
        before, after = (national.run(part, threads) for national in nationals)
        for name, counts in found.items():
            told = (before[name].entitled <= YES) & (after[name].entitled <= YES)
            change = (after[name].amount - before[name].amount) * told
            counts["gain"] += int((change > 0).sum())
            counts["lose"] += int((change < 0).sum())
            counts["cost"] += int(change.sum())
    return {name: dict(counts) for name, counts in found.items() if any(counts.values())}
