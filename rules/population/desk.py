"""What the commands over whole populations do and print."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from rules.documents import read_file
from rules.graph.reader import read_graph
from rules.graph.reform import read_reform
from rules.graph.words import Language
from rules.loader import Law
from rules.population.compare_page import compare_page
from rules.population.compare_text import compare_data, compare_text
from rules.population.comparing import Comparison, affected, compare
from rules.population.generate import write_population
from rules.population.published import beside_rows
from rules.population.reader import open_population
from rules.population.report import report_run
from rules.population.results import SUMMARY, ResultWriter, summary_rows, write_rows, write_told
from rules.population.run import Question, choose_benefits, run_population
from rules.population.store import whole
from rules.population.summary import regions_of
from rules.population.synthesis import make_setting

PLAUSIBILITY = "plausibility"


FORMS: Mapping[str, Callable[[Comparison, Language], str]] = {
    "text": lambda found, language: "\n".join(compare_text(found, language)),
    "json": lambda found, _: json.dumps(compare_data(found), ensure_ascii=False, indent=2),
    "html": compare_page,
}


@contextmanager
def progress(title: str, families: int) -> Iterator[Callable[[int], None]]:
    """Show on standard error how many families are done; give what is told of each further number of them."""
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("families"),
        TimeElapsedColumn(), TimeRemainingColumn(),
    )  # fmt: skip
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(title, total=families)

        def told(done: int) -> None:
            bar.advance(task, done)

        yield told


def generate(law: Law, families: int, seed: int, as_of: date | None, out: Path) -> Iterable[str]:
    """Write an invented population and return the lines that say what it is. Raises PopulationError."""
    setting = make_setting(read_graph(law), seed, as_of)
    with progress("inventing", families) as told:
        note = write_population(setting, seed, families, out, told)
    return [
        note.label,
        f"  families   {families}, in {out}",
        f"  as of      {note.as_of}, with incomes of {setting.months[0]:%Y-%m} to {setting.months[-1]:%Y-%m}",
        f"  next       python -m rules population run --in {out} --date {note.as_of} --out {out}-result",
    ]


def run(law: Law, folder: Path, on: date, known_on: date | None, named: Sequence[str], out: Path) -> Iterable[str]:
    """Run benefits over a population, write what was found, and return the report. Raises PopulationError."""
    graph = read_graph(law)
    question = Question(graph, choose_benefits(graph, named), on, known_on)
    population = open_population(graph, folder)
    unstated = [name for name in population.never_stated if name in question.facts]
    told = {
        "population": population.note.model_dump(mode="json"),
        "label": population.note.label,
        "date": on.isoformat(),
        "known_on": known_on.isoformat() if known_on else None,
        "rules_version": law.version,
        "benefits": list(question.benefits),
        "not_verified": list(question.unverified()),
        "stated_for_nobody": unstated,
    }
    with whole(out) as unfinished:
        unfinished.mkdir()
        writer = ResultWriter(unfinished, graph, regions_of(graph), question.benefits, told)
        try:
            with progress("answering", population.families) as advance:
                summary = run_population(population, question, writer, advance)
        finally:
            writer.close()
        rows = list(summary_rows(summary.lines(), graph, str(population.note.source)))
        write_rows(unfinished, SUMMARY, rows, writer.metadata)
        write_rows(unfinished, PLAUSIBILITY, beside_rows(summary, population.note), writer.metadata)
        write_told(unfinished, {**told, "no_answer_in_law": summary.reasons})
    return [*report_run(summary, question, population.note, unstated), "", f"Written to {out}"]


def compare_reform(
    law: Law, path: Path, folder: Path, on: date | None, known_on: date | None, named: Sequence[str]
) -> Comparison:
    """Compare the law with a reform over a population. Raises LawFilesError, PopulationError, NothingChangesError."""
    reform = read_reform(law, str(path), read_file(path))
    benefits = affected(reform, named)
    population = open_population(reform.graph, folder)
    with progress("comparing", population.families) as advance:
        return compare(reform, population, benefits, on or population.note.as_of, known_on, advance)
