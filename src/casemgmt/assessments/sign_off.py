"""An operator's folder of instruments: the files, and the sign-off without which none of them is loaded.

`sign_off.yaml` names, for each instrument, the digest of the very content that an authority agreed to. A file that was
changed afterwards no longer has that digest and is refused, whoever changed it.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from casemgmt.assessments.instrument import Instrument, parse_instrument, told
from casemgmt.reference.data_files import ReferenceDataError, read_document
from casemgmt.reference.lists import Code, Text

SIGN_OFF = "sign_off.yaml"
Standing = Literal["signed", "not_signed", "changed_since"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class _Line(_Frozen):
    code: Code
    version: Annotated[int, Field(ge=1)]
    digest: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class _File(_Frozen):
    authority: Text
    signed_by: Text
    signed_on: Annotated[date, Field(strict=False)]
    instruments: Annotated[tuple[_Line, ...], Field(strict=False)]


@dataclass(frozen=True)
class Signed:
    """Who agreed to an instrument, and when."""

    authority: str
    signed_by: str
    signed_on: date


@dataclass(frozen=True)
class Found:
    """An instrument of the folder and how it stands with the sign-off."""

    instrument: Instrument
    standing: Standing
    signed: Signed | None


@dataclass(frozen=True)
class Folder:
    """What a folder holds, and what is wrong with it: a line for each fault, naming the file and the place."""

    found: tuple[Found, ...]
    faults: tuple[str, ...]

    @property
    def in_order(self) -> bool:
        """Whether everything in it may be loaded."""
        return bool(self.found) and not self.faults and all(each.standing == "signed" for each in self.found)


def read_folder(folder: Path) -> Folder:
    """Read every instrument of a folder and its sign-off. Nothing is refused here: the faults are in the answer."""
    faults: list[str] = []
    instruments: list[Instrument] = []
    for file in sorted(folder.glob("*.yaml")):
        if file.name == SIGN_OFF:
            continue
        try:
            instruments.append(parse_instrument(file))
        except (ReferenceDataError, UnicodeDecodeError) as fault:
            faults += [str(fault)] if isinstance(fault, ReferenceDataError) else [f"{file.name}: not UTF-8"]
    try:
        sign_off = _read_sign_off(folder / SIGN_OFF)
    except ReferenceDataError as fault:
        faults.append(str(fault))
        sign_off = None
    if not instruments and not faults:
        faults.append(f"{folder}: no instrument in it")
    return Folder(tuple(_held_against(sign_off, each) for each in instruments), tuple(faults))


def _read_sign_off(file: Path) -> _File | None:
    if not file.exists():
        return None
    try:
        return _File.model_validate(read_document(file))
    except ValidationError as fault:
        raise ReferenceDataError("\n".join(told(file.name, fault))) from fault


def _held_against(sign_off: _File | None, instrument: Instrument) -> Found:
    lines = () if sign_off is None else sign_off.instruments
    named = [line for line in lines if (line.code, line.version) == (instrument.code, instrument.version)]
    if sign_off is None or not named:
        return Found(instrument, "not_signed", None)
    if named[-1].digest != instrument.digest:
        return Found(instrument, "changed_since", None)
    return Found(instrument, "signed", Signed(sign_off.authority, sign_off.signed_by, sign_off.signed_on))
