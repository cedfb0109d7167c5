"""Finds and reads files of cases: those that are named, or those that ship."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

from rules.documents import read_file
from rules.errors import FileProblem, LawFilesError
from rules.graph.case_tables import read_case_table
from rules.graph.cases import Placed, read_cases
from rules.graph.graph import Graph

_TABLE = ".csv"
_MOST_SHOWN = 30
_SUFFIXES = (".yaml", ".yml", _TABLE)


@dataclass(frozen=True, slots=True)
class Found:
    """The cases that could be read, and the faults of the files that could not."""

    cases: tuple[Placed, ...]
    problems: tuple[FileProblem, ...]
    files: int


def shipped_cases() -> Path:
    """Return the folder of the cases that come with this package."""
    with as_file(files("rules").joinpath("cases")) as folder:
        return folder


def cases_beside(law: Path | None) -> Path:
    """Return the cases that belong to the law. Raises LawFilesError where a law of its own has none beside it."""
    if law is None:
        return shipped_cases()
    folder = law.resolve().parent.joinpath("cases")
    if not folder.is_dir():
        text = "no folder `cases` stands beside this law; name one with --cases"
        raise LawFilesError([FileProblem(str(law), 1, text)])
    return folder


def read_case_file(graph: Graph, path: Path) -> tuple[Placed, ...]:
    """Read the cases of one file, a table or YAML. Raises LawFilesError."""
    content = read_file(path)
    if path.suffix.casefold() == _TABLE:
        return read_case_table(graph, _shown(path), content)
    return read_cases(_shown(path), content)


def find_cases(graph: Graph, paths: Sequence[Path]) -> Found:
    """Read all files of cases that are named, or that lie in folders that are named."""
    cases: list[Placed] = []
    problems: list[FileProblem] = []
    found = list(_files(paths))
    for path in found:
        try:
            cases += read_case_file(graph, path)
        except LawFilesError as error:
            problems += error.problems
    return Found(tuple(cases), tuple(problems), len(found))


def find_case(graph: Graph, path: Path, name: str | None) -> Placed:
    """Return the case of that name, or the only one that has the name in its own. Raises LawFilesError."""
    cases = read_case_file(graph, path)
    found = [placed for placed in cases if name in {None, placed.case.name}]
    if not found and name is not None:
        found = [placed for placed in cases if name.casefold() in placed.case.name.casefold()]
    if len(found) == 1:
        return found[0]
    shown = "".join(f"\n    {placed.case.name}" for placed in (found or cases)[:_MOST_SHOWN])
    more = "\n    …" if len(found or cases) > _MOST_SHOWN else ""
    text = f"{len(found)} cases fit; name one of them with --name:" if found else "no case has that name; there are:"
    raise LawFilesError([FileProblem(_shown(path), 1, f"{text}{shown}{more}")])


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        inside = sorted(file for file in path.rglob("*") if file.suffix.casefold() in _SUFFIXES)
        if not inside:
            raise LawFilesError([FileProblem(str(path), 1, f"no file of cases is here ({', '.join(_SUFFIXES)})")])
        yield from inside


def _shown(path: Path) -> str:
    """Name a file from here where it lies below, for the shortest name a person can click or type."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_absolute() and path.is_relative_to(here) else str(path)
