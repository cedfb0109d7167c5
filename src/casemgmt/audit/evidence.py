"""Read what a verification rests on: public keys, and heads as exports and witnesses hold them; refuse all else."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson

from casemgmt.audit.leaf import canonical, read_time
from casemgmt.audit.merkle import HASH_BYTES
from casemgmt.audit.signing import Head, PublicKey


class EvidenceError(Exception):
    """A file is not what it should be; the text is for a person."""


@dataclass(frozen=True)
class SignedHead:
    """A head with the signature on it."""

    head: Head
    signature: bytes

    def signed_by(self, keys: Mapping[str, PublicKey]) -> bool:
        """Answer whether one of the keys signed it, at a time when the key held."""
        key = keys.get(self.head.key_id)
        return (
            key is not None and key.held_at(self.head.sealed_at) and key.verifies(self.signature, self.head.message())
        )


def read_line(line: bytes) -> dict[str, Any]:
    """Return the document of a line that is written as the house writes it; ValueError where it is not."""
    document = orjson.loads(line)
    if not isinstance(document, dict) or canonical(document) + b"\n" != line:
        raise ValueError("not canonical")
    return document


def hash_of(text: object) -> bytes:
    """Return a hash from its hexadecimal form; ValueError where it is none."""
    hashed = bytes_of(text)
    if len(hashed) != HASH_BYTES:
        raise ValueError("no hash")
    return hashed


def bytes_of(text: object) -> bytes:
    """Return bytes from lower-case hexadecimal; ValueError where it is none."""
    found = bytes.fromhex(str(text))
    if found.hex() != text:
        raise ValueError("not hexadecimal")
    return found


def read_head(document: Mapping[str, Any]) -> SignedHead:
    """Return the signed head of a document; ValueError where it is none."""
    try:
        head = Head(
            log=UUID(document["log"]),
            size=int(document["size"]),
            root=hash_of(document["root"]),
            sealed_at=read_time(document["sealed_at"]),
            horizon=int(document["horizon"]),
            generation=int(document["generation"]),
            key_id=document["key"],
        )
        signed = SignedHead(head, bytes_of(document["signature"]))
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("no head") from error
    if {**head.statement(), "signature": document["signature"]} != document:
        raise ValueError("no head")
    return signed


def read_key(document: Mapping[str, Any]) -> PublicKey:
    """Return the public key of a document; ValueError where it is none."""
    try:
        since, until, endorsement = (document.get(n) for n in ("valid_from", "valid_until", "endorsement"))
        key = PublicKey(
            hash_of(document["public_key"]),
            None if since is None else read_time(since),
            None if until is None else read_time(until),
            document.get("endorsed_by"),
            None if endorsement is None else bytes_of(endorsement),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("no key") from error
    if document.get("id", key.id) != key.id:
        raise ValueError("no key")
    return key


def read_key_list(path: Path) -> list[PublicKey]:
    """Return the keys of a file: one key, a list of them, or the answer of `GET /v1/audit/keys`."""
    try:
        document = orjson.loads(path.read_bytes())
        if isinstance(document, dict):
            document = document.get("items", [document])
        keys = [read_key(entry) for entry in document]
    except OSError as error:
        raise EvidenceError(f"{path} can't be read: {error.strerror}.") from error
    except (ValueError, TypeError, AttributeError):
        raise EvidenceError(f"{path} is no file of public keys: save the answer of GET /v1/audit/keys.") from None
    if not keys:
        raise EvidenceError(f"{path} names no key.")
    return keys


def trust(known: Iterable[PublicKey], offered: Iterable[PublicKey]) -> dict[str, PublicKey]:
    """Return the known keys, and those of the offered ones for which a trusted one vouched.

    Of a known key that is offered with an end, the earlier end holds.
    """
    trusted = {key.id: key for key in known}
    waiting = {key.id: key for key in offered}
    for key_id, key in waiting.items():
        if key_id in trusted:
            trusted[key_id] = _narrower(trusted[key_id], key)
    found = True
    while found:
        found = False
        for key in waiting.values():
            voucher = trusted.get(key.endorsed_by or "")
            if key.id not in trusted and voucher is not None and key.is_endorsed_by(voucher):
                trusted[key.id] = key
                found = True
    return trusted


def _narrower(mine: PublicKey, offered: PublicKey) -> PublicKey:
    since = max((m for m in (mine.valid_from, offered.valid_from) if m is not None), default=None)
    until = min((m for m in (mine.valid_until, offered.valid_until) if m is not None), default=None)
    return PublicKey(mine.public, since, until, mine.endorsed_by, mine.endorsement)


def read_witness(path: Path) -> tuple[list[SignedHead], list[int]]:
    """Return the heads that a witness kept, smallest first, and the numbers of lines that are none.

    A line that was torn by a power cut is no head and no fault where the next line says all of it again.
    """
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise EvidenceError(f"{path} can't be read: {error.strerror}.") from error
    heads, bad = [], []
    for number, line in enumerate(lines, 1):
        if not line:
            continue
        try:
            heads.append(read_head(read_line(line + b"\n")))
        except ValueError:
            torn = number < len(lines) and lines[number].startswith(line)
            if not torn:
                bad.append(number)
    return sorted(heads, key=lambda signed: (signed.head.size, signed.head.sealed_at)), bad
