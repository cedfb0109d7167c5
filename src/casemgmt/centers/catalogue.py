"""The catalogue of services: what each is, in which forms it is given, which papers it needs, and who says so."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib import resources
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, model_validator

from casemgmt.reference.data_files import data_folder, read_document
from casemgmt.reference.lists import code_list


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Need(_Part):
    """A paper that a specialist must hold on the day of the session."""

    paper: Literal["attestation", "licence"]
    status: Literal["house_default", "published", "verified"]
    source: str | None = None

    @model_validator(mode="after")
    def _cite_law_only(self) -> Self:
        if (self.status == "house_default") != (self.source is None):
            raise ValueError("a source belongs to every status but house_default, and never to that")
        return self


class Service(_Part):
    """One service of the catalogue."""

    special_social_service: str
    help_kind: str
    forms: tuple[str, ...]
    """Kinds of sessions in which it is given; none: it is no session, as a temporary stay."""
    source: str
    needs: tuple[Need, ...]


class Figure(_Part):
    """A figure that the operator set, and why there is none of law."""

    value: int
    status: Literal["house_default"]
    reason: str


class Catalogue(_Part):
    """All services, what a session needs that names none, and the figures of the daily work."""

    services: Mapping[str, Service]
    needs_of_help: Mapping[str, tuple[Need, ...]]
    figures: Mapping[str, Figure]

    @model_validator(mode="after")
    def _check_codes(self) -> Self:
        named = {
            "centre_service": set(self.services),
            "special_social_service_kind": {s.special_social_service for s in self.services.values()},
            "help_kind": {s.help_kind for s in self.services.values()} | set(self.needs_of_help),
            "session_kind": {form for s in self.services.values() for form in s.forms},
        }
        for name, codes in named.items():
            if unknown := sorted(codes - set(code_list(name).codes)):
                raise ValueError(f"not in the list {name}: {', '.join(unknown)}")
        if missing := sorted(set(code_list("centre_service").codes) - set(self.services)):
            raise ValueError(f"without an entry: {', '.join(missing)}")
        return self

    def needs_on(self, service: str | None, help_kind: str) -> tuple[Need, ...]:
        """Return the papers that a session needs, by its service or, where it names none, by its kind of help."""
        if service is not None:
            return self.services[service].needs
        return self.needs_of_help.get(help_kind, ())


@cache
def catalogue() -> Catalogue:
    """Return the catalogue, read once. Raises where it names what no list holds."""
    return Catalogue.model_validate(read_document(resources.files("casemgmt.centers") / "catalogue.yaml"))


@cache
def _sources() -> dict[str, str]:
    return dict(read_document(data_folder() / "sources.yaml"))


def title_of(source: str) -> str:
    """Return the document that a citation such as `P2:B-C06` numbers an entry of."""
    return _sources()[source.partition(":")[0]]


def is_valid_on(issued_on: date, valid_until: date | None, day: date) -> bool:
    """Answer whether a paper holds on a day; its last day counts."""
    return issued_on <= day and (valid_until is None or day <= valid_until)
