"""Reads every file of the law, checks each and all together, and gives them as one frozen whole."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from difflib import get_close_matches
from functools import cache, lru_cache
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import TypeVar

from pydantic import ValidationError

from rules.calendar import WorkingCalendar
from rules.calendar_files import CalendarYear, Holiday, MovedDayOff, WorkingWeekendDay
from rules.dated import Dated, find_faults, value_on
from rules.documents import Document, Location, read_document, read_file
from rules.errors import FileProblem, LawFilesError, RuleError, UnknownNameError
from rules.faults import explain_faults
from rules.parameters import (
    ActFile,
    Alternative,
    Citation,
    Entry,
    Label,
    Parameter,
    ParameterFile,
    ParameterValue,
)
from rules.terms import Deadline, DeadlineFile, TermValue, Warn

# Raised by hand whenever a change of code, not of data, moves a due time. It is part of rules_version().
COUNTING_VERSION = 1
# Folders whose files `rules.graph` reads from the law: the words for facts, and the formulas over them.
GRAPH_KINDS = ("facts", "formulas")
OPENS = "working_day.opens"
CLOSES = "working_day.closes"
TIME_OF_DAY = "time_of_day"
_MODELS: tuple[type[Entry], ...] = (
    ParameterFile, Parameter, ParameterValue, Alternative, Citation, Label, DeadlineFile, Deadline, TermValue, Warn,
    ActFile, CalendarYear, Holiday, MovedDayOff, WorkingWeekendDay,
)  # fmt: skip
_KNOWN_KEYS = sorted({key for model in _MODELS for key in model.model_fields})

NamedT = TypeVar("NamedT")
ModelT = TypeVar("ModelT", bound=Entry)


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in the files."""

    path: str
    line: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


@dataclass(frozen=True)
class Law:
    """All parameters, deadlines and the working calendar, with the version of their files."""

    parameters: Mapping[str, Parameter]
    deadlines: Mapping[str, Deadline]
    calendar: WorkingCalendar
    version: str
    places: Mapping[str, Place]
    graph_files: Mapping[str, bytes] = field(default_factory=dict)
    acts: Mapping[str, Label] = field(default_factory=dict)

    def parameter(self, name: str) -> Parameter:
        """Return the parameter. Raises UnknownNameError."""
        return _named("parameter", name, self.parameters)

    def deadline(self, code: str) -> Deadline:
        """Return the deadline. Raises UnknownNameError."""
        return _named("deadline", code, self.deadlines)

    def value(self, name: str, on: date, known_on: date | None = None) -> ParameterValue:
        """Return the parameter's value in force on `on`, as known on `known_on`.

        Raises UnknownNameError, NotInForceError, NotKnownYetError, BeyondConfirmedError.
        """
        return value_on(name, self.parameter(name).values, on, known_on)

    def term(self, code: str, on: date, known_on: date | None = None) -> TermValue:
        """Return the deadline's term in force on `on`, as known on `known_on`. Raises as `value` does."""
        return value_on(code, self.deadline(code).values, on, known_on)


def _named(kind: str, name: str, known: Mapping[str, NamedT]) -> NamedT:
    if name not in known:
        raise UnknownNameError(kind, name, get_close_matches(name, known))
    return known[name]


@cache
def load_law() -> Law:
    """Return the law that comes with this package; read once. Raises LawFilesError listing every fault."""
    return read_law(files("rules").joinpath("law"), "rules/law")


def rules_version() -> str:
    """Return the version to store with a result: counting version, and hash of all files of the law."""
    return load_law().version


def law_digests() -> dict[str, str]:
    """Return path and SHA-256 of every file of the law: what differs between two versions, file by file."""
    sources = _yaml_files(files("rules").joinpath("law"), "")
    return {name: _hash_files({name: read_file(source, name)}) for name, source in sorted(sources)}


def read_law(root: Traversable, shown_as: str) -> Law:
    """Read all files under `root`, naming them in messages as `shown_as`/.... Raises LawFilesError."""
    contents = {name: read_file(source, name) for name, source in sorted(_yaml_files(root, f"{shown_as}/"))}
    reader = _LawReader()
    for path, content in contents.items():
        reader.read(path, content)
    if not contents:
        reader.problems.append(FileProblem(shown_as, 1, "no file of the law is here"))
    reader.check_hours(shown_as)
    if reader.problems:
        raise LawFilesError(reader.problems)
    parameters = reader.parameters
    return Law(
        parameters=parameters,
        deadlines=reader.deadlines,
        calendar=WorkingCalendar(reader.years, _make_hours(parameters[OPENS], parameters[CLOSES])),
        version=_hash_files({path.removeprefix(shown_as): content for path, content in contents.items()}),
        places=reader.places,
        graph_files=reader.graph_files,
        acts=reader.acts,
    )


def _yaml_files(folder: Traversable, prefix: str) -> Iterator[tuple[str, Traversable]]:
    for entry in folder.iterdir():
        name = f"{prefix}{entry.name}"
        if entry.is_dir():
            yield from _yaml_files(entry, f"{name}/")
        elif entry.name.endswith((".yaml", ".yml")):
            yield name, entry


