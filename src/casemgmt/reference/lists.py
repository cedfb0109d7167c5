"""Code lists: data with versions and three languages, read from files and never changed at run time.

A code never changes its meaning. A value is switched off with `valid_to`, never deleted, because records
point to it for ever.
"""

import hashlib
import json
from collections.abc import Sequence
from datetime import date
from functools import cache, cached_property
from importlib.resources.abc import Traversable
from typing import Annotated, Literal, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from casemgmt.reference.data_files import ReferenceDataError, data_folder, read_document
from casemgmt.reference.languages import FALLBACK_ORDER, Language
from casemgmt.reference.regions import region_file

# Snake case; a single capital letter is a level that its source names so (the family card, A to E).
Code = Annotated[str, StringConstraints(pattern=r"^([a-z][a-z0-9]*(_[a-z0-9]+)*|[A-Z])$", max_length=64)]
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]

# closed: complete in its source. open: may grow. unknown: the source names the list without all its values.
# proposed: ours, because no source gives values.
Openness = Literal["closed", "open", "unknown", "proposed"]

# source: as the source prints it. adapted: put into base form. outdated: a wording that law has replaced,
# kept to find it and never shown. proposed: ours, to be confirmed by a Kazakh-speaking specialist.
KazakhStatus = Literal["source", "adapted", "outdated", "proposed"]

# planned: a source announces it for later. historical: in old records only.
Usage = Literal["current", "planned", "historical"]

# The fields of a value that hold codes of another list; `references` of its list says of which one.
REFERENCE_FIELDS = ("parent", "inverse", "restricted_ground", "members")


class UnknownListError(LookupError):
    """No code list has this name."""


class UnknownCodeError(LookupError):
    """The list has no such code."""


class Label(NamedTuple):
    """The text to show, the language it is in, and whether a specialist has still to confirm it."""

    text: str
    language: Language | None
    is_provisional: bool


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Title(_Frozen):
    """The name of a list. English is always there; the sources give no titles in the other languages."""

    en: Text
    ru: Text | None = None
    kk: Text | None = None


class CodeValue(_Frozen):
    """One value. A missing label is still to be translated, or the source has only the code."""

    code: Code
    ru: Text | None = None
    en: Text | None = None
    kk: Text | None = None
    ru_status: Literal["translation"] | None = None  # the only source is not in Russian
    kk_status: KazakhStatus | None = None
    source: Text | None = None
    note: Text | None = None
    usage: Usage = "current"
    valid_from: date | None = None
    valid_to: date | None = None
    parent: Code | None = None
    inverse: Code | None = None
    restricted_ground: Code | None = None
    members: Annotated[tuple[Code, ...], Field(strict=False)] = ()
    machine: bool = False  # a signal of this source is confirmed by a person before a case is opened

    @model_validator(mode="after")
    def _check(self) -> Self:
        if (self.kk is None) != (self.kk_status is None):
            raise ValueError(f"{self.code}: kk and kk_status go together")
        if self.valid_from and self.valid_to and self.valid_from >= self.valid_to:
            raise ValueError(f"{self.code}: valid_from must lie before valid_to")
        return self

    def is_valid_on(self, day: date) -> bool:
        """Tell whether a record dated `day` may carry the code: from valid_from, before valid_to."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day < self.valid_to)

    def label(self, languages: Sequence[Language] = FALLBACK_ORDER) -> Label:
        """Choose the label: the first of `languages` that has one, then kk, ru, en, at last the code."""
        for language in dict.fromkeys([*languages, *FALLBACK_ORDER]):
            text: str | None = getattr(self, language)
            if text is None or (language == "kk" and self.kk_status == "outdated"):
                continue
            provisional = (language == "kk" and self.kk_status == "proposed") or (
                language == "ru" and self.ru_status == "translation"
            )
            return Label(text, language, provisional)
        return Label(self.code, None, is_provisional=False)


class CodeList(_Frozen):
    """One list with its values in the order in which a screen shows them."""

    name: Code = Field(alias="list")
    title: Title
    openness: Openness
    openness_note: Text | None = None
    version: Annotated[int, Field(ge=1)]
    sources: Annotated[tuple[Text, ...], Field(strict=False, min_length=1)]
    note: Text | None = None
    references: dict[str, Code] = Field(default_factory=dict)
    values: Annotated[tuple[CodeValue, ...], Field(strict=False, min_length=1)]

    @model_validator(mode="after")
    def _check(self) -> Self:
        codes = [value.code for value in self.values]
        if repeated := sorted({code for code in codes if codes.count(code) > 1}):
            raise ValueError(f"codes occur twice: {', '.join(repeated)}")
        used = {field for field in REFERENCE_FIELDS for value in self.values if getattr(value, field)}
        if used != set(self.references):
            raise ValueError(f"references names {sorted(self.references)}, the values use {sorted(used)}")
        return self

    @cached_property
    def by_code(self) -> dict[str, CodeValue]:
        """The values by their codes."""
        return {value.code: value for value in self.values}

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes in the order of the list."""
        return tuple(value.code for value in self.values)

    @property
    def is_proposed(self) -> bool:
        """Tell whether the values are ours and not a source's; shown wherever the list is."""
        return self.openness == "proposed"

    def value(self, code: str) -> CodeValue:
        """Return the value of a code, valid now or not; UnknownCodeError, without an echo, if none has it."""
        try:
            return self.by_code[code]
        except KeyError:
            raise UnknownCodeError(f"{self.name} has no such code") from None

    def offered_on(self, day: date, *, include_planned: bool = False) -> tuple[CodeValue, ...]:
        """Return the values that a new record of this day may choose; planned ones only when asked for."""
        usages = {"current", "planned"} if include_planned else {"current"}
        return tuple(value for value in self.values if value.usage in usages and value.is_valid_on(day))


