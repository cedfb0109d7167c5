"""The mapping file: which column of a table is which field, and how its cells are read. Checked whole, line by line."""

import re
from collections.abc import Mapping as MappingOf
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from casemgmt.errors import FieldFault, Invalid
from casemgmt.imports.cells import DATE_FORMS, title_key
from casemgmt.imports.fields import KINDS, Target
from casemgmt.imports.yaml_lines import Lines, YamlFault, read_yaml
from casemgmt.reference.lists import code_list

FORMAT = "1"
Kind = Literal["signals", "cases"]
Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")


def _number(value: Any) -> Any:
    """Take digits for a number: every value of the file arrives as it was written."""
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 7 else value  # noqa: PLR2004 - digits


Number = Annotated[int, BeforeValidator(_number)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FieldSource(_Part):
    """Where a field comes from: a column, or the same value for every row."""

    column: Title | None = None
    constant: Title | None = None
    values: dict[str, Title] = Field(default_factory=dict)
    """What the cells say → the code that it means."""
    empty: Title | None = None
    """What an empty cell means."""

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.column is None) == (self.constant is None):
            raise ValueError("give either 'column' or 'constant'")
        if self.column is None and (self.values or self.empty):
            raise ValueError("'values' and 'empty' belong to a column")
        return self


def _short_form(value: Any) -> Any:
    return {"column": value} if isinstance(value, str) else value


class Mapping(_Part):
    """A mapping file that was checked."""

    format: Literal["1"]
    name: Short
    revision: Annotated[Number, Field(ge=1, le=999_999)]
    kind: Kind
    source: Short
    sheet: Short | None = None
    header_row: Annotated[Number, Field(ge=1, le=100)] = 1
    header_rows: Annotated[Number, Field(ge=1, le=4)] = 1
    """How many rows the titles take; a title under another one is written `Upper / Lower`."""
    encoding: Literal["utf-8", "utf-16", "windows-1251", "kz-1048"] | None = None
    delimiter: Literal[",", ";", "tab"] | None = None
    dates: Annotated[list[Literal[DATE_FORMS]], Field(min_length=1)] = ["DD.MM.YYYY", "YYYY-MM-DD"]  # type: ignore[valid-type]  # the forms are listed once
    number: Title
    fields: dict[str, Annotated[FieldSource, BeforeValidator(_short_form)]]
    ignored: list[Title] = Field(default_factory=list)

    @property
    def targets(self) -> MappingOf[str, Target]:
        """What the fields of this kind of table are."""
        return KINDS[self.kind]

    @property
    def columns(self) -> tuple[str, ...]:
        """The titles of all columns that are read, in the order of the file."""
        return (self.number, *(s.column for s in self.fields.values() if s.column is not None))


def read_mapping(text: str) -> Mapping:
    """Return the mapping, or refuse it with every fault that is seen, each with its line and key."""
    try:
        content, lines = read_yaml(text)
    except YamlFault as fault:
        raise _refused([(fault.line, (), fault.text)]) from None
    try:
        mapping = Mapping.model_validate(content)
    except ValidationError as error:
        found = [(lines.of(_path(e["loc"])), _path(e["loc"]), _said(e)) for e in error.errors(include_input=False)]
        raise _refused(found) from None
    faults = list(_faults_of(mapping, lines))
    if faults:
        raise _refused(faults)
    return mapping


Fault = tuple[int, tuple[str | int, ...], str]


def _faults_of(mapping: Mapping, lines: Lines) -> Any:
    """Yield what is wrong although every value by itself is well formed."""
    targets = mapping.targets
    for name, source in mapping.fields.items():
        path = ("fields", name)
        if name not in targets:
            known = ", ".join(targets)
            yield lines.of(path), path, f"There is no such field. Fields of {mapping.kind}: {known}."
            continue
        yield from _code_faults(targets[name], source, path, lines)
    missing = [n for n, t in targets.items() if t.required and n not in mapping.fields]
    if missing:
        yield lines.of(("fields",)), ("fields",), f"These fields are needed too: {', '.join(missing)}."
    names = set(mapping.fields)
    if "child_full_name" in names and names & {"child_family_name", "child_given_name", "child_patronymic"}:
        yield lines.of(("fields", "child_full_name")), ("fields", "child_full_name"), "Give the name whole or in parts."
    if mapping.kind == "cases" and not names & {"child_full_name", "child_family_name", "child_given_name"}:
        yield lines.of(("fields",)), ("fields",), "A case has a child: child_full_name, or its parts, is needed."
    titles = [*mapping.columns, *mapping.ignored]
    keys = [title_key(t) for t in titles]
    for title in mapping.ignored:
        if keys.count(title_key(title)) > 1:
            yield lines.of(("ignored",)), ("ignored",), f"The column '{title}' is read and ignored at once, or twice."


def _code_faults(target: Target, source: FieldSource, path: tuple[str | int, ...], lines: Lines) -> Any:
    words: dict[str, str] = {}
    for cell, code in source.values.items():
        if words.setdefault(title_key(cell), code) != code:
            place = (*path, "values", cell)
            yield lines.of(place), place, "The same word means two things: case, spaces and look-alikes don't count."
    if target.code_list is None:
        return
    codes = code_list(target.code_list).by_code
    given: list[tuple[tuple[str | int, ...], str]] = [((*path, "values", k), v) for k, v in source.values.items()]
    given += [((*path, k), v) for k, v in (("constant", source.constant), ("empty", source.empty)) if v is not None]
    for place, code in given:
        if code not in codes:
            yield lines.of(place), place, f"'{code}' is no code of the list '{target.code_list}': {', '.join(codes)}."


def _path(loc: tuple[str | int, ...]) -> tuple[str | int, ...]:
    return tuple(part for part in loc if part != "function-before[_short_form(), FieldSource]")


def _said(error: Any) -> str:
    if error["type"] == "extra_forbidden":
        return "There is no such key."
    if error["type"] == "missing":
        return "This key is needed."
    return f"{error['msg'].removeprefix('Value error, ')}."


def _refused(faults: list[Fault]) -> Invalid:
    told = tuple(
        FieldFault("/mapping" + "".join(f"/{_escaped(p)}" for p in path), "mapping-invalid", f"Line {line}: {text}")
        for line, path, text in sorted(faults, key=lambda f: f[0])
    )
    return Invalid("The mapping file can't be used as it is.", code="mapping-invalid", faults=told)


def _escaped(part: str | int) -> str:
    return str(part).replace("~", "~0").replace("/", "~1")[:80]
