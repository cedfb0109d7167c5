"""The benchmark of the law runs at a small size, agrees to the tenge and says plainly what it missed; untimed."""

import io
from contextlib import redirect_stdout
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.law.command import ON, main
from benchmarks.law.country import measure_country
from benchmarks.law.exactness import DAYS, Compared, compare_lot
from benchmarks.law.graph_size import nodes_in_force
from benchmarks.law.one_case import measure_one_case
from benchmarks.law.reforms import FORMULAS, PARAMETERS, measure_reform
from benchmarks.law.results import Results
from benchmarks.law.show import show
from benchmarks.law.stored import read, store
from rules.graph.graph import Graph
from rules.graph.reader import read_graph
from rules.kernel.cache import CACHE_VARIABLE, cache_folder
from rules.kernel.columns import Columns, record_at
from rules.loader import load_law
from rules.population.synthesis import generate


@pytest.fixture(scope="module")
def graph() -> Graph:
    return read_graph(load_law())


@pytest.fixture(scope="module")
def invented(graph: Graph) -> Columns:
    return replace(generate(graph, 500, 7, ON), missing={})


@pytest.fixture
def file(invented: Columns, tmp_path: Path) -> Path:
    store(invented, tmp_path / "families.npz")
    return tmp_path / "families.npz"


def test_kernel_and_single_answers_agree_on_thousands_of_random_families(graph: Graph) -> None:
    found = Compared()
    for seed in range(0, 8, len(DAYS)):
        found.add(compare_lot(seed))
    assert found.counts["families"] == 2000
    assert found.counts["single"] == 2000 * len(graph.benefits)
    assert found.counts["evaluator"] > 0
    assert found.counts["single_from_a_case"] > 0
    assert found.parted == []


def test_a_difference_of_one_tenge_is_counted_and_shown() -> None:
    found = Compared()
    found.note("single", (1, 100), (1, 100), "lot 0, family 0, benefit")
    found.note("single", (1, 100), (1, 101), "lot 0, family 1, benefit")
    assert found.counts["single_different"] == 1
    assert found.parted == ["lot 0, family 1, benefit: single says yes, 100, the kernel yes, 101"]


def test_families_are_the_same_after_a_file(graph: Graph, invented: Columns, file: Path) -> None:
    assert record_at(graph, read(file), 17) == record_at(graph, invented, 17)


def test_every_section_runs_at_a_small_size(
    graph: Graph, invented: Columns, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, str(cache_folder()))  # put back after the test
    results = Results("smallest", {"version": graph.law.version, "asked_on": ON.isoformat(), "rules": len(graph.rules)})
    records = [record_at(graph, invented, index) for index in range(3)]
    sections = results.sections
    sections["one_case"] = measure_one_case(graph, ON, records, 1, None, lambda _: None)
    sections["country"] = measure_country(file, ON, 1, 2)
    changed = {
        name: measure_reform(file, ON, text, 2, cache_folder())
        for name, text in (("parameters", PARAMETERS), ("formulas", FORMULAS))
    }
    sections["reforms"] = {"parameters_s": 1.0, "formulas_s": 31.0, **changed}
    said = io.StringIO()
    with redirect_stdout(said):
        show(results)
    assert sections["one_case"]["nodes_in_force"] == nodes_in_force(graph, ON, graph.rules) > len(graph.rules)
    assert changed["parameters"]["changed"]["birth_grant"]["gain"] > 0
    assert "a reform of formulas over the whole country, compiled from nothing: 31 s, wanted at most 30" in " ".join(
        said.getvalue().split()
    )
    assert results.as_dict()["targets"]["reforms.parameters_s"] == {"wanted": 5, "reached": 1.0, "met": True}


def test_a_section_that_is_not_there_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--only", "everything"], print)
    assert "invalid choice: 'everything'" in capsys.readouterr().err
