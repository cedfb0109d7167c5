"""What an answer rests on, and whether a decision may rest on it."""

import json
from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum
from hashlib import sha256
from typing import Annotated

from pydantic import Field, StringConstraints

from rules.documents import Document, read_document
from rules.errors import RuleError
from rules.graph.run import Used
from rules.loader import parse_document
from rules.parameters import DatedValue, Entry, Status, Text

Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
_SHOWN = 5


class Mode(StrEnum):
    """An estimate rests on what is known; a decision only on what an authority has verified."""

    ESTIMATE = "estimate"
    DECIDE = "decide"


class Signature(Entry):
    """One value that somebody of the authority has compared with the act. A changed value needs a new one."""

    name: Text
    in_force_from: date
    known_from: date | None = None
    digest: Digest
    act_read: Text
    signed_by: Text
    signed_on: date


class SignOff(Entry):
    """An authority's file: the values that its decisions may rest on."""

    authority: Text
    example: bool = False
    values: Annotated[tuple[Signature, ...], Field(min_length=1)]


class NotVerifiedError(RuleError):
    """A decision was asked for that would rest on values nobody has verified."""

    def __init__(self, used: Sequence[Used]) -> None:
        self.used = tuple(used)
        names = [show_used(use) for use in used]
        more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        super().__init__(
            f"no decision: {len(names)} values are not verified: {', '.join(names[:_SHOWN])}{more}; "
            "an authority signs them in its sign-off file, or ask for an estimate"
        )


def show_used(use: Used) -> str:
    """Return the name of a value with its first day in force."""
    return f"{use.name} (from {use.value.in_force_from.isoformat()})"


def canonical(data: object) -> str:
    """Return JSON of one form only: sorted keys, no spaces, text as it is. Dates are ISO, exact numbers text."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digest_of(value: DatedValue) -> str:
    """Return the hash of all that is law in a value: what it says, when, and where it stands; not who checked it."""
    told = value.model_dump(mode="json", by_alias=True, exclude={"status", "verified_by", "verified_on", "note"})
    return sha256(canonical(told).encode()).hexdigest()


def read_sign_off(path: str, content: bytes) -> SignOff:
    """Read an authority's sign-off file. Raises LawFilesError with file and line."""
    return parse_sign_off(read_document(path, content))


def parse_sign_off(document: Document) -> SignOff:
    """Return the document as a sign-off file. Raises LawFilesError with file and line."""
    return parse_document(document, SignOff, sorted({*SignOff.model_fields, *Signature.model_fields}))


def sign_key(name: str, value: DatedValue) -> tuple[str, date, date | None]:
    """Return what tells a value of the law from every other one."""
    return name, value.in_force_from, value.known_from


def not_verified(used: Iterable[Used], sign_off: SignOff | None) -> list[Used]:
    """Return what neither the files nor the sign-off file verify, each value once."""
    signed = {
        (entry.name, entry.in_force_from, entry.known_from, entry.digest)
        for entry in (sign_off.values if sign_off else ())
    }
    found: dict[tuple[str, date, date | None], Used] = {}
    for use in used:
        value = use.value
        key = sign_key(use.name, value)
        if value.status is not Status.VERIFIED and (*key, digest_of(value)) not in signed:
            found.setdefault(key, use)
    return [found[key] for key in sorted(found, key=lambda key: (key[0], key[1]))]
