"""`python -m benchmarks law`: measure the law as code, for one family and for the country; write results/law.json."""

import argparse
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.law.apart import run_apart
from benchmarks.law.country import measure_country
from benchmarks.law.exactness import measure_exactness
from benchmarks.law.million import measure_million
from benchmarks.law.one_case import measure_one_case
from benchmarks.law.openfisca import NoOpenFiscaError, OpenFisca, prepare_environment
from benchmarks.law.reforms import FORMULAS, PARAMETERS, measure_reform
from benchmarks.law.results import Figures, Results
from benchmarks.law.show import show
from benchmarks.law.stored import store
from benchmarks.law.translate import Translator, parameter_tree
from benchmarks.processes import BenchmarkError
from rules.graph.graph import Graph
from rules.graph.reader import read_graph
from rules.kernel.cache import CACHE_VARIABLE
from rules.kernel.columns import Columns, record_at, slice_columns
from rules.loader import load_law
from rules.population.synthesis import generate

ON = date(2026, 3, 1)
"""The day of every question: the first of a month, because OpenFisca asks about months."""
SEED = 20260301
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured."""

    name: str
    cases: int
    case_rounds: int
    country: int
    rounds: int
    beside_openfisca: int
    exact: int


FULL = Size("full", cases=300, case_rounds=9, country=6_500_000, rounds=5, beside_openfisca=1_000_000, exact=1_000_000)
QUICK = Size("quick", cases=50, case_rounds=3, country=100_000, rounds=3, beside_openfisca=20_000, exact=5_000)


@dataclass
class Bench:
    """One run over all sections."""

    size: Size
    folder: Path
    say: Say
    rival: OpenFisca | None = None

    @cached_property
    def graph(self) -> Graph:
        return read_graph(load_law())

    @cached_property
    def threads(self) -> int:
        return os.cpu_count() or 1

    @cached_property
    def stated(self) -> Columns:
        """Families whose facts are all stated: OpenFisca takes what is not for a default."""
        return replace(generate(self.graph, self.size.beside_openfisca, SEED, ON), missing={})

    @cached_property
    def country_file(self) -> Path:
        file = self.folder / "country.npz"
        self.say(f"Inventing {self.size.country:,} families …")
        run_apart(_write_country, file, self.size.country)
        return file

    def meet(self, rival: OpenFisca) -> None:
        """Hand the families over."""
        self.rival = rival
        few = slice_columns(self.graph, self.stated, 0, self.size.cases)
        cases, families = self.folder / "cases.json", self.folder / "families.npz"
        cases.write_text(json.dumps(list(Translator(self.graph, few, ON).situations())), "utf-8")
        np.savez(families, **Translator(self.graph, self.stated, ON).arrays())
        rival.ask("read_cases", file=str(cases))
        rival.ask("read_families", file=str(families))

    def one_case(self) -> Figures:
        records = [record_at(self.graph, self.stated, index) for index in range(self.size.cases)]
        return measure_one_case(self.graph, ON, records, self.size.case_rounds, self.rival, self.say)

    def country(self) -> Figures:
        file = self.country_file
        self.say("The whole country …")
        return run_apart(measure_country, file, ON, self.size.rounds, self.threads)

    def million(self) -> Figures:
        if self.rival is None:
            return {}
        return measure_million(
            self.graph, ON, self.stated, self.rival, self.size.rounds, self.threads, self.folder, self.say
        )

    def reforms(self) -> Figures:
        file, kept = self.country_file, Path(os.environ[CACHE_VARIABLE])
        self.say("Reforms …")
        with TemporaryDirectory() as nothing_kept:
            run_apart(measure_reform, file, ON, PARAMETERS, self.threads, kept)  # leaves the compiled code
            parameters = run_apart(measure_reform, file, ON, PARAMETERS, self.threads, kept)
            formulas = run_apart(measure_reform, file, ON, FORMULAS, self.threads, Path(nothing_kept))
        totals = {"parameters_s": parameters["total_s"], "formulas_s": formulas["total_s"]}
        return totals | {"parameters": parameters, "formulas": formulas}

    def exactness(self) -> Figures:
        return measure_exactness(self.size.exact, self.threads, self.say)


SECTIONS: dict[str, Callable[[Bench], Figures]] = {
    "one_case": Bench.one_case,
    "country": Bench.country,
    "million": Bench.million,
    "reforms": Bench.reforms,
    "exactness": Bench.exactness,
}


def _write_country(file: Path, families: int) -> None:
    store(generate(read_graph(load_law()), families, SEED, ON), file)


def run(size: Size, sections: Sequence[str], *, openfisca: bool, say: Say) -> Results:
    """Measure the sections. Raises BenchmarkError."""
    with TemporaryDirectory(prefix="bench_law_") as name, _kept_code(Path(name) / "kernels"), ExitStack() as stack:
        bench = Bench(size, Path(name), say)
        graph = bench.graph
        results = Results(
            size.name, {"version": graph.law.version, "asked_on": ON.isoformat(), "rules": len(graph.rules)}
        )
        if openfisca:
            try:
                parameters = bench.folder / "parameters.json"
                parameters.write_text(json.dumps(parameter_tree(graph.law)), "utf-8")
                rival = OpenFisca(prepare_environment(say), parameters, f"{ON:%Y-%m}")
                bench.meet(stack.enter_context(rival))
            except NoOpenFiscaError as error:
                results.left_out.append(str(error))
        else:
            results.left_out.append("OpenFisca beside it; asked to leave it out")
        for section in sections:
            figures = SECTIONS[section](bench)
            if figures:
                results.sections[section] = figures
        return results


@contextmanager
def _kept_code(folder: Path) -> Iterator[None]:
    """Keep compiled code in a folder of the run, so that nothing is there before it."""
    before = os.environ.get(CACHE_VARIABLE)
    os.environ[CACHE_VARIABLE] = str(folder)
    try:
        yield
    finally:
        if before is None:
            del os.environ[CACHE_VARIABLE]
        else:
            os.environ[CACHE_VARIABLE] = before


def main(given: Sequence[str], say: Say) -> int:
    """Run the benchmark; 1 where a run failed or an answer is wrong, not where a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks law", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a small size, to see that it runs (a minute)")
    parser.add_argument("--only", nargs="+", choices=list(SECTIONS), help="some sections; nothing is written")
    parser.add_argument("--no-openfisca", action="store_true", help="do not install and measure OpenFisca beside it")
    arguments = parser.parse_args(given)
    sections = arguments.only or list(SECTIONS)
    try:
        results = run(QUICK if arguments.quick else FULL, sections, openfisca=not arguments.no_openfisca, say=say)
    except (BenchmarkError, NoOpenFiscaError) as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:
        say("Stopped.")
        return 1
    show(results)
    if not (arguments.only or arguments.quick):
        results.write()
    return 1 if results.sections.get("exactness", {}).get("different") else 0
