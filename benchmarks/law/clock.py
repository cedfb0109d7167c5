"""Seconds on the clock, and seconds of the processor: where other work runs, only the second says what a run needs."""

import statistics
from collections.abc import Callable, Sequence
from time import perf_counter, process_time
from typing import NamedTuple


class Took(NamedTuple):
    """What a run took; the processor's seconds are those of all threads together."""

    seconds: float
    processor: float


def took(work: Callable[[], object]) -> Took:
    """Run the work."""
    start, start_processor = perf_counter(), process_time()
    work()
    return Took(perf_counter() - start, process_time() - start_processor)


def medians(runs: Sequence[Took]) -> Took:
    """Return the medians of several runs."""
    return Took(statistics.median(run.seconds for run in runs), statistics.median(run.processor for run in runs))
