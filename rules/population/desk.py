"""What the commands over whole populations do and print."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from rules.graph.reader import read_graph
from rules.loader import Law
from rules.population.generate import write_population
from rules.population.synthesis import make_setting


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