def _hash_files(contents: Mapping[str, bytes]) -> str:
    """Line ends are made equal first, so that a checkout on another system has the same version."""
    digest = sha256()
    for path, content in sorted(contents.items()):
        plain = content.replace(b"\r\n", b"\n")
        digest.update(f"{path}\0{len(plain)}\0".encode() + plain)
    return f"{COUNTING_VERSION}-{digest.hexdigest()}"


def _make_hours(opens: Parameter, closes: Parameter) -> Callable[[date], tuple[time, time]]:
    @lru_cache(maxsize=4096)
    def hours_on(day: date) -> tuple[time, time]:
        first, last = value_on(OPENS, opens.values, day), value_on(CLOSES, closes.values, day)
        return time.fromisoformat(str(first.value)), time.fromisoformat(str(last.value))

    return hours_on


@dataclass
class _LawReader:
    parameters: dict[str, Parameter] = field(default_factory=dict)
    deadlines: dict[str, Deadline] = field(default_factory=dict)
    years: dict[int, CalendarYear] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    graph_files: dict[str, bytes] = field(default_factory=dict)
    acts: dict[str, Label] = field(default_factory=dict)
    problems: list[FileProblem] = field(default_factory=list)

    def read(self, path: str, content: bytes) -> None:
        kind = path.split("/")[-2]
        if kind in GRAPH_KINDS:
            self.graph_files[path] = content
            return
        readers = {
            "parameters": self._read_parameters,
            "deadlines": self._read_deadlines,
            "calendar": self._read_year,
            "acts": self._read_acts,
        }
        if kind not in readers:
            text = f"a file of the law lies in a folder {', '.join(sorted([*readers, *GRAPH_KINDS]))}, not in {kind!r}"
            self.problems.append(FileProblem(path, 1, text))
            return
        try:
            readers[kind](read_document(path, content))
        except LawFilesError as error:
            self.problems.extend(error.problems)

    def _read_parameters(self, document: Document) -> None:
        for name, parameter in parse_document(document, ParameterFile).parameters.items():
            location: Location = ("parameters", name)
            self._remember(document, location, name, name in self.parameters)
            self.parameters[name] = parameter
            self._check_dates(document, location, name, parameter.values)
            for index, value in enumerate(parameter.values):
                if value.unit == TIME_OF_DAY and not _is_time(value.value):
                    text = f'{name}: a time of day is written in quotes as "HH:MM"'
                    self.problems.append(document.problem((*location, "values", index, "value"), text))

    def _read_acts(self, document: Document) -> None:
        for index, title in enumerate(parse_document(document, ActFile).acts):
            location: Location = ("acts", index)
            self._remember(document, location, title.en, title.en in self.acts)
            self.acts[title.en] = title

    def _read_deadlines(self, document: Document) -> None:
        for code, deadline in parse_document(document, DeadlineFile).deadlines.items():
            location: Location = ("deadlines", code)
            self._remember(document, location, code, code in self.deadlines)
            self.deadlines[code] = deadline
            self._check_dates(document, location, code, deadline.values)

    def _read_year(self, document: Document) -> None:
        year = parse_document(document, CalendarYear)
        name = str(year.year)
        self._remember(document, ("year",), name, year.year in self.years)
        if document.path.rsplit("/", 1)[-1] != f"{name}.yaml":
            self.problems.append(document.problem(("year",), f"the file of {name} must be called {name}.yaml"))
        self.years[year.year] = year

    def _remember(self, document: Document, location: Location, name: str, known: bool) -> None:  # noqa: FBT001 - private
        if known:
            self.problems.append(document.problem(location, f"{name} is already given in {self.places[name]}"))
        self.places[name] = Place(document.path, document.line_of(location))

    def _check_dates(self, document: Document, location: Location, name: str, values: Sequence[Dated]) -> None:
        for index, message in find_faults(values):
            place = (*location, "values", index, "in_force_from")
            self.problems.append(document.problem(place, f"{name}: {message}"))

    def check_hours(self, shown_as: str) -> None:
        """Refuse a law without hours of work, or with a working day that ends before it begins."""
        missing = [name for name in (OPENS, CLOSES) if name not in self.parameters]
        self.problems.extend(FileProblem(shown_as, 1, f"the parameter {name} is missing") for name in missing)
        if self.problems:
            return
        hours_on = _make_hours(self.parameters[OPENS], self.parameters[CLOSES])
        for name in (OPENS, CLOSES):
            place = self.places[name]
            for value in self.parameters[name].values:
                try:
                    opens, closes = hours_on(value.in_force_from)
                except RuleError as error:
                    self.problems.append(FileProblem(place.path, place.line, f"hours of work: {error}"))
                    continue
                if opens >= closes:
                    text = f"{name}: on {value.in_force_from.isoformat()} the working day ends before it begins"
                    self.problems.append(FileProblem(place.path, place.line, text))


def _is_time(value: object) -> bool:
    try:
        return isinstance(value, str) and time.fromisoformat(value).tzinfo is None
    except ValueError:
        return False


def parse_document(document: Document, model: type[ModelT], keys: Sequence[str] = _KNOWN_KEYS) -> ModelT:
    """Return the document as the model; `keys` are suggested for misspelt ones. Raises LawFilesError."""
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        raise LawFilesError(explain_faults(error, document, keys)) from error