@cache
def _files() -> dict[str, Traversable]:
    folder = data_folder() / "code_lists"
    files = {file.name.removesuffix(".yaml"): file for file in folder.iterdir() if file.name.endswith(".yaml")}
    return dict(sorted(files.items()))


def list_names() -> tuple[str, ...]:
    """Return the names of all code lists in alphabetical order."""
    return tuple(_files())


def code_list(name: str) -> CodeList:
    """Return one list, read once per process. UnknownListError, without an echo, if there is none."""
    if name not in _files():
        raise UnknownListError("no code list has this name")
    return _read(name)


@cache
def _read(name: str) -> CodeList:
    return parse_list(_files()[name])


def parse_list(file: Traversable) -> CodeList:
    """Read one list from its file. ReferenceDataError for an unknown key, a repeated code, a wrong value."""
    try:
        parsed = CodeList.model_validate(read_document(file))
    except ValidationError as fault:
        raise ReferenceDataError(f"{file.name}: {fault}") from fault
    if file.name != f"{parsed.name}.yaml":
        raise ReferenceDataError(f"{file.name}: the file holds the list {parsed.name}")
    return parsed


@cache
def all_lists() -> tuple[CodeList, ...]:
    """Return all lists in the order of their names, having checked the references among them."""
    lists = tuple(_read(name) for name in _files())
    check_references(lists)
    return lists


def check_references(lists: Sequence[CodeList]) -> None:
    """Raise ReferenceDataError unless every reference from list to list has its end."""
    by_name = {each.name: each for each in lists}
    for each in lists:
        for field, target in each.references.items():
            if target not in by_name:
                raise ReferenceDataError(f"{each.name}: {field} refers to {target}, which is not a list")
            for value in each.values:
                held: str | tuple[str, ...] | None = getattr(value, field)
                codes = (held,) if isinstance(held, str) else held or ()
                if missing := [code for code in codes if code not in by_name[target].by_code]:
                    raise ReferenceDataError(f"{each.name}.{value.code}: {target} has no {', '.join(missing)}")


@cache
def content_digest() -> str:
    """Return the SHA-256 (hex) of the content of all lists and of the regions.

    It is independent of layout and comments in the files. Equal digests mean that a database which was filled
    from these files needs no new filling.
    """
    content = [each.model_dump(mode="json", exclude_defaults=True, by_alias=True) for each in all_lists()]
    content.append(region_file().model_dump(mode="json"))
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
