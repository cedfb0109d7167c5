"""Many things in parts: between two of them the process does other work, and hears whether it is to go on."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

ItemT = TypeVar("ItemT")


def parts_of(items: Iterable[ItemT], size: int) -> Iterator[list[ItemT]]:
    """Yield items in parts of a size; the last one may be smaller."""
    remaining = iter(items)
    while part := list(islice(remaining, size)):
        yield part
