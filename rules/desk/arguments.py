"""What commands take: dates, moments, folders and files, refused with a sentence where they can not be read."""

import argparse
from collections.abc import Callable, Iterable
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rules.errors import FileProblem, LawFilesError
from rules.loader import Law

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - argparse names its type no other way

DONE = 0
FOUND_FAULTS = 1
NO_ANSWER = 2
_THERE = "is there already; choose another name"
# What a command does: it is given what was asked, the law, and where to write lines, and returns the exit code.
Write = Callable[[Iterable[str]], None]
Command = Callable[[argparse.Namespace, Law, Write], int]


def as_date(text: str) -> date:
    """Return the date that an argument names."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date such as 2026-11-20") from error


def as_moment(text: str) -> datetime:
    """Return the moment that an argument names."""
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not a moment such as 2026-11-20T16:00+05:00") from error


def as_folder(text: str) -> Path:
    """Return the folder that an argument names."""
    folder = Path(text)
    if not folder.is_dir():
        raise argparse.ArgumentTypeError(f"{text} is not a folder")
    return folder


def refuse_existing(path: Path) -> None:
    """Refuse to write over a file, before the work whose result it would hold. Raises LawFilesError."""
    if path.exists():
        raise LawFilesError([FileProblem(str(path), 1, _THERE)])


def write_file(path: Path, text: str) -> None:
    """Write a file, never over one that is there. Raises LawFilesError."""
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise LawFilesError([FileProblem(str(path), 1, _THERE)]) from error
    except OSError as error:
        raise LawFilesError([FileProblem(str(path), 1, f"can not be written: {error.strerror}")]) from error
