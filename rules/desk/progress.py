"""Shows how far a long work has come, on a terminal only, and leaves nothing behind."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

ItemT = TypeVar("ItemT")
# Fewer things than this are done before a bar could be read.
_WORTH_A_BAR = 50


def follow(items: Sequence[ItemT], what: str) -> Iterator[ItemT]:
    """Yield the items while a bar shows how many are done."""
    console = Console(stderr=True)
    if not console.is_terminal or len(items) < _WORTH_A_BAR:
        yield from items
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        yield from progress.track(items, description=what)
