"""The words of the timeline: one template per kind of entry, in Kazakh, Russian and English.

A template names fields of the entry's data in braces: `{reason:closure_reason}` becomes the label of that code list,
`{to_user_id:user}` the name of a member of staff, `{met_at:date}` a local date, `{starts_at:moment}` a local date with
the hour, `{kind:deadline}` the label of a deadline, `{benefit:law}` that of a benefit, `{entitled:answer}` an
answer of the law, `{number}` the value itself. A field that is not there is a dash.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import resources
from string import Formatter
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from casemgmt.benefits.labels import answer_word
from casemgmt.benefits.labels import label_of as law_label
from casemgmt.reference.data_files import read_document
from casemgmt.reference.languages import Language
from casemgmt.reference.lists import UnknownCodeError, code_list
from casemgmt.tasks.labels import label_of
from rules.zone import to_local

_DASH = "—"
_LABELS = {"deadline": label_of, "law": law_label, "answer": answer_word}
_FORMATS = {"date": "%d.%m.%Y", "moment": "%d.%m.%Y %H:%M"}


class Template(BaseModel):
    """The words for one kind of entry."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kk: str
    ru: str
    en: str


@dataclass(frozen=True)
class Place:
    """A field of the data and how it is shown: a code list, `user`, `date`, `moment`, a key of `_LABELS`, or plain."""

    field: str
    form: str


@cache
def templates() -> dict[str, Template]:
    """Return all templates by kind."""
    found: dict[str, Template] = {}
    for file in (resources.files("casemgmt.texts") / "timeline").iterdir():
        for kind, words in read_document(file).items():
            if kind in found:
                raise ValueError(f"{file.name}: {kind} has its words already")
            found[kind] = Template.model_validate(words)
    return found


def places(text: str) -> Iterator[tuple[str, Place | None]]:
    """Return the pieces of a template: the words before each place, and the place."""
    for words, field, form, _ in Formatter().parse(text):
        yield words, None if field is None else Place(field, form or "")


def users_in(kind: str, data: Mapping[str, object]) -> set[UUID]:
    """Return the ids of the members of staff whom the text of an entry names."""
    template = templates().get(kind)
    if template is None:
        return set()
    fields = {place.field for _, place in places(template.en) if place is not None and place.form == "user"}
    return {UUID(str(data[f])) for f in fields if data.get(f) is not None}


def render(kind: str, data: Mapping[str, object], language: Language, names: Mapping[UUID, str]) -> str:
    """Return the text of an entry; the kind itself where there are no words for it."""
    template = templates().get(kind)
    if template is None:
        return kind
    return "".join(
        words + ("" if place is None else _show(place.form, data.get(place.field), language, names))
        for words, place in places(getattr(template, language))
    )


def _show(form: str, value: object, language: Language, names: Mapping[UUID, str]) -> str:
    if value is None:
        return _DASH
    match form:
        case "":
            return str(value)
        case "user":
            return names.get(UUID(str(value)), _DASH)
        case "date" | "moment":
            return _local(value).strftime(_FORMATS[form])
        case "deadline" | "law" | "answer":
            return _LABELS[form](str(value), language)
    return _label(form, str(value), language)


def _label(list_name: str, code: str, language: Language) -> str:
    try:
        return code_list(list_name).value(code).label((language,)).text
    except UnknownCodeError:
        return code


def _local(value: object) -> datetime:
    moment = datetime.fromisoformat(str(value))
    return moment if moment.tzinfo is None else to_local(moment)
