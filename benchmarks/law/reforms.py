"""What a reform takes over the whole country: from its text to who gains, who loses, and the cost."""

import os
import re
import shutil
from collections import Counter
from dataclasses import dataclass
from datetime import date
from importlib.resources import as_file, files
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

from benchmarks.law.results import Figures
from benchmarks.law.stored import read
from benchmarks.processes import BenchmarkError
from rules.graph.reader import read_graph
from rules.kernel.cache import CACHE_VARIABLE
from rules.kernel.columns import Columns, slice_columns
from rules.kernel.national import National
from rules.loader import Law, load_law, read_law

_AT_A_TIME = 1_000_000
"""Families compared at a time: it bounds what two runs hold in memory."""


@dataclass(frozen=True)
class Edit:
    """One change to the text of a file of the law."""

    file: str
    found: str
    put: str


PARAMETERS = (
    Edit("indexes/parameters/mrp.yaml", r"value: 4325\b", "value: 4500"),
    Edit("families/parameters/multi_child_benefit.yaml", r"value: 16\.03\b", "value: 18"),
    Edit("families/parameters/child_care_benefit.yaml", r"value: 5\.76\b", "value: 6.5"),
)
FORMULAS = (
    Edit(
        "families/formulas/multi_child_benefit.yaml",
        r"multi_child_benefit\.per_child \* multi_child_benefit\.children",
        "multi_child_benefit.per_child * (multi_child_benefit.children + 1)",
    ),
    Edit(
        "assistance/formulas/targeted_social_assistance.yaml",
        r"asp\.base_amount \+ asp\.supplement\b",
        "asp.base_amount + asp.supplement + asp.supplement",
    ),
)


def reformed(edits: tuple[Edit, ...]) -> Law:
    """Return the law with its text changed. Raises BenchmarkError where a text is not there any more."""
    with TemporaryDirectory() as folder, as_file(files("rules").joinpath("law")) as law:
        shutil.copytree(law, folder, dirs_exist_ok=True)
        for edit in edits:
            path = Path(folder) / "kz" / edit.file
            text, count = re.subn(edit.found, edit.put, path.read_text("utf-8"))
            if not count:
                raise BenchmarkError(f"{edit.file}: the text {edit.found!r} of the measured reform is not there")
            path.write_text(text, "utf-8")
        return read_law(Path(folder), "reform")


def measure_reform(file: Path, on: date, edits: tuple[Edit, ...], threads: int, cache: Path) -> Figures:
    """Return what one reform takes; to be run in a process of its own, the families read before the clock starts."""
    os.environ[CACHE_VARIABLE] = str(cache)
    columns = read(file)
    before = read_graph(load_law())
    start, start_processor = perf_counter(), process_time()
    after = read_graph(reformed(edits))
    understood = perf_counter()
    benefits = list(before.benefits)
    nationals = [National(graph, benefits, on) for graph in (before, after)]
    prepared = perf_counter()
    changed = _compare(columns, nationals, threads)
    done = perf_counter()
    return {
        "law_read_s": understood - start,
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
            change = after[name].amount - before[name].amount
            counts["gain"] += int((change > 0).sum())
            counts["lose"] += int((change < 0).sum())
            counts["cost"] += int(change.sum())
    return {name: dict(counts) for name, counts in found.items() if any(counts.values())}
