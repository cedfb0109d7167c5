"""Regions (ISO 3166-2:KZ) and KATO, the nine-digit classifier of administrative territories."""

import re
from datetime import date
from functools import cache
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from casemgmt.reference.data_files import ReferenceDataError, data_folder, read_document

KATO_DIGITS = 9
_KATO = re.compile(r"[0-9]{9}")


class InvalidKatoError(ValueError):
    """Not a KATO code: wrong form, or its first two digits are of no region."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Region(_Frozen):
    """A region or a city of republican significance. `list_code` is the same unit in the list `region`."""

    iso_code: Annotated[str, StringConstraints(pattern=r"^KZ-[0-9]{2}$")]
    list_code: str
    kato_prefix: Annotated[str, StringConstraints(pattern=r"^[0-9]{2}$")]
    kind: Literal["region", "city"]
    kk: str
    ru: str
    en: str
    valid_from: date | None = None


class KatoEntry(_Frozen):
    """One territory of the classifier. Only what the demonstration needs: no catalogue is held."""

    code: Annotated[str, StringConstraints(pattern=r"^[0-9]{9}$")]
    kk: str
    ru: str
    en: str


class RegionFile(_Frozen):
    """The whole file. `unverified`: not yet compared with the official classifiers."""

    version: Annotated[int, Field(ge=1)]
    status: Literal["unverified", "verified"]
    regions: Annotated[tuple[Region, ...], Field(strict=False)]
    kato_entries: Annotated[tuple[KatoEntry, ...], Field(strict=False)]


@cache
def region_file() -> RegionFile:
    """Return the regions with version and verification status; ReferenceDataError if the file is wrong."""
    file = data_folder() / "regions.yaml"
    try:
        parsed = RegionFile.model_validate(read_document(file))
    except ValidationError as fault:
        raise ReferenceDataError(f"{file.name}: {fault}") from fault
    for field in ("iso_code", "list_code", "kato_prefix"):
        if len({getattr(region, field) for region in parsed.regions}) != len(parsed.regions):
            raise ReferenceDataError(f"{file.name}: a {field} occurs twice")
    return parsed


def regions() -> tuple[Region, ...]:
    """Return the present regions in the order of their codes."""
    return region_file().regions


@cache
def _by_iso_code() -> dict[str, Region]:
    return {region.iso_code: region for region in regions()}


@cache
def _by_kato_prefix() -> dict[str, Region]:
    return {region.kato_prefix: region for region in regions()}


def find_region(iso_code: str) -> Region | None:
    """Return the region of an ISO 3166-2 code, or None."""
    return _by_iso_code().get(iso_code)


def region_of_kato(kato: str) -> Region:
    """Return the region in which a KATO code lies, from its first two digits; InvalidKatoError otherwise.

    The rest of the code is not looked up, because no catalogue is held. The classifier has no control digit.
    """
    if not _KATO.fullmatch(kato):
        raise InvalidKatoError(f"a KATO code has {KATO_DIGITS} digits")
    region = _by_kato_prefix().get(kato[:2])
    if region is None:
        raise InvalidKatoError("the first two digits are of no region")
    return region
