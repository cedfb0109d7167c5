"""The words of printed documents, and how dates, persons and codes are written in them."""

from collections.abc import Iterable
from datetime import date, datetime
from functools import cache
from importlib import resources
from typing import Literal

from pydantic import BaseModel, ConfigDict

from casemgmt.people.tables import Person
from casemgmt.printing.sheet import PrintLanguage
from casemgmt.reference.data_files import read_document
from casemgmt.reference.lists import code_list
from rules.zone import to_local


class Words(BaseModel):
    """One wording. `proposed`: the Kazakh is ours, to be confirmed by a specialist; `glossary`: seen in a source."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kk: str
    ru: str
    kk_status: Literal["glossary", "proposed"] = "proposed"


@cache
def wordings() -> dict[str, Words]:
    """Return all wordings by their key."""
    found = read_document(resources.files("casemgmt.texts") / "printing.yaml")
    return {key: Words.model_validate(words) for key, words in found.items()}


def say(key: str, language: PrintLanguage, **values: object) -> str:
    """Return a wording in a language, with the values that it names in braces."""
    words = wordings()[key]
    wording = words.kk if language == "kk" else words.ru
    return wording.format_map(values) if values else wording


def label(list_name: str, code: str | None, language: PrintLanguage) -> str | None:
    """Return what a code means; in the other language where this one has no word for it yet."""
    found = code_list(list_name)
    if code is None or code not in found.codes:
        return code
    return capital(found.value(code).label([language, "kk", "ru"]).text)


def labels(list_name: str, codes: Iterable[str], language: PrintLanguage) -> str:
    """Return what codes mean, in a row."""
    return ", ".join(filter(None, (label(list_name, code, language) for code in codes)))


def capital(text: str) -> str:
    """Return a text that begins with a capital letter."""
    return text[:1].upper() + text[1:]


def day(value: date | None) -> str | None:
    """Return a day as it is written in both languages."""
    return None if value is None else f"{value:%d.%m.%Y}"


def moment(value: datetime | None) -> str | None:
    """Return a moment as a clock in Kazakhstan shows it."""
    return None if value is None else f"{to_local(value):%d.%m.%Y %H:%M}"


def full_name(family: str | None, given: str | None, patronymic: str | None) -> str:
    """Return a name in the order of documents."""
    return " ".join(filter(None, (family, given, patronymic)))


def person_line(person: Person, language: PrintLanguage) -> str:
    """Return a person as a document names one: name, birth as exactly as it is known, the end of the IIN."""
    name = full_name(person.family_name, person.given_name, person.patronymic) or say("nameless", language)
    parts = [name, birth(person, language)]
    if person.iin_mask:
        parts.append(f"{say('iin', language)} {person.iin_mask.replace('*', '•')}")
    return ", ".join(filter(None, parts))


def birth(person: Person, language: PrintLanguage) -> str | None:
    """Return the birth, and that it is an estimate where it is one."""
    if person.birth_precision == "exact":
        return say("born", language, day=day(person.birth_date))
    if person.birth_year is None:
        return None
    return say("born_about" if person.birth_precision == "approximate" else "born_in", language, year=person.birth_year)


def local_day(value: datetime) -> date:
    """Return the day of a moment in Kazakhstan."""
    return to_local(value).date()


_FRAME = (
    "page",
    "check_code",
    "replaced",
    "signatures",
    "signature",
    "signature_hint",
    "name",
    "date",
    "electronic",
    "electronic_none",
    "digest",
)


def frame(language: PrintLanguage) -> dict[str, str]:
    """Return the words that the template sets around every document."""
    return {key: say(key, language) for key in _FRAME}
